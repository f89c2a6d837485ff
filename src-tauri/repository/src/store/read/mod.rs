//! Reading packs: blobs by their ids, many of a pack at once, content from any place in it, and
//! trees with all below them.

mod blob_reader;
mod coalesced_reads;
mod content_reader;
mod trees;
mod walk;

pub(crate) use self::blob_reader::BlobReader;
pub(crate) use self::coalesced_reads::{CoalescedRead, coalesced_reads, each_blob};
pub use self::content_reader::{ContentLayout, ContentReader};
pub(crate) use self::walk::{
    FolderWalk, ParallelTreeWalk, Step, walk_folders, walk_trees, walk_trees_in_parallel,
};
