//! Snapshots as this room knows them: their tags, and the table `snapshots_seen`, in which they are
//! kept as they were last seen, for when their drive is away.

mod cache;
mod table;
mod tags;

pub(crate) use cache::SnapshotCache;
pub use table::CachedSnapshot;
pub(crate) use table::MIGRATIONS;
pub(crate) use tags::{
    LIBRARY_TAG, OBJECTS_TAG, OUR_TAG, PROJECT_TAG, archive_of, is_of_objects, of_project,
    project_of, tag_of, tag_of_archive,
};
