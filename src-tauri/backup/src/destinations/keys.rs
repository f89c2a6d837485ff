//! The keys of a destination: each password that opens it has one. Changing the password in use
//! goes in an order that a crash cannot break: the new key is written and proven, then the new
//! password is kept, then the old key goes. So what is kept opens the destination at every moment.

use std::collections::HashSet;

use undercroft_foundation::{
    Candidate, Code, DestinationId, Error, Result, Text, find_by_name, text,
};
use undercroft_library::NewEvent;
use undercroft_repository::{KeyId, KeyInfo, Password};

use super::{Destination, Destinations, table};
use crate::secrets::{NewPassword, PasswordKeeper};

/// The keys of a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The keys, the oldest first.
    pub keys: Vec<KeyInfo>,
    /// The place where the password in use is kept.
    pub keeper: PasswordKeeper,
}

impl Destinations {
    /// The keys of a destination.
    ///
    /// # Errors
    /// The errors of opening it.
    pub fn keys(&self, id: DestinationId) -> Result<Keys> {
        let destination = self.get(id)?;
        let keys = self.repository_of(&destination)?.keys()?;
        Ok(Keys { keys, keeper: self.secrets.keeper(id) })
    }

    /// The destinations whose password was made here: nobody knows it but from the recovery kit.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn with_generated_password(&self) -> Result<HashSet<DestinationId>> {
        self.library.catalog().read(table::generated)
    }

    /// Lets another password open a destination, too. The one that is kept stays the same.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a password that nobody would know, or too many keys.
    pub fn add_key(&self, id: DestinationId, password: &NewPassword) -> Result<Keys> {
        let destination = self.get(id)?;
        if matches!(password, NewPassword::Generated) {
            return Err(Error::new(Code::Invalid, "Cannot add a key of a generated password")
                .why("It is not kept here, so nobody would know it")
                .next("Type a password, or point out a key file"));
        }
        let chosen = password.choose(&*self.library.world().random)?;
        let repository = self.repository_of(&destination)?;
        repository.add_key(&Password::new(chosen.text.as_str()))?;
        self.tell_of(&destination, "key-added", &text!("opens with one more password now"))?;
        self.keys(id)
    }

    /// Removes a key; its password opens the destination no more.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Invalid`] for the one in use, the last one, or a beginning that
    /// several keys share.
    pub fn remove_key(&self, id: DestinationId, key: &str) -> Result<Keys> {
        let destination = self.get(id)?;
        let repository = self.repository_of(&destination)?;
        let keys = repository.keys()?;
        let key = find_key(&keys, key)?;
        repository.remove_key(key)?;
        self.tell_of(&destination, "key-removed", &text!("opens with one password less now"))?;
        self.keys(id)
    }

    /// Changes the password that is kept for a destination; the one before opens it no more.
    ///
    /// # Errors
    /// The errors of opening it, of an unfit password, and of writing; the one before still opens
    /// it then, or both do.
    pub fn change_password(&self, id: DestinationId, password: &NewPassword) -> Result<Keys> {
        let destination = self.require_there(&self.get(id)?)?;
        let before = self.repository_of(&destination)?;
        let old = before.key_id();
        let chosen = password.choose(&*self.library.world().random)?;
        let password = Password::new(chosen.text.as_str());
        let new = before.add_key(&password)?;
        let opened = self.open_with(&destination, &password)?;
        if opened.key_id() == old {
            // The same password as before: its new key is one too many.
            before.remove_key(new)?;
            self.secrets.keep(id, &chosen)?;
            return self.keys(id);
        }
        self.secrets.keep(id, &chosen)?;
        let generated = chosen.is_generated;
        let catalog = self.library.catalog();
        catalog.write(|transaction| table::set_generated(transaction, id, generated))?;
        let kept = self.secrets.read(id, &destination.name)?;
        if *kept != *chosen.text {
            return Err(Error::new(Code::Damaged, "Cannot change the password")
                .why("What is kept is not the new one")
                .next("The one before still opens the destination; try again"));
        }
        let removed = opened.remove_key(old);
        self.open.keep(&destination, &opened);
        removed.map_err(|error| {
            Error::new(error.code(), "The password was changed, but the one before still opens it")
                .why(text!("Its key {key} could not be removed", key = old.short()))
                .next("Remove that key")
                .because(error)
        })?;
        self.tell_of(&destination, "password-changed", &text!("has another password now"))?;
        self.keys(id)
    }

    /// The key that a password opens, or the one that is kept; nothing when it opens none.
    ///
    /// # Errors
    /// Whatever keeps it from being tried.
    pub fn try_password(&self, id: DestinationId, password: Option<&str>) -> Result<Option<KeyId>> {
        let destination = self.require_there(&self.get(id)?)?;
        let opened = match password {
            Some(text) => self.open_with(&destination, &Password::new(text)),
            None => self
                .secrets
                .read(id, &destination.name)
                .and_then(|text| self.open_with(&destination, &Password::new(text.as_str()))),
        };
        match opened {
            Ok(repository) => Ok(Some(repository.key_id())),
            Err(error) if error.code() == Code::WrongPassword => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes locks that programs left which are gone, and says how many.
    ///
    /// # Errors
    /// The errors of opening it, and storage that cannot be changed.
    pub fn unlock(&self, id: DestinationId) -> Result<usize> {
        self.repository_of(&self.get(id)?)?.unlock(false)
    }

    fn tell_of(&self, destination: &Destination, kind: &str, happened: &Text) -> Result<()> {
        let text = text!("{destination} {happened}", destination = destination.name, happened);
        let event = NewEvent::new(format!("destination.{kind}"), text);
        let event = event.of_destination(Some(destination.id));
        self.library
            .catalog()
            .write(|transaction| self.library.events().append(transaction, &event).map(drop))
    }
}

fn find_key(keys: &[KeyInfo], text: &str) -> Result<KeyId> {
    let candidate = |key: &KeyInfo| Candidate {
        id: key.id.to_string(),
        name: None,
        about: format!("{}@{}", key.username, key.hostname),
    };
    find_by_name("key", text, keys, candidate).map(|key| key.id)
}
