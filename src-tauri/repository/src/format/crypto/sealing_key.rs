//! Sealing what is no part of a repository, with the same cipher.

use std::fmt;

use undercroft_foundation::{Code, Error, Random, Result};
use zeroize::Zeroizing;

use crate::format::crypto::Key;

/// A key that seals small secrets.
pub struct SealingKey(Key);

impl SealingKey {
    /// The length of a key.
    pub const BYTES: usize = 64;

    /// The key of these bytes.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        Self(Key::from_bytes(*bytes))
    }

    /// Seals `plain`; nobody reads or changes it without the key.
    pub fn seal(&self, random: &dyn Random, plain: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::new();
        self.0.seal(random, plain, &mut sealed);
        sealed
    }

    /// Opens what [`SealingKey::seal`] gave.
    ///
    /// # Errors
    /// [`Code::Damaged`] when it was sealed with another key, or changed since.
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(sealed.to_vec());
        let plain = self.0.open(&mut bytes).map_err(|_| {
            Error::new(Code::Damaged, "Cannot open what was sealed")
                .why("It was sealed with another key, or changed since")
        })?;
        Ok(Zeroizing::new(plain.to_vec()))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(secret)")
    }
}

#[cfg(test)]
mod tests {
    use undercroft_foundation::OsRandom;

    use super::*;

    #[test]
    fn only_the_same_key_opens_what_is_unchanged() {
        let key = SealingKey::from_bytes(&[7; SealingKey::BYTES]);
        let mut sealed = key.seal(&OsRandom, b"secret");
        assert_eq!(&**key.open(&sealed).unwrap(), b"secret");
        let other = SealingKey::from_bytes(&[8; SealingKey::BYTES]);
        assert_eq!(other.open(&sealed).unwrap_err().code(), Code::Damaged);
        sealed[20] ^= 1;
        assert_eq!(key.open(&sealed).unwrap_err().code(), Code::Damaged);
        assert!(key.open(b"short").is_err());
    }
}
