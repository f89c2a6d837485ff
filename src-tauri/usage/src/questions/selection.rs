//! Files below a folder by class, ending and age, and the largest of them.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;
use undercroft_foundation::TreePath;

use crate::class::{CLASSES, Extension, FileClass, extension};
use crate::tree::{File, Spot, Sums, Tree, moment};

use super::folder_view::Rest;

const DAY: i64 = 86_400;

/// How long ago a file was last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Age {
    /// In the last 24 hours, or later than now.
    Day,
    /// In the last 7 days.
    Week,
    /// In the last 30 days.
    Month,
    /// In the last 91 days.
    Quarter,
    /// In the last 365 days.
    Year,
    /// Before.
    Older,
}

impl Age {
    /// All ages, the newest first.
    pub const ALL: [Self; 6] =
        [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year, Self::Older];

    /// The age at `now` of what was changed at so many seconds since 1970.
    fn of(modified: u32, now: i64) -> Self {
        let days = now.saturating_sub(i64::from(modified)) as f64 / DAY as f64;
        let limits = [1.0, 7.0, 30.0, 91.0, 365.0];
        let at = limits.iter().position(|limit| days < *limit);
        Self::ALL[at.unwrap_or(limits.len())]
    }
}

/// The files of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeRow {
    /// The class.
    pub class: FileClass,
    /// Their sums.
    pub sums: Rest,
}

/// The files whose names end alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionRow {
    /// The ending in lower case without its dot; empty where they have none.
    pub extension: String,
    /// Their sums.
    pub sums: Rest,
}

/// The files of an age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeRow {
    /// The age.
    pub age: Age,
    /// Their sums.
    pub sums: Rest,
}

/// The files that are asked for: those that fit all that is set.
#[derive(Debug, Clone, Default)]
pub struct FileSelection<'s> {
    /// Of this class.
    pub class: Option<FileClass>,
    /// With this ending, in lower case and without its dot; empty for those without one.
    pub extension: Option<&'s str>,
    /// Of this age at this time.
    pub age: Option<(Age, Timestamp)>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The path of it.
    pub path: TreePath,
    /// The space that it takes on disk.
    pub bytes: u64,
    /// Its size.
    pub apparent: u64,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// Its class.
    pub class: FileClass,
}

/// The largest of some files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileRows {
    /// The files, the largest first.
    pub rows: Vec<FileRow>,
    /// The others together.
    pub rest: Option<Rest>,
}

impl Tree {
    /// The classes of the files below `path`, the largest first. Small files of a thinned tree
    /// are counted in bytes alone.
    pub fn types(&self, path: &TreePath) -> Vec<TypeRow> {
        let mut sums = [Sums::default(); CLASSES];
        for file in self.counted_below(path) {
            let file = self.files.file(file);
            sums[file.class_number()].add_file(file);
        }
        for thinned in self.thinned_below(path) {
            for (sum, bytes) in sums.iter_mut().zip(thinned.by_class) {
                sum.bytes += bytes;
            }
        }
        let rows = FileClass::OF_FILES.into_iter().zip(&sums);
        let rows = rows.filter(|(_, sums)| sums.files > 0 || sums.bytes > 0);
        let mut rows: Vec<_> =
            rows.map(|(class, sums)| TypeRow { class, sums: Rest::of(sums) }).collect();
        rows.sort_by_key(|row| Reverse(row.sums.bytes));
        rows
    }

    /// The endings of the files of a class below `path`, the largest first.
    pub fn extensions(&self, path: &TreePath, class: FileClass) -> Vec<ExtensionRow> {
        let mut found: HashMap<Option<Extension>, Sums> = HashMap::new();
        for at in self.counted_below(path) {
            let file = self.files.file(at);
            if FileClass::OF_FILES[file.class_number()] == class {
                found.entry(extension(self.files.name(at))).or_default().add_file(file);
            }
        }
        let rows = found.into_iter().map(|(extension, sums)| {
            let text = extension.as_ref().map_or(&b""[..], Extension::as_bytes);
            let extension = String::from_utf8_lossy(text).into_owned();
            ExtensionRow { extension, sums: Rest::of(&sums) }
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by(|a, b| (b.sums.bytes, &a.extension).cmp(&(a.sums.bytes, &b.extension)));
        rows
    }

    /// The ages at `now` of the files below `path`, the newest first.
    pub fn ages(&self, path: &TreePath, now: Timestamp) -> Vec<AgeRow> {
        let mut sums = [Sums::default(); Age::ALL.len()];
        for file in self.counted_below(path) {
            let file = self.files.file(file);
            sums[Age::of(file.modified, now.as_second()) as usize].add_file(file);
        }
        let rows = Age::ALL.into_iter().zip(&sums).filter(|(_, sums)| sums.files > 0);
        rows.map(|(age, sums)| AgeRow { age, sums: Rest::of(sums) }).collect()
    }

    /// The largest files below `path`, at most `limit`.
    pub fn largest_files(&self, path: &TreePath, limit: usize) -> Vec<FileRow> {
        self.files_of(path, &FileSelection::default(), limit).rows
    }

    /// The largest files below `path` that fit the selection, at most `limit`.
    pub fn files_of(
        &self,
        path: &TreePath,
        selection: &FileSelection<'_>,
        limit: usize,
    ) -> FileRows {
        let fits = self.counted_below(path).filter(|at| self.fits(*at, selection));
        let mut found: Vec<(u64, u32)> =
            fits.map(|at| (self.files.file(at).counted().0, at as u32)).collect();
        let by_size = |row: &(u64, u32)| (Reverse(row.0), row.1);
        if found.len() > limit && limit > 0 {
            found.select_nth_unstable_by_key(limit - 1, by_size);
        }
        let hidden = found.split_off(limit.min(found.len()));
        found.sort_unstable_by_key(by_size);
        let mut rest = Sums::default();
        hidden.iter().for_each(|(_, at)| rest.add_file(self.files.file(*at as usize)));
        let rows = found.into_iter().map(|(_, at)| self.found_file(at as usize)).collect();
        FileRows { rows, rest: (!hidden.is_empty()).then(|| Rest::of(&rest)) }
    }

    fn fits(&self, at: usize, selection: &FileSelection<'_>) -> bool {
        let file: File = self.files.file(at);
        let is_class = |class| FileClass::OF_FILES[file.class_number()] == class;
        let is_age = |(age, now): (Age, Timestamp)| Age::of(file.modified, now.as_second()) == age;
        let ends = |wanted: &str| {
            let found = extension(self.files.name(at));
            found.as_ref().map_or(&b""[..], Extension::as_bytes) == wanted.as_bytes()
        };
        selection.class.is_none_or(is_class)
            && selection.age.is_none_or(is_age)
            && selection.extension.is_none_or(ends)
    }

    fn found_file(&self, at: usize) -> FileRow {
        let file = self.files.file(at);
        FileRow {
            path: self.file_path(at),
            bytes: file.bytes,
            apparent: file.apparent,
            modified: moment(file.modified),
            class: FileClass::OF_FILES[file.class_number()],
        }
    }

    /// The files below a path, or the file there, without further names of one.
    fn counted_below(&self, path: &TreePath) -> impl Iterator<Item = usize> {
        let files = match self.find(path) {
            Some(Spot::Folder(folder)) => self.files_below(folder),
            Some(Spot::File(file)) => file as usize..file as usize + 1,
            None => 0..0,
        };
        files.filter(|at| !self.files.file(*at).is_extra_link())
    }

    fn thinned_below(&self, path: &TreePath) -> &[Sums] {
        match self.find_folder(path) {
            Some(folder) if self.is_thinned() => {
                &self.thinned[folder as usize..self.folders[folder as usize].end as usize]
            }
            _ => &[],
        }
    }
}
