//! Puts one entry in its place: new, over what is there, or not at all.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::sync::atomic::AtomicU64;

use rustix::fs::{AtFlags, Mode, OFlags, linkat, openat, renameat, symlinkat, unlinkat};
use rustix::io::Errno;
use undercroft_foundation::{Code, Error, IoContext, Result, reach_write_point};

use super::content::{Content, Destination};
use super::folder::Folder;
use super::same::{Standing, blobs_of, stays};
use super::{Overwrite, Shared, temporary};
use crate::metadata::{Entry, Freshness, Stat, apply, create_special};
use crate::tree::{Node, NodeKind};

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    /// It was written.
    Restored,
    /// It was there with the same content; its metadata was set.
    Identical,
    /// Something was there, and was to stay.
    Skipped,
}

/// Where an entry goes.
pub(super) struct Spot<'a> {
    pub(super) shared: &'a Shared<'a>,
    pub(super) folder: BorrowedFd<'a>,
    pub(super) node: &'a Node,
    pub(super) path: &'a Path,
    /// Counts the bytes that are written.
    pub(super) written: &'a AtomicU64,
}

/// What is there before.
enum Found {
    Nothing,
    Something(Stat),
}

impl Spot<'_> {
    /// Restores the entry.
    pub(super) fn place(&self, content: &mut Content<'_>) -> Result<Placed> {
        match &self.node.kind {
            NodeKind::File => self.place_file(content),
            NodeKind::Symlink
            | NodeKind::Dev
            | NodeKind::CharDev
            | NodeKind::Fifo
            | NodeKind::Socket => self.place_other(),
            NodeKind::Dir | NodeKind::Other(_) => {
                let kind = self.node.kind.name();
                Err(Error::new(
                    Code::Unsupported,
                    format!("Cannot restore an entry of kind {kind}"),
                )
                .why("Nothing like it can be made here"))
            }
        }
    }

    fn entry(&self) -> Entry<'_> {
        Entry::In(self.folder, &self.node.name)
    }

    fn place_file(&self, content: &mut Content<'_>) -> Result<Placed> {
        // Most restores go into new folders: try that first.
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        let mode = Mode::RUSR | Mode::WUSR;
        match openat(self.folder, &self.node.name[..], flags | OFlags::CLOEXEC, mode) {
            Ok(file) => {
                self.fill(&file.into(), content).inspect_err(|_| self.remove(&self.node.name))?;
                return Ok(Placed::Restored);
            }
            Err(Errno::EXIST) => {}
            Err(error) => return Err(self.wrong("create", error)),
        }
        match self.look()? {
            // It went away in between, or was a folder with nothing in it.
            Found::Nothing => {}
            Found::Something(stat) if self.stays(&stat) => return Ok(Placed::Skipped),
            Found::Something(stat) => {
                if self.keep_if_same(&stat, content)? {
                    return Ok(Placed::Identical);
                }
            }
        }
        self.replace_file(content)
    }

    /// What is there. A folder makes room if nothing is in it.
    fn look(&self) -> Result<Found> {
        match Stat::of(self.entry()) {
            Err(Errno::NOENT) => Ok(Found::Nothing),
            Err(error) => Err(self.wrong("look at", error)),
            Ok(stat) if stat.is_dir() && self.shared.request.overwrite != Overwrite::Never => {
                match unlinkat(self.folder, &self.node.name[..], AtFlags::REMOVEDIR) {
                    Ok(()) => Ok(Found::Nothing),
                    Err(error) => Err(self.wrong("replace the folder", error)),
                }
            }
            Ok(stat) => Ok(Found::Something(stat)),
        }
    }

    /// Whether the file that is there is as it should be; if so, its metadata is set.
    fn keep_if_same(&self, stat: &Stat, content: &mut Content<'_>) -> Result<bool> {
        let (repository, request) = (self.shared.repository, self.shared.request);
        let standing = Standing { folder: self.folder, stat, path: self.path };
        if !standing.is_same_file(repository, request, self.node, content.buffer())? {
            return Ok(false);
        }
        self.set_metadata(self.entry(), Freshness::Found);
        Ok(true)
    }

    /// Writes beside what is there, and then takes its place: a crash leaves the one or the other.
    fn replace_file(&self, content: &mut Content<'_>) -> Result<Placed> {
        let (file, name) = temporary::create_file(self.folder, &self.node.name)
            .map_err(|error| self.wrong("create a file beside", error))?;
        let mut replace = || {
            self.fill(&file, content)?;
            file.sync_all().at("sync", self.path)?;
            reach_write_point("restore.file-written");
            self.rename(&name)
        };
        replace().inspect_err(|_| self.remove(name.as_bytes()))?;
        Ok(Placed::Restored)
    }

    /// Gives a new file its content and its metadata.
    fn fill(&self, file: &File, content: &mut Content<'_>) -> Result<()> {
        let blobs = blobs_of(self.node)?;
        let Shared { request, job, .. } = self.shared;
        let to = Destination {
            file,
            path: self.path,
            sparse: request.sparse,
            job,
            written: self.written,
        };
        content.write(blobs, &to)?;
        if request.verify && !content.is_in(blobs, file, self.path)? {
            return Err(Error::new(Code::Damaged, "The file was written and reads otherwise")
                .why("The disk or the memory of this machine is faulty")
                .next("Restore to another disk"));
        }
        self.set_metadata(Entry::Open(file.as_fd()), Freshness::Made);
        Ok(())
    }

    /// The entry is in place; what is wrong with its metadata is worth a warning, not the entry.
    fn set_metadata(&self, entry: Entry<'_>, freshness: Freshness) {
        if let Err(error) = apply(self.node, entry, freshness, self.path) {
            self.shared.report(self.path, error);
        }
    }

    fn place_other(&self) -> Result<Placed> {
        match self.look()? {
            Found::Nothing => {
                self.make(&self.node.name)?;
                return Ok(Placed::Restored);
            }
            Found::Something(stat) if self.stays(&stat) => return Ok(Placed::Skipped),
            Found::Something(stat) if self.is_same_other(&stat) => {
                self.set_metadata(self.entry(), Freshness::Found);
                return Ok(Placed::Identical);
            }
            Found::Something(_) => {}
        }
        let name = temporary::name();
        let replace = || self.make(name.as_bytes()).and_then(|()| self.rename(&name));
        replace().inspect_err(|_| self.remove(name.as_bytes()))?;
        Ok(Placed::Restored)
    }

    fn is_same_other(&self, stat: &Stat) -> bool {
        Standing { folder: self.folder, stat, path: self.path }.is_same_other(self.node)
    }

    fn stays(&self, stat: &Stat) -> bool {
        stays(self.shared.request.overwrite, self.node, stat)
    }

    /// Makes a link, device, pipe or socket under a name, with its metadata.
    fn make(&self, name: &[u8]) -> Result<()> {
        let entry = Entry::In(self.folder, name);
        if self.node.kind == NodeKind::Symlink {
            symlinkat(&self.node.linktarget[..], self.folder, name)
                .map_err(|error| self.wrong("create the link", error))?;
        } else {
            create_special(self.node, entry, self.path)?;
        }
        self.set_metadata(entry, Freshness::Made);
        Ok(())
    }

    /// Makes the entry another name of a file that was restored before. Where that cannot be, it
    /// becomes a file of its own.
    pub(super) fn place_link(
        &self,
        other: &Folder,
        other_name: &[u8],
        content: &mut Content<'_>,
    ) -> Result<Placed> {
        let other = self.shared.root.descend(other);
        let other = other.map_err(|error| self.wrong("open the folder of a link of", error))?;
        let link = |name: &[u8]| linkat(&other, other_name, self.folder, name, AtFlags::empty());
        let found = self.look()?;
        let Found::Something(stat) = found else {
            return match link(&self.node.name) {
                Ok(()) => Ok(Placed::Restored),
                Err(_) => self.place_file(content),
            };
        };
        if self.stays(&stat) {
            return Ok(Placed::Skipped);
        }
        let is_same =
            |first: Stat| first.inode() == stat.inode() && first.device_id() == stat.device_id();
        if Stat::of(Entry::In(other.as_fd(), other_name)).is_ok_and(is_same) {
            return Ok(Placed::Identical);
        }
        let name = temporary::name();
        if link(name.as_bytes()).is_err() {
            return self.place_file(content);
        }
        self.rename(&name).inspect_err(|_| self.remove(name.as_bytes()))?;
        Ok(Placed::Restored)
    }

    fn rename(&self, from: &str) -> Result<()> {
        renameat(self.folder, from, self.folder, &self.node.name[..])
            .map_err(|error| self.wrong("replace", error))
    }

    /// Removes what was begun; what stays is only untidy, and what failed is reported already.
    fn remove(&self, name: &[u8]) {
        let _ = unlinkat(self.folder, name, AtFlags::empty());
    }

    fn wrong(&self, what: &str, error: Errno) -> Error {
        Error::io(what, self.path, error.into())
    }
}
