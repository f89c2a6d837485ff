//! Encryption: keys that seal and open, and the passwords that they are derived from.

mod key;
mod password;
mod sealing_key;

pub(crate) use self::key::{Key, OVERHEAD};
pub use self::password::Password;
pub use self::sealing_key::SealingKey;
