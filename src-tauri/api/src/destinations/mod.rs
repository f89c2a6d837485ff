//! Destinations: adding, showing, moving and forgetting places that hold backups.

mod convert;
mod keys;
mod maintenance;
pub(crate) mod wire;

use undercroft_backup::AddDestination;
use undercroft_foundation::{Code, Error, Job, Result, text};

use crate::Api;
use crate::base::wire::Nothing;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;

use convert::{keys_to_wire, to_wire};
use wire::{
    Destination, DestinationAdd, DestinationCopy, DestinationDetail, DestinationMove,
    DestinationRef, DestinationRename, DestinationTransfer,
};

impl Api {
    /// Lists the destinations.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn destination_list(&self, _: Nothing) -> Result<Vec<Destination>> {
        let destinations = self.0.backups.destinations().list()?;
        destinations.iter().map(|destination| self.show_destination(destination)).collect()
    }

    /// Makes a folder a destination of backups.
    ///
    /// # Errors
    /// The errors of [`undercroft_backup::Destinations::add`].
    pub fn destination_add(&self, request: DestinationAdd) -> Result<Destination> {
        let DestinationAdd { place, name, password, create } = request;
        let path = self.0.places.resolve(&place, PlacePurpose::Destination)?;
        let password = self.new_password(password)?;
        let added =
            self.0.backups.destinations().add(&AddDestination { path, name, password, create })?;
        self.show_destination(&added)
    }

    /// Forgets a destination; the backups in it stay.
    ///
    /// # Errors
    /// [`Code::NotFound`], and [`Code::Invalid`] for one that archives lie on.
    pub fn destination_forget(&self, request: DestinationRef) -> Result<Destination> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let archives = self.0.archives.lying_in(&destination.repository)?;
        if !archives.is_empty() {
            let names: Vec<_> =
                archives.iter().map(|it| it.manifest.project.name.as_str()).collect();
            let what = text!("Cannot remove {destination}", destination = destination.name);
            return Err(Error::new(Code::Invalid, what)
                .why(text!("Archives lie there: {archives}", archives = names.join(", ")))
                .next("Bring them back to this disk or move them to the trash first"));
        }
        let shown = self.show_destination(&destination)?;
        self.0.backups.plans().forget_destination(destination.id)?;
        Ok(shown)
    }

    /// Shows a destination with its keys and what its backups take.
    ///
    /// # Errors
    /// The errors of opening it.
    pub fn destination_show(&self, request: DestinationRef) -> Result<DestinationDetail> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let keys = self.0.backups.destinations().keys(destination.id)?;
        let space = self.0.backups.maintenance().space_of(destination.id, &Job::new())?;
        Ok(DestinationDetail {
            destination: self.show_destination(&destination)?,
            keys: keys_to_wire(keys),
            stored_bytes: space.stored_bytes,
            restore_bytes: space.restore_bytes,
            unused_bytes: space.unused_bytes,
        })
    }

    /// Gives a destination another name.
    ///
    /// # Errors
    /// The errors of [`undercroft_backup::Destinations::rename`].
    pub fn destination_rename(&self, request: DestinationRename) -> Result<Destination> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let renamed = self.0.backups.destinations().rename(destination.id, &request.name)?;
        self.show_destination(&renamed)
    }

    /// Records the new place of a destination that was moved.
    ///
    /// # Errors
    /// The errors of [`undercroft_backup::Destinations::move_to`].
    pub fn destination_move(&self, request: DestinationMove) -> Result<Destination> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let path = self.0.places.resolve(&request.place, PlacePurpose::Destination)?;
        let moved = self.0.backups.destinations().move_to(destination.id, &path)?;
        self.show_destination(&moved)
    }

    /// Moves a destination to another drive: copies it, compares it, and uses it there from then
    /// on.
    ///
    /// # Errors
    /// The errors of [`undercroft_backup::Maintenance::start_transfer`].
    pub fn destination_transfer(&self, request: DestinationTransfer) -> Result<JobView> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let path = self.0.places.resolve(&request.place, PlacePurpose::Destination)?;
        Ok(self.0.backups.maintenance().start_transfer(destination.id, &path)?.into())
    }

    /// Removes locks that programs left which are gone.
    ///
    /// # Errors
    /// The errors of opening it, and storage that cannot be changed.
    pub fn destination_unlock(&self, request: DestinationRef) -> Result<Destination> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        self.0.backups.destinations().unlock(destination.id)?;
        self.show_destination(&destination)
    }

    /// Copies backups to another destination.
    ///
    /// # Errors
    /// The errors of [`undercroft_backup::Maintenance::start_copy`].
    pub fn destination_copy(&self, request: DestinationCopy) -> Result<JobView> {
        let from = self.0.backups.destinations().find(&request.from)?;
        let to = self.0.backups.destinations().find(&request.to)?;
        Ok(self.0.backups.maintenance().start_copy(from.id, to.id, &request.snapshots)?.into())
    }

    /// The destination that `text` means: by id, by the beginning of one, or by name.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], or [`undercroft_foundation::Code::Invalid`] when
    /// several fit.
    pub fn find_destination(&self, text: &str) -> Result<Destination> {
        self.show_destination(&self.0.backups.destinations().find(text)?)
    }

    pub(crate) fn show_destination(
        &self,
        destination: &undercroft_backup::Destination,
    ) -> Result<Destination> {
        let state = self.0.backups.destinations().state_of(destination)?;
        Ok(Destination {
            last_proven: self.0.backups.proofs().of(destination.clone())?.last_proven,
            trashed: if state.is_present { trash_count(destination) } else { 0 },
            ..to_wire(state)
        })
    }
}

/// The number of backups in the trash, without opening the destination.
fn trash_count(destination: &undercroft_backup::Destination) -> u64 {
    let entries = std::fs::read_dir(destination.path.join("trash"));
    let files = entries.into_iter().flatten().flatten();
    files.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())).count() as u64
}
