//! Puts one entry in its place: new, over what is there, or not at all.

use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use rustix::fs::{AtFlags, linkat, renameat, symlinkat, unlinkat};
use rustix::io::Errno;
use undercroft_foundation::{Code, Error, IoContext, Result, reach_write_point, text};

use super::folder::Folder;
use super::same::{ExistingEntry, blobs_of, file_holds, stays};
use super::{Overwrite, Shared};
use crate::files::metadata::{Entry, Stat, apply, create_special};
use crate::files::new_file::{NewFile, temporary_name};
use crate::format::tree::{Node, NodeKind};

/// The outcome of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryOutcome {
    /// It was written.
    Restored,
    /// It was there with the same content; its metadata was set.
    Identical,
    /// Something was there, and was to stay.
    Skipped,
}

/// The work that is left for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Done(EntryOutcome),
    /// To write a file.
    Write {
        /// Whether it takes the place of something.
        replaces: bool,
    },
}

/// An entry of the target: a node of the snapshot and the folder that it goes into.
pub(super) struct TargetEntry<'a> {
    pub(super) shared: &'a Shared<'a>,
    pub(super) folder: BorrowedFd<'a>,
    pub(super) node: &'a Node,
    pub(super) path: &'a Path,
}

/// The entry that is there before.
enum Found {
    Nothing,
    Something(Stat),
}

impl TargetEntry<'_> {
    /// Does what can be done without content. In a folder that `is_new` is nothing yet.
    pub(super) fn begin(&self, is_new: bool, buffer: &mut Vec<u8>) -> Result<Step> {
        match &self.node.kind {
            NodeKind::File if is_new => Ok(Step::Write { replaces: false }),
            NodeKind::File => self.begin_file(buffer),
            NodeKind::Symlink
            | NodeKind::Dev
            | NodeKind::CharDev
            | NodeKind::Fifo
            | NodeKind::Socket => self.place_other().map(Step::Done),
            NodeKind::Dir | NodeKind::Other(_) => {
                let kind = self.node.kind.name();
                Err(Error::new(
                    Code::Unsupported,
                    text!("Cannot restore an entry of kind {kind}", kind),
                )
                .why("Nothing like it can be made here"))
            }
        }
    }

    fn entry(&self) -> Entry<'_> {
        Entry::In(self.folder, &self.node.name)
    }

    fn begin_file(&self, buffer: &mut Vec<u8>) -> Result<Step> {
        Ok(match self.look()? {
            Found::Nothing => Step::Write { replaces: false },
            Found::Something(stat) if self.stays(&stat) => Step::Done(EntryOutcome::Skipped),
            Found::Something(stat) if self.keep_if_same(&stat, buffer)? => {
                Step::Done(EntryOutcome::Identical)
            }
            Found::Something(_) => Step::Write { replaces: true },
        })
    }

    /// The entry that is there. A folder makes room if nothing is in it.
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
    fn keep_if_same(&self, stat: &Stat, buffer: &mut Vec<u8>) -> Result<bool> {
        let (repository, request) = (self.shared.repository, self.shared.request);
        let existing = ExistingEntry { folder: self.folder, stat, path: self.path };
        if !existing.is_same_file(repository, request, self.node, buffer)? {
            return Ok(false);
        }
        self.set_metadata(self.entry());
        Ok(true)
    }

    /// Makes a file that has not got its name yet.
    pub(super) fn create(&self, replaces: bool) -> Result<NewFile> {
        if !replaces && let Ok(made) = NewFile::unnamed(self.folder) {
            return Ok(made);
        }
        self.shared.note_temporary(self.path);
        NewFile::beside(self.folder, &self.node.name).map_err(|error| self.wrong("create", error))
    }

    /// Gives a file whose content is whole its metadata and its name: a crash leaves what was there
    /// before, or this. What takes the place of something is durable before.
    pub(super) fn publish(
        &self,
        made: &NewFile,
        replaces: bool,
        buffer: &mut Vec<u8>,
    ) -> Result<EntryOutcome> {
        let Shared { request, repository, .. } = self.shared;
        let holds =
            |buffer| file_holds(repository, blobs_of(self.node)?, &made.file, self.path, buffer);
        if request.verify && !holds(buffer)? {
            return Err(Error::new(Code::Damaged, "The file was written and reads otherwise")
                .why("The disk or the memory of this machine is faulty")
                .next("Restore to another disk"));
        }
        self.set_metadata(Entry::Open(made.file.as_fd()));
        if replaces {
            made.file.sync_all().at("sync", self.path)?;
            // It may have become what is to stay, since it was looked at.
            if Stat::of(self.entry()).is_ok_and(|stat| self.stays(&stat)) {
                return Ok(EntryOutcome::Skipped);
            }
            (self.shared.before_replacing)(self.path)?;
        }
        reach_write_point("restore.file-written");
        made.publish(self.folder, &self.node.name, replaces).map_err(|error| match error {
            Errno::EXIST => Error::io("create", self.path, error.into())
                .why("Something came to be there meanwhile")
                .next("Restore again"),
            error => self.wrong("create", error),
        })?;
        Ok(EntryOutcome::Restored)
    }

    /// The entry is in place; what is wrong with its metadata is worth a warning, not the entry.
    fn set_metadata(&self, entry: Entry<'_>) {
        if let Err(error) = apply(self.node, entry, self.path) {
            self.shared.report(self.path, error);
        }
    }

    fn place_other(&self) -> Result<EntryOutcome> {
        match self.look()? {
            Found::Nothing => {
                self.make(&self.node.name)?;
                return Ok(EntryOutcome::Restored);
            }
            Found::Something(stat) if self.stays(&stat) => return Ok(EntryOutcome::Skipped),
            Found::Something(stat) if self.is_same_other(&stat) => {
                self.set_metadata(self.entry());
                return Ok(EntryOutcome::Identical);
            }
            Found::Something(_) => (self.shared.before_replacing)(self.path)?,
        }
        self.shared.note_temporary(self.path);
        let name = temporary_name();
        let replace = || self.make(name.as_bytes()).and_then(|()| self.rename(&name));
        replace().inspect_err(|_| self.remove(name.as_bytes()))?;
        Ok(EntryOutcome::Restored)
    }

    fn is_same_other(&self, stat: &Stat) -> bool {
        ExistingEntry { folder: self.folder, stat, path: self.path }.is_same_other(self.node)
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
        self.set_metadata(entry);
        Ok(())
    }

    /// Makes the entry another name of a file that was restored before. Where that cannot be, it
    /// becomes a file of its own.
    pub(super) fn place_link(
        &self,
        other: &Folder,
        other_name: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<Step> {
        let other = self.shared.root.descend(other);
        let other = other.map_err(|error| self.wrong("open the folder of a link of", error))?;
        let link = |name: &[u8]| linkat(&other, other_name, self.folder, name, AtFlags::empty());
        let Found::Something(stat) = self.look()? else {
            return match link(&self.node.name) {
                Ok(()) => Ok(Step::Done(EntryOutcome::Restored)),
                Err(_) => self.begin_file(buffer),
            };
        };
        if self.stays(&stat) {
            return Ok(Step::Done(EntryOutcome::Skipped));
        }
        let is_same =
            |first: Stat| first.inode() == stat.inode() && first.device_id() == stat.device_id();
        if Stat::of(Entry::In(other.as_fd(), other_name)).is_ok_and(is_same) {
            return Ok(Step::Done(EntryOutcome::Identical));
        }
        self.shared.note_temporary(self.path);
        let name = temporary_name();
        if link(name.as_bytes()).is_err() {
            return self.begin_file(buffer);
        }
        let ready = (self.shared.before_replacing)(self.path);
        ready.inspect_err(|_| self.remove(name.as_bytes()))?;
        self.rename(&name).inspect_err(|_| self.remove(name.as_bytes()))?;
        Ok(Step::Done(EntryOutcome::Restored))
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
