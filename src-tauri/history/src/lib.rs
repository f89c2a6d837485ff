//! History: every version of every workspace. A version is a commit in a bare git repository of
//! the project's own; large and binary content lies in the object store. It owns `history/`,
//! `objects/`, and the tables `workspaces`, `versions` and `changes`, which can be made again from
//! those. It never writes into the user's own `.git`, except where the user asks for git itself.

pub mod diff;
mod disk;
mod files;
mod names;
mod path;
mod sidecar;
mod stat_cache;
mod store;
mod preview;
pub mod rules;
mod version;
mod watch;

pub use files::{Conflict, CopiedIn, WorkspaceFiles};
pub use path::TreePath;
pub use preview::{Encoding, PREVIEW_HEAD, Preview, PreviewKind, decode, preview};
pub use version::{
    Change, ChangeKind, ContentId, Entry, EntryKind, GitId, Layer, LayerReason, Trigger, Version,
};
pub use watch::{Names, Touched};
