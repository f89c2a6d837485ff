//! A folder of a tree, and the sums of what is below it.

use crate::class::CLASSES;

/// It, or something directly in it, could not be read.
pub(crate) const UNREADABLE: u8 = 1;
/// It is on another file system, and was not entered.
pub(crate) const OTHER_FILE_SYSTEM: u8 = 2;
/// It was to be left out.
pub(crate) const LEFT_OUT: u8 = 4;

/// A folder. Those below it follow it, up to `end`; so do their files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Folder {
    pub(crate) parent: u32,
    /// The number of the first folder behind it that is not below it.
    pub(crate) end: u32,
    /// The end of its name among the names of folders.
    pub(crate) name_end: u32,
    /// The number of its first file; they go to the first of the next folder.
    pub(crate) first_file: u32,
    /// The space that its own list of names takes.
    pub(crate) own_bytes: u64,
    pub(crate) flags: u8,
}

/// The sums of files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) bytes: u64,
    pub(crate) apparent: u64,
    pub(crate) files: u64,
    pub(crate) by_class: [u64; CLASSES],
    pub(crate) newest: u32,
}

impl Sums {
    pub(crate) fn add(&mut self, other: &Self) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.apparent = self.apparent.saturating_add(other.apparent);
        self.files += other.files;
        for (sum, more) in self.by_class.iter_mut().zip(other.by_class) {
            *sum = sum.saturating_add(more);
        }
        self.newest = self.newest.max(other.newest);
    }

    pub(crate) fn add_file(&mut self, file: super::columns::File) {
        let (bytes, apparent) = file.counted();
        self.bytes = self.bytes.saturating_add(bytes);
        self.apparent = self.apparent.saturating_add(apparent);
        self.files += 1;
        let sum = &mut self.by_class[file.class_number()];
        *sum = sum.saturating_add(bytes);
        self.newest = self.newest.max(file.modified);
    }
}
