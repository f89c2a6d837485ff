//! Encryption: keys that seal and open, and the passwords that they are derived from.

mod key;
mod key_file;
mod password;
mod sealing_key;

pub(crate) use self::key::{Key, OVERHEAD};
pub(crate) use self::key_file::{KeyFile, KeyMaker};
pub use self::password::Password;
pub use self::sealing_key::SealingKey;
