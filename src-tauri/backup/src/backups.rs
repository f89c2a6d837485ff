//! The front of this room: one handle, which gives out those of the areas below it. Nothing below
//! knows it.

use std::path::Path;
use std::sync::Arc;

use undercroft_foundation::SettingsOverrides;
use undercroft_library::Library;

use crate::anomaly::AnomalyAlerts;
use crate::archive_copies::ArchiveCopies;
use crate::browsing::{Mounts, SnapshotBrowser};
use crate::destinations::Destinations;
use crate::finding::FileSearch;
use crate::forgetting::Removals;
use crate::library_copy::{HistoryLocks, LibraryCopies, LockHistory};
use crate::maintenance::Maintenance;
use crate::plan_run::PlanRuns;
use crate::plans::Plans;
use crate::project_backup::ProjectBackups;
use crate::protection::Protections;
use crate::recovery::Recovery;
use crate::restore::Restores;
use crate::scheduler::ScheduleState;
use crate::secrets::Secrets;
use crate::snapshots::SnapshotCache;
use crate::verification::Proofs;

/// The backups of a library. Clones share the repositories that are open.
#[derive(Debug, Clone)]
pub struct Backups {
    library: Library,
    overrides: SettingsOverrides,
    secrets: Arc<Secrets>,
    destinations: Destinations,
    histories: HistoryLocks,
    mounts: Arc<Mounts>,
}

impl Backups {
    /// The backups of this library, which was opened with [`crate::TABLES`].
    pub fn new(library: &Library) -> Self {
        let overrides = SettingsOverrides::default();
        let secrets = Arc::new(Secrets::new(library, &overrides));
        Self {
            library: library.clone(),
            destinations: Destinations::new(library, &overrides, &secrets),
            overrides,
            secrets,
            histories: HistoryLocks::default(),
            mounts: Arc::default(),
        }
    }

    /// Lays these over the settings of the library's file.
    #[must_use]
    pub fn with_overrides(mut self, overrides: SettingsOverrides) -> Self {
        self.overrides = overrides;
        let secrets = Secrets::new(&self.library, &self.overrides);
        self.with_secrets(secrets)
    }

    /// Has the key that seals passwords in this folder, instead of the user's configuration.
    #[must_use]
    pub fn sealing_in(self, folder: &Path) -> Self {
        let secrets = Secrets::new(&self.library, &self.overrides).sealing_in(folder);
        self.with_secrets(secrets)
    }

    /// Holds the history of a project still by this while it is copied.
    #[must_use]
    pub fn with_history_lock(mut self, hold: Arc<LockHistory>) -> Self {
        self.histories = HistoryLocks(Some(hold));
        self
    }

    fn with_secrets(mut self, secrets: Secrets) -> Self {
        self.secrets = Arc::new(secrets);
        self.destinations = Destinations::new(&self.library, &self.overrides, &self.secrets);
        self
    }

    /// The destinations: adding, finding and forgetting them, and the keys that open them.
    pub fn destinations(&self) -> &Destinations {
        &self.destinations
    }

    /// The plans: what is backed up where, when, and how long it is kept.
    pub fn plans(&self) -> Plans {
        Plans::new(&self.library, &self.overrides, &self.destinations, &self.secrets)
    }

    /// The schedule: the runs to come, those that are overdue, and the pause.
    pub fn schedule(&self) -> ScheduleState {
        ScheduleState::new(&self.library, &self.overrides, &self.destinations, &self.plans())
    }

    /// Letting backups go: by hand, by a policy, from the trash, and freeing the room.
    pub fn removals(&self) -> Removals {
        Removals::new(&self.library, &self.destinations, &self.plans())
    }

    /// The alerts about mass changes.
    pub fn alerts(&self) -> AnomalyAlerts {
        AnomalyAlerts::new(&self.library, &self.destinations, &self.removals())
    }

    /// Backing one project up to one destination.
    pub fn project_backups(&self) -> ProjectBackups {
        let Self { library, overrides, destinations, secrets, .. } = self;
        ProjectBackups::new(library, overrides, destinations, secrets, &self.alerts())
    }

    /// Backing the library itself up.
    pub fn library_copies(&self) -> LibraryCopies {
        LibraryCopies::new(&self.library, &self.histories)
    }

    /// Archives that lie in destinations.
    pub fn archive_copies(&self) -> ArchiveCopies {
        ArchiveCopies::new(&self.library, &self.destinations, &self.project_backups())
    }

    /// Carrying plans out.
    pub fn plan_runs(&self) -> PlanRuns {
        PlanRuns {
            library: self.library.clone(),
            secrets: Arc::clone(&self.secrets),
            destinations: self.destinations.clone(),
            snapshots: SnapshotCache::new(&self.library),
            plans: self.plans(),
            schedule: self.schedule(),
            removals: self.removals(),
            alerts: self.alerts(),
            projects: self.project_backups(),
            library_copies: self.library_copies(),
        }
    }

    /// Proving backups: reading them back and restoring from them on trial.
    pub fn proofs(&self) -> Proofs {
        Proofs::new(&self.library, &self.destinations, &self.plans(), &self.schedule())
    }

    /// Maintaining destinations: space, copies, repair and parity.
    pub fn maintenance(&self) -> Maintenance {
        Maintenance::new(&self.library, &self.destinations, &self.proofs())
    }

    /// Whether projects are safe, and why.
    pub fn protections(&self) -> Protections {
        Protections::new(&self.library, &self.destinations)
    }

    /// Looking into backups.
    pub fn browser(&self) -> SnapshotBrowser {
        SnapshotBrowser::new(&self.library, &self.destinations, &self.mounts)
    }

    /// Looking for files in backups.
    pub fn file_search(&self) -> FileSearch {
        FileSearch::new(&self.library, &self.destinations)
    }

    /// Getting backups back.
    pub fn restores(&self) -> Restores {
        Restores::new(&self.library, &self.secrets, &self.destinations)
    }

    /// Getting the library itself back, and the kit that says how.
    pub fn recovery(&self) -> Recovery {
        let Self { library, overrides, destinations, secrets, .. } = self;
        Recovery::new(library, overrides, secrets, destinations)
    }
}
