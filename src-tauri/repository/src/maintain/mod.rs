//! Maintenance: proving that a repository is whole, deciding what stays, freeing what does not, and
//! mending what broke.

pub(crate) mod check;

pub(crate) mod retention;

pub(crate) mod keys;

pub(crate) mod tags;

pub(crate) mod trash;

pub(crate) mod forget;

pub(crate) mod prune;

pub(crate) mod repair;

pub(crate) mod parity;

pub(crate) mod copy;
