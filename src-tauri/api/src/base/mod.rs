//! The base of every area: the types on the wire that belong to none, the names of files and
//! the sentences as they travel, and the macro for types that say the same as a room's.

pub(crate) mod mirror;
pub(crate) mod names;
pub(crate) mod sentence;
pub(crate) mod wire;
