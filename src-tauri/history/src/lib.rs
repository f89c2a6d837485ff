//! History: every version of every workspace. A version is a commit in a bare git repository of
//! the project's own; large and binary content lies in the object store. It owns `history/`,
//! `objects/`, and the tables `workspaces`, `versions` and `changes`, which can be made again from
//! those. It never writes into the user's own `.git`, except where the user asks for git itself.

mod path;
mod version;

pub use path::TreePath;
pub use version::{
    Change, ChangeKind, ContentId, Entry, EntryKind, GitId, Layer, LayerReason, Trigger, Version,
};
