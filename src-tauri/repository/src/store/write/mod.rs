//! Writing packs: blobs are gathered into packs, packs are written, then the index that lists them.

mod blob_writer;
mod index_files;
mod writer_profile;

pub(crate) use self::blob_writer::{Added, BlobWriter, OPEN_DATA_PACKS, WriteMode};
pub(crate) use self::index_files::{index_bytes, write_indexes};
pub(crate) use self::writer_profile::WriterProfile;
