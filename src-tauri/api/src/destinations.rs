//! Destinations: adding, listing and forgetting places that hold backups.

use undercroft_backup::{AddDestination, DestinationState};
use undercroft_foundation::{Code, Error, Result, escape_path};

use crate::Api;
use crate::wire::{
    Destination, DestinationAdd, DestinationRef, NewPassword, Nothing, PasswordKeeper, PlacePurpose,
};

impl Api {
    /// Lists the destinations.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn destination_list(&self, _: Nothing) -> Result<Vec<Destination>> {
        let destinations = self.0.backups.destinations()?;
        destinations.iter().map(|destination| self.show_destination(destination)).collect()
    }

    /// Makes a folder a destination of backups.
    ///
    /// # Errors
    /// Those of [`undercroft_backup::Backups::add_destination`].
    pub fn destination_add(&self, request: DestinationAdd) -> Result<Destination> {
        let DestinationAdd { place, name, password, create } = request;
        let path = self.0.places.resolve(&place, PlacePurpose::Destination)?;
        let NewPassword::Typed { password } = password else {
            return Err(Error::new(Code::Unsupported, "Only typed passwords yet"));
        };
        let added =
            self.0.backups.add_destination(&AddDestination { path, name, password, create })?;
        self.show_destination(&added)
    }

    /// Forgets a destination; the backups in it stay.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn destination_forget(&self, request: DestinationRef) -> Result<Destination> {
        let destination = self.0.backups.find_destination(&request.destination)?;
        let shown = self.show_destination(&destination)?;
        self.0.backups.forget_destination(destination.id)?;
        Ok(shown)
    }

    /// The destination that `text` means: by id, by the beginning of one, or by name.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], or [`undercroft_foundation::Code::Invalid`] when
    /// several fit.
    pub fn find_destination(&self, text: &str) -> Result<Destination> {
        self.show_destination(&self.0.backups.find_destination(text)?)
    }

    fn show_destination(
        &self,
        destination: &undercroft_backup::Destination,
    ) -> Result<Destination> {
        Ok(to_wire(self.0.backups.state_of(destination)?))
    }
}

fn to_wire(state: DestinationState) -> Destination {
    let undercroft_backup::Destination { id, name, path, repository, added } = state.destination;
    Destination {
        id: id.to_string(),
        name,
        display: escape_path(&path),
        repository_id: repository,
        present: state.is_present,
        free_bytes: state.free_bytes,
        total_bytes: state.total_bytes,
        snapshots: state.snapshots,
        last_backup: state.last_backup,
        added,
        keeper: PasswordKeeper::SealedFile,
        last_proven: None,
        trashed: 0,
    }
}
