//! Files by columns: what is known of each takes 25 bytes and its name.

/// Another name of content that was counted at its first name.
pub(crate) const EXTRA_LINK: u8 = 0x80;
/// Neither a plain file nor a folder: a symbolic link, a pipe, a device.
pub(crate) const SPECIAL: u8 = 0x40;
/// The part of a mark that numbers the class.
pub(crate) const CLASS: u8 = 0x07;

/// A file as the disk tells of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File {
    /// Its size.
    pub(crate) apparent: u64,
    /// The space that it takes on disk.
    pub(crate) bytes: u64,
    /// When it was last changed, in seconds since 1970; 0 where unknown.
    pub(crate) modified: u32,
    /// Its class, and whether it is special or another name.
    pub(crate) mark: u8,
}

impl File {
    pub(crate) fn is_extra_link(self) -> bool {
        self.mark & EXTRA_LINK != 0
    }

    pub(crate) fn is_special(self) -> bool {
        self.mark & SPECIAL != 0
    }

    pub(crate) fn class_number(self) -> usize {
        usize::from(self.mark & CLASS)
    }

    /// The space that it alone takes: nothing for another name.
    pub(crate) fn counted(self) -> (u64, u64) {
        if self.is_extra_link() { (0, 0) } else { (self.bytes, self.apparent) }
    }
}

/// Files, one after another.
#[derive(Debug, Default, Clone)]
pub(crate) struct Columns {
    pub(crate) names: Vec<u8>,
    /// The end of each name in `names`; it begins where the one before ends.
    pub(crate) name_ends: Vec<u32>,
    pub(crate) apparent: Vec<u64>,
    pub(crate) bytes: Vec<u64>,
    pub(crate) modified: Vec<u32>,
    pub(crate) marks: Vec<u8>,
}

impl Columns {
    pub(crate) fn with_capacity(files: usize, names: usize) -> Self {
        Self {
            names: Vec::with_capacity(names),
            name_ends: Vec::with_capacity(files),
            apparent: Vec::with_capacity(files),
            bytes: Vec::with_capacity(files),
            modified: Vec::with_capacity(files),
            marks: Vec::with_capacity(files),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.marks.len()
    }

    /// Adds a file; false where the names take more than can be numbered.
    #[must_use]
    pub(crate) fn push(&mut self, name: &[u8], file: File) -> bool {
        let Ok(end) = u32::try_from(self.names.len() + name.len()) else { return false };
        self.names.extend_from_slice(name);
        self.name_ends.push(end);
        self.apparent.push(file.apparent);
        self.bytes.push(file.bytes);
        self.modified.push(file.modified);
        self.marks.push(file.mark);
        true
    }

    /// Adds the files `from..to` of another; false where the names take more than can be numbered.
    #[must_use]
    pub(crate) fn extend(&mut self, other: &Self, from: usize, to: usize) -> bool {
        let (start, end) = (other.name_start(from), other.name_start(to));
        let base = self.names.len();
        if u32::try_from(base + end - start).is_err() {
            return false;
        }
        self.names.extend_from_slice(&other.names[start..end]);
        let moved = other.name_ends[from..to].iter();
        self.name_ends.extend(moved.map(|at| (*at as usize - start + base) as u32));
        self.apparent.extend_from_slice(&other.apparent[from..to]);
        self.bytes.extend_from_slice(&other.bytes[from..to]);
        self.modified.extend_from_slice(&other.modified[from..to]);
        self.marks.extend_from_slice(&other.marks[from..to]);
        true
    }

    pub(crate) fn name_start(&self, at: usize) -> usize {
        if at == 0 { 0 } else { self.name_ends[at - 1] as usize }
    }

    pub(crate) fn name(&self, at: usize) -> &[u8] {
        &self.names[self.name_start(at)..self.name_ends[at] as usize]
    }

    pub(crate) fn file(&self, at: usize) -> File {
        File {
            apparent: self.apparent[at],
            bytes: self.bytes[at],
            modified: self.modified[at],
            mark: self.marks[at],
        }
    }
}
