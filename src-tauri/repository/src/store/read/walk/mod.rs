//! Walking trees. No walk recurses, however deep the folders are.
//!
//! - [`walk_folders`] goes by entry, with the folders that lead to it open: for work in the order
//!   of paths, and for results that come up from what lies below.
//! - [`walk_trees`] goes by tree, one after the other, each before those in it: for work whose
//!   order does not matter, but has to be the same each time.
//! - [`walk_trees_in_parallel`] goes by tree, looks at many of them on several threads, and takes
//!   in what they found in an order that is the same each time: for all trees of a repository.
//!
//! Whether a tree that several folders share is gone through again is for the walk to say; what it
//! has seen, it keeps itself, as ids or as positions in the index.

mod folders;
mod parallel;
mod trees;

pub(crate) use self::folders::{FolderWalk, Step, walk_folders};
pub(crate) use self::parallel::{ParallelTreeWalk, walk_trees_in_parallel};
pub(crate) use self::trees::walk_trees;
