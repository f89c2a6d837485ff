//! Blobs that are brought over together, in the order in which they lie in the source's packs.

use std::collections::HashSet;

use undercroft_foundation::{Code, Error, Job, Result, text};

use super::reseal::Resealing;
use crate::format::blob::BlobKind;
use crate::format::id::{BlobId, PackId};
use crate::format::pack::PackedBlob;
use crate::store::index::Location;
use crate::store::read::each_blob;
use crate::store::repository::Repository;
use crate::store::threads::for_each;
use crate::store::write::BlobWriter;

/// A batch is as large as memory allows, so that packs are read in long runs.
const BLOBS_MAX: usize = 100_000;
const BYTES_MAX: u64 = 512 << 20;

/// The blobs and bytes that a transfer copied.
#[derive(Debug, Default)]
pub(super) struct Transferred {
    pub(super) data_blobs: u64,
    pub(super) tree_blobs: u64,
    pub(super) bytes: u64,
}

pub(super) struct Batch<'r> {
    source: &'r Repository,
    target: &'r Repository,
    job: &'r Job,
    locations: Vec<Location>,
    /// The blobs of this batch; those of an earlier one, the target lists.
    queued: HashSet<(BlobKind, BlobId)>,
    bytes: u64,
}

impl<'r> Batch<'r> {
    pub(super) fn new(source: &'r Repository, target: &'r Repository, job: &'r Job) -> Self {
        let (locations, queued) = (Vec::new(), HashSet::new());
        Self { source, target, job, locations, queued, bytes: 0 }
    }

    pub(super) fn add(&mut self, kind: BlobKind, id: BlobId) -> Result<()> {
        if !self.queued.insert((kind, id)) {
            return Ok(());
        }
        let location = self.source.find_blob(kind, &id).ok_or_else(|| {
            Error::new(Code::Damaged, text!("There is no {kind} {id}", kind = kind.name(), id))
                .why("A snapshot needs it, and no index of the repository lists it")
        })?;
        self.bytes += u64::from(location.blob.length);
        self.job.add_total(0, location.blob.length.into());
        self.locations.push(location);
        Ok(())
    }

    pub(super) fn is_full(&self) -> bool {
        self.locations.len() >= BLOBS_MAX || self.bytes >= BYTES_MAX
    }

    /// Brings all of them over, and is empty then; with `dry_run` only counts them.
    pub(super) fn transfer(
        &mut self,
        writer: &BlobWriter<'_>,
        dry_run: bool,
    ) -> Result<Transferred> {
        let locations = std::mem::take(&mut self.locations);
        let trees = locations.iter().filter(|it| it.blob.kind == BlobKind::Tree).count() as u64;
        let bytes = std::mem::take(&mut self.bytes);
        let data_blobs = locations.len() as u64 - trees;
        let transferred = Transferred { data_blobs, tree_blobs: trees, bytes };
        if dry_run {
            self.job.add_bytes_done(bytes);
            return Ok(transferred);
        }
        self.transfer_packs(&by_pack(locations), writer)?;
        self.queued.clear();
        Ok(transferred)
    }

    fn transfer_packs(
        &self,
        packs: &[(PackId, Vec<PackedBlob>)],
        writer: &BlobWriter<'_>,
    ) -> Result<()> {
        let begin = || Resealing::new(self.source, self.target);
        for_each(packs, begin, |resealing, (pack, blobs)| {
            each_blob(&self.source.storage, *pack, blobs.clone(), |blob, sealed| {
                self.job.check_cancelled()?;
                let length = Location { pack: *pack, blob: *blob }.plain_length();
                writer.put_sealed(blob.kind, blob.id, length, || resealing.reseal(blob, sealed))?;
                self.job.add_bytes_done(blob.length.into());
                Ok(())
            })
        })
    }
}

fn by_pack(mut locations: Vec<Location>) -> Vec<(PackId, Vec<PackedBlob>)> {
    locations.sort_unstable_by_key(|location| (location.pack, location.blob.offset));
    let packs = locations.chunk_by(|a, b| a.pack == b.pack);
    packs.map(|pack| (pack[0].pack, pack.iter().map(|it| it.blob).collect())).collect()
}
