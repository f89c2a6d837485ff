//! Undercroft's own configuration, which is in no version.

use std::path::Path;

use undercroft_foundation::{TreePath, canonicalize_missing, configuration_folder};

/// The place of Undercroft's own configuration in the folder at `root`: the commands that the user
/// confirmed, and the key to sealed passwords. Older words of it must not come back.
pub(crate) fn own_configuration(root: &Path) -> Option<TreePath> {
    let folder = canonicalize_missing(&configuration_folder()?).ok()?;
    let root = canonicalize_missing(root).ok()?;
    if root.starts_with(&folder) { Some(TreePath::root()) } else { TreePath::of(&root, &folder) }
}
