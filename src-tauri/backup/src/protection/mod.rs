//! Whether a project is safe, and if not, why: judged by the catalog alone, so that a drive that
//! is away keeps nobody waiting.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{DestinationId, JobState, ProjectId, Result, count_text, escape_path};
use undercroft_library::{Attempt, Project};

use crate::backups::Backups;
use crate::destinations::{Destination, Disks};
use crate::names;
use crate::snapshots::CachedSnapshot;

/// A backup older than this protects too little.
const FRESH: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether a project is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProtectionState {
    /// A backup that is fresh enough exists, and the last one did not fail.
    Protected,
    /// Somebody should look.
    Attention,
    /// A backup is being made.
    Running,
}

/// Whether a project is safe, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// Whether it is safe.
    pub state: ProtectionState,
    /// Why, as a sentence.
    pub reason: String,
    /// When its newest backup was made.
    pub last_backup: Option<Timestamp>,
    /// The number of destinations that hold a backup of it.
    pub destinations: u64,
}

/// The facts that the catalog knows of all projects.
struct Known {
    now: Timestamp,
    destinations: HashMap<DestinationId, Destination>,
    disks: Disks,
    snapshots: HashMap<ProjectId, Vec<CachedSnapshot>>,
    attempts: HashMap<ProjectId, Attempt>,
}

impl Backups {
    /// The protection of a project.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn protection(&self, project: &Project) -> Result<Protection> {
        Ok(self.known(Some(project.id))?.judge(project))
    }

    /// The protection of each of these projects, in their order.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn protections(&self, projects: &[Project]) -> Result<Vec<Protection>> {
        let known = self.known(None)?;
        Ok(projects.iter().map(|project| known.judge(project)).collect())
    }

    fn known(&self, project: Option<ProjectId>) -> Result<Known> {
        let mut snapshots: HashMap<_, Vec<_>> = HashMap::new();
        for snapshot in self.cached_snapshots(project, None)? {
            if let Some(project) = snapshot.project {
                snapshots.entry(project).or_default().push(snapshot);
            }
        }
        let destinations = self.destinations()?.into_iter().map(|each| (each.id, each));
        let attempts = self.library.runs().newest_attempts()?;
        Ok(Known {
            now: self.library.world().clock.now(),
            destinations: destinations.collect(),
            disks: Disks::now(),
            snapshots,
            attempts: attempts.into_iter().map(|attempt| (attempt.project, attempt)).collect(),
        })
    }
}

impl Known {
    fn judge(&self, project: &Project) -> Protection {
        // Newest first, as the catalog gives them.
        let snapshots = self.snapshots.get(&project.id).map_or(&[][..], Vec::as_slice);
        let holders: BTreeSet<_> = snapshots.iter().map(|snapshot| snapshot.destination).collect();
        let newest = snapshots.first().map(|snapshot| snapshot.time);
        let (state, reason) = self.state_of(project, newest, &holders);
        Protection { state, reason, last_backup: newest, destinations: holders.len() as u64 }
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
