//! What every area builds on: the types on the wire that belong to none, the names of files as they
//! travel, and the conversion of enums with the same names.

mod convert;
pub(crate) mod mirror;
pub(crate) mod names;
pub(crate) mod wire;
