//! What stays, what goes, and what is copied first.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::{Code, Error, Job, Result};

use super::mark::{Used, mark};
use super::{PruneOptions, PrunePlan};
use crate::blob::BlobKind;
use crate::id::{IndexId, PackId};
use crate::index::{Index, Location, read_index_file};
use crate::pack::{PackedBlob, pack_size};
use crate::repository::Repository;
use crate::storage::FileKind;
use crate::writer::{INDEX_BLOBS_MAX, OPEN_DATA_PACKS};

/// An index file of at least this many blobs stays as it is when all its packs stay.
const INDEX_WORTH_KEEPING: usize = INDEX_BLOBS_MAX / 4;

/// An index file as it lies there.
pub(super) struct IndexFile {
    pub(super) id: IndexId,
    pub(super) packs: Vec<PackId>,
    pub(super) blobs: usize,
}

/// What is known of a pack.
struct PackUse {
    id: PackId,
    size: u64,
    used_blobs: u64,
    used_bytes: u64,
    unused_blobs: u64,
    unused_bytes: u64,
    /// Whether it holds data, and trees.
    kinds: (bool, bool),
}

/// A plan with all that is needed to carry it out.
pub(super) struct Draft {
    pub(super) plan: PrunePlan,
    pub(super) index: Index,
    pub(super) used: Used,
    /// All index files.
    pub(super) files: Vec<IndexFile>,
    /// Packs that go, with or without being copied first.
    pub(super) doomed: HashSet<PackId>,
}

impl Draft {
    pub(super) fn make(repository: &Repository, options: &PruneOptions, job: &Job) -> Result<Self> {
        job.set_current("Indexes");
        let (index, files) = read_indexes(repository)?;
        job.set_current("Snapshots");
        let snapshots = repository.snapshots()?;
        job.set_current("Trees");
        let used = mark(repository, &index, &snapshots, job)?;
        job.set_current("Packs");
        let mut stored: HashMap<PackId, u64> =
            repository.storage.list_with_sizes(FileKind::Pack)?.into_iter().collect();
        let packs = weigh(&index, &used, &mut stored)?;
        let mut plan = PrunePlan { snapshots: snapshots.len() as u64, ..PrunePlan::default() };
        plan.packs_unlisted = stored.keys().copied().collect();
        plan.packs_unlisted.sort_unstable();
        plan.frees_bytes = stored.values().sum();
        choose(&packs, options, &mut plan);
        let doomed = plan.packs_to_remove.iter().chain(&plan.packs_to_repack).copied().collect();
        Ok(Self { plan, index, used, files, doomed })
    }

    /// Whether nothing would be different.
    pub(super) fn is_void(&self) -> bool {
        self.doomed.is_empty() && self.plan.packs_unlisted.is_empty() && self.stale().count() < 2
    }

    /// The index files that are written anew: those of packs that go, and small ones.
    pub(super) fn stale(&self) -> impl Iterator<Item = &IndexFile> {
        self.files.iter().filter(|file| {
            file.blobs < INDEX_WORTH_KEEPING
                || file.packs.iter().any(|pack| self.doomed.contains(pack))
        })
    }

    /// Whether the copy of a blob at a place of the index is the one that is needed.
    pub(super) fn is_used(&self, place: usize) -> bool {
        self.used.contains(place)
    }
}

/// Reads every index file; one that cannot be read is an error.
fn read_indexes(repository: &Repository) -> Result<(Index, Vec<IndexFile>)> {
    let mut index = Index::default();
    let mut known = HashSet::new();
    let mut files = Vec::new();
    for id in repository.storage.list::<IndexId>(FileKind::Index)? {
        let packs = read_index_file(&repository.storage, &repository.key, id)?;
        let mut file = IndexFile { id, packs: Vec::with_capacity(packs.len()), blobs: 0 };
        for (pack, blobs) in packs {
            file.packs.push(pack);
            file.blobs += blobs.len();
            // A prune that was broken off leaves packs that two files list.
            if known.insert(pack) {
                index.add_pack(pack, &blobs);
            }
        }
        files.push(file);
    }
    Ok((index, files))
}

/// Weighs each pack of the index, and takes those that are there out of `stored`.
fn weigh(index: &Index, used: &Used, stored: &mut HashMap<PackId, u64>) -> Result<Vec<PackUse>> {
    let mut packs = Vec::new();
    for (pack, blobs) in index.packs() {
        let size = pack_size(blobs.iter().map(|(_, blob)| blob));
        let mut weighed = PackUse {
            id: pack,
            size,
            used_blobs: 0,
            used_bytes: 0,
            unused_blobs: 0,
            unused_bytes: 0,
            kinds: (false, false),
        };
        for (place, blob) in blobs {
            weighed.add(used.contains(place), &blob);
        }
        let found = stored.remove(&pack);
        // What is not needed may be missing, too.
        if weighed.used_blobs > 0 && found != Some(size) {
            let path = FileKind::Pack.path(pack);
            let error = Error::new(Code::Damaged, format!("Cannot rely on {path}"));
            return Err(error.why(match found {
                None => "The pack is missing, and a snapshot needs it".to_owned(),
                Some(found) => format!("It has {found} bytes and should have {size}"),
            }));
        }
        weighed.size = found.unwrap_or(0);
        packs.push(weighed);
    }
    Ok(packs)
}

impl PackUse {
    fn add(&mut self, used: bool, blob: &PackedBlob) {
        let (blobs, bytes) = if used {
            (&mut self.used_blobs, &mut self.used_bytes)
        } else {
            (&mut self.unused_blobs, &mut self.unused_bytes)
        };
        *blobs += 1;
        *bytes += u64::from(blob.length);
        match blob.kind {
            BlobKind::Data => self.kinds.0 = true,
            BlobKind::Tree => self.kinds.1 = true,
        }
    }

    fn waste(&self) -> f64 {
        self.unused_bytes as f64 / (self.used_bytes + self.unused_bytes).max(1) as f64
    }
}

/// Decides about each pack.
fn choose(packs: &[PackUse], options: &PruneOptions, plan: &mut PrunePlan) {
    let mut repack = small_ones(packs, options);
    let mut partly = Vec::new();
    let mut left_unused = 0;
    for pack in packs {
        plan.used_blobs += pack.used_blobs;
        plan.used_bytes += pack.used_bytes;
        plan.unused_blobs += pack.unused_blobs;
        plan.unused_bytes += pack.unused_bytes;
        if pack.used_blobs == 0 {
            plan.packs_to_remove.push(pack.id);
            plan.frees_bytes += pack.size;
        } else if pack.unused_blobs > 0 && !repack.contains(&pack.id) {
            left_unused += pack.unused_bytes;
            partly.push(pack);
        }
    }
    let allowed = plan.used_bytes / 100 * u64::from(options.max_unused_percent);
    partly.sort_by(|a, b| b.waste().total_cmp(&a.waste()).then(a.id.cmp(&b.id)));
    for pack in partly {
        if left_unused > allowed {
            left_unused -= pack.unused_bytes;
            repack.insert(pack.id);
        }
    }
    for pack in packs.iter().filter(|pack| repack.contains(&pack.id)) {
        plan.packs_to_repack.push(pack.id);
        plan.repack_bytes += pack.used_bytes;
        plan.frees_bytes += pack.unused_bytes;
    }
}

/// Small packs that are worth joining. As many as a writer leaves open stay small for ever.
fn small_ones(packs: &[PackUse], options: &PruneOptions) -> HashSet<PackId> {
    let is_small = |pack: &&PackUse| pack.used_blobs > 0 && pack.size < options.join_packs_below;
    let small: Vec<_> = packs.iter().filter(is_small).collect();
    let data = small.iter().filter(|pack| pack.kinds.0).count();
    let trees = small.iter().filter(|pack| pack.kinds.1).count();
    let joined =
        |pack: &&&PackUse| (pack.kinds.0 && data > OPEN_DATA_PACKS) || (pack.kinds.1 && trees > 1);
    small.iter().filter(joined).map(|pack| pack.id).collect()
}

impl Index {
    /// The packs with their blobs and those's places in the index, in the order of the places.
    pub(super) fn packs(&self) -> impl Iterator<Item = (PackId, Vec<(usize, PackedBlob)>)> + '_ {
        let mut locations = self.iter().enumerate().peekable();
        std::iter::from_fn(move || {
            let (place, Location { pack, blob }) = locations.next()?;
            let mut blobs = vec![(place, blob)];
            while let Some((place, next)) = locations.next_if(|(_, next)| next.pack == pack) {
                blobs.push((place, next.blob));
            }
            Some((pack, blobs))
        })
    }
}
