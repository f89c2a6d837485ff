//! History: every version of every workspace. A version is a commit in a bare git repository of
//! the project's own; large and binary content lies in the object store. It owns `history/`,
//! `objects/`, and the tables `workspaces`, `versions` and `changes`, which can be made again from
//! those, and `workspace_places`, which is about this machine. It never writes into the user's own
//! `.git`.
//!
//! A version begins in `save`. From the ground up, each folder using only those above it:
//!
//! - `version`: the types of a version and of what is in it.
//! - `store`, `objects`: git's objects and packs; the object store.
//! - `tree`: the form of a version in git, and the differences between two.
//! - `disk`: what is on disk, and how it looked at the last version.
//! - `history`: the handle, with what is open.
//! - `versions`, `workspaces`: listing, finding and reading versions; the working copies.
//! - `consistency`: catalog, branches and objects say the same.
//! - `rules`: what is versioned, and in which layer.
//! - `guard`: nothing that no version holds is written over.
//! - `save`, `restore`: from the disk to a version, and back.
//! - `space`: thinning and compacting.
//! - `browse`: comparing, searching, previews.
//! - `files`: writing and deleting single files, each a version.
//! - `lifecycle`: beginning, opening and closing workspaces.
//! - `transfer`: a history leaves the library for an archive, comes back, or is removed.
//! - `watching`: changes become versions by themselves.
//! - `handles`: what [`History`] gives out: a reader, a writer, and maintenance.
//!
//! `diff` compares texts, and stands beside them.

mod browse;
mod consistency;
pub mod diff;
mod disk;
mod files;
mod guard;
mod handles;
mod history;
mod lifecycle;
mod objects;
mod restore;
pub mod rules;
mod save;
mod space;
mod store;
mod transfer;
mod tree;
mod version;
mod versions;
mod watching;
mod workspaces;

use undercroft_library::Migration;

pub use undercroft_foundation::TreePath;
pub use undercroft_watch::{Names, Touched, WatchOptions};

pub use browse::preview::{
    Encoding, HEX_BYTES, PREVIEW_HEAD, Preview, PreviewKind, decode, decode_wide, hex_lines,
    preview,
};
pub use browse::{
    DeletedEntries, DeletedEntry, FileHit, FileVersion, FoundName, FoundNames, GoneName,
    LineBudget, LineCounts, LinesAfter, VersionSizes,
};
pub use consistency::{Damage, HistoryCheck, HistoryMaintenance, RebuildReport};
pub use files::{Conflict, CopyInReport, LinesBack, UnsavedPolicy, WriteOutcome, content_digest};
pub use guard::{ProjectTrash, TrashedPart};
pub use history::History;
pub use restore::{
    KeptBefore, RestoreOrder, RestorePlan, RestoreReport, RestoreTo, UndoableChange, clone_or_copy,
};
pub use save::{HistoryWriter, SaveOrder, Scope};
pub use space::{
    CompactReport, DropReason, KeepReason, LostFile, MaintenanceReport, MonthOfVersions, ThinDrop,
    ThinPlan,
};
pub use store::WriteLock;
pub use transfer::{DRAFTS_PART, GIT_PART, HistorySizes, KEY_PART, OBJECTS_PART, StagedHistory};
pub use version::{
    Change, ChangeKind, ContentId, Entry, EntryKind, GitId, Layer, LayerReason, Trigger, Version,
};
pub use versions::reading::HistoryReader;
pub use versions::{VersionFilter, VersionMark};
pub use watching::{WatchState, WatchStatus, WorkspaceWatcher};
pub use workspaces::{MAIN, Workspace};

/// The tables that this room brings into the catalog.
pub const TABLES: &[&[Migration]] = &[
    workspaces::table::MIGRATIONS,
    workspaces::place::MIGRATIONS,
    versions::table::MIGRATIONS,
    versions::changes::MIGRATIONS,
];
