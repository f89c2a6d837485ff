//! Whether a project is safe, and if not, why: judged by the catalog alone, so that a drive that
//! is away keeps nobody waiting.

mod judging;

use std::collections::HashMap;

use jiff::Timestamp;
use undercroft_foundation::{DestinationId, ProjectId, Result, Text};
use undercroft_library::{Attempt, Library, Project};

use crate::destinations::{Destination, Destinations, Disks};
use crate::snapshots::{CachedSnapshot, SnapshotCache};
use crate::verification;

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
    pub reason: Text,
    /// When its newest backup was made.
    pub last_backup: Option<Timestamp>,
    /// The number of destinations that hold a backup of it.
    pub destinations: u64,
    /// When a trial restore last found the backups right, of a destination that held one of it
    /// by then.
    pub last_proven: Option<Timestamp>,
}

/// The facts that the catalog knows of all projects.
struct Known {
    now: Timestamp,
    destinations: HashMap<DestinationId, Destination>,
    disks: Disks,
    snapshots: HashMap<ProjectId, Vec<CachedSnapshot>>,
    attempts: HashMap<ProjectId, Attempt>,
    proven: HashMap<DestinationId, Timestamp>,
}

/// Judges the protection of a library's projects.
#[derive(Debug, Clone)]
pub struct Protections {
    library: Library,
    destinations: Destinations,
    snapshots: SnapshotCache,
}

impl Protections {
    pub(crate) fn new(library: &Library, destinations: &Destinations) -> Self {
        Self {
            library: library.clone(),
            destinations: destinations.clone(),
            snapshots: SnapshotCache::new(library),
        }
    }

    /// The protection of a project.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn of(&self, project: &Project) -> Result<Protection> {
        Ok(self.known(Some(project.id))?.judge(project))
    }

    /// The protection of each of these projects, in their order.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn of_all(&self, projects: &[Project]) -> Result<Vec<Protection>> {
        let known = self.known(None)?;
        Ok(projects.iter().map(|project| known.judge(project)).collect())
    }

    fn known(&self, project: Option<ProjectId>) -> Result<Known> {
        let mut snapshots: HashMap<_, Vec<_>> = HashMap::new();
        for snapshot in self.snapshots.list(project, None)? {
            if let Some(project) = snapshot.project {
                snapshots.entry(project).or_default().push(snapshot);
            }
        }
        let destinations = self.destinations.list()?.into_iter().map(|each| (each.id, each));
        let attempts = self.library.runs().newest_attempts()?;
        let proven = self.library.catalog().read(verification::last_proven)?;
        Ok(Known {
            now: self.library.world().clock.now(),
            destinations: destinations.collect(),
            disks: Disks::now(),
            snapshots,
            attempts: attempts.into_iter().map(|attempt| (attempt.project, attempt)).collect(),
            proven,
        })
    }
}
