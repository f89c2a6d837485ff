//! The choice of the layer that a file's bytes go to.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use undercroft_foundation::TreePath;

use super::Rules;
use crate::version::{Layer, LayerReason};

/// The number of first bytes of a file that [`choose_layer`] wants to see.
pub const HEAD_BYTES: usize = 8192;

/// A larger file is for the object store.
const LARGE_BYTES: u64 = 100 * 1024;
/// No rule and no wish brings a larger file into git, which reads files as a whole.
const GIT_BYTES: u64 = 50 * 1024 * 1024;
/// A NUL among this many first bytes makes a file binary, as for git.
const BINARY_BYTES: usize = 8000;
/// git-lfs takes nothing longer for a pointer.
const POINTER_BYTES: u64 = 1024;

/// The layer of a file and why, from its first [`HEAD_BYTES`]; the first that applies:
///
/// 1. A pointer of git-lfs goes to objects, whatever is wished: in git it would be taken for ours.
/// 2. The wish of whoever saves it, but for git only up to 50 MiB.
/// 3. The project's first rule that matches it or a folder above it, with the same bound.
/// 4. Over 100 KiB, or binary: objects.
/// 5. Git.
///
/// A file that a scan finds on disk is never [`Layer::Memory`]: only a wish is.
pub fn choose_layer(
    rules: &Rules,
    path: &TreePath,
    size_bytes: u64,
    head: &[u8],
    wish: Option<Layer>,
) -> (Layer, LayerReason) {
    if let Some(choice) = choose_unseen(rules, path, size_bytes, wish) {
        let is_pointer = choice.0 == Layer::Git && is_pointer(size_bytes, head);
        return if is_pointer { (Layer::Objects, LayerReason::Pointer) } else { choice };
    }
    if is_pointer(size_bytes, head) {
        (Layer::Objects, LayerReason::Pointer)
    } else if head.iter().take(BINARY_BYTES).any(|byte| *byte == 0) {
        (Layer::Objects, LayerReason::Binary)
    } else {
        (Layer::Git, LayerReason::Text)
    }
}

/// The choice that needs no look into the file.
pub(super) fn choose_unseen(
    rules: &Rules,
    path: &TreePath,
    size_bytes: u64,
    wish: Option<Layer>,
) -> Option<(Layer, LayerReason)> {
    let wish = wish.map(|layer| (layer, LayerReason::Wish));
    let rule = || rule_for(rules, path).map(|layer| (layer, LayerReason::Rule));
    let fits = |(layer, _): &(Layer, LayerReason)| *layer != Layer::Git || size_bytes <= GIT_BYTES;
    let large = (size_bytes > LARGE_BYTES).then_some((Layer::Objects, LayerReason::Large));
    wish.or_else(rule).filter(fits).or(large)
}

fn rule_for(rules: &Rules, path: &TreePath) -> Option<Layer> {
    let path = Path::new(OsStr::from_bytes(path.as_bytes()));
    let mut layers = rules.0.layers.iter();
    layers
        .find(|(pattern, _)| pattern.matched_path_or_any_parents(path, false).is_ignore())
        .map(|(_, layer)| *layer)
}

/// Whether git-lfs might take the file for a pointer; rather once too often.
fn is_pointer(size_bytes: u64, head: &[u8]) -> bool {
    let names = |name: &[u8]| head.windows(name.len()).any(|part| part == name);
    size_bytes <= POINTER_BYTES
        && head.trim_ascii_start().starts_with(b"version")
        && (names(b"git-lfs") || names(b"hawser") || names(b"git-media"))
}
