//! Blobs: pieces of content and trees, compressed and sealed, and back.

mod codec;
mod kind;
mod large_blob;

pub use self::codec::Compression;
pub(crate) use self::codec::{Codec, SealedBlob, faulty, refused, seal_verified};
pub use self::kind::BlobKind;
pub(crate) use self::large_blob::{FinishedBlob, LargeBlob, LargeBlobBuilder};
