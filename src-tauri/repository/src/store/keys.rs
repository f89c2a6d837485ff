//! Key files: each holds the repository's one key, sealed by a password
//! (restic's design document, "Keys, Encryption and MAC").

use std::cmp::Reverse;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, Result};
use zeroize::Zeroizing;

use crate::format::crypto::{Key, Password};
use crate::format::file_kind::FileKind;
use crate::format::id::KeyId;
use crate::store::identity::Identity;
use crate::store::repository::Repository;
use crate::store::storage::Storage;

/// The cost of trying a password: 32 MiB of memory three times over, OWASP's advice for scrypt.
const SCRYPT_LOG_N: u8 = 15;
const SCRYPT_R: u32 = 8;
const SCRYPT_P: u32 = 3;

/// No key file may ask for more memory than this to be tried.
const SCRYPT_MEMORY_MAX: u64 = 1 << 30;

/// Lanes are filled side by side as long as they take no more memory than this together.
const SCRYPT_MEMORY_SHARED: u64 = 256 << 20;

/// Nor for more work: bytes that are filled, a few seconds' worth.
const SCRYPT_WORK_MAX: u64 = 1 << 33;

const SALT_LEN: usize = 64;

/// Beyond this many keys, finding the right one takes too long.
const KEYS_MAX: usize = 20;

#[derive(Serialize, Deserialize)]
struct KeyFile {
    created: String,
    username: String,
    hostname: String,
    kdf: String,
    #[serde(rename = "N")]
    n: u64,
    r: u32,
    p: u32,
    salt: String,
    data: String,
}

#[derive(Serialize, Deserialize)]
struct SealedKey {
    mac: SealedMac,
    encrypt: String,
}

#[derive(Serialize, Deserialize)]
struct SealedMac {
    k: String,
    r: String,
}

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
                .why(format!("The repository has {KEYS_MAX} keys, the most it may have"))
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
            return Err(Error::new(Code::Invalid, format!("Cannot remove key {}", id.short()))
                .why("It is the key that opened the repository just now")
                .next("Open the repository with another key first"));
        }
        let _lock = self.lock_exclusive()?;
        self.storage.remove(FileKind::Key, id)?;
        undercroft_foundation::reach_write_point("repository.key-removed");
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

/// Seals `key` with `password` into a new key file.
pub(crate) fn write_key(
    storage: &Storage,
    identity: &Identity,
    key: &Key,
    password: &Password,
) -> Result<KeyId> {
    if password.is_empty() {
        return Err(Error::new(Code::Invalid, "Cannot use an empty password")
            .next("Choose a password of at least a few words"));
    }
    let mut salt = [0; SALT_LEN];
    storage.world.random.fill(&mut salt);
    let user_key = derive(password, &salt, SCRYPT_LOG_N, SCRYPT_R, SCRYPT_P)?;
    let sealed_key = SealedKey {
        mac: SealedMac { k: BASE64.encode(key.mac_k_bytes()), r: BASE64.encode(key.mac_r_bytes()) },
        encrypt: BASE64.encode(key.encrypt_bytes()),
    };
    let plain = Zeroizing::new(to_json(&sealed_key)?);
    let mut data = Vec::new();
    user_key.seal(&*storage.world.random, &plain, &mut data);
    let file = KeyFile {
        created: storage.world.clock.now().to_string(),
        username: identity.username.clone(),
        hostname: identity.hostname.clone(),
        kdf: "scrypt".to_owned(),
        n: 1 << SCRYPT_LOG_N,
        r: SCRYPT_R,
        p: SCRYPT_P,
        salt: BASE64.encode(salt),
        data: BASE64.encode(data),
    };
    let id = storage.write_raw(FileKind::Key, &to_json(&file)?)?;
    undercroft_foundation::reach_write_point("repository.key-written");
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
        Error::new(Code::WrongPassword, format!("The password does not open {location}"))
    }))
}

/// The repository's key, or `None` when the password is not this key's.
fn open_key(storage: &Storage, id: KeyId, password: &Password) -> Result<Option<Key>> {
    let damaged = |why: &str| {
        Error::new(Code::Damaged, format!("Cannot use key {}", id.short())).why(why.to_owned())
    };
    let file = read_key_file(storage, id)?;
    if file.kdf != "scrypt" || !file.n.is_power_of_two() || !is_bearable(file.n, file.r, file.p) {
        return Err(damaged("Its way to derive keys is not one that the format knows"));
    }
    let log_n = u8::try_from(file.n.trailing_zeros()).map_err(|_| damaged("Its cost is absurd"))?;
    let salt = BASE64.decode(&file.salt).map_err(|_| damaged("Its salt is not base64"))?;
    if salt.len() != SALT_LEN {
        return Err(damaged("Its salt is not 64 bytes long"));
    }
    let mut data = BASE64.decode(&file.data).map_err(|_| damaged("Its data is not base64"))?;
    let user_key = derive(password, &salt, log_n, file.r, file.p)?;
    let Ok(plain) = user_key.open(&mut data) else { return Ok(None) };
    let sealed: SealedKey =
        serde_json::from_slice(plain).map_err(|_| damaged("Its content is not a key"))?;
    let mut bytes = Zeroizing::new([0; 64]);
    for (text, range) in
        [(&sealed.encrypt, 0..32), (&sealed.mac.k, 32..48), (&sealed.mac.r, 48..64)]
    {
        let part = Zeroizing::new(BASE64.decode(text).unwrap_or_default());
        if part.len() != range.len() {
            return Err(damaged("Its content is not a key"));
        }
        bytes[range].copy_from_slice(&part);
    }
    Ok(Some(Key::from_bytes(*bytes)))
}

/// Whether a password can be tried at this cost.
fn is_bearable(n: u64, r: u32, p: u32) -> bool {
    let (block, lanes) = (128 * u64::from(r), u64::from(p));
    let memory = block.saturating_mul(n).saturating_add(block.saturating_mul(lanes));
    let work = block.saturating_mul(n).saturating_mul(lanes);
    memory <= SCRYPT_MEMORY_MAX && work <= SCRYPT_WORK_MAX
}

fn read_key_file(storage: &Storage, id: KeyId) -> Result<KeyFile> {
    let bytes = storage.read_raw(FileKind::Key, id)?;
    serde_json::from_slice(&bytes).map_err(|source| {
        Error::new(Code::Damaged, format!("Cannot use key {}", id.short()))
            .why("The key file is not what it should be")
            .because(source)
    })
}

fn derive(password: &Password, salt: &[u8], log_n: u8, r: u32, p: u32) -> Result<Key> {
    let refuse = || Error::new(Code::Damaged, "Cannot derive a key: its cost makes no sense");
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| refuse())?;
    let mut bytes = Zeroizing::new([0; 64]);
    let lane = (u64::from(r) * 128) << log_n;
    let threads = (SCRYPT_MEMORY_SHARED / lane).clamp(1, u64::from(p).max(1));
    let threads = crate::store::threads::threads().min(usize::try_from(threads).unwrap_or(1));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool
        .map_err(|source| Error::new(Code::Unavailable, "Cannot start a thread").because(source))?;
    let derived = pool.install(|| scrypt::scrypt(password.as_bytes(), salt, &params, &mut *bytes));
    derived.map_err(|_| refuse())?;
    Ok(Key::from_bytes(*bytes))
}

fn to_json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value)
        .map_err(|source| Error::new(Code::Internal, "Cannot write JSON").because(source))
}
