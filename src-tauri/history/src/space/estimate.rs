//! The most that a compaction can free, without doing it.

use std::collections::HashSet;

use undercroft_foundation::{Job, ProjectId, Result};

use super::compact::{Live, compacted_bytes, packed_bytes, stored_sizes};
use super::thin::freed_objects;
use crate::consistency::HistoryMaintenance;
use crate::objects::{objects_in, snapshots_of};

impl HistoryMaintenance {
    /// The most bytes that compacting the history of a project can free: all that no version leads
    /// to, and what came since the last compaction, of which a part becomes deltas.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Damaged`] when something that a version needs cannot be read,
    /// [`undercroft_foundation::Code::Cancelled`].
    pub fn compactable_bytes(&self, project: ProjectId, job: &Job) -> Result<u64> {
        let store = self.history.store(project)?;
        let mut live = Live::default();
        self.reach_all(project, &store, &mut live, job)?;
        let sizes = stored_sizes(&store)?;
        let is_dead = |(id, _): &(_, _)| !live.reached.objects.contains(id);
        let dead: u64 = sizes.into_iter().filter(is_dead).map(|(_, bytes)| bytes).sum();
        let grown = packed_bytes(&store)?.saturating_sub(compacted_bytes(&store));
        let Some(repository) = self.history.objects().repository()? else {
            return Ok(dead.max(grown));
        };
        let mut unneeded = HashSet::new();
        for snapshot in snapshots_of(&repository, project)? {
            unneeded.extend(objects_in(&repository, &snapshot)?.into_keys());
        }
        unneeded.retain(|digest| !live.reached.contents.contains(digest));
        let (objects, _) = freed_objects(&repository, project, &unneeded)?;
        Ok(dead.max(grown) + objects)
    }
}
