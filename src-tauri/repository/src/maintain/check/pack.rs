//! Reads packs whole: digest, header, and every blob.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Job, Result, text};

use super::report::{Findings, ProblemKind};
use super::{Lost, THREADS_MAX};
use crate::format::blob::BlobDecoder;
use crate::format::file_kind::FileKind;
use crate::format::id::PackId;
use crate::format::pack::{PackedBlob, decode_header, header_length};
use crate::store::index::Index;
use crate::store::repository::Repository;
use crate::store::threads::{cores, on_threads};

/// Bytes read at once, so that no pack has to fit in memory.
const STEP: u64 = 4 << 20;

/// A thread more than cores hides the waits for the disk.
const EXTRA_THREADS: usize = 1;

/// Reads packs, given with their sizes, on all cores.
pub(super) fn read(
    repository: &Repository,
    index: &Index,
    wanted: HashMap<PackId, u64>,
    findings: &Findings,
    lost: &mut Lost,
    job: &Job,
) -> Result<()> {
    job.add_total(wanted.len() as u64, wanted.values().sum());
    job.settle_totals();
    if wanted.is_empty() {
        return Ok(());
    }
    let threads = (cores().min(THREADS_MAX) + EXTRA_THREADS).min(wanted.len());
    let reading = Reading {
        repository,
        findings,
        job,
        queue: Mutex::new(Queue { packs: index.blobs_by_pack(), wanted }),
        lost: Mutex::new(std::mem::take(lost)),
    };
    let read = on_threads(threads, || reading.run());
    *lost = reading.lost.into_inner().unwrap_or_else(PoisonError::into_inner);
    read
}

/// The packs that are still to be read.
struct Queue<I> {
    packs: I,
    wanted: HashMap<PackId, u64>,
}

/// The state that the threads share.
struct Reading<'a, I> {
    repository: &'a Repository,
    findings: &'a Findings,
    job: &'a Job,
    queue: Mutex<Queue<I>>,
    lost: Mutex<Lost>,
}

impl<I: Iterator<Item = (PackId, Vec<PackedBlob>)>> Reading<'_, I> {
    fn run(&self) -> Result<()> {
        let mut decoder = BlobDecoder::new()?;
        let mut buffer = Vec::new();
        while let Some((pack, size, mut blobs)) = self.next() {
            self.job.check_cancelled()?;
            self.job.set_current(FileKind::Pack.path(pack));
            blobs.sort_by_key(|blob| blob.offset);
            let stream = PackStream::new(self.repository, pack, size, &mut buffer, self.job);
            let bad = check_pack(stream, &blobs, &mut decoder, self.findings);
            self.lost.lock().unwrap_or_else(PoisonError::into_inner).extend(bad);
            self.job.add_files_done(1);
        }
        Ok(())
    }

    /// Two indexes may list the same pack: it is read once.
    fn next(&self) -> Option<(PackId, u64, Vec<PackedBlob>)> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Queue { packs, wanted } = &mut *queue;
        packs.find_map(|(pack, blobs)| Some((pack, wanted.remove(&pack)?, blobs)))
    }
}

/// Checks one pack; returns its blobs that cannot be had.
fn check_pack(
    mut stream: PackStream<'_>,
    blobs: &[PackedBlob],
    decoder: &mut BlobDecoder,
    findings: &Findings,
) -> Lost {
    let mut lost = Lost::new();
    let item = FileKind::Pack.path(stream.pack);
    let key = &stream.repository.key;
    for blob in blobs {
        let read = stream
            .take(blob.offset.into(), blob.length.into())
            .and_then(|sealed| decoder.verify(key, &blob.id, sealed, blob.raw_length));
        if let Err(error) = read {
            findings.error(ProblemKind::Blob, item.clone(), error.to_string());
            lost.insert((blob.kind, blob.id));
        }
    }
    let end = blobs.last().map_or(0, |blob| u64::from(blob.offset) + u64::from(blob.length));
    if let Err(error) = check_header(&mut stream, end, blobs) {
        findings.error(ProblemKind::PackContent, item.clone(), error.to_string());
    }
    match stream.digest() {
        Ok(id) if id == stream.pack => {}
        Ok(_) => {
            let message = "The pack does not have the digest that it is named by";
            findings.error(ProblemKind::PackContent, item, message);
        }
        Err(error) => findings.error(ProblemKind::PackContent, item, error.to_string()),
    }
    lost
}

/// Holds the pack's own header, which lies behind its blobs, against the index.
fn check_header(stream: &mut PackStream<'_>, start: u64, blobs: &[PackedBlob]) -> Result<()> {
    let size = stream.size;
    let key = &stream.repository.key;
    let rest = stream.take(start, size.saturating_sub(start))?;
    let Some((sealed, last)) = rest.split_last_chunk_mut::<4>() else {
        return Err(Error::new(Code::Damaged, "The pack has no header").why("It ends too early"));
    };
    let length = header_length(*last, size)?;
    if length != sealed.len() {
        return Err(Error::new(Code::Damaged, "The pack's header is not where it should be")
            .why("The index lists other blobs than the pack holds"));
    }
    if decode_header(key, sealed)? != blobs {
        return Err(Error::new(
            Code::Damaged,
            "The pack's header and the index contradict each other",
        )
        .why("One of them was written wrongly"));
    }
    Ok(())
}

/// A pack, read from front to back in steps, and its digest so far.
struct PackStream<'a> {
    repository: &'a Repository,
    pack: PackId,
    size: u64,
    job: &'a Job,
    digest: Sha256,
    /// The offset in the pack at which the buffer begins.
    start: u64,
    /// The number of bytes in the buffer that are bytes of the pack.
    filled: usize,
    /// Kept from pack to pack: to make it anew would cost as much as to read.
    buffer: &'a mut Vec<u8>,
}

impl<'a> PackStream<'a> {
    fn new(
        repository: &'a Repository,
        pack: PackId,
        size: u64,
        buffer: &'a mut Vec<u8>,
        job: &'a Job,
    ) -> Self {
        Self { repository, pack, size, job, digest: Sha256::new(), start: 0, filled: 0, buffer }
    }

    /// A stretch of the pack, which the caller may overwrite. What lies before it may be dropped.
    fn take(&mut self, offset: u64, length: u64) -> Result<&mut [u8]> {
        let end = offset + length;
        while self.read_up_to() < end {
            // Only here, once a step: to move what is left for each blob would cost more than all
            // the rest of the check.
            let known = usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX);
            self.drop_first(known.min(self.filled));
            self.read_on(end)?;
        }
        let start = offset.checked_sub(self.start).and_then(|start| usize::try_from(start).ok());
        let range = start.and_then(|start| {
            let known = &mut self.buffer[..self.filled];
            known.get_mut(start..)?.get_mut(..usize::try_from(length).ok()?)
        });
        range.ok_or_else(|| {
            Error::new(Code::Damaged, "The index lists blobs that overlap")
                .why("The index was written wrongly")
        })
    }

    fn read_up_to(&self) -> u64 {
        self.start + self.filled as u64
    }

    fn drop_first(&mut self, bytes: usize) {
        self.buffer.copy_within(bytes..self.filled, 0);
        self.filled -= bytes;
        self.start += bytes as u64;
    }

    /// Reads one step more, of a file that must reach up to `wanted`.
    fn read_on(&mut self, wanted: u64) -> Result<()> {
        let at = self.read_up_to();
        if at >= self.size {
            return Err(Error::new(Code::Damaged, "The pack ends too early").why(text!(
                "It has {size} bytes and should have at least {wanted}",
                size = self.size,
                wanted
            )));
        }
        let length = usize::try_from(STEP.min(self.size - at)).unwrap_or(usize::MAX);
        let filled = self.filled + length;
        if self.buffer.len() < filled {
            self.buffer.resize(filled, 0);
        }
        let step = &mut self.buffer[self.filled..filled];
        let path = FileKind::Pack.path(self.pack);
        self.repository.storage.provider.read_range_into(&path, at, step)?;
        self.digest.update(&*step);
        self.job.add_bytes_done(length as u64);
        self.filled = filled;
        Ok(())
    }

    /// The digest of the whole file.
    fn digest(&mut self) -> Result<PackId> {
        while self.read_up_to() < self.size {
            self.drop_first(self.filled);
            self.read_on(self.size)?;
        }
        Ok(PackId(std::mem::take(&mut self.digest).finalize().into()))
    }
}
