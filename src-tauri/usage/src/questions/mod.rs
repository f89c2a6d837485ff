//! Questions to a tree: each is answered by one look at what lies side by side in it.

mod folder_view;
mod rebuildable;
mod selection;

pub use folder_view::{FolderView, Rest, Row, RowKind};
pub use rebuildable::{FolderPlace, RebuildableFolder};
pub use selection::{Age, AgeRow, ExtensionRow, FileRow, FileRows, FileSelection, TypeRow};
