//! Maintenance: proving that a repository is whole, deciding what stays, freeing what does not, and
//! mending what broke.

pub mod check;

pub mod retention;

pub(crate) mod keys;

pub mod tags;

pub mod trash;

pub(crate) mod forget;

pub mod prune;

pub mod repair;

pub mod parity;

pub mod copy;

pub mod relocate;
