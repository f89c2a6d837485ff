//! The content of files: pieces as they are asked for, the last ones kept, the next one read ahead.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use undercroft_foundation::Result;

use crate::format::blob::{BlobDecoder, BlobKind};
use crate::format::id::BlobId;
use crate::store::cache::FifoCache;
use crate::store::repository::Repository;

/// The number of bytes of content that are kept.
const KEPT_MAX: usize = 64 << 20;

/// Pieces that wait to be read ahead; more are not worth it.
const AHEAD: usize = 4;

/// A piece, once somebody has read it; whoever comes meanwhile waits.
type Slot = Arc<Mutex<Option<Arc<Vec<u8>>>>>;

/// The pieces of all files.
pub(super) struct Contents {
    repository: Arc<Repository>,
    kept: Mutex<FifoCache<BlobId, Slot>>,
    /// Tables and buffers that nobody uses at the moment.
    decoders: Mutex<Vec<BlobDecoder>>,
    ahead: SyncSender<BlobId>,
}

/// A file that is open: each piece of its content and where that ends.
#[derive(Debug)]
pub(super) struct OpenFile {
    pieces: Vec<(BlobId, u64)>,
    /// The end of the last read: a read that goes on there reads in order.
    next: Mutex<u64>,
}

impl Contents {
    /// Nothing yet, and a thread that reads ahead as long as somebody else holds this.
    pub(super) fn new(repository: Arc<Repository>) -> Arc<Self> {
        let (ahead, wanted) = sync_channel(AHEAD);
        let contents = Arc::new(Self {
            repository,
            kept: Mutex::new(FifoCache::new(KEPT_MAX)),
            decoders: Mutex::default(),
            ahead,
        });
        let weak = Arc::downgrade(&contents);
        std::thread::spawn(move || read_ahead(&weak, &wanted));
        contents
    }

    /// Opens the content that is made of these pieces.
    pub(super) fn open(&self, blobs: &[BlobId]) -> Result<OpenFile> {
        let mut end = 0;
        let mut pieces = Vec::with_capacity(blobs.len());
        for id in blobs {
            end += self.length(id)?;
            pieces.push((*id, end));
        }
        Ok(OpenFile { pieces, next: Mutex::new(0) })
    }

    /// The bytes of a file from `offset` on, `length` of them or as far as it goes.
    pub(super) fn read(&self, file: &OpenFile, offset: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(length);
        let mut at = file.pieces.partition_point(|(_, end)| *end <= offset);
        while let Some((id, end)) = file.pieces.get(at).filter(|_| bytes.len() < length) {
            let piece = self.piece(id)?;
            let start = end - piece.len() as u64;
            let skip = (offset + bytes.len() as u64).saturating_sub(start);
            let rest = piece.get(usize::try_from(skip).unwrap_or(usize::MAX)..).unwrap_or(&[]);
            bytes.extend_from_slice(&rest[..rest.len().min(length - bytes.len())]);
            at += 1;
        }
        let mut next = lock(&file.next);
        if offset == std::mem::replace(&mut *next, offset + bytes.len() as u64)
            && let Some((id, _)) = file.pieces.get(at)
        {
            // When more wait already, the reader is ahead of the disk as it is.
            let _ = self.ahead.try_send(*id);
        }
        Ok(bytes)
    }

    fn length(&self, id: &BlobId) -> Result<u64> {
        if self.repository.find_blob(BlobKind::Data, id).is_none() {
            self.repository.refresh_index()?;
        }
        Ok(self.repository.locate_blob(BlobKind::Data, id)?.plain_length())
    }

    /// A piece, from memory or from the repository.
    fn piece(&self, id: &BlobId) -> Result<Arc<Vec<u8>>> {
        let slot = {
            let mut kept = lock(&self.kept);
            match kept.get(id) {
                Some(slot) => slot,
                None => {
                    let slot = Slot::default();
                    let weight = usize::try_from(self.length(id)?).unwrap_or(usize::MAX);
                    kept.insert(*id, Arc::clone(&slot), weight);
                    slot
                }
            }
        };
        let mut content = lock(&slot);
        if let Some(content) = &*content {
            return Ok(Arc::clone(content));
        }
        let read = self.load(id).inspect_err(|_| lock(&self.kept).remove(id))?;
        Ok(Arc::clone(content.insert(Arc::new(read))))
    }

    fn load(&self, id: &BlobId) -> Result<Vec<u8>> {
        let free = lock(&self.decoders).pop();
        let decoder = match free {
            Some(decoder) => decoder,
            None => BlobDecoder::new()?,
        };
        let mut reader = self.repository.reader_with(decoder);
        let mut plain = Vec::new();
        let read = reader.read(BlobKind::Data, id, &mut plain);
        lock(&self.decoders).push(reader.into_decoder());
        read.map(|()| plain)
    }
}

fn read_ahead(contents: &Weak<Contents>, wanted: &Receiver<BlobId>) {
    while let Ok(id) = wanted.recv() {
        let Some(contents) = contents.upgrade() else { return };
        // Whoever reads it will be told what is wrong with it.
        let _ = contents.piece(&id);
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
