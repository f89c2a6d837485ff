//! History: every version of every workspace. A version is a commit in a bare git repository of
//! the project's own; large and binary content lies in the object store. It owns `history/`,
//! `objects/`, and the tables `workspaces`, `versions` and `changes`, which can be made again from
//! those, and `workspace_places`, which is about this machine. It never writes into the user's own `.git`, except where the user asks for git itself.

mod begin;
mod browse;
mod check;
mod commit;
mod compact;
mod compare;
pub mod diff;
mod disk;
mod files;
mod folder_view;
pub mod git;
mod guard;
mod history;
mod low_priority;
mod maintenance;
pub mod memory;
mod names;
mod objects;
mod preview;
mod reading;
mod rebuild;
mod reconcile;
mod restore;
pub mod rules;
mod save;
mod sidecar;
mod stat_cache;
mod store;
mod thin;
mod version;
mod versions;
mod watching;
mod workspaces;

use undercroft_library::Migration;

pub use undercroft_foundation::TreePath;
pub use undercroft_watch::{Names, Touched, WatchOptions};

pub use browse::{FileHit, FileVersion, VersionSizes};
pub use check::{Damage, HistoryCheck};
pub use compact::CompactReport;
pub use files::{Conflict, CopyInReport, UnsavedPolicy, WriteOutcome};
pub use history::{History, VersionMark};
pub use maintenance::MaintenanceReport;
pub use preview::{Encoding, PREVIEW_HEAD, Preview, PreviewKind, decode, preview};
pub use rebuild::RebuildReport;
pub use restore::{RestoreOrder, RestorePlan, RestoreReport, RestoreTo, clone_or_copy};
pub use save::{SaveOrder, Scope};
pub use store::WriteLock;
pub use thin::{DropReason, KeepReason, LostFile, ThinDrop, ThinPlan};
pub use version::{
    Change, ChangeKind, ContentId, Entry, EntryKind, GitId, Layer, LayerReason, Trigger, Version,
};
pub use versions::VersionFilter;
pub use watching::{WatchState, WatchStatus, WorkspaceWatcher};
pub use workspaces::{MAIN, Workspace};

/// The tables that this room brings into the catalog.
pub const TABLES: &[&[Migration]] = &[
    workspaces::table::MIGRATIONS,
    workspaces::place::MIGRATIONS,
    versions::table::MIGRATIONS,
    versions::changes::MIGRATIONS,
];
