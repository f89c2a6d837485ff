//! The files that lead to the packs: config, keys, snapshots, indexes; and whether the packs are
//! there.

use std::collections::HashMap;

use undercroft_foundation::{Code, Error, Result, text};

use super::Lost;
use super::report::{Findings, ProblemKind};
use crate::format::file_kind::FileKind;
use crate::format::id::{IndexId, KeyId, PackId};
use crate::format::pack::{PackedBlob, pack_size};
use crate::format::snapshot::Snapshot;
use crate::store::index::{Index, read_index_file};
use crate::store::repository::Repository;
use crate::store::threads::in_parallel;

/// The packs of the index that are there with the right size, and the blobs of those that are not.
pub(super) struct Packs {
    pub(super) present: HashMap<PackId, u64>,
    pub(super) lost: Lost,
}

/// Reads the config again, and all key files.
pub(super) fn check_keys(repository: &Repository, findings: &Findings) -> Result<()> {
    if let Err(error) = repository.storage.read_config(&repository.key) {
        findings.error(ProblemKind::Config, "config".to_owned(), error.to_string());
    }
    for id in repository.storage.list::<KeyId>(FileKind::Key)? {
        let read = repository.storage.read_raw(FileKind::Key, id);
        let sound = read.and_then(|bytes| {
            serde_json::from_slice::<serde_json::Value>(&bytes).map_err(|source| {
                Error::new(Code::Damaged, text!("Cannot read key {id}", id)).because(source)
            })
        });
        if let Err(error) = sound {
            findings.error(ProblemKind::Key, FileKind::Key.path(id), error.to_string());
        }
    }
    Ok(())
}

/// All snapshots that can be read, the newest first.
pub(super) fn read_snapshots(
    repository: &Repository,
    findings: &Findings,
) -> Result<Vec<Snapshot>> {
    let mut snapshots = Vec::new();
    for id in repository.snapshot_ids()? {
        match repository.read_snapshot(id) {
            Ok(snapshot) => snapshots.push(snapshot),
            // Another program may forget a snapshot between the listing and the look.
            Err(error) if error.code() == Code::NotFound => {}
            Err(error) => {
                let item = FileKind::Snapshot.path(id);
                findings.error(ProblemKind::Snapshot, item, error.to_string());
            }
        }
    }
    snapshots.sort_by_key(|snapshot| (std::cmp::Reverse(snapshot.time), snapshot.id));
    Ok(snapshots)
}

/// The index of all index files that can be read.
pub(super) fn read_indexes(repository: &Repository, findings: &Findings) -> Result<Index> {
    let ids = repository.storage.list::<IndexId>(FileKind::Index)?;
    let mut index = Index::default();
    let mut known: HashMap<PackId, u64> = HashMap::new();
    // A few at a time: the text of an index is many times as large as what is kept of it.
    for ids in ids.chunks(16) {
        let read = |id| (id, read_index_file(&repository.storage, &repository.key, id));
        for (id, packs) in in_parallel(ids, read) {
            let item = FileKind::Index.path(id);
            match packs {
                Ok(packs) => {
                    for (pack, blobs) in packs {
                        add_pack(&mut index, &mut known, findings, &item, pack, &blobs);
                    }
                }
                Err(error) => findings.error(ProblemKind::Index, item, error.to_string()),
            }
        }
    }
    Ok(index)
}

fn add_pack(
    index: &mut Index,
    known: &mut HashMap<PackId, u64>,
    findings: &Findings,
    item: &str,
    pack: PackId,
    blobs: &[PackedBlob],
) {
    let size = pack_size(blobs.iter());
    match known.insert(pack, size) {
        None => index.add_pack(pack, blobs),
        Some(before) if before == size => {
            let message = format!("It lists pack {} as another index does already", pack.short());
            findings.hint(ProblemKind::Index, item.to_owned(), message);
        }
        Some(_) => {
            let message = format!("It contradicts another index about pack {}", pack.short());
            findings.error(ProblemKind::Index, item.to_owned(), message);
            index.add_pack(pack, blobs);
        }
    }
}

/// Holds the packs that are there against those that the index lists.
pub(super) fn check_packs(
    repository: &Repository,
    index: &Index,
    findings: &Findings,
) -> Result<Packs> {
    let mut stored: HashMap<PackId, u64> =
        repository.storage.list_with_sizes(FileKind::Pack)?.into_iter().collect();
    let mut packs = Packs { present: HashMap::new(), lost: Lost::new() };
    for (pack, blobs) in index.blobs_by_pack() {
        let item = FileKind::Pack.path(pack);
        let expected = pack_size(blobs.iter());
        let count = blobs.len();
        match stored.remove(&pack) {
            None if packs.present.contains_key(&pack) => {}
            None => {
                let message = format!("The pack is missing, and {count} blobs with it");
                findings.error(ProblemKind::PackMissing, item, message);
                packs.lost.extend(blobs.iter().map(|blob| (blob.kind, blob.id)));
            }
            Some(size) => {
                if size != expected {
                    let message = format!("The pack has {size} bytes and should have {expected}");
                    findings.error(ProblemKind::PackSize, item, message);
                    let past_end = blobs
                        .iter()
                        .filter(|blob| u64::from(blob.offset) + u64::from(blob.length) > size);
                    packs.lost.extend(past_end.map(|blob| (blob.kind, blob.id)));
                }
                packs.present.insert(pack, size);
            }
        }
    }
    for pack in stored.into_keys() {
        let message = "No index lists the pack: it is left over from a backup that did not end, \
                       or belongs to one that still runs";
        findings.hint(ProblemKind::PackUnused, FileKind::Pack.path(pack), message);
    }
    Ok(packs)
}
