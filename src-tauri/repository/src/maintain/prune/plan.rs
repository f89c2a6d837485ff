//! The plan of a prune: what stays, what goes, and what is copied first.

use std::collections::{BTreeSet, HashMap, HashSet};

use undercroft_foundation::{Code, Error, Job, Result, text};

use super::choice::{Limits, PackUse, choose};
use super::copies::choose_copies;
use super::free_space::free_space;
use super::mark::{Need, mark};
use super::{Keeps, PruneOptions, PrunePlan};
use crate::browse::usage::FolderSizes;
use crate::format::file_kind::FileKind;
use crate::format::id::{BlobId, IndexId, PackId, SnapshotId};
use crate::format::pack::{INDEX_BLOBS_MAX, PackedBlob};
use crate::maintain::trash::SnapshotsInUse;
use crate::store::index::{EntrySet, Index, Location, SharedEntrySet, read_index_file};
use crate::store::repository::Repository;
use crate::store::write::index_bytes;

/// An index file of at least this many blobs stays as it is when all its packs stay.
const INDEX_WORTH_KEEPING: usize = INDEX_BLOBS_MAX / 4;

/// Room for locks, and for what a file system rounds up.
const SLACK: u64 = 128 << 10;

/// An index file as it lies there.
pub(super) struct IndexFile {
    pub(super) id: IndexId,
    pub(super) packs: Vec<PackId>,
    pub(super) blobs: usize,
}

/// A plan with all that is needed to carry it out.
#[derive(Default)]
pub(super) struct Draft {
    keeps: Keeps,
    pub(super) plan: PrunePlan,
    pub(super) index: Index,
    /// Of each needed blob, the position that the index finds.
    pub(super) needed: SharedEntrySet,
    /// Of each needed blob, the position of the copy that stays.
    pub(super) kept: EntrySet,
    /// All index files.
    pub(super) files: Vec<IndexFile>,
    /// Packs that these list.
    pub(super) listed: HashSet<PackId>,
    /// Of these, those that are not there, or not as long as they should be.
    pub(super) missing: HashSet<PackId>,
    /// The snapshots whose needs are marked.
    pub(super) snapshots: HashSet<SnapshotId>,
    /// Packs that go, with or without being copied first.
    pub(super) doomed: HashSet<PackId>,
    /// What the snapshots hold, where that is asked for.
    weighed: Option<Weighed>,
}

/// What a restore of the snapshots would write.
#[derive(Default)]
struct Weighed {
    sizes: FolderSizes,
    tops: Vec<BlobId>,
}

impl Draft {
    pub(super) fn make(
        repository: &Repository,
        options: &PruneOptions,
        keeps: Keeps,
        job: &Job,
    ) -> Result<Self> {
        Self { keeps, ..Self::default() }.fill(repository, options, job)
    }

    /// Makes a plan, and weighs what a restore of all the snapshots would write, in bytes.
    pub(super) fn make_and_weigh(
        repository: &Repository,
        options: &PruneOptions,
        job: &Job,
    ) -> Result<(Self, u64)> {
        let draft = Self { weighed: Some(Weighed::default()), ..Self::default() };
        let draft = draft.fill(repository, options, job)?;
        let weigh = |it: &Weighed| it.sizes.weigh(&it.tops, &draft.index);
        let weight = draft.weighed.as_ref().map(weigh).transpose()?.unwrap_or_default();
        Ok((draft, weight.bytes))
    }

    fn fill(mut self, repository: &Repository, options: &PruneOptions, job: &Job) -> Result<Self> {
        let draft = &mut self;
        // Snapshots first: whatever one of these needs was in an index before it was written.
        job.set_current("Snapshots");
        let in_use = repository.snapshots_in_use()?;
        job.set_current("Indexes");
        draft.read_indexes(repository)?;
        job.set_current("Trees");
        draft.mark(repository, in_use, job)?;
        draft.plan.snapshots = draft.snapshots.len() as u64;
        job.set_current("Packs");
        let mut stored: HashMap<PackId, u64> =
            repository.storage.list_with_sizes(FileKind::Pack)?.into_iter().collect();
        draft.note_missing(&stored);
        draft.choose_copies();
        let packs = draft.weigh(&mut stored)?;
        draft.plan.packs_unlisted = stored.keys().copied().collect();
        draft.plan.packs_unlisted.sort_unstable();
        draft.plan.frees_bytes = stored.values().sum();
        let limits = Limits {
            version: repository.config.version,
            index_bytes: index_bytes(repository.config.version, draft.index.len() as u64) + SLACK,
            room: free_space(repository)?,
        };
        choose(&packs, options, &limits, &mut draft.plan);
        let plan = &draft.plan;
        draft.doomed = plan.packs_to_remove.iter().chain(&plan.packs_to_repack).copied().collect();
        if draft.is_empty() {
            draft.plan.needs_free_bytes = 0;
        }
        Ok(self)
    }

    /// Whether nothing would be different.
    pub(super) fn is_empty(&self) -> bool {
        self.doomed.is_empty() && self.plan.packs_unlisted.is_empty() && self.stale().count() < 2
    }

    /// The index files that are written anew: those of packs that go, and small ones.
    pub(super) fn stale(&self) -> impl Iterator<Item = &IndexFile> {
        self.files.iter().filter(|file| {
            file.blobs < INDEX_WORTH_KEEPING
                || file.packs.iter().any(|pack| self.doomed.contains(pack))
        })
    }

    /// Reads the index files that were not read yet; one that cannot be read is an error. Says
    /// whether those that were read before are all still there.
    pub(super) fn read_indexes(&mut self, repository: &Repository) -> Result<bool> {
        let present = repository.storage.list::<IndexId>(FileKind::Index)?;
        // In order of their names, so that the plan that is shown is the plan that is carried out.
        let present: BTreeSet<_> = present.into_iter().collect();
        let known: BTreeSet<_> = self.files.iter().map(|file| file.id).collect();
        for id in present.difference(&known) {
            let packs = read_index_file(&repository.storage, &repository.key, *id)?;
            self.add_index_file(*id, packs);
        }
        Ok(known.is_subset(&present))
    }

    fn add_index_file(&mut self, id: IndexId, packs: Vec<(PackId, Vec<PackedBlob>)>) {
        let mut file = IndexFile { id, packs: Vec::with_capacity(packs.len()), blobs: 0 };
        for (pack, blobs) in packs {
            file.packs.push(pack);
            file.blobs += blobs.len();
            // A prune that was broken off leaves packs that two files list.
            if self.listed.insert(pack) {
                self.index.add_pack(pack, &blobs);
            }
        }
        self.files.push(file);
    }

    /// Marks what those of these snapshots need that were not marked yet.
    pub(super) fn mark(
        &mut self,
        repository: &Repository,
        in_use: SnapshotsInUse,
        job: &Job,
    ) -> Result<()> {
        self.needed.grow(&self.index);
        if self.keeps == Keeps::All {
            for Location { blob, .. } in self.index.iter() {
                if let Some(position) = self.index.position(blob.kind, &blob.id) {
                    self.needed.insert(position);
                }
            }
            return Ok(());
        }
        if let Some(weighed) = &mut self.weighed {
            weighed.tops = in_use.snapshots.iter().map(|snapshot| snapshot.tree).collect();
        }
        let groups = [(in_use.snapshots, Need::All), (in_use.trashed, Need::WhatIsThere)];
        for (mut snapshots, need) in groups {
            snapshots.retain(|snapshot| self.snapshots.insert(snapshot.id));
            // In the trash are those that nobody restores.
            let weighed = self.weighed.as_mut().filter(|_| need == Need::All);
            let sizes = weighed.map(|weighed| &mut weighed.sizes);
            mark(repository, &self.index, &self.needed, (&snapshots, need), sizes, job)?;
        }
        Ok(())
    }

    fn note_missing(&mut self, stored: &HashMap<PackId, u64>) {
        for (pack, blobs) in self.index.packs() {
            let size = crate::format::pack::pack_size(blobs.iter().map(|(_, blob)| blob));
            if stored.get(&pack) != Some(&size) {
                self.missing.insert(pack);
            }
        }
    }

    /// Decides anew which copy of each needed blob stays.
    pub(super) fn choose_copies(&mut self) {
        let stands = |pack: &PackId| (!self.doomed.contains(pack), !self.missing.contains(pack));
        self.kept = choose_copies(&self.index, &self.needed.to_entry_set(), stands);
    }

    /// Weighs each pack of the index, and takes those that are there out of `stored`.
    fn weigh(&self, stored: &mut HashMap<PackId, u64>) -> Result<Vec<PackUse>> {
        let mut packs = Vec::new();
        for (pack, blobs) in self.index.packs() {
            let mut weighed = PackUse::new(pack);
            for (position, blob) in &blobs {
                weighed.add(self.kept.contains(*position), blob);
            }
            let found = stored.remove(&pack);
            // What is not needed may be missing, too.
            if weighed.used_blobs > 0 && self.missing.contains(&pack) {
                let path = FileKind::Pack.path(pack);
                let error = Error::new(Code::Damaged, text!("Cannot rely on {path}", path));
                return Err(error.why(match found {
                    None => "The pack is missing, and a snapshot needs it".to_owned(),
                    Some(found) => format!("It has {found} bytes and should have others"),
                }));
            }
            weighed.size = found.unwrap_or(0);
            packs.push(weighed);
        }
        Ok(packs)
    }
}
