//! A folder of the version in the making. Whoever completes the last thing in it writes its tree,
//! and so completes a thing in the folder above.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::folder_view::{FolderView, StoredFolder};
use crate::path::TreePath;
use crate::sidecar::{Attributes, Line};
use crate::stat_cache::Known;
use crate::store::TreeMode;
use crate::version::GitId;

/// A folder of the version in the making.
pub(super) struct Building {
    pub(super) path: TreePath,
    /// The folder above, and its place there.
    pub(super) parent: Option<(Arc<Building>, usize)>,
    /// How many of its slots wait, and one more while it is still being walked.
    waiting: AtomicUsize,
    pub(super) slots: Mutex<Vec<Slot>>,
    pub(super) own: Attributes,
    pub(super) previous: FolderView,
    /// Whether it was looked at; otherwise it is as it was, but for what is in its folders.
    pub(super) is_listed: bool,
}

/// One entry of it.
pub(super) struct Slot {
    pub(super) line: Line,
    pub(super) content: Content,
    /// How the file looked when it was read, if that can be relied on.
    pub(super) known: Option<Known>,
}

/// What the history holds of an entry.
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

impl Building {
    pub(super) fn new(
        path: TreePath,
        parent: Option<(Arc<Self>, usize)>,
        own: Attributes,
        previous: FolderView,
        is_listed: bool,
    ) -> Self {
        let (waiting, slots) = (AtomicUsize::new(1), Mutex::default());
        Self { path, parent, waiting, slots, own, previous, is_listed }
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
