//! Writing packs: blobs are gathered into packs, packs are written, then the index that lists them.

mod blob_writer;
mod writer_profile;

pub(crate) use self::blob_writer::{
    Added, BlobWriter, INDEX_BLOBS_MAX, OPEN_DATA_PACKS, WriteMode,
};
pub(crate) use self::writer_profile::WriterProfile;
