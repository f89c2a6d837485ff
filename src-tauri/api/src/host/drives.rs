//! The drives that backups could go to.

use undercroft_backup as backup;
use undercroft_foundation::Result;

use super::wire::{Drive, Place, PlacePurpose};
use crate::Api;
use crate::base::wire::Nothing;

impl Api {
    /// Lists the drives that backups could go to, the best one first. Nothing is written.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn drive_list(&self, _: Nothing) -> Result<Vec<Drive>> {
        let around = self.0.host.surroundings();
        let drives = self.0.backups.destinations().drives(&around)?;
        let home = around.home.as_deref().map(undercroft_foundation::canonicalize_or_keep);
        let show = |drive: backup::Drive| {
            let purpose = Some(PlacePurpose::Destination);
            let place = self.0.places.note(&drive.folder, purpose);
            Drive {
                place: Place { same_disk: drive.is_shared, ..place },
                is_home: home.as_ref() == Some(&drive.mount),
                name: drive.name,
                free_bytes: drive.free_bytes,
                total_bytes: drive.total_bytes,
                is_proposed: drive.is_proposed,
            }
        };
        Ok(drives.into_iter().map(show).collect())
    }
}
