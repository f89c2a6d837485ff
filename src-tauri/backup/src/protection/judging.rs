//! Judging the protection of a project by what the catalog knows.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{DestinationId, JobState, count_text, escape_path};
use undercroft_library::{Project, ProjectStatus};

use super::{Known, Protection, ProtectionState};
use crate::destinations::Destination;
use crate::names;
use crate::snapshots::CachedSnapshot;

/// A backup older than this protects too little.
const FRESH: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Known {
    pub(super) fn judge(&self, project: &Project) -> Protection {
        // Newest first, as the catalog gives them.
        let snapshots = self.snapshots.get(&project.id).map_or(&[][..], Vec::as_slice);
        let holders: BTreeSet<_> = snapshots.iter().map(|snapshot| snapshot.destination).collect();
        let newest = snapshots.first().map(|snapshot| snapshot.time);
        let (state, reason) = self.state_of(project, newest, &holders);
        let destinations = holders.len() as u64;
        let last_proven = self.last_proven(snapshots);
        Protection { state, reason, last_backup: newest, destinations, last_proven }
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
    ) -> (ProtectionState, String) {
        use ProtectionState::{Attention, Protected, Running};
        let attempt = self.attempts.get(&project.id);
        match attempt.map(|attempt| attempt.state) {
            Some(JobState::Running) => return (Running, "It is being backed up.".to_owned()),
            Some(JobState::Queued) => {
                return (Running, "It waits for its turn to be backed up.".to_owned());
            }
            _ => {}
        }
        if project.status == ProjectStatus::Archived {
            return match newest {
                Some(_) => (Protected, "It lies in the archive; its backups are kept.".to_owned()),
                None => (Attention, "It lies in the archive, and has no backup.".to_owned()),
            };
        }
        if !project.is_present() {
            let kept = if newest.is_some() { "its backups are kept" } else { "it has no backup" };
            let place = escape_path(&project.root);
            return (Attention, format!("Its folder is not at {place}; {kept}."));
        }
        if let Some(failed) = attempt.filter(|attempt| attempt.state == JobState::Failed) {
            return (Attention, format!("Its last backup failed: {}.", failed.why));
        }
        let Some(newest) = newest else {
            return (Attention, "It has no backup yet.".to_owned());
        };
        let age = self.now.duration_since(newest);
        if age > FRESH {
            let days = u64::try_from(age.as_hours() / 24).unwrap_or_default();
            let days = count_text(days, "day");
            return (Attention, format!("Its newest backup is {days} old."));
        }
        let mut reason = self.told_where(project, holders);
        if let Some(attempt) = attempt.filter(|attempt| attempt.state == JobState::Warnings) {
            reason += &format!(" {}.", attempt.why);
        }
        (Protected, reason)
    }

    /// The places of its backups, and whether they go when its disk does.
    fn told_where(&self, project: &Project, holders: &BTreeSet<DestinationId>) -> String {
        let mut holders: Vec<_> =
            holders.iter().filter_map(|id| self.destinations.get(id)).collect();
        holders.sort_unstable_by_key(|holder| holder.name.to_lowercase());
        let names: Vec<_> = holders.iter().map(|holder| holder.name.clone()).collect();
        let backed_up = format!("It is backed up to {}", names::list(&names));
        let is_shared = |it: &&Destination| self.disks.are_shared(&it.path, &project.root);
        match !holders.is_empty() && holders.iter().all(is_shared) {
            true => format!("{backed_up}, on the project's own disk: if it fails, both are lost."),
            false => format!("{backed_up}."),
        }
    }
}
