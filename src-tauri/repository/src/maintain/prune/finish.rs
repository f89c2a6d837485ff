//! The second part, alone in the repository and for a moment only: what came meanwhile is spared,
//! the index is replaced, and what nobody needs goes.

use std::collections::HashSet;

use undercroft_foundation::{Code, Job, Result, reach_write_point};

use super::PruneReport;
use super::free_space::release_reserve_below;
use super::plan::{Draft, IndexFile};
use crate::format::file_kind::FileKind;
use crate::format::id::{IndexId, PackId};
use crate::format::pack::PackedBlob;
use crate::store::lock::Lock;
use crate::store::repository::Repository;
use crate::store::write::write_indexes;

/// Packs that are removed at once.
const REMOVED_AT_ONCE: usize = 512;

impl Draft {
    /// Takes in what came since the draft was made: index files with their packs, and snapshots,
    /// for which packs are spared that were to go; returns how many packs. `None` when somebody
    /// replaced the index meanwhile, so that the draft is of no use.
    pub(super) fn catch_up(&mut self, repository: &Repository, job: &Job) -> Result<Option<u64>> {
        if !self.read_indexes(repository)? {
            return Ok(None);
        }
        self.mark(repository, repository.snapshots_in_use()?, job)?;
        self.choose_copies();
        let mut spared = HashSet::new();
        for (position, location) in self.index.iter().enumerate() {
            if self.kept.contains(position) && self.doomed.contains(&location.pack) {
                spared.insert(location.pack);
            }
        }
        self.doomed.retain(|pack| !spared.contains(pack));
        self.plan.packs_unlisted.retain(|pack| !self.listed.contains(pack));
        Ok(Some(spared.len() as u64))
    }

    /// Packs that stay, with their blobs, but for those that are in `listed` already.
    fn staying<'a>(
        &'a self,
        listed: &'a HashSet<PackId>,
    ) -> impl Iterator<Item = (PackId, Vec<PackedBlob>)> + 'a {
        let kept = |(pack, _): &(PackId, _)| !self.doomed.contains(pack) && !listed.contains(pack);
        let plain = |(pack, blobs): (PackId, Vec<(usize, PackedBlob)>)| {
            (pack, blobs.into_iter().map(|(_, blob)| blob).collect())
        };
        self.index.packs().filter(kept).map(plain)
    }
}

/// Replaces the index by one without what goes, and removes that.
pub(super) fn finish(
    repository: &Repository,
    lock: &Lock,
    draft: &Draft,
    report: &mut PruneReport,
    job: &Job,
) -> Result<()> {
    job.set_current("Removing");
    let mut removal = Removal { repository, lock, draft, report };
    // They are in nobody's way to anything, and the room may be needed.
    removal.packs(&draft.plan.packs_unlisted)?;
    if draft.doomed.is_empty() && draft.stale().count() < 2 {
        return Ok(());
    }
    let stale: Vec<_> = draft.stale().map(|file| file.id).collect();
    let staying = draft.files.iter().filter(|file| !stale.contains(&file.id));
    let listed: HashSet<_> = staying.flat_map(|file| file.packs.iter().copied()).collect();
    release_reserve_below(repository, draft.plan.needs_free_bytes)?;
    let mut written = Vec::new();
    match write_indexes(repository, Some(lock), draft.staying(&listed), &mut written) {
        Err(error) if error.code() == Code::StorageFull => {
            removal.indexes(&written)?;
            return removal.file_by_file();
        }
        done => done?,
    }
    removal.report.indexes_written += written.len() as u64;
    reach_write_point("repository.prune-indexed");
    removal.indexes(&stale)?;
    removal.packs(&sorted(&draft.doomed))
}

fn sorted(packs: &HashSet<PackId>) -> Vec<PackId> {
    let mut packs: Vec<_> = packs.iter().copied().collect();
    packs.sort_unstable();
    packs
}

/// Removes files, as long as the lock is certain.
struct Removal<'a> {
    repository: &'a Repository,
    lock: &'a Lock,
    draft: &'a Draft,
    report: &'a mut PruneReport,
}

impl Removal<'_> {
    fn indexes(&mut self, ids: &[IndexId]) -> Result<()> {
        self.lock.confirm()?;
        self.repository.storage.remove_all(FileKind::Index, ids)?;
        self.report.indexes_removed += ids.len() as u64;
        reach_write_point("repository.prune-index-removed");
        Ok(())
    }

    fn packs(&mut self, ids: &[PackId]) -> Result<()> {
        for ids in ids.chunks(REMOVED_AT_ONCE) {
            self.lock.confirm()?;
            self.repository.storage.remove_all(FileKind::Pack, ids)?;
            // One that nobody needs may have been missing before.
            let there = ids.iter().filter(|pack| !self.draft.missing.contains(pack));
            self.report.packs_removed += there.count() as u64;
            reach_write_point("repository.prune-pack-removed");
        }
        Ok(())
    }

    /// Replaces one index file after the other, where there is no room for a whole new index:
    /// beginning with those of which the least stays, each makes room for the next.
    fn file_by_file(&mut self) -> Result<()> {
        let draft = self.draft;
        let stays = |file: &IndexFile| {
            file.packs.iter().filter(|pack| !draft.doomed.contains(pack)).count()
        };
        let is_touched = |file: &&IndexFile| stays(file) < file.packs.len();
        let mut files: Vec<_> = draft.files.iter().filter(is_touched).collect();
        files.sort_by_key(|file| (stays(file), file.id));
        while !files.is_empty() {
            let file = files.remove(0);
            let own: HashSet<_> = file.packs.iter().copied().collect();
            let others: HashSet<_> = draft.listed.difference(&own).copied().collect();
            let mut written = Vec::new();
            write_indexes(self.repository, Some(self.lock), draft.staying(&others), &mut written)?;
            self.report.indexes_written += written.len() as u64;
            self.indexes(&[file.id])?;
            let still: HashSet<_> = files.iter().flat_map(|file| &file.packs).collect();
            let gone =
                own.into_iter().filter(|it| draft.doomed.contains(it) && !still.contains(it));
            self.packs(&sorted(&gone.collect()))?;
        }
        Ok(())
    }
}
