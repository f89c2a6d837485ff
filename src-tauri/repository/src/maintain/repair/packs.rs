//! Saves what can be saved of damaged packs.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use undercroft_foundation::{Code, Error, Job, Result, reach_write_point, text};

use super::{lock_alone, read_header};
use crate::format::blob::{BlobDecoder, BlobKind, SealedBlob};
use crate::format::file_kind::FileKind;
use crate::format::id::{BlobId, IndexId, PackId};
use crate::format::pack::PackedBlob;
use crate::store::index::read_index_file;
use crate::store::repository::Repository;
use crate::store::threads::for_each;
use crate::store::write::{BlobWriter, WriteMode, write_indexes};

/// The outcome of a repair of packs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackRepair {
    /// Packs that were set aside.
    pub packs_set_aside: u64,
    /// Packs that were not even there.
    pub packs_missing: u64,
    /// New packs, of what was saved.
    pub packs_written: u64,
    /// Blobs that were sound, or lie in another pack as well.
    pub blobs_saved: u64,
    /// Blobs that are lost.
    pub blobs_lost: Vec<(BlobKind, BlobId)>,
}

/// Index files: which packs they list, and what is in each.
type IndexFiles = Vec<(IndexId, Vec<(PackId, Vec<PackedBlob>)>)>;

impl Repository {
    /// Writes what is sound of these packs into new ones, takes them out of the index, and sets
    /// them aside. What is lost then is in no index any more, so that the next backup stores it
    /// anew if it still comes by it.
    ///
    /// # Errors
    /// [`Code::Damaged`] while an index file cannot be read; [`Code::NotFound`] for a pack that is
    /// neither there nor listed; [`Code::Locked`], [`Code::Cancelled`], or a failure of the
    /// storage: the packs are where they were then.
    pub fn repair_packs(&self, ids: &[PackId], job: &Job) -> Result<PackRepair> {
        let lock = lock_alone(self)?;
        let wanted: HashSet<PackId> = ids.iter().copied().collect();
        let files = self.read_index_files()?;
        let stored: HashMap<PackId, u64> =
            self.storage.list_with_sizes(FileKind::Pack)?.into_iter().collect();
        let mut salvage = Salvage::default();
        for (pack, blobs) in files.iter().flat_map(|(_, packs)| packs) {
            match wanted.contains(pack) {
                true => drop(salvage.packs.insert(*pack, blobs.clone())),
                false => salvage.elsewhere.extend(blobs.iter().map(|it| (it.kind, it.id))),
            }
        }
        for pack in &wanted {
            salvage.add_header(self, *pack, stored.get(pack).copied())?;
        }
        let (saved, added) = BlobWriter::run(self, Some(&lock), WriteMode::Rewrite, |writer| {
            salvage.run(self, writer, &stored, job)
        })?;
        let written = added.packs.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut report = salvage.report(&saved);
        report.packs_written = written.len() as u64;

        let is_stale = |packs: &[(PackId, _)]| packs.iter().any(|(pack, _)| wanted.contains(pack));
        let stale: Vec<_> = files.into_iter().filter(|(_, packs)| is_stale(packs)).collect();
        let stale_ids: Vec<_> = stale.iter().map(|(id, _)| *id).collect();
        let mut staying: BTreeMap<_, _> = stale.into_iter().flat_map(|(_, packs)| packs).collect();
        staying.retain(|pack, _| !wanted.contains(pack));
        write_indexes(self, Some(&lock), staying.into_iter(), &mut Vec::new())?;
        reach_write_point("repository.repair-indexed");
        lock.confirm()?;
        self.storage.remove_all(FileKind::Index, &stale_ids)?;
        let there: Vec<_> = wanted.iter().copied().filter(|it| stored.contains_key(it)).collect();
        self.storage.quarantine(FileKind::Pack, &there)?;
        self.forget_index();
        report.packs_set_aside = there.len() as u64;
        report.packs_missing = (wanted.len() - there.len()) as u64;
        Ok(report)
    }

    fn read_index_files(&self) -> Result<IndexFiles> {
        let ids = self.storage.list::<IndexId>(FileKind::Index)?;
        let read = |id| read_index_file(&self.storage, &self.key, id).map(|packs| (id, packs));
        ids.into_iter().map(read).collect::<Result<_>>().map_err(|error| match error.code() {
            Code::Damaged => Error::new(Code::Damaged, "Cannot tell what the packs hold")
                .why(error.to_string())
                .next("Repair the index first")
                .because(error),
            _ => error,
        })
    }
}

/// The blobs to save.
#[derive(Default)]
struct Salvage {
    packs: BTreeMap<PackId, Vec<PackedBlob>>,
    /// Blobs that other packs hold.
    elsewhere: HashSet<(BlobKind, BlobId)>,
}

impl Salvage {
    /// Takes in what a pack says of itself, as far as it does.
    fn add_header(
        &mut self,
        repository: &Repository,
        pack: PackId,
        size: Option<u64>,
    ) -> Result<()> {
        let header = match size.map(|size| read_header(repository, pack, size)) {
            None => Vec::new(),
            Some(Err(error)) if error.code() == Code::Damaged => Vec::new(),
            Some(read) => read?,
        };
        if size.is_none() && !self.packs.contains_key(&pack) {
            return Err(Error::new(Code::NotFound, text!("There is no pack {pack}", pack))
                .why("It is neither there nor in any index"));
        }
        let known = self.packs.entry(pack).or_default();
        let listed: HashSet<_> = known.iter().map(|it| (it.kind, it.id, it.offset)).collect();
        known
            .extend(header.into_iter().filter(|it| !listed.contains(&(it.kind, it.id, it.offset))));
        Ok(())
    }

    /// Stores what is sound; returns what that is.
    fn run(
        &self,
        repository: &Repository,
        writer: &BlobWriter<'_>,
        stored: &HashMap<PackId, u64>,
        job: &Job,
    ) -> Result<HashSet<(BlobKind, BlobId)>> {
        let saved = Mutex::new(HashSet::new());
        let packs: Vec<_> =
            self.packs.iter().filter(|(pack, _)| stored.contains_key(pack)).collect();
        job.add_total(packs.len() as u64, 0);
        job.settle_totals();
        for_each(&packs, BlobDecoder::new, |decoder, (pack, blobs)| {
            job.set_current(FileKind::Pack.path(pack));
            for blob in blobs.iter().filter(|it| !self.elsewhere.contains(&(it.kind, it.id))) {
                job.check_cancelled()?;
                let Some(sealed) = read_if_sound(repository, decoder, **pack, blob)? else {
                    continue;
                };
                let sealed = SealedBlob { bytes: &sealed, raw_length: blob.raw_length };
                writer.put_sealed(blob.kind, blob.id, blob.length.into(), || Ok(sealed))?;
                let mut saved = saved.lock().unwrap_or_else(PoisonError::into_inner);
                saved.insert((blob.kind, blob.id));
            }
            job.add_files_done(1);
            Ok(())
        })?;
        Ok(saved.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn report(&self, saved: &HashSet<(BlobKind, BlobId)>) -> PackRepair {
        let all = self.packs.values().flatten().map(|blob| (blob.kind, blob.id));
        let all: HashSet<_> = all.collect();
        let is_there = |blob: &&_| saved.contains(*blob) || self.elsewhere.contains(*blob);
        let mut lost: Vec<_> = all.iter().filter(|blob| !is_there(blob)).copied().collect();
        lost.sort_unstable();
        let blobs_saved = (all.len() - lost.len()) as u64;
        PackRepair { blobs_saved, blobs_lost: lost, ..PackRepair::default() }
    }
}

/// A blob as it is stored, if it is sound.
fn read_if_sound(
    repository: &Repository,
    decoder: &mut BlobDecoder,
    pack: PackId,
    blob: &PackedBlob,
) -> Result<Option<Vec<u8>>> {
    let (at, length) = (blob.offset.into(), blob.length as usize);
    let read = repository.storage.read_pack_range(pack, at, length).and_then(|sealed| {
        decoder.verify_kept(&repository.key, &blob.id, &sealed, blob.raw_length)?;
        Ok(sealed)
    });
    match read {
        Err(error) if error.code() == Code::Damaged => Ok(None),
        read => read.map(Some),
    }
}
