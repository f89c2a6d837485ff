//! The names in an archive: folders, paths, and searching.

use undercroft_foundation::{Code, Error, NameQuery, Result, TreePath, text};

use super::ArchiveReader;
use crate::format::index::{Attributes, Digest, EntryKind};

/// A file or folder of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveEntry {
    /// Its number in the archive.
    pub number: u32,
    /// Its name; any bytes.
    pub name: Vec<u8>,
    /// The kind of entry.
    pub kind: EntryKind,
    /// The permissions and the time of the last change.
    pub attributes: Attributes,
    /// The size of a file, or of all files in a folder.
    pub size: u64,
    /// The number of files in a folder; 1 for a file.
    pub files: u64,
    /// The target of a symbolic link.
    pub target: Vec<u8>,
}

/// A file or folder that was found by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The path below the project's folder.
    pub path: TreePath,
    /// The entry; the sums of folders are not counted.
    pub entry: ArchiveEntry,
}

/// A part of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name; nothing for the project's own folder.
    pub name: Option<String>,
    /// The number of files and folders in it.
    pub entries: u64,
    /// The size of its files.
    pub bytes: u64,
}

/// The number, plus one, of the part of this name.
fn named(parts: &mut Vec<Part>, name: Option<String>) -> usize {
    let known = parts.iter().position(|part| part.name == name);
    known.unwrap_or_else(|| {
        parts.push(Part { name, entries: 0, bytes: 0 });
        parts.len() - 1
    }) + 1
}

impl ArchiveReader {
    /// The number of entries.
    pub fn entries(&self) -> u64 {
        self.index().entries().len() as u64
    }

    /// The entry at a path below the project's folder.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn find(&self, path: &TreePath) -> Result<u32> {
        let top = self.project_root()?;
        path.names().try_fold(top, |folder, name| self.child(folder, name)).map_err(|error| {
            Error::new(Code::NotFound, text!("The archive has no {path}", path)).because(error)
        })
    }

    /// The entry at a path in the tar.
    pub(crate) fn find_in_tar(&self, path: &TreePath) -> Option<u32> {
        let mut names = path.names();
        let first = names.next()?;
        let entries = self.index().entries().iter().enumerate();
        let mut tops = entries.filter(|(_, entry)| entry.parent == 0).map(|(at, _)| at as u32);
        let top = tops.find(|top| self.index().name(*top) == first)?;
        names.try_fold(top, |folder, name| self.child(folder, name).ok())
    }

    /// The project's folder: the first entry of the archive.
    pub(crate) fn project_root(&self) -> Result<u32> {
        let is_folder = |number: u32| self.index().entry(number).kind == EntryKind::Folder;
        let beside = crate::BESIDE.as_bytes();
        (0..self.index().entries().len() as u32)
            .filter(|number| self.index().entry(*number).parent == 0)
            .find(|number| is_folder(*number) && self.index().name(*number) != beside)
            .ok_or_else(|| Error::new(Code::Damaged, "The archive holds no folder of a project"))
    }

    fn child(&self, folder: u32, name: &[u8]) -> Result<u32> {
        self.index()
            .behind(folder)
            .iter()
            .position(|entry| entry.parent == folder + 1 && self.index().name_of(entry) == name)
            .map(|at| folder + 1 + at as u32)
            .ok_or_else(|| Error::new(Code::NotFound, "There is no such name"))
    }

    /// The entries of a folder: folders first, then by name, with the sums of all below.
    ///
    /// # Errors
    /// [`Code::Invalid`] for what is not a folder.
    pub fn folder(&self, folder: u32) -> Result<Vec<ArchiveEntry>> {
        let entries = self.index().entries();
        if entries.get(folder as usize).map(|entry| entry.kind) != Some(EntryKind::Folder) {
            return Err(Error::new(Code::Invalid, "It is not a folder").next("Choose a folder"));
        }
        // The nearest ancestor that is a child of the folder; what is outside has none.
        let mut child_of: Vec<u32> = Vec::new();
        let mut children: Vec<ArchiveEntry> = Vec::new();
        for (number, entry) in (folder + 1..).zip(self.index().behind(folder)) {
            let child = if entry.parent == folder + 1 {
                let (size, files) = (0, 0);
                children.push(ArchiveEntry { size, files, ..self.entry(number) });
                children.len() as u32
            } else if entry.parent > folder {
                child_of[(entry.parent - folder) as usize - 2]
            } else {
                0
            };
            child_of.push(child);
            if child > 0 && entry.kind != EntryKind::Folder {
                let sums = &mut children[child as usize - 1];
                sums.size += entry.size;
                sums.files += 1;
            }
        }
        children.sort_by(|a, b| {
            let order = |entry: &ArchiveEntry| entry.kind != EntryKind::Folder;
            order(a).cmp(&order(b)).then_with(|| a.name.cmp(&b.name))
        });
        Ok(children)
    }

    /// One entry by itself; a folder's sums are not counted.
    pub fn entry(&self, number: u32) -> ArchiveEntry {
        let index = self.index();
        let entry = index.entry(number);
        ArchiveEntry {
            number,
            name: index.name(number).to_vec(),
            kind: entry.kind,
            attributes: entry.attributes,
            size: match entry.kind {
                EntryKind::HardLink => index.entry(entry.original).size,
                _ => entry.size,
            },
            files: u64::from(entry.kind != EntryKind::Folder),
            target: index.target(number).to_vec(),
        }
    }

    /// The SHA-256 of a file's content in hexadecimal digits; nothing for what is no file, and
    /// where the index lost it.
    pub fn sha256(&self, number: u32) -> Option<String> {
        let digest = self.index().entry(self.file_entry(number).ok()?).digest;
        (digest != Digest::default()).then(|| hex::encode(digest))
    }

    /// The files and folders of the project whose names fit, at most `limit`.
    ///
    /// # Errors
    /// [`Code::Damaged`] where the archive holds no project.
    pub fn search(&self, query: &NameQuery, limit: usize) -> Result<Vec<Hit>> {
        let root = self.project_root()?;
        let mut hits = Vec::new();
        let mut is_inside = vec![false; self.index().entries().len()];
        is_inside[root as usize] = true;
        for number in root + 1..self.index().entries().len() as u32 {
            let parent = self.index().entry(number).parent;
            if parent == 0 || !is_inside[parent as usize - 1] {
                continue;
            }
            is_inside[number as usize] = true;
            let is_deep = query.names() > 1;
            let name = self.index().name(number);
            if !is_deep && query.matches(name).is_none() {
                continue;
            }
            let path = self.index().path(number)?;
            let path = TreePath::from_names(path.names().skip(1))?;
            if query.matches(path.as_bytes()).is_some() {
                hits.push(Hit { path, entry: self.entry(number) });
                if hits.len() >= limit {
                    break;
                }
            }
        }
        Ok(hits)
    }

    /// The parts of the archive: the project's folder, which has no name here, and the parts.
    pub fn parts(&self) -> Vec<Part> {
        let index = self.index();
        let mut parts: Vec<Part> = Vec::new();
        // The part of each entry by its number, plus one; none for the folder that holds the parts.
        let mut part_of = vec![0_usize; index.entries().len()];
        for (number, entry) in index.entries().iter().enumerate() {
            let is_beside = |number: u32| {
                let entry = index.entry(number);
                entry.parent == 0 && index.name(number) == crate::BESIDE.as_bytes()
            };
            let part = match entry.parent.checked_sub(1) {
                None if is_beside(number as u32) => continue,
                None => named(&mut parts, None),
                Some(parent) if is_beside(parent) => {
                    let name = String::from_utf8_lossy(index.name_of(entry)).into_owned();
                    named(&mut parts, Some(name))
                }
                Some(parent) => part_of[parent as usize],
            };
            part_of[number] = part;
            if let Some(part) = part.checked_sub(1).and_then(|part| parts.get_mut(part)) {
                part.entries += 1;
                part.bytes += entry.size;
            }
        }
        parts
    }

    /// The number and the size of the files at these paths of the project, or of all.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a path that the archive does not have.
    pub fn totals(&self, paths: &[TreePath]) -> Result<(u64, u64)> {
        let wanted = self.wanted(paths)?;
        let files = wanted.iter().map(|number| self.index().entry(*number));
        let files = files.filter(|entry| entry.kind != EntryKind::Folder);
        Ok(files.fold((0, 0), |(files, bytes), entry| (files + 1, bytes + entry.size)))
    }

    /// The names of the parts that lie beside the project's folder.
    pub(crate) fn part_names(&self) -> Vec<String> {
        let beside = TreePath::from_names([crate::BESIDE]).ok();
        let Some(folder) = beside.and_then(|path| self.find_in_tar(&path)) else {
            return Vec::new();
        };
        let entries = self.index().entries().iter();
        let inside = entries.filter(|entry| entry.parent == folder + 1);
        inside
            .map(|entry| String::from_utf8_lossy(self.index().name_of(entry)).into_owned())
            .collect()
    }

    /// All entries below an entry, and itself, in order.
    pub(crate) fn below(&self, top: u32) -> Vec<u32> {
        let mut is_below = vec![true];
        let mut found = vec![top];
        for (number, entry) in (top + 1..).zip(self.index().behind(top)) {
            let is_inside = entry.parent > top && is_below[(entry.parent - 1 - top) as usize];
            is_below.push(is_inside);
            if is_inside {
                found.push(number);
            }
        }
        found
    }
}
