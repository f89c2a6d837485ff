//! Caring for a destination: mending it, protecting it, and showing it as a folder.

use undercroft_backup as backup;
use undercroft_foundation::{Code, Error, Result, escape_path, text};

use super::wire::{Mount, MountRef, ParityChange, RepairRequest};
use crate::Api;
use crate::base::wire::Nothing;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;

/// The most parity that makes sense, in percent.
const MOST_PARITY: u8 = 50;

impl Api {
    /// Mends a destination.
    ///
    /// # Errors
    /// The errors of [`backup::Maintenance::start_repair`].
    pub fn destination_repair(&self, request: RepairRequest) -> Result<JobView> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        Ok(self.0.backups.maintenance().start_repair(destination.id, request.what.into())?.into())
    }

    /// Protects a destination against damage of its drive.
    ///
    /// # Errors
    /// [`Code::Invalid`] for more than 50 percent; the errors of
    /// [`backup::Maintenance::start_parity`].
    pub fn parity_change(&self, request: ParityChange) -> Result<JobView> {
        let ParityChange { destination, percent } = request;
        let destination = self.0.backups.destinations().find(&destination)?;
        if percent > MOST_PARITY {
            return Err(Error::new(
                Code::Invalid,
                text!("Cannot add {percent} % of parity", percent),
            )
            .why("More than 50 % costs more than another copy is worth")
            .next("Use a second destination, too"));
        }
        Ok(self.0.backups.maintenance().start_parity(destination.id, percent)?.into())
    }

    /// Shows a destination as a folder.
    ///
    /// # Errors
    /// The errors of [`backup::SnapshotBrowser::mount`].
    pub fn mount_start(&self, request: MountRef) -> Result<Mount> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let at = request.place.map(|place| self.0.places.resolve(&place, PlacePurpose::Restore));
        let at = at.transpose()?;
        Ok(mount(self.0.backups.browser().mount(destination.id, at.as_deref())?))
    }

    /// Shows a destination as a folder no longer.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn mount_stop(&self, request: MountRef) -> Result<Nothing> {
        self.0
            .backups
            .browser()
            .unmount(self.0.backups.destinations().find(&request.destination)?.id);
        Ok(Nothing {})
    }

    /// Lists the destinations that are shown as folders.
    ///
    /// # Errors
    /// None.
    pub fn mount_list(&self, _: Nothing) -> Result<Vec<Mount>> {
        Ok(self.0.backups.browser().mounts().into_iter().map(mount).collect())
    }
}

fn mount(mounted: backup::Mounted) -> Mount {
    Mount { destination: mounted.destination.to_string(), path: escape_path(&mounted.path) }
}
