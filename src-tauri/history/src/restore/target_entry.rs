//! Puts one file or link in its place.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;

use rustix::fs::{AtFlags, Mode, OFlags, openat, readlinkat, symlinkat, unlinkat};
use rustix::io::Errno;
use rustix::process::geteuid;
use undercroft_foundation::{Code, Error, IoContext, Result, reach_write_point};
use undercroft_repository::fs_at::{Entry, apply, create_file, go_mode, temporary_name};
use undercroft_repository::{ExtendedAttribute, Node, NodeKind, NodeTime};

use super::Restore;
use super::clone::clone_or_copy;
use super::worker::Task;
use crate::disk::Stat;
use crate::disk::content::{is_content_of, pass_on};
use crate::guard::GuardedEntry;
use crate::store::ObjectKind;
use crate::tree::sidecar::Attributes;
use crate::version::{ContentId, EntryKind};

/// The state of the place of a file or link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The same.
    Same,
    /// The same, but for the time.
    OtherTime,
    /// The same content, with another mode or other extended attributes.
    OtherAttributes,
    /// Something else.
    Other,
    /// Nothing.
    Missing,
}

/// The destination of a file or link.
pub(super) struct TargetEntry<'a> {
    pub(super) restore: &'a Restore<'a>,
    pub(super) folder: BorrowedFd<'a>,
    pub(super) task: &'a Task,
    /// A file's content.
    pub(super) content: Option<ContentId>,
    pub(super) path: PathBuf,
}

impl TargetEntry<'_> {
    fn name(&self) -> &[u8] {
        &self.task.line.name
    }

    fn node(&self) -> Node {
        node_of(self.name(), self.task.line.kind, &self.task.line.attributes)
    }

    /// Compares what is there.
    pub(super) fn state(&self, found: &Stat) -> Result<State> {
        let line = &self.task.line;
        if found.kind != line.kind {
            return Ok(State::Other);
        }
        let Some(content) = &self.content else {
            let is_same = readlinkat(self.folder, self.name(), Vec::new())
                .is_ok_and(|target| self.target().is_ok_and(|wanted| target.as_bytes() == wanted));
            return Ok(if is_same { State::Same } else { State::Other });
        };
        // Neither size nor time tells content: either it looks as it did when it was last read, or
        // it is read now.
        let by_looks = self.task.held.as_ref();
        let by_looks = by_looks.and_then(|held| held.blob_by_looks(self.name(), found));
        let is_same = by_looks == Some(self.task.blob)
            || (found.size_bytes == line.totals.bytes && self.has(content)?);
        if !is_same {
            return Ok(State::Other);
        }
        let looks_same = found.attributes.modified == line.attributes.modified;
        let attributes = &line.attributes;
        let is_alike = found.attributes.mode == allowed_mode(attributes)
            && (attributes.extended.is_empty() || self.extended() == attributes.extended);
        Ok(match (is_alike, looks_same) {
            (true, true) => State::Same,
            // Another of its names may lie elsewhere, and is not to be changed.
            _ if found.links > 1 => State::Other,
            (true, false) => State::OtherTime,
            (false, _) => State::OtherAttributes,
        })
    }

    fn open(&self) -> Option<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        openat(self.folder, self.name(), flags, Mode::empty()).ok().map(File::from)
    }

    fn extended(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.open().map(|file| crate::disk::extended(&file)).unwrap_or_default()
    }

    /// Whether the file that is there has this content. What cannot be read has not.
    fn has(&self, content: &ContentId) -> Result<bool> {
        let Some(mut file) = self.open() else { return Ok(false) };
        is_content_of(&mut file, (content, self.task.line.totals.bytes), self.restore.job)
    }

    /// Makes it what the version says.
    pub(super) fn make(&self, state: State) -> Result<()> {
        match (state, &self.content) {
            (State::Same, _) => Ok(()),
            (State::OtherTime | State::OtherAttributes, _) => {
                apply(&self.node(), Entry::In(self.folder, self.name()), &self.path)
            }
            (_, Some(content)) => {
                let (mut file, name) = create_file(self.folder, self.name())
                    .map_err(|error| self.wrong("create a file beside", error))?;
                let filled = self.fill(&mut file, content).and_then(|()| self.sync(&file));
                filled.inspect_err(|_| self.discard(&name))?;
                reach_write_point("restore.file-written");
                self.take_place(&name)
            }
            (_, None) => {
                let name = temporary_name();
                symlinkat(self.target()?, self.folder, &name)
                    .map_err(|error| self.wrong("create the link", error))?;
                let entry = Entry::In(self.folder, name.as_bytes());
                apply(&self.node(), entry, &self.path).inspect_err(|_| self.discard(&name))?;
                self.take_place(&name)
            }
        }
    }

    /// The target of a link.
    fn target(&self) -> Result<Vec<u8>> {
        self.restore.store.read(ObjectKind::Blob, self.task.blob)
    }

    fn fill(&self, file: &mut File, content: &ContentId) -> Result<()> {
        let wanted = (content, self.task.line.totals.bytes);
        let job = self.restore.job;
        if !self.copy_alike(file, content)? {
            if self.restore.like.is_some() {
                // What was copied is not what it seemed to be.
                file.set_len(0).and_then(|()| file.rewind()).at("write", &self.path)?;
            }
            let mut from = self.restore.contents.open(content)?;
            if !pass_on(&mut from, file, wanted, job)? {
                return Err(Error::new(Code::Damaged, "The content is not what it should be")
                    .why("Its digest is another")
                    .next("Run `undercroft history check` to see which versions it touches"));
            }
        }
        apply(&self.node(), Entry::Open(file.as_fd()), &self.path)
    }

    /// Copies the file of a like workspace, if it seems the same and is. Says whether it did.
    fn copy_alike(&self, file: &mut File, content: &ContentId) -> Result<bool> {
        let Some(like) = &self.restore.like else { return Ok(false) };
        let Some(folder) = like.folder(&self.task.path.parent().unwrap_or_default())? else {
            return Ok(false);
        };
        let Ok(Some(from)) = folder.open(self.name()) else { return Ok(false) };
        let line = &self.task.line;
        let stat = crate::disk::stat_of_file(&from).at("look at", &self.path)?;
        let seems = stat.size_bytes == line.totals.bytes
            && stat.attributes.modified == line.attributes.modified;
        if !seems || clone_or_copy(&from, file).is_err() {
            return Ok(false);
        }
        file.seek(SeekFrom::Start(0)).at("read", &self.path)?;
        pass_on(file, &mut std::io::sink(), (content, line.totals.bytes), self.restore.job)
    }

    /// Makes a file durable before it replaces something.
    fn sync(&self, file: &File) -> Result<()> {
        let Some(_) = &self.task.found else { return Ok(()) };
        file.sync_all().at("sync", &self.path)
    }

    /// Only what the version made just before holds is replaced.
    fn take_place(&self, from: &str) -> Result<()> {
        let (held, job) = (self.task.held.as_deref(), self.restore.job);
        let (folder, name, path) = (self.folder, self.name(), &*self.path);
        GuardedEntry { held, folder, name, path, job }.put(from)
    }

    /// Removes what was begun; what stays is only untidy, and what failed is told already.
    fn discard(&self, name: &str) {
        let _ = unlinkat(self.folder, name, AtFlags::empty());
    }

    fn wrong(&self, what: &str, error: Errno) -> Error {
        Error::io(what, &self.path, error.into())
    }
}

/// The mode, without the bits that would let others act as a user who is not this one.
fn allowed_mode(attributes: &Attributes) -> u32 {
    let is_own = attributes.uid == geteuid().as_raw();
    if is_own { attributes.mode } else { attributes.mode & !0o6000 }
}

/// The node whose metadata an entry gets.
pub(super) fn node_of(name: &[u8], kind: EntryKind, attributes: &Attributes) -> Node {
    let (node_kind, type_bits) = match kind {
        EntryKind::Folder => (NodeKind::Dir, 0o040_000),
        EntryKind::Symlink => (NodeKind::Symlink, 0o120_000),
        _ => (NodeKind::File, 0o100_000),
    };
    let mode = go_mode(type_bits | allowed_mode(attributes)).map_or(0, |(_, mode)| mode);
    let time = attributes.modified;
    let time = NodeTime { seconds: time.seconds, nanoseconds: time.nanos };
    let extended = attributes.extended.iter().filter_map(|(name, value)| {
        let name = String::from_utf8(name.clone()).ok()?;
        Some(ExtendedAttribute { name, value: Some(value.clone()) })
    });
    Node {
        mode,
        mtime: time,
        atime: time,
        ctime: time,
        uid: attributes.uid,
        gid: attributes.gid,
        extended_attributes: extended.collect(),
        ..Node::new(name, node_kind)
    }
}
