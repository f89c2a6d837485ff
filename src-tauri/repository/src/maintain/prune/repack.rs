//! The first part, while others read and write: what is needed of packs that go is copied.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;

use undercroft_foundation::{Error, Job, Result, text};

use super::plan::Draft;
use crate::format::blob::{BlobDecoder, SealedBlob};
use crate::format::file_kind::FileKind;
use crate::format::id::PackId;
use crate::format::pack::PackedBlob;
use crate::store::lock::Lock;
use crate::store::read::each_blob;
use crate::store::repository::Repository;
use crate::store::threads::for_each;
use crate::store::write::{BlobWriter, WriteMode};

/// Reads the copies that stay of blobs whose second copies go: they were never read until now.
pub(super) fn verify_copies_that_stay(
    repository: &Repository,
    draft: &Draft,
    job: &Job,
) -> Result<()> {
    let mut second = HashSet::new();
    for (position, location) in draft.index.iter().enumerate() {
        if draft.doomed.contains(&location.pack) && !draft.kept.contains(position) {
            second.insert((location.blob.kind, location.blob.id));
        }
    }
    let mut staying: HashMap<PackId, Vec<PackedBlob>> = HashMap::new();
    for (position, location) in draft.index.iter().enumerate() {
        let is_other = second.contains(&(location.blob.kind, location.blob.id));
        // What is copied is decoded then.
        if is_other && draft.kept.contains(position) && !draft.doomed.contains(&location.pack) {
            staying.entry(location.pack).or_default().push(location.blob);
        }
    }
    let staying: Vec<_> = staying.into_iter().collect();
    for_each(&staying, BlobDecoder::new, |decoder, (pack, blobs)| {
        each_blob(&repository.storage, *pack, blobs.clone(), |blob, sealed| {
            job.check_cancelled()?;
            verify(repository, decoder, *pack, blob, sealed)
        })
    })
}

/// Copies what is needed of packs into new ones, and lists these in new index files. Returns how
/// many there are.
pub(super) fn repack(
    repository: &Repository,
    lock: &Lock,
    draft: &Draft,
    job: &Job,
) -> Result<u64> {
    let repack: HashSet<_> = draft.plan.packs_to_repack.iter().copied().collect();
    if repack.is_empty() {
        return Ok(0);
    }
    job.add_total(repack.len() as u64, draft.plan.repack_bytes);
    job.settle_totals();
    let needed = |blobs: Vec<(usize, PackedBlob)>| -> Vec<_> {
        let kept = blobs.into_iter().filter(|(position, _)| draft.kept.contains(*position));
        kept.map(|(_, blob)| blob).collect()
    };
    let packs = draft.index.packs().filter(|(pack, _)| repack.contains(pack));
    let packs: Vec<_> = packs.map(|(pack, blobs)| (pack, needed(blobs))).collect();
    let ((), added) = BlobWriter::run(repository, Some(lock), WriteMode::Rewrite, |writer| {
        for_each(&packs, BlobDecoder::new, |decoder, (pack, blobs)| {
            job.set_current(FileKind::Pack.path(pack));
            each_blob(&repository.storage, *pack, blobs.clone(), |blob, sealed| {
                job.check_cancelled()?;
                verify(repository, decoder, *pack, blob, sealed)?;
                let stored = SealedBlob { bytes: sealed, raw_length: blob.raw_length };
                let length = blob.length.into();
                writer.put_sealed(blob.kind, blob.id, length, || Ok(stored))?;
                job.add_bytes_done(length);
                Ok(())
            })?;
            job.add_files_done(1);
            Ok(())
        })
    })?;
    Ok(added.packs.into_inner().unwrap_or_else(PoisonError::into_inner).len() as u64)
}

/// Makes sure that a blob is sound as it is stored.
fn verify(
    repository: &Repository,
    decoder: &mut BlobDecoder,
    pack: PackId,
    blob: &PackedBlob,
    sealed: &[u8],
) -> Result<()> {
    let verified = decoder.verify_kept(&repository.key, &blob.id, sealed, blob.raw_length);
    verified.map_err(|error| {
        let path = FileKind::Pack.path(pack);
        Error::new(error.code(), text!("Cannot copy a blob out of {path}", path))
            .why(error.to_string())
            .next("Nothing that is needed was removed. Run a check that reads all data")
            .because(error)
    })
}
