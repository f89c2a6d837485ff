//! The key files of a repository on its storage.

use std::cmp::Reverse;
use std::sync::{Mutex, PoisonError};

use undercroft_foundation::{Code, Error, Result, reach_write_point, text};

use crate::format::crypto::{Key, KeyFile, KeyMaker, Password};
use crate::format::file_kind::FileKind;
use crate::format::id::KeyId;
use crate::store::identity::Identity;
use crate::store::storage::Storage;
use crate::store::threads::threads;

/// Seals `key` with `password` into a new key file.
pub(crate) fn write_key(
    storage: &Storage,
    identity: &Identity,
    key: &Key,
    password: &Password,
) -> Result<KeyId> {
    let maker = KeyMaker { username: &identity.username, hostname: &identity.hostname };
    let file = KeyFile::seal(key, password, maker, &storage.world, threads())?;
    let id = storage.write_raw(FileKind::Key, &file.encode()?)?;
    reach_write_point("repository.key-written");
    if let Err(error) = storage.read_raw(FileKind::Key, id) {
        // A damaged key keeps restic from opening the repository with any other.
        let _ = storage.remove(FileKind::Key, id);
        return Err(error);
    }
    Ok(id)
}

/// Keys that opened a repository since this process began, the latest last.
static OPENED: Mutex<Vec<KeyId>> = Mutex::new(Vec::new());

/// Tries `password` on all keys: first on the one that opened the repository last.
pub(crate) fn find_key(storage: &Storage, password: &Password) -> Result<(KeyId, Key)> {
    let mut unreadable = None;
    let mut ids = storage.list::<KeyId>(FileKind::Key)?;
    let opened = || OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = opened().clone();
    ids.sort_by_key(|id| Reverse(known.iter().rposition(|opened| opened == id)));
    for id in ids {
        match open_key(storage, id, password) {
            Ok(Some(key)) => {
                let mut opened = opened();
                opened.retain(|other| *other != id);
                opened.push(id);
                return Ok((id, key));
            }
            Ok(None) => {}
            // It was taken away since it was listed.
            Err(error) if error.code() == Code::NotFound => {}
            // One damaged key must not lock out those who hold another.
            Err(error) => unreadable = Some(error),
        }
    }
    Err(unreadable.unwrap_or_else(|| {
        let location = storage.location();
        Error::new(Code::WrongPassword, text!("The password does not open {location}", location))
    }))
}

/// The repository's key, or `None` when the password is not this key's.
pub(crate) fn open_key(storage: &Storage, id: KeyId, password: &Password) -> Result<Option<Key>> {
    read_key_file(storage, id)?.open(id, password, threads())
}

/// The key file of this id.
pub(crate) fn read_key_file(storage: &Storage, id: KeyId) -> Result<KeyFile> {
    KeyFile::decode(id, &storage.read_raw(FileKind::Key, id)?)
}
