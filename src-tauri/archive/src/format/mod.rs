//! The form of an archive on disk: a tar in independent zstd frames, our index in a skippable
//! frame, and the seek table of zstd's seekable format at the end.

pub(crate) mod cursor;
pub(crate) mod frame;
pub(crate) mod index;
pub(crate) mod member;
pub(crate) mod seek_table;
