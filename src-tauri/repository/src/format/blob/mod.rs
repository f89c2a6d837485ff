//! Blobs: pieces of content and trees, compressed and sealed, and back.

mod compression;
mod decoder;
mod encoder;
mod kind;
mod large_blob;
mod sealed;

pub use self::compression::Compression;
pub(crate) use self::decoder::BlobDecoder;
pub(crate) use self::encoder::BlobEncoder;
pub use self::kind::BlobKind;
pub(crate) use self::large_blob::{FinishedBlob, LargeBlob, LargeBlobBuilder};
pub(crate) use self::sealed::{SealedBlob, seal_verified};
