//! A folder of the version in the making. Whoever completes the last thing in it writes its tree,
//! and so completes a thing in the folder above.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use undercroft_foundation::TreePath;

use super::narrow::Remainder;
use super::tree_scan::locked;
use crate::disk::stat_cache::CachedStat;
use crate::store::{TreeLine, TreeMode};
use crate::tree::folder_view::{FolderView, StoredFolder};
use crate::tree::names::stored_name;
use crate::tree::sidecar::{Attributes, Line, folder_name};
use crate::version::GitId;

/// A folder of the version in the making.
pub(super) struct PendingFolder {
    pub(super) path: TreePath,
    /// The folder above, and its place there.
    pub(super) parent: Option<(Arc<PendingFolder>, usize)>,
    /// The number of its slots that wait, and one more while it is still being walked.
    waiting: AtomicUsize,
    pub(super) slots: Mutex<Vec<Slot>>,
    pub(super) own: Attributes,
    pub(super) previous: FolderView,
    /// Whether it was looked at; otherwise it is as it was, but for what is in its folders.
    pub(super) is_listed: bool,
    /// All that is in it beside its slots, where only a few of its entries have one.
    pub(super) rest: Mutex<Option<Remainder>>,
}

/// One entry of it.
pub(super) struct Slot {
    pub(super) line: Line,
    pub(super) content: Content,
    /// The looks of the file when it was read, if they can be relied on.
    pub(super) known: Option<CachedStat>,
}

/// The content that the history holds of an entry.
pub(super) enum Content {
    /// Not known yet, or gone before it was.
    Missing,
    /// A file or link.
    Blob(TreeMode, GitId),
    /// A folder.
    Folder(StoredFolder),
    /// Nothing but its line.
    Noted,
}

impl PendingFolder {
    pub(super) fn new(
        path: TreePath,
        parent: Option<(Arc<Self>, usize)>,
        own: Attributes,
        previous: FolderView,
        is_listed: bool,
    ) -> Self {
        let (waiting, slots, rest) = (AtomicUsize::new(1), Mutex::default(), Mutex::default());
        Self { path, parent, waiting, slots, own, previous, is_listed, rest }
    }

    /// The same, for a few entries of it.
    pub(super) fn with_remainder(self, rest: Remainder) -> Self {
        Self { rest: Mutex::new(Some(rest)), ..self }
    }

    /// Adds a slot, and returns its place.
    pub(super) fn push_slot(&self, slot: Slot) -> usize {
        let mut slots = locked(&self.slots);
        slots.push(slot);
        slots.len() - 1
    }

    /// One more thing has to be done before it is complete.
    pub(super) fn wait_for_one(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// One thing was done; whether that was the last.
    pub(super) fn one_done(&self) -> bool {
        self.waiting.fetch_sub(1, Ordering::AcqRel) == 1
    }
}

impl Slot {
    /// Whether it is a file or link that git holds.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.content, Content::Blob(..))
    }

    /// Its line in the folder's tree.
    pub(super) fn tree_line(&self) -> Option<TreeLine> {
        let (mode, id) = match self.content {
            Content::Blob(mode, id) => (mode, id),
            Content::Folder(StoredFolder { tree, .. }) => (TreeMode::Folder, tree?),
            Content::Missing | Content::Noted => return None,
        };
        Some(TreeLine { name: stored_name(&self.line.name).into_owned(), mode, id })
    }

    /// Its line in the tree of the folder's part of the sidecar.
    pub(super) fn sidecar_line(&self) -> Option<TreeLine> {
        let Content::Folder(StoredFolder { sidecar: Some(id), .. }) = self.content else {
            return None;
        };
        Some(TreeLine { name: folder_name(&self.line.name), mode: TreeMode::Folder, id })
    }
}
