//! The entries of one batch: what needs no content is placed at once, and the files get theirs in
//! the order in which it is stored.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{Code, Error, IoContext, Result, escape_path, reach_write_point};

use super::Shared;
use super::content::{Content, Piece, write_around_zeros};
use super::folder::{Folder, finish};
use super::links::{Claim, LinkKey};
use super::place::{EntryOutcome, Step, TargetEntry};
use super::queue::{BYTES, Task};
use super::same::blobs_of;
use crate::files::new_file::NewFile;
use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::tree::NodeKind;
use crate::store::threads::on_threads;

/// Threads that write parts of one large file.
const THREADS: usize = 2;

/// Blobs of a large file that are read together.
const PART: usize = 16;

/// Entries that are restored together.
pub(super) struct Batch<'a> {
    shared: &'a Shared<'a>,
    /// The files that wait for content; none any more where one is done.
    files: Vec<Option<Pending>>,
    /// Other names of files that are there now, or could not be.
    released: Vec<Task>,
    /// The folder of the last entry, which is mostly that of the next too.
    opened: Option<(Arc<Folder>, Rc<OwnedFd>)>,
    buffer: Vec<u8>,
}

/// An entry that was begun.
struct Begun {
    task: Task,
    /// Set for the first name of a file that has several.
    key: Option<LinkKey>,
    path: PathBuf,
}

/// A file that waits for content.
struct Pending {
    begun: Begun,
    folder: Rc<OwnedFd>,
    replaces: bool,
    /// Made when the first of its content comes, so that few are open at once.
    file: Option<NewFile>,
    /// Blobs that are still to come.
    left: usize,
    written: u64,
}

impl<'a> Batch<'a> {
    pub(super) fn new(shared: &'a Shared<'a>) -> Self {
        Self { shared, files: Vec::new(), released: Vec::new(), opened: None, buffer: Vec::new() }
    }

    /// Restores entries; returns those that waited for one of them.
    pub(super) fn restore(mut self, tasks: Vec<Task>, content: &mut Content<'a>) -> Vec<Task> {
        let mut pieces = Vec::new();
        for task in tasks {
            if self.shared.must_stop() {
                break;
            }
            self.begin(task, &mut pieces);
        }
        // It ends early only when all of the restore does.
        let _ = content.read(&mut pieces, &mut |piece, bytes| {
            self.shared.job.check_cancelled()?;
            self.put(piece, bytes);
            if self.shared.must_stop() { Err(cancelled()) } else { Ok(()) }
        });
        for mut unfinished in self.files.drain(..).flatten() {
            unfinished.discard();
        }
        self.released
    }

    /// Does all of an entry that needs no content; says which content the rest needs.
    fn begin(&mut self, task: Task, pieces: &mut Vec<Piece>) {
        let (task, key, other) = match LinkKey::of(&task.node) {
            None => (task, None, None),
            Some(key) => match self.shared.links.claim(key, task) {
                Claim::Waits => return,
                Claim::First(task) => (task, Some(key), None),
                Claim::Link(task, folder, name) => (task, None, Some((folder, name))),
            },
        };
        let path = self.shared.root.path_of(&task.folder, &task.node.name);
        self.shared.job.set_current(escape_path(&path));
        let begun = Begun { task, key, path };
        match self.step(&begun, other) {
            Ok((_, Step::Done(placed))) => self.end(begun, Ok(placed), 0),
            Ok((folder, Step::Write { replaces })) => {
                let file = Pending { begun, folder, replaces, file: None, left: 0, written: 0 };
                self.plan(file, pieces);
            }
            Err(error) => self.end(begun, Err(error), 0),
        }
    }

    fn step(
        &mut self,
        begun: &Begun,
        other: Option<(Arc<Folder>, Vec<u8>)>,
    ) -> Result<(Rc<OwnedFd>, Step)> {
        let Begun { task: Task { folder, node }, path, .. } = begun;
        let opened = match &self.opened {
            Some((open, opened)) if Arc::ptr_eq(open, folder) => Rc::clone(opened),
            _ => {
                let opened = self.shared.root.descend(folder);
                let opened = opened.map_err(Into::into).at("open the folder of", path)?;
                Rc::clone(&self.opened.insert((Arc::clone(folder), Rc::new(opened))).1)
            }
        };
        let entry = TargetEntry { shared: self.shared, folder: opened.as_fd(), node, path };
        let step = match other {
            Some((other, name)) => entry.place_link(&other, &name, &mut self.buffer)?,
            None => entry.begin(folder.is_new(), &mut self.buffer)?,
        };
        Ok((opened, step))
    }

    /// Notes where the content of a file lies; a large one, and one without any, is written now.
    fn plan(&mut self, mut file: Pending, pieces: &mut Vec<Piece>) {
        let node = &file.begun.task.node;
        let number = self.files.len();
        let planned = blobs_of(node).and_then(|blobs| {
            if blobs.len() > 1 && node.size > BYTES {
                return Ok(None);
            }
            pieces_of(self.shared, blobs, number, 0).map(Some)
        });
        match planned {
            Ok(Some(of_it)) if !of_it.is_empty() => {
                file.left = of_it.len();
                pieces.extend(of_it);
                self.files.push(Some(file));
            }
            Ok(None) => {
                let written = write_large(self.shared, &mut file);
                self.complete(file, written);
            }
            Ok(_) => self.complete(file, Ok(())),
            Err(error) => self.complete(file, Err(error)),
        }
    }

    /// Writes a piece of a file, which is done with the last of them.
    fn put(&mut self, piece: &Piece, bytes: Result<&[u8]>) {
        let Some(file) = &mut self.files[piece.file] else { return };
        let written = bytes.and_then(|bytes| {
            file.make(self.shared)?;
            file.write(self.shared, bytes, piece.offset)
        });
        file.left -= 1;
        if (file.left == 0 || written.is_err())
            && let Some(file) = self.files[piece.file].take()
        {
            self.complete(file, written);
        }
    }

    /// A file has all its content, or cannot get it.
    fn complete(&mut self, mut file: Pending, written: Result<()>) {
        let placed = written.and_then(|()| file.publish(self.shared, &mut self.buffer));
        if !matches!(placed, Ok(EntryOutcome::Restored)) {
            file.discard();
        }
        self.end(file.begun, placed, file.written);
    }

    /// Counts and reports what became of an entry.
    fn end(&mut self, begun: Begun, placed: Result<EntryOutcome>, written: u64) {
        let Begun { task: Task { folder, node }, key, path } = begun;
        let shared = self.shared;
        if node.kind == NodeKind::File {
            shared.job.add_bytes_done(node.size.saturating_sub(written));
            shared.job.add_files_done(1);
        }
        let is_there = matches!(placed, Ok(EntryOutcome::Restored | EntryOutcome::Identical));
        match placed {
            Ok(placed) => shared.counts.add(&node, placed, written),
            Err(error) => shared.report(&path, error),
        }
        if let Some(key) = key {
            self.released.extend(if is_there {
                shared.links.done(key, Arc::clone(&folder), node.name)
            } else {
                shared.links.failed(key)
            });
        }
        finish(shared, folder);
    }
}

impl Pending {
    fn target_entry<'s>(&'s self, shared: &'s Shared<'s>) -> TargetEntry<'s> {
        let Begun { task, path, .. } = &self.begun;
        TargetEntry { shared, folder: self.folder.as_fd(), node: &task.node, path }
    }

    /// Makes the file where it was not made yet.
    fn make(&mut self, shared: &Shared<'_>) -> Result<()> {
        if self.file.is_none() {
            self.file = Some(self.target_entry(shared).create(self.replaces)?);
        }
        Ok(())
    }

    fn made(&self) -> Result<&NewFile> {
        self.file.as_ref().ok_or_else(|| Error::new(Code::Internal, "A new file is gone"))
    }

    fn write(&mut self, shared: &Shared<'_>, bytes: &[u8], offset: u64) -> Result<()> {
        write_piece(shared, &self.made()?.file, &self.begun.path, bytes, offset)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Gives the file its metadata and its name, now that its content is whole.
    fn publish(&mut self, shared: &Shared<'_>, buffer: &mut Vec<u8>) -> Result<EntryOutcome> {
        self.make(shared)?;
        let made = self.made()?;
        if shared.request.sparse {
            made.file.set_len(self.written).at("write", &self.begun.path)?;
        }
        self.target_entry(shared).publish(made, self.replaces, buffer)
    }

    fn discard(&mut self) {
        if let Some(made) = self.file.take() {
            made.discard(self.folder.as_fd());
        }
    }
}

/// The pieces for these blobs, one after the other in a file from `offset` on.
fn pieces_of(
    shared: &Shared<'_>,
    blobs: &[BlobId],
    file: usize,
    mut offset: u64,
) -> Result<Vec<Piece>> {
    let locate = |id| {
        let location = shared.repository.locate_blob(BlobKind::Data, id)?;
        let piece = Piece { location, file, offset };
        offset += location.plain_length();
        Ok(piece)
    };
    blobs.iter().map(locate).collect()
}

fn write_piece(
    shared: &Shared<'_>,
    file: &File,
    path: &Path,
    bytes: &[u8],
    offset: u64,
) -> Result<()> {
    let written = if shared.request.sparse {
        write_around_zeros(file, bytes, offset)
    } else {
        file.write_all_at(bytes, offset)
    };
    written.at("write", path)?;
    reach_write_point("restore.blob-written");
    shared.job.add_bytes_done(bytes.len() as u64);
    Ok(())
}

/// Writes all of a large file, part by part, by several threads.
fn write_large(shared: &Shared<'_>, pending: &mut Pending) -> Result<()> {
    pending.make(shared)?;
    let (file, path) = (&pending.made()?.file, &pending.begun.path);
    let rest = Mutex::new((blobs_of(&pending.begun.task.node)?, 0));
    let written = AtomicU64::new(0);
    let next = || -> Result<Vec<Piece>> {
        let mut rest = rest.lock().unwrap_or_else(PoisonError::into_inner);
        let (part, later) = rest.0.split_at(PART.min(rest.0.len()));
        let pieces = pieces_of(shared, part, 0, rest.1)?;
        let end = pieces.last().map(|last| last.offset + last.location.plain_length());
        *rest = (later, end.unwrap_or(rest.1));
        Ok(pieces)
    };
    let give = |piece: &Piece, bytes: Result<&[u8]>| -> Result<()> {
        shared.job.check_cancelled()?;
        let bytes = bytes?;
        write_piece(shared, file, path, bytes, piece.offset)?;
        written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    };
    let done = on_threads(THREADS, || {
        let mut content = Content::new(shared.repository)?;
        loop {
            let mut pieces = next()?;
            if pieces.is_empty() {
                return Ok(());
            }
            if let Err(error) = content.read(&mut pieces, &mut { give }) {
                // The other need not go on.
                rest.lock().unwrap_or_else(PoisonError::into_inner).0 = &[];
                return Err(error);
            }
        }
    });
    pending.written = written.into_inner();
    done
}

fn cancelled() -> Error {
    Error::new(Code::Cancelled, "Cancelled")
}
