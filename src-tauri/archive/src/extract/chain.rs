//! The folders that lead from the root of an extraction to where something is written, held open:
//! mostly the next file goes where the last one went.

use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{CWD, Mode, openat};
use undercroft_foundation::{Code, Error, Result};

use crate::format::index::Index;
use crate::write::source::folder_flags;

pub(super) struct FolderChain<'a> {
    index: &'a Index,
    /// The number of the entry that the root stands for.
    root: u32,
    open: Vec<(u32, OwnedFd)>,
}

impl<'a> FolderChain<'a> {
    pub(super) fn new(index: &'a Index, root: u32, path: &Path) -> Result<Self> {
        let folder = openat(CWD, path, folder_flags(), Mode::empty())
            .map_err(|errno| Error::io("open", path, errno.into()))?;
        Ok(Self { index, root, open: vec![(root, folder)] })
    }

    /// The folder that holds an entry.
    pub(super) fn parent_of(&mut self, entry: u32) -> Result<&OwnedFd> {
        let parent = self.index.entry(entry).parent;
        self.folder(parent.checked_sub(1).ok_or_else(outside)?)
    }

    /// A folder by its entry.
    pub(super) fn folder(&mut self, folder: u32) -> Result<&OwnedFd> {
        let mut missing = Vec::new();
        let mut next = folder;
        // Ancestors have lower numbers, so what is open and lower is either on the way or done with.
        loop {
            while self.open.len() > 1 && self.open.last().is_some_and(|(open, _)| *open > next) {
                self.open.pop();
            }
            if self.open.last().is_some_and(|(open, _)| *open == next) {
                break;
            }
            if next == self.root {
                self.open.truncate(1);
                break;
            }
            missing.push(next);
            next = self.index.entry(next).parent.checked_sub(1).ok_or_else(outside)?;
        }
        for number in missing.into_iter().rev() {
            let (_, above) = self.open.last().ok_or_else(outside)?;
            let opened = openat(above, self.index.name(number), folder_flags(), Mode::empty())
                .map_err(|errno| failed(self.index, number, "open", errno))?;
            self.open.push((number, opened));
        }
        self.open.last().map(|(_, folder)| folder).ok_or_else(outside)
    }
}

/// The error of a system call on an entry.
pub(super) fn failed(index: &Index, entry: u32, what: &str, errno: rustix::io::Errno) -> Error {
    let path = index.path(entry).map(|path| path.to_string()).unwrap_or_default();
    Error::io(what, Path::new(&path), errno.into())
}

fn outside() -> Error {
    Error::new(Code::Damaged, "The archive's index makes no sense")
}
