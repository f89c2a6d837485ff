//! Judging the protection of a project by what the catalog knows.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{DestinationId, JobState, Text, TextValue, escape_path, text};
use undercroft_library::{Project, ProjectStatus};

use super::{Known, Protection, ProtectionState};
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
        let (state, reason) = self.state_of(project, newest, &holders);
        Protection {
            state,
            reason,
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
    ) -> (ProtectionState, Text) {
        use ProtectionState::{Attention, Protected, Running};
        let has_backup = newest.is_some();
        let attempt = self.attempts.get(&project.id);
        match attempt.map(|attempt| attempt.state) {
            Some(JobState::Running) => return (Running, text!("It is being backed up.")),
            Some(JobState::Queued) => {
                return (Running, text!("It waits for its turn to be backed up."));
            }
            _ => {}
        }
        if project.status == ProjectStatus::Archived {
            return match has_backup {
                true => (Protected, text!("It lies in the archive; its backups are kept.")),
                false => (Attention, text!("It lies in the archive, and has no backup.")),
            };
        }
        if !project.is_present() {
            let place = escape_path(&project.root);
            let reason = match has_backup {
                true => text!("Its folder is not at {place}; its backups are kept.", place),
                false => text!("Its folder is not at {place}; it has no backup.", place),
            };
            return (Attention, reason);
        }
        if let Some(failed) = attempt.filter(|attempt| attempt.state == JobState::Failed) {
            return (Attention, text!("Its last backup failed: {why}.", why = failed.why));
        }
        let Some(newest) = newest else {
            return (Attention, text!("It has no backup yet."));
        };
        let age = self.now.duration_since(newest);
        if age > FRESH {
            let days = u64::try_from(age.as_hours() / 24).unwrap_or_default();
            let age = TextValue::count(days, "day");
            return (Attention, text!("Its newest backup is {age} old.", age));
        }
        let warned = attempt.filter(|attempt| attempt.state == JobState::Warnings);
        (Protected, self.backed_up(project, holders, warned.map(|attempt| &attempt.why)))
    }

    /// The places of its backups, and whether they go when its disk does.
    fn backed_up(
        &self,
        project: &Project,
        holders: &BTreeSet<DestinationId>,
        warning: Option<&Text>,
    ) -> Text {
        let mut holders: Vec<_> =
            holders.iter().filter_map(|id| self.destinations.get(id)).collect();
        holders.sort_unstable_by_key(|holder| holder.name.to_lowercase());
        let is_shared = |it: &&Destination| self.disks.are_shared(&it.path, &project.root);
        let destinations = TextValue::names(holders.iter().map(|holder| &holder.name));
        let mut reason = match !holders.is_empty() && holders.iter().all(is_shared) {
            true => text!(
                "It is backed up to {destinations}, on the project's own disk: if it fails, both \
                 are lost.",
                destinations
            ),
            false => text!("It is backed up to {destinations}.", destinations),
        };
        if let Some(warning) = warning {
            reason += text!(" {warning}.", warning);
        }
        reason
    }
}
