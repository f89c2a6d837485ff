//! Reading packs: blobs by their ids, many of a pack at once, and content from any place in it.

mod blob_reader;
mod coalesced_reads;
mod content_reader;
mod folder_walk;
mod tree_source;
mod trees;

pub(crate) use self::blob_reader::BlobReader;
pub(crate) use self::coalesced_reads::{coalesced_count, each_blob};
pub use self::content_reader::ContentReader;
pub(crate) use self::folder_walk::{FolderWalk, Step, walk_folders};
pub(crate) use self::tree_source::TreeSource;
