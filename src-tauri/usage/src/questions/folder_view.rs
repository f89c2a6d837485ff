//! One folder: its sums, and what is directly in it.

use jiff::Timestamp;
use undercroft_foundation::TreePath;

use crate::class::FileClass;
use crate::tree::{Sums, Tree, UNREADABLE, moment};

/// A folder and what takes space in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderView {
    /// The space that all below it takes on disk.
    pub bytes: u64,
    /// The size of all files below it, however they are stored.
    pub apparent: u64,
    /// The number of files below it.
    pub files: u64,
    /// When the newest file below it was changed.
    pub newest: Option<Timestamp>,
    /// The class of most of its bytes.
    pub class: FileClass,
    /// The space that its own list of names takes; part of `bytes`, and of no row.
    pub own_bytes: u64,
    /// Whether a part of it could not be read.
    pub is_unreadable: bool,
    /// Its folders and files, the largest first.
    pub children: Vec<Row>,
    /// The others together.
    pub rest: Option<Rest>,
}

/// The kind of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// A folder: one can look into it.
    Folder,
    /// A file.
    File,
}

/// A folder or file in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: Vec<u8>,
    /// Whether it is a folder.
    pub kind: RowKind,
    /// The space that it takes; nothing for another name of a file that is counted elsewhere.
    pub bytes: u64,
    /// The size of its files.
    pub apparent: u64,
    /// The number of files; 1 for a file.
    pub files: u64,
    /// When it, or the newest file in it, was changed.
    pub newest: Option<Timestamp>,
    /// Its class.
    pub class: FileClass,
}

/// Rows that are not shown one by one, and files that the tree no longer holds one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rest {
    /// The space that they take.
    pub bytes: u64,
    /// The size of their files.
    pub apparent: u64,
    /// The number of files.
    pub files: u64,
    /// When the newest of them was changed.
    pub newest: Option<Timestamp>,
}

impl Tree {
    /// The folder at `path` with its `limit` largest rows; none where there is no such folder.
    pub fn folder(&self, path: &TreePath, limit: usize) -> Option<FolderView> {
        let folder = self.find_folder(path)?;
        let at = folder as usize;
        // By size, then by the order of names, so that equal ones stay where they are.
        let folders = self.folders_in(folder).map(|it| (self.sums[it as usize].bytes, it, true));
        let files = self.files_in(folder);
        let files = files.map(|it| (self.files.file(it).counted().0, it as u32, false));
        let mut rows: Vec<_> = folders.chain(files).collect();
        let by_size = |row: &(u64, u32, bool)| (std::cmp::Reverse(row.0), !row.2, row.1);
        if rows.len() > limit && limit > 0 {
            rows.select_nth_unstable_by_key(limit - 1, by_size);
        }
        let hidden = rows.split_off(limit.min(rows.len()));
        rows.sort_unstable_by_key(by_size);
        let mut rest = self.thinned.get(at).copied().unwrap_or_default();
        for (_, it, is_folder) in &hidden {
            match is_folder {
                true => rest.add(&self.sums[*it as usize]),
                false => rest.add_file(self.files.file(*it as usize)),
            }
        }
        let has_rest = !hidden.is_empty() || rest.files > 0;
        let sums = &self.sums[at];
        let row = |(_, it, is_folder)| match is_folder {
            true => self.folder_row(it),
            false => self.file_row(it as usize),
        };
        Some(FolderView {
            bytes: sums.bytes,
            apparent: sums.apparent,
            files: sums.files,
            newest: moment(sums.newest),
            class: FileClass::of_most(&sums.by_class),
            own_bytes: self.folders[at].own_bytes,
            is_unreadable: self.folders[at].flags & UNREADABLE != 0,
            children: rows.into_iter().map(row).collect(),
            rest: has_rest.then(|| Rest::of(&rest)),
        })
    }

    fn folder_row(&self, folder: u32) -> Row {
        let sums = &self.sums[folder as usize];
        Row {
            name: self.folder_name(folder).to_vec(),
            kind: RowKind::Folder,
            bytes: sums.bytes,
            apparent: sums.apparent,
            files: sums.files,
            newest: moment(sums.newest),
            class: FileClass::of_most(&sums.by_class),
        }
    }

    fn file_row(&self, at: usize) -> Row {
        let file = self.files.file(at);
        let (bytes, apparent) = file.counted();
        Row {
            name: self.files.name(at).to_vec(),
            kind: RowKind::File,
            bytes,
            apparent,
            files: 1,
            newest: moment(file.modified),
            class: FileClass::OF_FILES[file.class_number()],
        }
    }
}

impl Rest {
    pub(crate) fn of(sums: &Sums) -> Self {
        let newest = moment(sums.newest);
        Self { bytes: sums.bytes, apparent: sums.apparent, files: sums.files, newest }
    }
}
