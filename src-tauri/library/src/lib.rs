//! The library: all that Undercroft keeps for one user, in one folder. It owns `catalog.db` (one
//! writer, many readers, many processes), the projects and their `metadata.json`, the events, the
//! runs and the board of live jobs, and the place of `settings.toml`. Rooms above bring tables of
//! their own into the catalog. It knows nothing of repositories, backups or windows.

mod catalog;
mod detect;
mod events;
mod feed;
mod identity;
mod jobs;
mod known_concerns;
mod layout;
mod library;
mod overlap;
mod places;
mod presence;
mod projects;
mod rebuildable;
mod rebuilding;
mod reserve;
mod runs;

pub use catalog::{Catalog, Column, Json, Migration, Moment, SqlContext, parts_of, text_of};
pub use events::{Event, Events, NewEvent};
pub use jobs::{JobKind, JobSpec, JobView, Jobs};
pub use layout::default_root;
pub use library::Library;
pub use overlap::{Overlap, overlap};
pub use projects::{
    AddProject, FindLimits, FindProjects, FolderLook, FoundProject, Measured, NewManaged,
    OccupiedFolder, Project, ProjectFilter, ProjectFinds, ProjectKind, ProjectLock, ProjectStatus,
    Projects, no_home,
};
pub use rebuildable::{Rebuildable, is_cache, is_marked_inside, is_proof, rebuildable};
pub use rebuilding::refuse_in_use;
pub use runs::{Attempt, Failure, NewRun, Outcome, Run, RunDetail, RunFilter, Runs};
