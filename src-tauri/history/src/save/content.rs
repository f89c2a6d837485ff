//! Reading one file, and storing what it holds in the layer that fits.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use undercroft_foundation::{
    Code, Error, IoContext, Result, TextValue, escape_path, is_past_racy_window, text,
};
use undercroft_repository::ingest::{ContentWriter, IngestWriter, StoredContent};

use super::pending_folder::Content;
use super::tree_scan::{PendingFile, TreeScan, locked};
use crate::disk::stat_cache::CachedStat;
use crate::disk::{Stat, extended, stat_of_file};
use crate::objects::pointer::pointer;
use crate::rules::{HEAD_BYTES, choose_layer};
use crate::store::{Deflater, ObjectKind, TreeMode};
use crate::version::{GitId, Layer, LayerReason};

/// The number of times that a file is read anew that changes while it is read.
const TRIES: usize = 3;

/// A file of this size or less is read in one go, whatever its layer.
const SMALL: u64 = 100 * 1024;

/// The seconds after which the kernel has written back a page for certain; it waits for 30.
const WRITTEN_BACK_AFTER: i64 = 120;

/// The most young files that a scan writes back itself.
const WRITTEN_BACK_MOST: u64 = 64;

impl TreeScan<'_> {
    /// Stores a file in git, or puts it off when it belongs into the object store.
    pub(super) fn store_file(
        &self,
        mut waiting: PendingFile,
        deflater: &mut Deflater,
    ) -> Result<()> {
        let folder = &waiting.folder;
        match self.read_file(&waiting) {
            Ok(Some(ReadFile { content: None, .. })) => {
                waiting.disk = None;
                locked(&self.deferred).push(waiting);
                return Ok(());
            }
            Ok(Some(ReadFile { content: Some(content), stat, reason, is_cacheable })) => {
                let id = self.writer.put(deflater, ObjectKind::Blob, &content)?;
                self.record_file(&waiting, &stat, (Layer::Git, reason), id, is_cacheable);
                self.count(content.len() as u64);
            }
            Ok(None) => {}
            Err(why) => self.keep_previous(folder, waiting.slot, &why),
        }
        self.release(waiting.folder, deflater)
    }

    fn read_file(&self, waiting: &PendingFile) -> Result<Option<ReadFile>> {
        let PendingFile { folder, disk: Some(disk), name, .. } = waiting else { return Ok(None) };
        let path = disk.path_of(name);
        let mut tries = 0;
        loop {
            tries += 1;
            let Some(mut file) = disk.open(name)? else { return Ok(None) };
            let mut before = stat_of_file(&file).at("look at", &path)?;
            let is_clean = self.write_back(&file, &before);
            let head = before.size_bytes.min(SMALL.max(HEAD_BYTES as u64));
            // Room for one byte more lets the end be met without asking in small steps.
            let mut content = Vec::with_capacity(head as usize + 1);
            (&mut file).take(head).read_to_end(&mut content).at("read", &path)?;
            let place = folder.path.join(name);
            let head = &content[..content.len().min(HEAD_BYTES)];
            let (layer, reason) =
                choose_layer(self.rules, &place, before.size_bytes, head, self.wish);
            before.attributes.extended = extended(&file);
            if layer != Layer::Git {
                let (content, stat, is_cacheable) = (None, before, false);
                return Ok(Some(ReadFile { content, stat, reason, is_cacheable }));
            }
            file.read_to_end(&mut content).at("read", &path)?;
            let after = stat_of_file(&file).at("look at", &path)?;
            let same = before.changed == after.changed && content.len() as u64 == after.size_bytes;
            if same || tries == TRIES {
                if !same {
                    self.job.warn(escape_path(&path), "It changed while it was read");
                }
                before.size_bytes = content.len() as u64;
                let is_cacheable = same && is_clean && self.is_past_racy_window(&before);
                let (content, stat) = (Some(content), before);
                return Ok(Some(ReadFile { content, stat, reason, is_cacheable }));
            }
        }
    }

    /// Whether no page of a file waits to be written to the disk: into one that does, programs
    /// that map the file write without a trace in its times. A young file is written back for
    /// that, unless there are many; the others are read again at the next look.
    fn write_back(&self, file: &File, stat: &Stat) -> bool {
        let modified = stat.attributes.modified;
        if modified.seconds < self.looked_at.as_second() - WRITTEN_BACK_AFTER {
            return true;
        }
        let is_one_of_few = self.written_back.fetch_add(1, Ordering::Relaxed) < WRITTEN_BACK_MOST;
        is_one_of_few && rustix::fs::fdatasync(file).is_ok()
    }

    /// Whether a later change is certain to show in how the file looks.
    fn is_past_racy_window(&self, stat: &Stat) -> bool {
        is_past_racy_window((stat.changed.seconds, stat.changed.nanos), self.looked_at)
    }

    /// Stores the files that were put off, in `writer`'s repository, on several threads.
    pub(super) fn store_deferred(
        &self,
        writer: &IngestWriter<'_, '_>,
    ) -> Result<Vec<StoredContent>> {
        let queue = std::mem::take(&mut *locked(&self.deferred));
        let threads = std::thread::available_parallelism().map_or(2, usize::from).min(queue.len());
        let queue = Mutex::new(queue);
        let work = || -> Result<Vec<StoredContent>> {
            let (mut deflater, mut contents) = (Deflater::new(), writer.content_writer()?);
            let mut stored = Vec::new();
            loop {
                let Some(waiting) = locked(&queue).pop() else { return Ok(stored) };
                self.job.check_cancelled()?;
                let storing = (writer, &mut contents);
                stored.extend(self.store_object(waiting, storing, &mut deflater)?);
            }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let mut all = Vec::new();
            for thread in threads {
                match thread.join() {
                    Ok(stored) => all.extend(stored?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(all)
        })
    }

    fn store_object(
        &self,
        waiting: PendingFile,
        storing: Storing<'_, '_, '_>,
        deflater: &mut Deflater,
    ) -> Result<Option<StoredContent>> {
        let mut result = None;
        match self.read_object(&waiting, storing) {
            Ok(Some((content, stat, reason, is_cacheable))) => {
                let pointer = pointer(&content.sha256, content.size);
                let id = self.writer.put(deflater, ObjectKind::Blob, pointer.as_bytes())?;
                self.record_file(&waiting, &stat, (Layer::Objects, reason), id, is_cacheable);
                result = Some(content);
            }
            Ok(None) => {}
            Err(why) if why.code() == Code::Cancelled => return Err(why),
            Err(why) => self.keep_previous(&waiting.folder, waiting.slot, &why),
        }
        self.release(waiting.folder, deflater)?;
        Ok(result)
    }

    fn read_object(
        &self,
        waiting: &PendingFile,
        (writer, contents): Storing<'_, '_, '_>,
    ) -> Result<Option<(StoredContent, Stat, LayerReason, bool)>> {
        let Some(disk) = self.disk.folder(&waiting.folder.path)? else { return Ok(None) };
        let path = disk.path_of(&waiting.name);
        let mut tries = 0;
        loop {
            tries += 1;
            let Some(mut file) = disk.open(&waiting.name)? else { return Ok(None) };
            let mut before = stat_of_file(&file).at("look at", &path)?;
            let is_clean = self.write_back(&file, &before);
            before.attributes.extended = extended(&file);
            let free = writer.free_bytes()?;
            let _claim = self.claim_room(free, contents, &mut file, before.size_bytes, &path)?;
            let mut head = Vec::with_capacity(HEAD_BYTES + 1);
            (&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head).at("read", &path)?;
            let place = waiting.folder.path.join(&waiting.name);
            let (_, reason) = choose_layer(self.rules, &place, before.size_bytes, &head, self.wish);
            let mut reader = Counted { first: &head, file: &mut file, scan: self };
            let content = contents.store(&mut reader, &path)?;
            let after = stat_of_file(&file).at("look at", &path)?;
            let same = before.changed == after.changed && content.size == after.size_bytes;
            if same || tries == TRIES {
                if !same {
                    self.job.warn(escape_path(&path), "It changed while it was read");
                }
                before.size_bytes = content.size;
                let is_cacheable = same && is_clean && self.is_past_racy_window(&before);
                self.job.add_files_done(1);
                return Ok(Some((content, before, reason, is_cacheable)));
            }
        }
    }

    /// Claims the room that a file takes until it is stored. One that does not fit must not fill
    /// the disk on the way, and so hold back all others.
    fn claim_room(
        &self,
        free: Option<u64>,
        contents: &mut ContentWriter<'_, '_>,
        file: &mut File,
        size: u64,
        path: &Path,
    ) -> Result<Claim<'_>> {
        let room = free.map_or(u64::MAX, |free| free - free / 16);
        let is_room_for =
            |bytes| bytes <= room.saturating_sub(self.claimed.load(Ordering::Relaxed));
        let mut bytes = size;
        if !is_room_for(bytes) {
            // Most of it may be stored already.
            bytes = contents.missing_bytes(file, path)?;
            file.rewind().at("read", path)?;
        }
        if !is_room_for(bytes) {
            let what =
                text!("Too large for the room that is left: {path}", path = escape_path(path));
            return Err(Error::new(Code::StorageFull, what)
                .why(text!("It needs up to {size}", size = TextValue::Size(bytes)))
                .next("Free some room on the disk of the library; the next version has it"));
        }
        self.claimed.fetch_add(bytes, Ordering::Relaxed);
        Ok(Claim { claimed: &self.claimed, bytes })
    }

    fn record_file(
        &self,
        waiting: &PendingFile,
        stat: &Stat,
        layer: (Layer, LayerReason),
        id: GitId,
        is_cacheable: bool,
    ) {
        let mut slots = locked(&waiting.folder.slots);
        let slot = &mut slots[waiting.slot];
        slot.line.totals.bytes = stat.size_bytes;
        slot.line.attributes = stat.attributes.clone();
        slot.line.layer = Some(layer);
        if stat.links > 1 && waiting.folder.previous.blob(&waiting.name).is_none_or(|it| it.1 != id)
        {
            locked(&self.outcome).linked.insert(stat.inode);
        }
        let runs = stat.attributes.mode & 0o100 != 0;
        slot.content = Content::Blob(if runs { TreeMode::Program } else { TreeMode::File }, id);
        slot.known = Some(match is_cacheable {
            true => CachedStat::new(id, stat),
            false => CachedStat::racy(id, stat),
        });
    }

    fn count(&self, bytes: u64) {
        self.job.add_bytes_done(bytes);
        self.job.add_files_done(1);
    }
}

/// The way to store large files: a writer, and the one thread's own.
type Storing<'c, 'w, 'r> = (&'c IngestWriter<'w, 'r>, &'c mut ContentWriter<'w, 'r>);

/// Room that is spoken for; given back when this is dropped.
struct Claim<'p> {
    claimed: &'p AtomicU64,
    bytes: u64,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.claimed.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A file that was looked into.
struct ReadFile {
    /// All of it, when it belongs into git.
    content: Option<Vec<u8>>,
    stat: Stat,
    reason: LayerReason,
    /// Whether a later change is certain to show.
    is_cacheable: bool,
}

/// A large file being read: counts what was, and stops when the user says so.
struct Counted<'f> {
    first: &'f [u8],
    file: &'f mut File,
    scan: &'f TreeScan<'f>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.scan.job.is_cancelled() {
            return Err(io::Error::other("It was cancelled"));
        }
        let read = if self.first.is_empty() {
            self.file.read(buffer)?
        } else {
            self.first.read(buffer)?
        };
        self.scan.job.add_bytes_done(read as u64);
        Ok(read)
    }
}
