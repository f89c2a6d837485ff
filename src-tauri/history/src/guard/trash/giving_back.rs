//! Gives back what lies in a part of the trash, folder into folder.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use rustix::fs::{AtFlags, Dir, fsync, unlinkat};
use rustix::io::{Errno, Result as SystemResult};
use undercroft_foundation::{
    Code, Error, IoContext, Result, Text, TreePath, VersionId, escape_path, text,
};
use undercroft_repository::fs_at::{Entry, Stat, descend};

use super::Trash;
use super::part::{TrashPart, enter, make_path, open};
use crate::guard::guarded_entry::rename_new;

/// The outcome of giving back from the trash.
#[derive(Default)]
pub(crate) struct GivenBack {
    /// Paths that are in their place again, with all in them.
    pub(crate) paths: Vec<TreePath>,
    /// Paths that are not, and why.
    pub(crate) left: Vec<(TreePath, Error)>,
    /// The part that holds the files that were in their places.
    pub(crate) part: Option<TrashPart>,
}

/// The fate of a file whose place is taken by another file, when it comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::guard) enum Taken {
    /// It stays in the trash.
    Stays,
    /// It takes the place; what is there goes to a new part, made when this is the last version.
    SetAside(Option<VersionId>),
}

/// Moves what is in a part of the trash into the workspace.
pub(super) struct Merge<'a> {
    trash: &'a Trash,
    part: &'a Path,
    taken: Taken,
    given: &'a mut GivenBack,
    /// The paths that came from other parts.
    others: Vec<TreePath>,
}

impl<'a> Merge<'a> {
    pub(super) fn new(
        trash: &'a Trash,
        part: &'a Path,
        taken: Taken,
        given: &'a mut GivenBack,
    ) -> Self {
        let others = given.paths.clone();
        Self { trash, part, taken, given, others }
    }

    /// Moves what lies at or below these paths, or all.
    pub(super) fn run(&mut self, paths: &[TreePath]) -> Result<()> {
        let (from, to) = (open(self.part)?, open(&self.trash.workspace)?);
        let root = [TreePath::root()];
        for path in if paths.is_empty() { &root[..] } else { paths } {
            let merged = self.path(from.as_fd(), to.as_fd(), path);
            merged.map_err(io::Error::from).at("bring back from", self.part)?;
        }
        Ok(())
    }

    fn path(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        path: &TreePath,
    ) -> SystemResult<()> {
        let Some((parent, name)) = path.split() else { return self.folder(from, to, path) };
        let above = match enter(from, &parent) {
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(()),
            above => above?,
        };
        if Stat::of(Entry::In(above.as_fd(), name)).is_err() {
            return Ok(());
        }
        match make_path(to, &parent) {
            // A folder above it is none any more.
            Err(Errno::NOTDIR | Errno::LOOP) => {
                self.stays(path, "Something else is in its place");
                Ok(())
            }
            below => self.entry(above.as_fd(), below?.as_fd(), path),
        }
    }

    fn entry(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        path: &TreePath,
    ) -> SystemResult<()> {
        if self.others.iter().any(|other| path.is_in(other)) {
            return Ok(());
        }
        let name = path.name().unwrap_or_default();
        match rename_new((from, name), (to, name)) {
            Ok(()) => return self.is_back(to, path),
            Err(Errno::NOENT) => return Ok(()),
            Err(Errno::EXIST) => {}
            Err(Errno::XDEV) => {
                // Folders without files were made for what could not be moved into them.
                if holds_files(from, name)? {
                    self.stays(path, self.trash.another_file_system());
                }
                return Ok(());
            }
            Err(source) => return Err(source),
        }
        let is_folder = |folder| Stat::of(Entry::In(folder, name)).is_ok_and(|it| it.is_dir());
        match (is_folder(from), is_folder(to), self.taken) {
            (true, true, _) => {
                let (inner, outer) = (descend(from, &[name])?, descend(to, &[name])?);
                self.folder(inner.as_fd(), outer.as_fd(), path)?;
                // Only what is empty goes.
                let _ = unlinkat(from, name, AtFlags::REMOVEDIR);
                Ok(())
            }
            (false, false, Taken::SetAside(before)) => self.replace((from, to), path, before),
            _ => {
                self.stays(path, "Something else is in its place");
                Ok(())
            }
        }
    }

    /// Puts a file where another is, which goes to a part of its own first: in this one it would
    /// be as old as what it holds, and the next to go.
    fn replace(
        &mut self,
        (from, to): (BorrowedFd<'_>, BorrowedFd<'_>),
        path: &TreePath,
        before: Option<VersionId>,
    ) -> SystemResult<()> {
        if let Err(error) = self.set_aside(path, before) {
            self.given.left.push((path.clone(), error));
            return Ok(());
        }
        let name = path.name().unwrap_or_default();
        match rename_new((from, name), (to, name)) {
            Ok(()) => self.is_back(to, path),
            // It came just now.
            Err(Errno::EXIST) => {
                self.stays(path, "Something else is in its place");
                Ok(())
            }
            Err(source) => {
                if let Some(Err(error)) = self.given.part.as_ref().map(|part| part.take_out(path)) {
                    tracing::warn!(%error, "what was in the way stays in the trash");
                }
                Err(source)
            }
        }
    }

    fn set_aside(&mut self, path: &TreePath, before: Option<VersionId>) -> Result<()> {
        let part = match self.given.part.take() {
            Some(part) => part,
            None => self.trash.begin_beside(before)?,
        };
        self.given.part.insert(part).add_durably(path)
    }

    fn is_back(&mut self, to: BorrowedFd<'_>, path: &TreePath) -> SystemResult<()> {
        self.given.paths.push(path.clone());
        fsync(to)
    }

    fn folder(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        path: &TreePath,
    ) -> SystemResult<()> {
        for entry in Dir::read_from(from)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                self.entry(from, to, &path.join(name))?;
            }
        }
        Ok(())
    }

    fn stays(&mut self, path: &TreePath, why: impl Into<Text>) {
        let error = Error::new(Code::AlreadyExists, text!("{path} stays in the trash", path))
            .why(why)
            .next(text!("Take it from {part}", part = escape_path(self.part)));
        self.given.left.push((path.clone(), error));
    }
}

/// Whether an entry is a file, or a folder with one at any depth.
fn holds_files(folder: BorrowedFd<'_>, name: &[u8]) -> SystemResult<bool> {
    if !Stat::of(Entry::In(folder, name))?.is_dir() {
        return Ok(true);
    }
    let inner = descend(folder, &[name])?;
    for entry in Dir::read_from(&inner)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." && holds_files(inner.as_fd(), name)? {
            return Ok(true);
        }
    }
    Ok(false)
}
