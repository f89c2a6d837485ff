//! The format: what lies in a repository, as bytes and back. Nothing here reads or writes storage.

pub(crate) mod id;

pub(crate) mod file_kind;

pub(crate) mod crypto;

pub(crate) mod unpacked;

pub mod chunker;

pub(crate) mod blob;

pub(crate) mod pack;

pub(crate) mod index_file;

pub(crate) mod tree;

pub(crate) mod snapshot;

pub(crate) mod config;
