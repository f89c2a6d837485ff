//! Keys of a repository: listed, added and removed, and a password that is changed.

use undercroft_foundation::{Code, Error, Result, reach_write_point, text};

use crate::format::crypto::{KeyFile, Password};
use crate::format::file_kind::FileKind;
use crate::format::id::KeyId;
use crate::store::keys::{open_key, read_key_file, write_key};
use crate::store::repository::Repository;

/// Beyond this many keys, finding the right one takes too long.
const KEYS_MAX: usize = 20;

/// The facts about a key that are known without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// Its id.
    pub id: KeyId,
    /// Whether it is the one that opened this repository.
    pub current: bool,
    /// The user who made it.
    pub username: String,
    /// On which machine.
    pub hostname: String,
    /// When, as RFC 3339.
    pub created: String,
    /// It cannot be read any more: nothing but its id is known, and its password opens nothing.
    pub damaged: bool,
}

impl Repository {
    /// The key that opened this repository.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// All keys, the oldest first.
    ///
    /// # Errors
    /// Storage that cannot be listed or read.
    pub fn keys(&self) -> Result<Vec<KeyInfo>> {
        let mut keys = Vec::new();
        for id in self.storage.list::<KeyId>(FileKind::Key)? {
            let current = id == self.key_id;
            keys.push(match read_key_file(&self.storage, id) {
                Ok(KeyFile { username, hostname, created, .. }) => {
                    KeyInfo { id, current, username, hostname, created, damaged: false }
                }
                // It must be seen to be removed.
                Err(error) if error.code() == Code::Damaged => {
                    let [username, hostname, created] = [const { String::new() }; 3];
                    KeyInfo { id, current, username, hostname, created, damaged: true }
                }
                Err(error) => return Err(error),
            });
        }
        keys.sort_by(|a, b| (&a.created, a.id).cmp(&(&b.created, b.id)));
        Ok(keys)
    }

    /// Adds a key, so that `password` opens the repository too.
    ///
    /// # Errors
    /// An empty password, too many keys, or storage that cannot be written.
    pub fn add_key(&self, password: &Password) -> Result<KeyId> {
        if self.storage.list::<KeyId>(FileKind::Key)?.len() >= KEYS_MAX {
            return Err(Error::new(Code::Invalid, "Cannot add a key")
                .why(text!(
                    "The repository has {keys_max} keys, the most it may have",
                    keys_max = KEYS_MAX
                ))
                .next("Remove a key that is no longer used"));
        }
        let _lock = self.lock_shared()?;
        write_key(&self.storage, &self.identity, &self.key, password)
    }

    /// Removes a key; its password no longer opens the repository.
    ///
    /// # Errors
    /// The key in use and the last key stay ([`Code::Invalid`]).
    pub fn remove_key(&self, id: KeyId) -> Result<()> {
        if id == self.key_id {
            return Err(Error::new(
                Code::Invalid,
                text!("Cannot remove key {id}", id = id.short()),
            )
            .why("It is the key that opened the repository just now")
            .next("Open the repository with another key first"));
        }
        let _lock = self.lock_exclusive()?;
        self.storage.remove(FileKind::Key, id)?;
        reach_write_point("repository.key-removed");
        Ok(())
    }

    /// Replaces the key in use by one with a new password, the new one first.
    ///
    /// # Errors
    /// As [`Repository::add_key`]; the old password then still opens the repository.
    pub fn change_password(&mut self, password: &Password) -> Result<KeyId> {
        let _lock = self.lock_exclusive()?;
        let new = write_key(&self.storage, &self.identity, &self.key, password)?;
        // The old key goes only when the new one was seen to open the repository.
        open_key(&self.storage, new, password)?.ok_or_else(|| {
            Error::new(Code::Damaged, "Cannot change the password")
                .why("The new key does not open the repository")
        })?;
        let old = std::mem::replace(&mut self.key_id, new);
        self.storage.remove(FileKind::Key, old)?;
        Ok(new)
    }
}
