//! Ids of the format: SHA-256 digests, written as 64 lower-case hex digits.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Result, TextArgument, TextValue, text};

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

        impl TextArgument for $name {
            fn to_value(&self) -> TextValue {
                TextValue::Name(self.to_string())
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
                let digest = decode_digits(text);
                digest.map(Self).ok_or_else(|| Error::new(Code::Invalid, text!("Not an id: {text}", text = format!("{text:?}"))))
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

/// The value of each byte as a digit; more than 15 for what is none. Upper-case digits are none:
/// they name another file, and ids are compared as file names too.
const DIGITS: [u8; 256] = {
    let mut values = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// The digest that 64 digits stand for. A backup reads one for every file that did not change, so
/// all digits are looked up before any is judged.
fn decode_digits(text: &str) -> Option<[u8; 32]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut digest = [0; 32];
    if pairs.len() != digest.len() || !rest.is_empty() {
        return None;
    }
    let mut all = 0;
    for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
        let (high, low) = (DIGITS[usize::from(*high)], DIGITS[usize::from(*low)]);
        all |= high | low;
        *byte = high << 4 | low & 15;
    }
    (all < 16).then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_64_lower_case_digits_are_an_id() {
        let id = BlobId(std::array::from_fn(|at| (at * 37) as u8));
        let text = id.to_string();
        assert_eq!(text.parse::<BlobId>().unwrap(), id);
        assert!(text.to_uppercase().parse::<BlobId>().is_err());
        for wrong in ["", &text[..62], &text[..63], &format!("{text}0"), &format!("{text}00")] {
            assert!(wrong.parse::<BlobId>().is_err(), "{wrong}");
        }
        for wrong in ['g', '/', ':', '`', '@', 'é', '\0'] {
            for at in 0..64 {
                let width = wrong.len_utf8();
                let text = format!("{}{wrong}{}", &text[..at], &text[(at + width).min(64)..]);
                assert!(text.parse::<BlobId>().is_err(), "{text:?}");
            }
        }
    }
}
