//! Judging the protection of a project by what the catalog knows.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{DestinationId, JobState, escape_path};
use undercroft_library::{Project, ProjectStatus};

use super::{Known, Protection, ProtectionReason, ProtectionState};
use crate::destinations::Destination;
use crate::snapshots::CachedSnapshot;

/// A backup older than this protects too little.
const FRESH: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Known {
    pub(super) fn judge(&self, project: &Project) -> Protection {
        // Newest first, as the catalog gives them.
        let snapshots = self.snapshots.get(&project.id).map_or(&[][..], Vec::as_slice);
        let holders: BTreeSet<_> = snapshots.iter().map(|snapshot| snapshot.destination).collect();
        let newest = snapshots.first().map(|snapshot| snapshot.time);
        let (state, because) = self.state_of(project, newest, &holders);
        Protection {
            state,
            reason: because.to_string(),
            because,
            last_backup: newest,
            destinations: holders.len() as u64,
            last_proven: self.last_proven(snapshots),
        }
    }

    /// A trial speaks for the backups that were there, not for those that came to a destination
    /// after it.
    fn last_proven(&self, snapshots: &[CachedSnapshot]) -> Option<Timestamp> {
        let proofs = snapshots.iter().filter_map(|snapshot| {
            let proven = self.proven.get(&snapshot.destination)?;
            (*proven >= snapshot.time).then_some(*proven)
        });
        proofs.max()
    }

    fn state_of(
        &self,
        project: &Project,
        newest: Option<Timestamp>,
        holders: &BTreeSet<DestinationId>,
    ) -> (ProtectionState, ProtectionReason) {
        use ProtectionState::{Attention, Protected, Running};
        let has_backup = newest.is_some();
        let attempt = self.attempts.get(&project.id);
        match attempt.map(|attempt| attempt.state) {
            Some(JobState::Running) => return (Running, ProtectionReason::Running),
            Some(JobState::Queued) => return (Running, ProtectionReason::Queued),
            _ => {}
        }
        if project.status == ProjectStatus::Archived {
            let state = if has_backup { Protected } else { Attention };
            return (state, ProtectionReason::Archived { has_backup });
        }
        if !project.is_present() {
            let place = escape_path(&project.root);
            return (Attention, ProtectionReason::FolderMissing { place, has_backup });
        }
        if let Some(failed) = attempt.filter(|attempt| attempt.state == JobState::Failed) {
            return (Attention, ProtectionReason::Failed { why: failed.why.clone() });
        }
        let Some(newest) = newest else {
            return (Attention, ProtectionReason::NoBackup);
        };
        let age = self.now.duration_since(newest);
        if age > FRESH {
            let days = u64::try_from(age.as_hours() / 24).unwrap_or_default();
            return (Attention, ProtectionReason::Old { days });
        }
        let warned = attempt.filter(|attempt| attempt.state == JobState::Warnings);
        (Protected, self.backed_up(project, holders, warned.map(|attempt| attempt.why.clone())))
    }

    /// The places of its backups, and whether they go when its disk does.
    fn backed_up(
        &self,
        project: &Project,
        holders: &BTreeSet<DestinationId>,
        warning: Option<String>,
    ) -> ProtectionReason {
        let mut holders: Vec<_> =
            holders.iter().filter_map(|id| self.destinations.get(id)).collect();
        holders.sort_unstable_by_key(|holder| holder.name.to_lowercase());
        let is_shared = |it: &&Destination| self.disks.are_shared(&it.path, &project.root);
        ProtectionReason::BackedUp {
            destinations: holders.iter().map(|holder| holder.name.clone()).collect(),
            on_own_disk: !holders.is_empty() && holders.iter().all(is_shared),
            warning,
        }
    }
}
