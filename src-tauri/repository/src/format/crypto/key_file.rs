//! Key files: each holds the repository's one key, sealed by a password
//! (restic's design document, "Keys, Encryption and MAC").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, Result, World, text};
use zeroize::Zeroizing;

use super::key::Key;
use super::password::Password;
use crate::format::id::KeyId;

/// The cost of trying a password.
#[derive(Clone, Copy)]
struct ScryptCost {
    log_n: u8,
    r: u32,
    p: u32,
}

impl ScryptCost {
    /// 32 MiB of memory three times over, OWASP's advice for scrypt.
    const ADVISED: Self = Self { log_n: 15, r: 8, p: 3 };

    /// Half of the time of all tests went into keys that protect nothing.
    const CHEAP: Self = Self { log_n: 10, r: 8, p: 1 };

    /// The cost of a new key: as advised, but in a debug build that finds `UNDERCROFT_CHEAP_KEYS`.
    fn of_new_key() -> Self {
        let is_cheap =
            cfg!(debug_assertions) && std::env::var_os("UNDERCROFT_CHEAP_KEYS").is_some();
        if is_cheap { Self::CHEAP } else { Self::ADVISED }
    }
}

/// No key file may ask for more memory than this to be tried.
const SCRYPT_MEMORY_MAX: u64 = 1 << 30;

/// Lanes are filled side by side as long as they take no more memory than this together.
const SCRYPT_MEMORY_SHARED: u64 = 256 << 20;

/// Nor for more work: bytes that are filled, a few seconds' worth.
const SCRYPT_WORK_MAX: u64 = 1 << 33;

const SALT_LEN: usize = 64;

/// A key file.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeyFile {
    pub(crate) created: String,
    pub(crate) username: String,
    pub(crate) hostname: String,
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

/// The user and the machine that make a key.
#[derive(Clone, Copy)]
pub(crate) struct KeyMaker<'a> {
    pub(crate) username: &'a str,
    pub(crate) hostname: &'a str,
}

impl KeyFile {
    /// Seals `key` with `password`, on so many threads.
    pub(crate) fn seal(
        key: &Key,
        password: &Password,
        maker: KeyMaker<'_>,
        world: &World,
        threads: usize,
    ) -> Result<Self> {
        if password.is_empty() {
            return Err(Error::new(Code::Invalid, "Cannot use an empty password")
                .next("Choose a password of at least a few words"));
        }
        let random = &*world.random;
        let mut salt = [0; SALT_LEN];
        random.fill(&mut salt);
        let ScryptCost { log_n, r, p } = ScryptCost::of_new_key();
        let user_key = derive(password, &salt, log_n, r, p, threads)?;
        let mac =
            SealedMac { k: BASE64.encode(key.mac_k_bytes()), r: BASE64.encode(key.mac_r_bytes()) };
        let sealed_key = SealedKey { mac, encrypt: BASE64.encode(key.encrypt_bytes()) };
        let plain = Zeroizing::new(to_json(&sealed_key)?);
        let mut data = Vec::new();
        user_key.seal(random, &plain, &mut data);
        Ok(Self {
            created: world.clock.now().to_string(),
            username: maker.username.to_owned(),
            hostname: maker.hostname.to_owned(),
            kdf: "scrypt".to_owned(),
            n: 1 << log_n,
            r,
            p,
            salt: BASE64.encode(salt),
            data: BASE64.encode(data),
        })
    }

    /// The bytes of the file.
    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        to_json(self)
    }

    /// The key file of these bytes.
    pub(crate) fn decode(id: KeyId, bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).map_err(|source| {
            Error::new(Code::Damaged, text!("Cannot use key {id}", id = id.short()))
                .why("The key file is not what it should be")
                .because(source)
        })
    }

    /// The repository's key, or `None` when the password is not this key's.
    pub(crate) fn open(
        &self,
        id: KeyId,
        password: &Password,
        threads: usize,
    ) -> Result<Option<Key>> {
        let damaged = |why: &str| {
            Error::new(Code::Damaged, text!("Cannot use key {id}", id = id.short()))
                .why(why.to_owned())
        };
        if self.kdf != "scrypt" || !self.n.is_power_of_two() || !is_bearable(self.n, self.r, self.p)
        {
            return Err(damaged("Its way to derive keys is not one that the format knows"));
        }
        let log_n = self.n.trailing_zeros();
        let log_n = u8::try_from(log_n).map_err(|_| damaged("Its cost is absurd"))?;
        let salt = BASE64.decode(&self.salt).map_err(|_| damaged("Its salt is not base64"))?;
        if salt.len() != SALT_LEN {
            return Err(damaged("Its salt is not 64 bytes long"));
        }
        let mut data = BASE64.decode(&self.data).map_err(|_| damaged("Its data is not base64"))?;
        let user_key = derive(password, &salt, log_n, self.r, self.p, threads)?;
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
}

/// Whether a password can be tried at this cost.
fn is_bearable(n: u64, r: u32, p: u32) -> bool {
    let (block, lanes) = (128 * u64::from(r), u64::from(p));
    let memory = block.saturating_mul(n).saturating_add(block.saturating_mul(lanes));
    let work = block.saturating_mul(n).saturating_mul(lanes);
    memory <= SCRYPT_MEMORY_MAX && work <= SCRYPT_WORK_MAX
}

fn derive(
    password: &Password,
    salt: &[u8],
    log_n: u8,
    r: u32,
    p: u32,
    threads: usize,
) -> Result<Key> {
    let refuse = || Error::new(Code::Damaged, "Cannot derive a key: its cost makes no sense");
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| refuse())?;
    let mut bytes = Zeroizing::new([0; 64]);
    let lane = (u64::from(r) * 128) << log_n;
    let lanes = (SCRYPT_MEMORY_SHARED / lane).clamp(1, u64::from(p).max(1));
    let threads = threads.min(usize::try_from(lanes).unwrap_or(1));
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
