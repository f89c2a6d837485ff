//! Blobs: pieces of content and trees, compressed and sealed, and back.

mod codec;
mod compression;
mod kind;
mod large_blob;
mod sealed;

pub(crate) use self::codec::Codec;
pub use self::compression::Compression;
pub use self::kind::BlobKind;
pub(crate) use self::large_blob::{FinishedBlob, LargeBlob, LargeBlobBuilder};
pub(crate) use self::sealed::{SealedBlob, seal_verified};
