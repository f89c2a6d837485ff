//! Reads a file into blobs: a small one whole, a large one in chunks that several threads store.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{ffi::OsStr, io};

use rustix::fs::OFlags;
use undercroft_foundation::{Code, Error, IoContext, Result, escape_path, text};

use super::folder::{Done, Folder};
use super::run::{Run, Task, Worker, count};
use crate::files::metadata::{Capture, Entry, Stat};
use crate::files::noatime::open_noatime;
use crate::format::blob::BlobKind;
use crate::format::chunker::{ChunkStream, is_single};
use crate::format::id::BlobId;
use crate::format::tree::Node;

/// A file that changes while it is read is read this often before it is kept as it came.
const ATTEMPTS: usize = 3;

/// A file to read.
pub(super) struct FileTask {
    pub(super) folder: Arc<Folder>,
    pub(super) place: usize,
    /// The folder, open.
    pub(super) open: Arc<OwnedFd>,
    pub(super) node: Node,
    pub(super) previous: Option<Node>,
    /// The node has the extended attributes already.
    pub(super) has_attributes: bool,
}

/// A chunk of a large file, cut and not yet stored.
pub(super) struct ChunkTask {
    file: Arc<LargeFile>,
    number: usize,
    bytes: Vec<u8>,
}

/// A file whose chunks are stored by several threads.
struct LargeFile {
    task: FileTask,
    state: Mutex<LargeState>,
}

#[derive(Default)]
struct LargeState {
    content: Vec<BlobId>,
    size: u64,
    /// Chunks that are not stored yet, and one for the thread that cuts.
    open: usize,
    /// It could not be read to its end.
    unreadable: bool,
}

impl FileTask {
    fn path(&self) -> PathBuf {
        self.folder.path.join(OsStr::from_bytes(&self.node.name))
    }

    /// Opens the file itself: never what a link points to, and never waiting for a pipe.
    fn open(&self, path: &Path) -> Result<(File, Stat)> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = open_noatime(&self.open, self.node.name.as_slice(), flags);
        let file = File::from(file.map_err(Into::into).at("open", path)?);
        let stat = look_at(&file).at("look at", path)?;
        if stat.is_file() {
            return Ok((file, stat));
        }
        let what = text!("Cannot read {path}", path = escape_path(path));
        Err(Error::new(Code::Unavailable, what).why("It became something else meanwhile"))
    }

    /// Takes over what the file's state is now that it is open.
    fn refresh(&mut self, capture: &Capture, stat: &Stat) -> Result<()> {
        let fresh = capture.node_of(&self.node.name, stat)?;
        let attributes = std::mem::take(&mut self.node.extended_attributes);
        self.node = Node { extended_attributes: attributes, ..fresh };
        Ok(())
    }
}

impl LargeFile {
    fn state(&self) -> MutexGuard<'_, LargeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run<'_> {
    pub(super) fn back_up_file(&self, worker: &mut Worker<'_>, mut task: FileTask) -> Result<()> {
        let path = task.path();
        self.job.set_current(escape_path(&path));
        let (file, mut stat) = match task.open(&path) {
            Ok(opened) => opened,
            Err(error) => return self.file_left_out(worker, &task, &error),
        };
        if !task.has_attributes {
            let entry = Entry::Open(file.as_fd());
            if let Err(error) = self.capture.fill(&mut task.node, entry, &path) {
                self.job.warn(escape_path(&path), error.to_string());
            }
        }
        for attempt in 1..=ATTEMPTS {
            task.refresh(&self.capture, &stat)?;
            if !is_single(stat.size()) {
                return self.back_up_large(worker, task, &file, &stat);
            }
            let read = read_whole(&file, stat.size(), &mut worker.buffer);
            let after = match read.and_then(|()| look_at(&file)).at("read", &path) {
                Ok(after) => after,
                Err(error) => return self.file_left_out(worker, &task, &error),
            };
            if is_same(&stat, &after) && worker.buffer.len() as u64 == stat.size() {
                break;
            }
            if attempt == ATTEMPTS {
                self.warn_changed(&task);
            }
            stat = after;
        }
        let mut content = Vec::new();
        if !worker.buffer.is_empty() {
            content.push(self.writer.put(&mut worker.encoder, BlobKind::Data, &worker.buffer)?);
        }
        let size = worker.buffer.len() as u64;
        self.job.add_bytes_done(size);
        let FileTask { folder, place, node, previous, .. } = task;
        let node = Node { content: Some(content), size, ..node };
        self.file_kept(worker, &folder, place, previous.as_ref(), node)
    }

    fn back_up_large(
        &self,
        worker: &mut Worker<'_>,
        task: FileTask,
        file: &File,
        before: &Stat,
    ) -> Result<()> {
        let state = LargeState { open: 1, ..LargeState::default() };
        let large = Arc::new(LargeFile { task, state: Mutex::new(state) });
        let mut chunks = ChunkStream::new(self.chunker.clone(), file);
        let read = loop {
            self.job.check_cancelled()?;
            let mut bytes = std::mem::take(&mut worker.buffer);
            match chunks.next(&mut bytes) {
                Ok(true) => {}
                Ok(false) => break look_at(file),
                Err(error) => break Err(error),
            }
            let number = {
                let mut state = large.state();
                state.size += bytes.len() as u64;
                state.content.push(BlobId([0; 32]));
                state.open += 1;
                state.content.len() - 1
            };
            let chunk = ChunkTask { file: Arc::clone(&large), number, bytes };
            if let Some(Task::Chunk(chunk)) = self.tasks.offer(Task::Chunk(chunk)) {
                worker.buffer = self.store_chunk(worker, chunk)?;
            }
        };
        match read.at("read", &large.task.path()) {
            Ok(after) if is_same(before, &after) => {}
            Ok(_) => self.warn_changed(&large.task),
            Err(error) => {
                self.job.warn(escape_path(&large.task.path()), error.to_string());
                large.state().unreadable = true;
            }
        }
        self.large_part_done(worker, &large)
    }

    /// Stores a chunk and returns its buffer.
    pub(super) fn store_chunk(&self, worker: &mut Worker<'_>, task: ChunkTask) -> Result<Vec<u8>> {
        let ChunkTask { file, number, bytes } = task;
        let id = self.writer.put(&mut worker.encoder, BlobKind::Data, &bytes)?;
        self.job.add_bytes_done(bytes.len() as u64);
        file.state().content[number] = id;
        self.large_part_done(worker, &file)?;
        Ok(bytes)
    }

    fn large_part_done(&self, worker: &mut Worker<'_>, file: &LargeFile) -> Result<()> {
        let (content, size, unreadable) = {
            let mut state = file.state();
            state.open -= 1;
            if state.open > 0 {
                return Ok(());
            }
            (std::mem::take(&mut state.content), state.size, state.unreadable)
        };
        let task = &file.task;
        if unreadable {
            self.job.add_files_done(1);
            return self.entry_done(worker, &task.folder, task.place, Done::LeftOut);
        }
        let node = Node { content: Some(content), size, ..task.node.clone() };
        self.file_kept(worker, &task.folder, task.place, task.previous.as_ref(), node)
    }

    fn file_kept(
        &self,
        worker: &mut Worker<'_>,
        folder: &Arc<Folder>,
        place: usize,
        previous: Option<&Node>,
        node: Node,
    ) -> Result<()> {
        self.count_file(node.size);
        let (counter, done) = match previous {
            Some(previous) if *previous == node => {
                (&self.counts.files_unmodified, Done::Identical(node))
            }
            // Another program's node may say the same otherwise.
            Some(previous) if is_as_in(previous, &node) => {
                (&self.counts.files_unmodified, Done::Kept(node))
            }
            Some(previous) if previous.content.is_some() => {
                (&self.counts.files_changed, Done::Kept(node))
            }
            _ => (&self.counts.files_new, Done::Kept(node)),
        };
        count(counter);
        self.entry_done(worker, folder, place, done)
    }

    fn file_left_out(&self, worker: &mut Worker<'_>, task: &FileTask, error: &Error) -> Result<()> {
        // What vanished between the look and the reading is not there at this moment.
        if error.code() != Code::NotFound {
            self.job.warn(escape_path(&task.path()), error.to_string());
        }
        self.job.add_files_done(1);
        self.entry_done(worker, &task.folder, task.place, Done::LeftOut)
    }

    fn warn_changed(&self, task: &FileTask) {
        let message = "It changed while it was read; it was kept as it came";
        self.job.warn(escape_path(&task.path()), message);
    }
}

fn look_at(file: &File) -> io::Result<Stat> {
    Ok(Stat::of(Entry::Open(file.as_fd()))?)
}

fn is_same(before: &Stat, after: &Stat) -> bool {
    before.size() == after.size() && before.mtime() == after.mtime()
}

/// Whether a file that was read has the content and the times that it had in the parent.
fn is_as_in(previous: &Node, node: &Node) -> bool {
    let looks = |node: &Node| (node.mtime, node.ctime, node.inode);
    looks(previous) == looks(node) && previous.content == node.content
}

/// Reads a file of `size` bytes from its start; stops early where it has become shorter.
fn read_whole(file: &File, size: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
    // No more than the largest single chunk, see `is_single`.
    buffer.resize(usize::try_from(size).map_err(io::Error::other)?, 0);
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(filled);
    Ok(())
}
