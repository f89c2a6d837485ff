//! Carries a plan out.

use std::collections::HashSet;

use undercroft_foundation::{Code, Error, Job, Result, reach_write_point};

use super::PruneReport;
use super::plan::Draft;
use crate::blob::BlobKind;
use crate::codec::{Codec, Compression, SealedBlob};
use crate::id::{IndexId, PackId};
use crate::index::{read_index_file, write_index_file};
use crate::lock::Lock;
use crate::pack::{PackBuilder, PackedBlob};
use crate::repository::Repository;
use crate::storage::FileKind;
use crate::writer::INDEX_BLOBS_MAX;

/// Packs and what is in each.
type Packs = Vec<(PackId, Vec<PackedBlob>)>;

pub(super) fn execute(
    repository: &Repository,
    lock: &Lock,
    draft: Draft,
    job: &Job,
) -> Result<PruneReport> {
    let mut report = PruneReport::default();
    if draft.is_void() {
        return Ok(PruneReport { plan: draft.plan, ..report });
    }
    verify_copies_that_stay(repository, &draft, job)?;
    let mut removal = Removal { repository, lock, report: &mut report };
    // They are in nobody's way to anything, and the room may be needed.
    removal.packs(&draft.plan.packs_unlisted)?;

    let mut repack = Repack::new(repository)?;
    if let Err(error) = repack.run(&draft, job) {
        repack.take_back();
        return Err(error);
    }
    // From here on the new packs stay, whatever happens: an index may list them.
    let files = write_indexes(repository, &draft, &repack.written)?;
    reach_write_point("repository.prune-indexed");
    removal.report.packs_written = repack.written.len() as u64;
    removal.report.indexes_written = files as u64;

    job.set_current("Removing");
    let stale: Vec<_> = draft.stale().map(|file| file.id).collect();
    removal.indexes(&stale)?;
    removal.packs(&draft.plan.packs_to_repack)?;
    removal.packs(&draft.plan.packs_to_remove)?;
    Ok(PruneReport { plan: draft.plan, ..report })
}

/// Where a second copy of something needed goes, the first was never read: it is now.
fn verify_copies_that_stay(repository: &Repository, draft: &Draft, job: &Job) -> Result<()> {
    let mut blobs = BlobReading::new(repository)?;
    let mut seen = HashSet::new();
    for (place, location) in draft.index.iter().enumerate() {
        if !draft.doomed.contains(&location.pack) || draft.is_used(place) {
            continue;
        }
        let (kind, id) = (location.blob.kind, location.blob.id);
        let Some(kept) = draft.index.place(kind, &id).filter(|kept| draft.is_used(*kept)) else {
            continue;
        };
        let kept = draft.index.at(kept);
        // What is copied is decoded then.
        if !draft.doomed.contains(&kept.pack) && seen.insert((kind, id)) {
            job.check_cancelled()?;
            blobs.read(kept.pack, &kept.blob)?;
        }
    }
    Ok(())
}

/// Reads blobs out of packs as they are stored, and makes sure that they are sound.
struct BlobReading<'r> {
    repository: &'r Repository,
    codec: Codec,
    sealed: Vec<u8>,
    opened: Vec<u8>,
    plain: Vec<u8>,
}

impl<'r> BlobReading<'r> {
    fn new(repository: &'r Repository) -> Result<Self> {
        let codec = Codec::new(Compression::Auto)?;
        Ok(Self { repository, codec, sealed: Vec::new(), opened: Vec::new(), plain: Vec::new() })
    }

    fn read(&mut self, pack: PackId, blob: &PackedBlob) -> Result<SealedBlob<'_>> {
        let path = FileKind::Pack.path(pack);
        let provider = &self.repository.storage.provider;
        let read = provider.read_range(&path, blob.offset.into(), blob.length as usize);
        self.sealed = read?;
        self.opened.clone_from(&self.sealed);
        let key = &self.repository.key;
        let decoded =
            self.codec.decode(key, &blob.id, &mut self.opened, blob.raw_length, &mut self.plain);
        decoded.map_err(|error| {
            Error::new(error.code(), format!("Cannot copy a blob out of {path}"))
                .why(error.to_string())
                .next("Nothing that is needed was removed. Run a check that reads all data")
                .because(error)
        })?;
        Ok(SealedBlob { bytes: &self.sealed, raw_length: blob.raw_length })
    }
}

/// Copies what is needed out of packs that go.
struct Repack<'r> {
    repository: &'r Repository,
    blobs: BlobReading<'r>,
    data: PackBuilder,
    trees: PackBuilder,
    written: Packs,
}

impl<'r> Repack<'r> {
    fn new(repository: &'r Repository) -> Result<Self> {
        Ok(Self {
            repository,
            blobs: BlobReading::new(repository)?,
            data: PackBuilder::default(),
            trees: PackBuilder::default(),
            written: Vec::new(),
        })
    }

    fn run(&mut self, draft: &Draft, job: &Job) -> Result<()> {
        let repack: HashSet<_> = draft.plan.packs_to_repack.iter().copied().collect();
        job.add_total(repack.len() as u64, draft.plan.repack_bytes);
        job.settle_totals();
        for (pack, blobs) in draft.index.packs().filter(|(pack, _)| repack.contains(pack)) {
            job.set_current(FileKind::Pack.path(pack));
            for (_, blob) in blobs.iter().filter(|(place, _)| draft.is_used(*place)) {
                job.check_cancelled()?;
                self.copy(pack, blob)?;
                job.add_bytes_done(blob.length.into());
            }
            job.add_files_done(1);
        }
        for kind in [BlobKind::Data, BlobKind::Tree] {
            self.close(kind)?;
        }
        Ok(())
    }

    fn copy(&mut self, pack: PackId, blob: &PackedBlob) -> Result<()> {
        let sealed = self.blobs.read(pack, blob)?;
        let open = match blob.kind {
            BlobKind::Data => &mut self.data,
            BlobKind::Tree => &mut self.trees,
        };
        open.add(blob.kind, blob.id, &sealed)?;
        if open.is_full() { self.close(blob.kind) } else { Ok(()) }
    }

    /// Writes the pack that is open and reads it back.
    fn close(&mut self, kind: BlobKind) -> Result<()> {
        let open = match kind {
            BlobKind::Data => std::mem::take(&mut self.data),
            BlobKind::Tree => std::mem::take(&mut self.trees),
        };
        if open.is_empty() {
            return Ok(());
        }
        let storage = &self.repository.storage;
        let pack = open.finish(&self.repository.key, &*storage.world.random)?;
        self.written.push((pack.id, pack.blobs));
        storage.write_pack(pack.id, &pack.bytes)?;
        if storage.read_raw(FileKind::Pack, pack.id)? != pack.bytes {
            let what = format!("Cannot rely on {}", FileKind::Pack.path(pack.id));
            return Err(Error::new(Code::Damaged, what).why("It does not read as it was written"));
        }
        reach_write_point("repository.prune-packed");
        Ok(())
    }

    /// Removes what was written, so that a full disk is no fuller: as far as that goes, since the
    /// next prune finds the rest.
    fn take_back(&self) {
        for (pack, _) in &self.written {
            if let Err(error) = self.repository.storage.remove(FileKind::Pack, pack) {
                tracing::warn!(%error, "pack of a prune that failed could not be removed");
            }
        }
    }
}

/// Writes and reads back index files of all packs that stay, but for those that staying index files
/// list; returns how many.
fn write_indexes(
    repository: &Repository,
    draft: &Draft,
    written: &[(PackId, Vec<PackedBlob>)],
) -> Result<usize> {
    let stale: HashSet<_> = draft.stale().map(|file| file.id).collect();
    let staying = draft.files.iter().filter(|file| !stale.contains(&file.id));
    let listed: HashSet<_> = staying.flat_map(|file| file.packs.iter().copied()).collect();
    let kept = draft
        .index
        .packs()
        .filter(|(pack, _)| !draft.doomed.contains(pack) && !listed.contains(pack));
    let kept = kept.map(|(pack, blobs)| (pack, blobs.into_iter().map(|(_, blob)| blob).collect()));
    let mut files = 0;
    let mut open = Packs::new();
    let mut open_blobs = 0;
    for (pack, blobs) in kept.chain(written.iter().cloned()) {
        if !open.is_empty() && open_blobs + blobs.len() > INDEX_BLOBS_MAX {
            write_index(repository, &std::mem::take(&mut open))?;
            files += 1;
            open_blobs = 0;
        }
        open_blobs += blobs.len();
        open.push((pack, blobs));
    }
    if !open.is_empty() {
        write_index(repository, &open)?;
        files += 1;
    }
    Ok(files)
}

fn write_index(repository: &Repository, packs: &Packs) -> Result<()> {
    let (storage, key) = (&repository.storage, &repository.key);
    let id = write_index_file(storage, key, repository.config.version, packs)?;
    if read_index_file(storage, key, id)? != *packs {
        return Err(Error::new(Code::Damaged, format!("Cannot rely on index {id}"))
            .why("It does not read as it was written"));
    }
    Ok(())
}

/// Removes files, as long as the lock is certain.
struct Removal<'a> {
    repository: &'a Repository,
    lock: &'a Lock,
    report: &'a mut PruneReport,
}

impl Removal<'_> {
    fn indexes(&mut self, ids: &[IndexId]) -> Result<()> {
        for id in ids {
            self.lock.confirm_fresh()?;
            self.repository.storage.remove(FileKind::Index, id)?;
            self.report.indexes_removed += 1;
            reach_write_point("repository.prune-index-removed");
        }
        Ok(())
    }

    fn packs(&mut self, ids: &[PackId]) -> Result<()> {
        for id in ids {
            self.lock.confirm_fresh()?;
            match self.repository.storage.remove(FileKind::Pack, id) {
                // One that nobody needs may have been missing before.
                Err(error) if error.code() == Code::NotFound => {}
                removed => {
                    removed?;
                    self.report.packs_removed += 1;
                }
            }
            reach_write_point("repository.prune-pack-removed");
        }
        Ok(())
    }
}
