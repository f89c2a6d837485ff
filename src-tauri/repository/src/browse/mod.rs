//! Looking into snapshots without changing anything.

pub(crate) mod cat;

pub(crate) mod find;

pub(crate) mod diff;

pub(crate) mod usage;

pub(crate) mod mount;
