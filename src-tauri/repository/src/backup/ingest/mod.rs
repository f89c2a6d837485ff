//! Ingest: storing content that is no walk of the disk, and snapshots of trees that the caller
//! makes.
//!
//! An ingest holds a shared lock from its first blob to its snapshot, so that nobody removes what
//! no snapshot names yet. Blobs go in through [`Ingest::store`]; when that returns, their packs and
//! index are durable, and only then can [`Ingest::publish`] name them.

mod content;

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::Offset;
use undercroft_foundation::{Code, Error, Result, text};

pub use self::content::{ContentWriter, StoredContent};
use crate::format::blob::{BlobEncoder, BlobKind};
use crate::format::chunker::Chunker;
use crate::format::id::{BlobId, PackId, SnapshotId};
use crate::format::snapshot::{PROGRAM_VERSION, Snapshot};
use crate::format::tree::{Tree, encode_tree};
use crate::store::lock::Lock;
use crate::store::repository::Repository;
use crate::store::write::{BlobWriter, WriteMode, WriterProfile};

/// A repository that is being added to; others may add too, and nobody may remove.
#[derive(Debug)]
pub struct Ingest<'r> {
    repository: &'r Repository,
    lock: Option<Lock>,
    chunker: Chunker,
    packs: Mutex<Vec<PackId>>,
}

/// Stores blobs, for as many threads as like.
pub struct IngestWriter<'w, 'r> {
    writer: &'w BlobWriter<'r>,
    repository: &'r Repository,
    chunker: &'w Chunker,
}

/// A snapshot to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotOrder {
    /// The tree of its root.
    pub tree: BlobId,
    /// The absolute paths that it is said to be of.
    pub paths: Vec<String>,
    /// Labels.
    pub tags: Vec<String>,
    /// When it was made; now when `None`.
    pub time: Option<Timestamp>,
}

impl Repository {
    /// Begins to add to the repository.
    ///
    /// # Errors
    /// [`Code::Locked`] while somebody removes from it; an index that cannot be read.
    pub fn begin_ingest(&self) -> Result<Ingest<'_>> {
        let lock = self.lock_shared()?;
        let profile = WriterProfile::of(&self.config, &self.snapshots()?)?;
        self.refresh_index()?;
        Ok(Ingest { repository: self, lock, chunker: profile.chunker, packs: Mutex::default() })
    }
}

impl Ingest<'_> {
    /// Runs `work` with a writer. When this returns, what `work` stored is durable and indexed.
    ///
    /// When `work` fails, what it stored until then is kept: the next one finds it, and a prune
    /// removes what no snapshot came to name.
    ///
    /// # Errors
    /// The error of `work`, [`Code::Locked`], or a failure of the storage.
    pub fn store<T>(&self, work: impl FnOnce(&IngestWriter<'_, '_>) -> Result<T>) -> Result<T> {
        let repository = self.repository;
        let stored = BlobWriter::run(repository, self.lock.as_ref(), WriteMode::Add, |writer| {
            work(&IngestWriter { writer, repository, chunker: &self.chunker })
        });
        stored.map(|(value, added)| {
            let packs = added.packs.into_inner().unwrap_or_else(PoisonError::into_inner);
            self.packs.lock().unwrap_or_else(PoisonError::into_inner).extend(packs);
            value
        })
    }

    /// The packs that were written so far, to be read back.
    pub fn packs_written(&self) -> Vec<PackId> {
        self.packs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes a snapshot of a tree that is stored.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a tree that is not there, [`Code::Locked`], or a failure of the
    /// storage.
    pub fn publish(&self, order: SnapshotOrder) -> Result<Snapshot> {
        let repository = self.repository;
        if repository.find_blob(BlobKind::Tree, &order.tree).is_none() {
            let tree = order.tree.short();
            return Err(Error::new(
                Code::Invalid,
                text!("Cannot make a snapshot of tree {tree}", tree),
            )
            .why("The repository does not hold it"));
        }
        let identity = &repository.identity;
        let snapshot = Snapshot {
            id: SnapshotId([0; 32]),
            time: order.time.unwrap_or_else(|| repository.storage.world.clock.now()),
            offset: Offset::UTC,
            tree: order.tree,
            paths: order.paths,
            hostname: identity.hostname.clone(),
            username: identity.username.clone(),
            uid: identity.uid,
            gid: identity.gid,
            tags: order.tags,
            excludes: Vec::new(),
            parent: None,
            original: None,
            program_version: PROGRAM_VERSION.to_owned(),
            summary: None,
        };
        repository.write_snapshot(self.lock.as_ref(), snapshot)
    }
}

impl<'w, 'r> IngestWriter<'w, 'r> {
    /// A writer of content, for one thread.
    ///
    /// # Errors
    /// None but a lack of memory.
    pub fn content_writer(&self) -> Result<ContentWriter<'_, 'r>> {
        let encoder = BlobEncoder::new(self.repository.compression)?;
        Ok(ContentWriter::new(self.repository, self.writer, self.chunker.clone(), encoder))
    }

    /// The bytes that may still be stored, where the storage can tell.
    ///
    /// # Errors
    /// Storage that does not answer.
    pub fn free_bytes(&self) -> Result<Option<u64>> {
        self.repository.storage.provider.free_bytes()
    }

    /// Stores the tree of a folder.
    ///
    /// # Errors
    /// [`Code::Invalid`] for names that are not strictly ascending, or a failure of the storage.
    pub fn store_tree(&self, tree: &Tree) -> Result<BlobId> {
        if !tree.nodes.windows(2).all(|pair| pair[0].name < pair[1].name) {
            return Err(Error::new(Code::Invalid, "Cannot store a tree")
                .why("Its names are not in their order, or one is there twice"));
        }
        let mut encoder = BlobEncoder::new(self.repository.compression)?;
        self.writer.put(&mut encoder, BlobKind::Tree, &encode_tree(tree.nodes.iter()))
    }
}
