//! Keys and passwords of destinations, and the recovery kit.

use undercroft_backup as backup;
use undercroft_foundation::{Code, Error, Result, replace_file, text};

use super::convert::keys_to_wire;
use super::wire::{
    DestinationRef, KeyNew, KeyRemove, Keys, NewPassword, PasswordTried, PasswordTry, RecoveryKit,
    RecoveryKitSave,
};
use crate::Api;
use crate::host::wire::{Place, PlacePurpose};

impl Api {
    /// Lets another password open a destination, too.
    ///
    /// # Errors
    /// The errors of [`backup::Destinations::add_key`].
    pub fn key_add(&self, request: KeyNew) -> Result<Keys> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let password = self.new_password(request.password)?;
        Ok(keys_to_wire(self.0.backups.destinations().add_key(destination.id, &password)?))
    }

    /// Removes a key; its password opens the destination no more.
    ///
    /// # Errors
    /// The errors of [`backup::Destinations::remove_key`].
    pub fn key_remove(&self, request: KeyRemove) -> Result<Keys> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        Ok(keys_to_wire(self.0.backups.destinations().remove_key(destination.id, &request.key)?))
    }

    /// Changes the password that is kept for a destination.
    ///
    /// # Errors
    /// The errors of [`backup::Destinations::change_password`].
    pub fn password_change(&self, request: KeyNew) -> Result<Keys> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let password = self.new_password(request.password)?;
        if matches!(password, backup::NewPassword::Generated) {
            self.ask_for_kit(destination.id)?;
        }
        Ok(keys_to_wire(self.0.backups.destinations().change_password(destination.id, &password)?))
    }

    /// Tries whether a password opens a destination.
    ///
    /// # Errors
    /// Whatever keeps it from being tried.
    pub fn password_try(&self, request: PasswordTry) -> Result<PasswordTried> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let key = self
            .0
            .backups
            .destinations()
            .try_password(destination.id, request.password.as_deref())?;
        Ok(PasswordTried { opens: key.is_some(), key: key.map(|id| id.short()) })
    }

    /// Makes the page to print and put away: what is where, its key, and how to get it back.
    ///
    /// # Errors
    /// The errors of [`backup::Recovery::kit`].
    pub fn recovery_kit(&self, request: DestinationRef) -> Result<RecoveryKit> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let backup::RecoveryKit { html, text, file_name } =
            self.0.backups.recovery().kit(destination.id)?;
        Ok(RecoveryKit { html, text, file_name })
    }

    /// Writes that page into a folder, and says which file it is.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`], and whatever keeps it from being written.
    pub fn recovery_kit_save(&self, request: RecoveryKitSave) -> Result<Place> {
        let destination = self.0.backups.destinations().find(&request.destination)?;
        let folder = self.0.places.resolve(&request.place, PlacePurpose::Save)?;
        let kit = self.0.backups.recovery().kit(destination.id)?;
        let path = folder.join(&kit.file_name);
        if path.symlink_metadata().is_ok() {
            return Err(Error::new(Code::AlreadyExists, "Cannot write the recovery kit")
                .why(text!("{name} is there already", name = kit.file_name))
                .next("Choose another folder, or remove the old page"));
        }
        replace_file(&path, kit.html.as_bytes(), 0o600)?;
        Ok(self.0.places.register(&path))
    }

    /// A new password, as the room knows it.
    pub(crate) fn new_password(&self, password: NewPassword) -> Result<backup::NewPassword> {
        Ok(match password {
            NewPassword::Typed { password } => backup::NewPassword::Typed(password),
            NewPassword::Generated => backup::NewPassword::Generated,
            NewPassword::KeyFile { place } => {
                backup::NewPassword::KeyFile(self.0.places.resolve(&place, PlacePurpose::KeyFile)?)
            }
        })
    }
}
