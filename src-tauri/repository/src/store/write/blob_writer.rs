//! Blobs on their way into packs: known ones are left out, packs are closed when they are full or
//! have waited long enough, and written by a thread of their own.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use undercroft_foundation::{Code, Error, Result, reach_write_point, text};

use super::index_files::write_index_file;
use crate::format::blob::{BlobEncoder, BlobKind, FinishedBlob, SealedBlob};
use crate::format::file_kind::FileKind;
use crate::format::id::{BlobId, PackId};
use crate::format::pack::{
    BUFFER, FinishedPack, INDEX_BLOBS_MAX, PACK_TARGET, PackBuilder, PackedBlob,
};
use crate::store::lock::{Lock, publish};
use crate::store::repository::Repository;

/// Data goes to one of this many open packs by chance, so that the sizes of a pack's
/// neighbouring blobs do not tell which file they are (as restic does since 0.18).
pub(crate) const OPEN_DATA_PACKS: usize = 2;

/// Packs and what is known of them are made durable at least this often, or when they came to so
/// many bytes: together they are what a killed backup can lose. More often would leave thousands
/// of small packs where the way to the storage is slow.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);
const CHECKPOINT_BYTES: u64 = 1 << 30;

/// The time between two looks of the saver whether a checkpoint is due.
const CHECK_EVERY: Duration = Duration::from_millis(500);

/// Bytes of a pack that are read back at once.
const READ_BACK: usize = 2 << 20;

/// The blobs and packs that were added.
#[derive(Debug, Default)]
pub(crate) struct Added {
    pub(crate) data_blobs: AtomicU64,
    pub(crate) tree_blobs: AtomicU64,
    /// Before compression.
    pub(crate) bytes: AtomicU64,
    /// As stored, without packs' headers.
    pub(crate) bytes_stored: AtomicU64,
    /// The packs that were written and indexed.
    pub(crate) packs: Mutex<Vec<PackId>>,
}

/// The fate of blobs that are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteMode {
    /// Blobs that the repository lacks are stored.
    Add,
    /// They are counted as if they were stored.
    DryRun,
    /// All are stored, whether they are there or not, and every pack is read back: those that it
    /// takes the place of will go.
    Rewrite,
}

#[derive(Debug, Default)]
struct OpenPack {
    builder: PackBuilder,
    since: Duration,
}

/// A command to the saver.
enum Command {
    Save(PackBuilder),
    /// To write the index of all packs until here, and to answer then.
    WriteIndex(mpsc::Sender<()>),
    Stop,
}

/// Takes blobs from several threads and sees to it that each is stored once.
pub(crate) struct BlobWriter<'r> {
    repository: &'r Repository,
    lock: Option<&'r Lock>,
    mode: WriteMode,
    /// Blobs that are on their way and in no index file yet: another writer of this process must
    /// not rely on them, its snapshot could be there before they can be found.
    pending: Mutex<HashSet<(BlobKind, BlobId)>>,
    data: [Mutex<OpenPack>; OPEN_DATA_PACKS],
    trees: Mutex<OpenPack>,
    /// Buffers of packs that were written, to be filled again.
    spare: Mutex<Vec<Vec<u8>>>,
    saver: mpsc::SyncSender<Command>,
    failed: AtomicBool,
    added: Added,
}

impl<'r> BlobWriter<'r> {
    /// Runs `work` with a writer, then writes what is still open and the index.
    ///
    /// When `work` fails or is cancelled, what was written is kept and indexed all the same, so
    /// that the next backup finds it.
    pub(crate) fn run<T>(
        repository: &'r Repository,
        lock: Option<&'r Lock>,
        mode: WriteMode,
        work: impl FnOnce(&Self) -> Result<T>,
    ) -> Result<(T, Added)> {
        let (saver, packs) = mpsc::sync_channel(1);
        let writer = Self {
            repository,
            lock,
            mode,
            pending: Mutex::default(),
            data: Default::default(),
            trees: Mutex::default(),
            spare: Mutex::default(),
            saver,
            failed: AtomicBool::new(false),
            added: Added::default(),
        };
        let outcome = std::thread::scope(|scope| {
            let writer = &writer;
            let saving = scope.spawn(move || {
                PackSaver { writer, unindexed: Vec::new(), bytes: 0, indexed_at: writer.now() }
                    .run(&packs)
            });
            let worked = work(writer);
            let flushed = writer.flush();
            // It listens until it is told to stop, whatever happened to it.
            let _ = writer.saver.send(Command::Stop);
            let saved = match saving.join() {
                Ok(saved) => saved,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            // What the saver met comes first: the others only saw that it was gone.
            saved.and(worked.and_then(|value| flushed.map(|()| value)))
        });
        outcome.map(|value| (value, writer.added))
    }

    /// Stores a blob unless it is there or on its way.
    pub(crate) fn put(
        &self,
        encoder: &mut BlobEncoder,
        kind: BlobKind,
        plain: &[u8],
    ) -> Result<BlobId> {
        let id = BlobId::of(plain);
        self.put_as(encoder, kind, id, plain)?;
        Ok(id)
    }

    /// Stores a blob whose id is known, unless it is there or on its way; returns the bytes that
    /// it takes, none where it was there.
    pub(crate) fn put_as(
        &self,
        encoder: &mut BlobEncoder,
        kind: BlobKind,
        id: BlobId,
        plain: &[u8],
    ) -> Result<u64> {
        let repository = self.repository;
        let (random, version) = (&*repository.storage.world.random, repository.config.version);
        self.put_sealed(kind, id, plain.len() as u64, move || {
            encoder.encode(&repository.key, random, kind, plain, version)
        })
    }

    /// Stores a blob of `length` bytes as `seal` gives it, which is only asked where the blob is
    /// neither there nor on its way; returns the bytes that it takes, none where it was there.
    pub(crate) fn put_sealed<'s>(
        &self,
        kind: BlobKind,
        id: BlobId,
        length: u64,
        seal: impl FnOnce() -> Result<SealedBlob<'s>>,
    ) -> Result<u64> {
        if !self.claim(kind, id) {
            return Ok(0);
        }
        let sealed = seal()?;
        let stored = sealed.bytes.len() as u64;
        self.count(kind, length, stored);
        if self.mode == WriteMode::DryRun {
            return Ok(stored);
        }
        let mut open = locked(self.open_pack(kind, &sealed));
        if open.builder.is_empty() {
            open.since = self.now();
            open.builder = PackBuilder::with_buffer(locked(&self.spare).pop().unwrap_or_default());
        }
        open.builder.add(kind, id, &sealed)?;
        if open.builder.is_full() {
            // Still under the lock: while the disk is slow, nobody begins yet another pack.
            self.send(std::mem::take(&mut open.builder))?;
        }
        Ok(stored)
    }

    /// Stores a blob that has all its content, unless it is there or on its way.
    pub(crate) fn put_finished(&self, kind: BlobKind, mut blob: FinishedBlob) -> Result<BlobId> {
        let (id, length, stored) = (blob.id, blob.length, blob.stored_length());
        let (key, random) = (&self.repository.key, &*self.repository.storage.world.random);
        if stored < PACK_TARGET {
            self.put_sealed(kind, id, length, || blob.seal(key, random))?;
        } else if self.claim(kind, id) {
            let raw_length = blob.seal(key, random)?.raw_length;
            self.count(kind, length, stored as u64);
            if self.mode != WriteMode::DryRun {
                // A pack of its own: in another it would be held twice for a while.
                self.send(PackBuilder::of(kind, id, raw_length, blob.into_bytes())?)?;
            }
        }
        Ok(id)
    }

    fn count(&self, kind: BlobKind, length: u64, stored: u64) {
        let counter = match kind {
            BlobKind::Data => &self.added.data_blobs,
            BlobKind::Tree => &self.added.tree_blobs,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.added.bytes.fetch_add(length, Ordering::Relaxed);
        self.added.bytes_stored.fetch_add(stored, Ordering::Relaxed);
    }

    /// Whether a blob is in the repository.
    pub(crate) fn contains(&self, kind: BlobKind, id: &BlobId) -> bool {
        self.repository.index().contains(kind, id)
    }

    fn claim(&self, kind: BlobKind, id: BlobId) -> bool {
        let mut pending = locked(&self.pending);
        let is_known =
            self.mode != WriteMode::Rewrite && self.repository.index().contains(kind, &id);
        !is_known && pending.insert((kind, id))
    }

    /// The pack that a blob goes into. Content goes where the first byte of its nonce says, which
    /// was drawn: whoever knows some content must not know where it goes.
    fn open_pack(&self, kind: BlobKind, sealed: &SealedBlob<'_>) -> &Mutex<OpenPack> {
        match kind {
            BlobKind::Tree => &self.trees,
            BlobKind::Data => &self.data[usize::from(sealed.bytes[0]) % OPEN_DATA_PACKS],
        }
    }

    fn send(&self, pack: PackBuilder) -> Result<()> {
        if self.failed.load(Ordering::SeqCst) {
            return Err(gone());
        }
        self.saver.send(Command::Save(pack)).map_err(|_| gone())
    }

    /// Makes durable and findable all that was put until now; nobody may put anything meanwhile.
    pub(crate) fn flush_and_index(&self) -> Result<()> {
        self.flush()?;
        let (done, wait) = mpsc::channel();
        self.saver.send(Command::WriteIndex(done)).map_err(|_| gone())?;
        wait.recv().map_err(|_| gone())
    }

    fn flush(&self) -> Result<()> {
        for open in self.data.iter().chain([&self.trees]) {
            // The saver holds one for a moment when it looks how old it is.
            let pack = std::mem::take(&mut locked(open).builder);
            if !pack.is_empty() {
                self.send(pack)?;
            }
        }
        Ok(())
    }

    /// Closes the packs that have been open for at least `age`; not one that is being added to,
    /// whose owner may be waiting for the caller.
    fn take_open(&self, age: Duration) -> Vec<PackBuilder> {
        let now = self.now();
        let take = |open: &Mutex<OpenPack>| {
            let mut open = open.try_lock().ok()?;
            let due = !open.builder.is_empty() && now.saturating_sub(open.since) >= age;
            due.then(|| std::mem::take(&mut open.builder))
        };
        self.data.iter().chain([&self.trees]).filter_map(take).collect()
    }

    fn now(&self) -> Duration {
        self.repository.storage.world.clock.steady()
    }
}

/// Writes packs and index files, in the order that a reader needs: packs, then their index.
struct PackSaver<'a, 'r> {
    writer: &'a BlobWriter<'r>,
    unindexed: Vec<(PackId, Vec<PackedBlob>)>,
    /// Of the packs that no index lists.
    bytes: u64,
    indexed_at: Duration,
}

impl PackSaver<'_, '_> {
    fn run(mut self, commands: &mpsc::Receiver<Command>) -> Result<()> {
        let worked = self.save_until_stopped(commands);
        if worked.is_err() {
            // Those who hand over a pack must not wait for ever.
            self.writer.failed.store(true, Ordering::SeqCst);
            while let Ok(Command::Save(_) | Command::WriteIndex(_)) = commands.recv() {}
        }
        // Packs that did arrive are worth an index even when a later one did not.
        let indexed = self.write_index();
        worked.and(indexed)
    }

    fn save_until_stopped(&mut self, commands: &mpsc::Receiver<Command>) -> Result<()> {
        loop {
            match commands.recv_timeout(CHECK_EVERY) {
                Ok(Command::Save(pack)) => self.save(pack)?,
                Ok(Command::WriteIndex(done)) => {
                    self.write_index()?;
                    // Who no longer waits needs no answer.
                    let _ = done.send(());
                }
                Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.checkpoint()?;
        }
    }

    fn save(&mut self, pack: PackBuilder) -> Result<()> {
        let repository = self.writer.repository;
        let (storage, lock) = (&repository.storage, self.writer.lock);
        let pack = pack.finish(&repository.key, &*storage.world.random)?;
        publish(storage, lock, FileKind::Pack, || {
            storage.write_pack(pack.id, &pack.bytes).map(|()| pack.id)
        })?;
        reach_write_point("repository.pack-written");
        if self.writer.mode == WriteMode::Rewrite {
            read_back(repository, &pack)?;
            reach_write_point("repository.pack-read-back");
        }
        self.bytes += pack.bytes.len() as u64;
        if pack.bytes.capacity() <= BUFFER {
            locked(&self.writer.spare).push(pack.bytes);
        }
        self.unindexed.push((pack.id, pack.blobs));
        Ok(())
    }

    /// Makes durable and findable what has waited long enough.
    fn checkpoint(&mut self) -> Result<()> {
        // What takes the place of others is there once more: small packs would not be worth it.
        if self.writer.mode != WriteMode::Rewrite {
            for pack in self.writer.take_open(CHECKPOINT_EVERY) {
                self.save(pack)?;
            }
        }
        let waited = self.writer.now().saturating_sub(self.indexed_at);
        let blobs: usize = self.unindexed.iter().map(|(_, blobs)| blobs.len()).sum();
        let many = self.bytes >= CHECKPOINT_BYTES || blobs >= INDEX_BLOBS_MAX / 2;
        if waited >= CHECKPOINT_EVERY || many {
            self.write_index()?;
        }
        Ok(())
    }

    fn write_index(&mut self) -> Result<()> {
        self.indexed_at = self.writer.now();
        if self.unindexed.is_empty() {
            return Ok(());
        }
        let repository = self.writer.repository;
        let mut rest = &self.unindexed[..];
        while !rest.is_empty() {
            let mut blobs = 0;
            let fitting = rest.iter().take_while(|(_, pack)| {
                blobs += pack.len();
                blobs <= INDEX_BLOBS_MAX
            });
            // A pack is never split, so that one of many tiny blobs stands alone and above.
            let (file, later) = rest.split_at(fitting.count().max(1));
            let id = write_index_file(repository, self.writer.lock, file)?;
            repository.index_file_written(id, file);
            locked(&self.writer.added.packs).extend(file.iter().map(|(pack, _)| *pack));
            let mut pending = locked(&self.writer.pending);
            for blob in file.iter().flat_map(|(_, blobs)| blobs) {
                pending.remove(&(blob.kind, blob.id));
            }
            rest = later;
        }
        self.unindexed.clear();
        self.bytes = 0;
        Ok(())
    }
}

/// Makes sure that a pack reads as it was written.
fn read_back(repository: &Repository, pack: &FinishedPack) -> Result<()> {
    let mut at = 0;
    for part in pack.bytes.chunks(READ_BACK) {
        if repository.storage.read_pack_range(pack.id, at, part.len())? != part {
            let what = text!("Cannot rely on {path}", path = FileKind::Pack.path(pack.id));
            return Err(Error::new(Code::Damaged, what).why("It does not read as it was written"));
        }
        at += part.len() as u64;
    }
    Ok(())
}

fn gone() -> Error {
    Error::new(Code::Internal, "The thread that writes packs is gone")
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
