//! The finds of a scan: folders in the order of a walk, so that all that is below one lies side by
//! side, and their files by columns.

mod columns;
mod folder;

use jiff::Timestamp;
use undercroft_foundation::TreePath;

pub(crate) use columns::{Columns, EXTRA_LINK, File, SPECIAL};
pub(crate) use folder::{Folder, LEFT_OUT, OTHER_FILE_SYSTEM, Sums, UNREADABLE};

/// The folders and files below a root, each with the space that it takes, as of one scan.
#[derive(Debug)]
pub struct Tree {
    pub(crate) scanned: Timestamp,
    pub(crate) folders: Vec<Folder>,
    pub(crate) folder_names: Vec<u8>,
    pub(crate) files: Columns,
    /// Of each folder: the files directly in it that are not kept one by one. Empty where all are.
    pub(crate) thinned: Vec<Sums>,
    /// Of each folder: all that is below it.
    pub(crate) sums: Vec<Sums>,
}

/// A place in a tree, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    Folder(u32),
    File(u32),
}

impl Tree {
    /// When it was scanned.
    pub fn scanned(&self) -> Timestamp {
        self.scanned
    }

    /// Whether it no longer holds small files one by one, but only their sums by folder.
    pub fn is_thinned(&self) -> bool {
        !self.thinned.is_empty()
    }

    /// The number of folders, the root among them.
    pub fn folder_count(&self) -> usize {
        self.folders.len()
    }

    /// The folders that could not be read, wholly or in part; at most `limit`.
    pub fn unreadable(&self, limit: usize) -> Vec<TreePath> {
        self.flagged(UNREADABLE, limit)
    }

    /// The folders that are on other file systems, and were not entered; at most `limit`.
    pub fn other_file_systems(&self, limit: usize) -> Vec<TreePath> {
        self.flagged(OTHER_FILE_SYSTEM, limit)
    }

    /// Whether `path` is a folder or a file in it.
    pub fn contains(&self, path: &TreePath) -> bool {
        self.find(path).is_some()
    }

    fn flagged(&self, flag: u8, limit: usize) -> Vec<TreePath> {
        let flagged = (0..self.folders.len() as u32)
            .filter(|folder| self.folders[*folder as usize].flags & flag != 0);
        flagged.take(limit).map(|folder| self.folder_path(folder)).collect()
    }

    /// A tree of these, with its sums. The order and ranges of the folders are right.
    pub(crate) fn new(
        scanned: Timestamp,
        folders: Vec<Folder>,
        folder_names: Vec<u8>,
        files: Columns,
        thinned: Vec<Sums>,
    ) -> Self {
        let mut tree = Self { scanned, folders, folder_names, files, thinned, sums: Vec::new() };
        tree.add_up();
        tree
    }

    /// Adds up from the deepest folders to the root: those below come after a folder.
    fn add_up(&mut self) {
        let mut sums = vec![Sums::default(); self.folders.len()];
        for at in (0..self.folders.len()).rev() {
            let mut own = sums[at];
            own.bytes = own.bytes.saturating_add(self.folders[at].own_bytes);
            if let Some(rest) = self.thinned.get(at) {
                own.add(rest);
            }
            for file in self.files_in(at as u32) {
                own.add_file(self.files.file(file));
            }
            sums[at] = own;
            if at != 0 {
                sums[self.folders[at].parent as usize].add(&own);
            }
        }
        self.sums = sums;
    }

    /// The files directly in a folder.
    pub(crate) fn files_in(&self, folder: u32) -> std::ops::Range<usize> {
        self.first_file(folder)..self.first_file(folder + 1)
    }

    /// All files below a folder.
    pub(crate) fn files_below(&self, folder: u32) -> std::ops::Range<usize> {
        self.first_file(folder)..self.first_file(self.folders[folder as usize].end)
    }

    fn first_file(&self, folder: u32) -> usize {
        let next = self.folders.get(folder as usize);
        next.map_or(self.files.len(), |folder| folder.first_file as usize)
    }

    /// The folders directly in a folder, by name.
    pub(crate) fn folders_in(&self, folder: u32) -> impl Iterator<Item = u32> {
        let end = self.folders[folder as usize].end;
        let first = (folder + 1 < end).then_some(folder + 1);
        std::iter::successors(first, move |child| {
            Some(self.folders[*child as usize].end).filter(|next| *next < end)
        })
    }

    pub(crate) fn folder_name(&self, folder: u32) -> &[u8] {
        let at = folder as usize;
        let start = if at == 0 { 0 } else { self.folders[at - 1].name_end as usize };
        &self.folder_names[start..self.folders[at].name_end as usize]
    }

    pub(crate) fn find(&self, path: &TreePath) -> Option<Spot> {
        let mut folder = 0;
        let mut names = path.names().peekable();
        while let Some(name) = names.next() {
            match self.folders_in(folder).find(|child| self.folder_name(*child) == name) {
                Some(child) => folder = child,
                None if names.peek().is_none() => return self.file_named(folder, name),
                None => return None,
            }
        }
        Some(Spot::Folder(folder))
    }

    pub(crate) fn find_folder(&self, path: &TreePath) -> Option<u32> {
        match self.find(path)? {
            Spot::Folder(folder) => Some(folder),
            Spot::File(_) => None,
        }
    }

    /// The file of this name in a folder; those of a folder are in the order of their names.
    pub(crate) fn file_named(&self, folder: u32, name: &[u8]) -> Option<Spot> {
        let files = self.files_in(folder);
        let (mut low, mut high) = (files.start, files.end);
        while low < high {
            let middle = low.midpoint(high);
            match self.files.name(middle).cmp(name) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(Spot::File(middle as u32)),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    pub(crate) fn folder_path(&self, folder: u32) -> TreePath {
        self.path_of(folder, None)
    }

    pub(crate) fn file_path(&self, file: usize) -> TreePath {
        // The last folder whose files begin at or before it: empty ones before share its number.
        let behind = self.folders.partition_point(|folder| folder.first_file as usize <= file);
        self.path_of((behind - 1) as u32, Some(self.files.name(file)))
    }

    fn path_of(&self, mut folder: u32, last: Option<&[u8]>) -> TreePath {
        let mut names: Vec<&[u8]> = last.into_iter().collect();
        while folder != 0 {
            names.push(self.folder_name(folder));
            folder = self.folders[folder as usize].parent;
        }
        // The names are ones that folders listed, so that they make a path.
        TreePath::from_names(names.into_iter().rev()).unwrap_or_default()
    }
}

/// The moment of a number of seconds since 1970; none where it is unknown.
pub(crate) fn moment(seconds: u32) -> Option<Timestamp> {
    Timestamp::from_second(i64::from(seconds)).ok().filter(|_| seconds != 0)
}
