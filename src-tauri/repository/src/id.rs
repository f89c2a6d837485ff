//! Ids of the format: SHA-256 digests, written as 64 lower-case hex digits.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Result};

macro_rules! digests {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The id of these bytes: their SHA-256.
            pub fn of(bytes: &[u8]) -> Self {
                Self(Sha256::digest(bytes).into())
            }

            /// The first eight digits, as people see it.
            pub fn short(&self) -> String {
                hex::encode(&self.0[..4])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut digits = [0; 64];
                hex::encode_to_slice(self.0, &mut digits).map_err(|_| fmt::Error)?;
                f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                let mut digest = [0; 32];
                // Upper-case digits name another file: ids are compared as file names too.
                if text.bytes().any(|b| b.is_ascii_uppercase()) || hex::decode_to_slice(text, &mut digest).is_err() {
                    return Err(Error::new(Code::Invalid, format!("Not an id: {text:?}")));
                }
                Ok(Self(digest))
            }
        }
    )*};
}

digests! {
    /// The id of a blob: the digest of its plain content.
    BlobId;
    /// The id of a pack file: the digest of the file as stored.
    PackId;
    /// The id of an index file: the digest of the file as stored.
    IndexId;
    /// The id of a snapshot: the digest of its file as stored.
    SnapshotId;
    /// The id of a key file: the digest of the file as stored.
    KeyId;
    /// The id of a lock file: the digest of the file as stored.
    LockId;
    /// The id of a record of the trash: the digest of the file as stored.
    TrashRecordId;
}
