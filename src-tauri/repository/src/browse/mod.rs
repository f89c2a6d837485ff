//! Looking into snapshots without changing anything.

pub(crate) mod cat;

pub mod find;

pub mod diff;

pub mod usage;

pub mod mount;
