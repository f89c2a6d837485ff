//! Renames of files that were moved as they are.

use std::collections::HashMap;

use crate::version::{Change, ChangeKind, GitId};

/// A change, with the blobs by which a rename is recognised.
#[derive(Debug)]
pub(crate) struct FoundChange {
    pub(crate) change: Change,
    /// The blob of an added or removed file.
    pub(crate) blob: GitId,
}

impl FoundChange {
    /// Makes an addition a rename of what was removed.
    pub(crate) fn rename_from(&mut self, gone: Option<Self>) {
        if let Some(gone) = gone {
            self.change.kind = ChangeKind::Renamed;
            self.change.from = Some(gone.change.path);
        }
    }
}

/// Files that were moved as they are. Of several with the same content, one of the same name is
/// taken first.
pub(super) fn rename_same(removed: &mut [Option<FoundChange>], others: &mut [FoundChange]) {
    let mut by_blob: HashMap<GitId, Vec<usize>> = HashMap::new();
    for (at, gone) in removed.iter().enumerate() {
        if let Some(gone) = gone {
            by_blob.entry(gone.blob).or_default().push(at);
        }
    }
    for added in others.iter_mut().filter(|found| found.change.kind == ChangeKind::Added) {
        let Some(candidates) = by_blob.get_mut(&added.blob) else { continue };
        let same_name = candidates.iter().position(|at| {
            removed[*at]
                .as_ref()
                .is_some_and(|gone| gone.change.path.name() == added.change.path.name())
        });
        let chosen = same_name.unwrap_or(0);
        if chosen < candidates.len() {
            let gone = removed[candidates.swap_remove(chosen)].take();
            added.rename_from(gone);
        }
    }
}
