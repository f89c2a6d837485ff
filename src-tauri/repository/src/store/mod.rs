//! The store: an open repository on its storage, its locks and its index, and how blobs are read
//! from packs and written into them.

pub(crate) mod threads;

pub(crate) mod identity;

pub(crate) mod storage;

pub(crate) mod keys;

pub(crate) mod lock;

pub(crate) mod index;

pub(crate) mod cache;

pub(crate) mod repository;

pub(crate) mod read;

pub(crate) mod write;
