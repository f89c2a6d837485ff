//! Getting the whole library back from a destination.

use undercroft_backup::{self as backup, RecoverOrder};
use undercroft_foundation::{Result, escape_path};

use crate::wire::{
    JobView, LibraryRecover, PlacePurpose, RecoverableLibrary, RecoverableProject, RecoveryLook,
};
use crate::{Api, convert};

impl Api {
    /// Lists the libraries that a destination can give back.
    ///
    /// # Errors
    /// Those of [`backup::look_for_libraries`].
    pub fn recovery_look(&self, request: RecoveryLook) -> Result<Vec<RecoverableLibrary>> {
        let path = self.0.places.resolve(&request.place, PlacePurpose::Destination)?;
        let world = self.0.library.world();
        let found = backup::look_for_libraries(&path, &request.password, world)?;
        Ok(found.into_iter().map(library).collect())
    }

    /// Gets a whole library back; the program must be started anew afterwards.
    ///
    /// # Errors
    /// Those of [`backup::Backups::start_recovery`].
    pub fn library_recover(&self, request: LibraryRecover) -> Result<JobView> {
        let LibraryRecover { place, password, snapshot, with_folders } = request;
        let path = self.0.places.resolve(&place, PlacePurpose::Destination)?;
        let order = RecoverOrder { path, password, snapshot, with_folders };
        Ok(convert::job(self.0.backups.start_recovery(order, crate::tables())?))
    }
}

fn library(found: backup::RecoverableLibrary) -> RecoverableLibrary {
    RecoverableLibrary {
        snapshot: found.snapshot.to_string(),
        time: found.time,
        host: found.host,
        user: found.user,
        projects: found.projects.into_iter().map(project).collect(),
        size_bytes: found.size_bytes,
    }
}

fn project(found: backup::RecoverableProject) -> RecoverableProject {
    RecoverableProject {
        id: found.id.to_string(),
        name: found.name,
        path: escape_path(&found.root),
        last_backup: found.last_backup,
        size_bytes: found.size_bytes,
        occupied: found.is_occupied,
    }
}
