//! The tree that a version holds of a workspace, and whether something on disk is still that.

use std::fs::File;
use std::os::fd::BorrowedFd;
use std::sync::Arc;

use rustix::fs::{Mode, OFlags, openat, readlinkat};
use undercroft_foundation::{Code, Error, Job, Result, TreePath, escape_name, text};

use crate::disk::Stat;
use crate::disk::content::is_content_of;
use crate::disk::stat_cache::{CachedFolder, StatCache};
use crate::history::History;
use crate::objects::pointer::object_of;
use crate::store::{HistoryStore, ObjectKind};
use crate::tree::commit::Commit;
use crate::tree::folder_view::folder_at;
use crate::tree::folder_view::{FolderView, StoredFolder};
use crate::tree::sidecar::Line;
use crate::version::{ContentId, EntryKind, GitId, Layer, Version};
use crate::workspaces::Workspace;

/// The newest version of a workspace, or the one that it was or is being opened from.
pub(crate) struct HeldTree {
    pub(crate) root: StoredFolder,
    store: Arc<HistoryStore>,
    /// The looks of the workspace; nothing before there is one.
    cache: Option<Arc<StatCache>>,
}

/// A folder of it.
pub(crate) struct HeldFolder {
    view: Arc<FolderView>,
    known: CachedFolder,
    store: Arc<HistoryStore>,
}

/// The way in which it is known that something on disk is what the version holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It looks as it did when the version was made of it.
    Looks,
    /// It was read.
    Content,
}

impl History {
    /// The tree of the newest version of a workspace; an empty one where there is none.
    pub(crate) fn held_tree(&self, workspace: &Workspace) -> Result<HeldTree> {
        let store = self.store(workspace.project)?;
        let root = match self.tip_of(workspace, &store)? {
            Some(tip) => StoredFolder::root(&store, Commit::read(&store, tip)?.tree)?,
            None => StoredFolder::default(),
        };
        Ok(HeldTree { root, store, cache: Some(self.cache(workspace.id)?) })
    }

    /// The tree that a version holds, for a folder that it was put into.
    pub(crate) fn held_by(&self, version: &Version) -> Result<HeldTree> {
        let store = self.store(version.project)?;
        let root = StoredFolder::root(&store, Commit::read(&store, version.commit)?.tree)?;
        Ok(HeldTree { root, store, cache: None })
    }
}

impl HeldTree {
    /// The folder at `path`; one that holds nothing, when the version has none there.
    pub(crate) fn folder(&self, path: &TreePath) -> Result<HeldFolder> {
        match folder_at(&self.store, self.root, path) {
            Err(error) if error.code() == Code::NotFound => {
                self.stored(path, StoredFolder::default())
            }
            stored => self.stored(path, stored?),
        }
    }

    /// The folder at `path`, which is stored there.
    pub(crate) fn stored(&self, path: &TreePath, stored: StoredFolder) -> Result<HeldFolder> {
        self.viewed(path, Arc::new(stored.view(&self.store)?))
    }

    /// The folder at `path`, which was read.
    pub(crate) fn viewed(&self, path: &TreePath, view: Arc<FolderView>) -> Result<HeldFolder> {
        let known = self.cache.as_ref().map(|cache| cache.folder(path)).transpose()?;
        let store = Arc::clone(&self.store);
        Ok(HeldFolder { view, known: known.unwrap_or_default(), store })
    }
}

impl HeldFolder {
    /// The folder `name` in it.
    pub(crate) fn child(&self, name: &[u8]) -> StoredFolder {
        self.view.folder(name)
    }

    /// The blob of a file, as far as its looks tell.
    pub(crate) fn blob_by_looks(&self, name: &[u8], stat: &Stat) -> Option<GitId> {
        self.known.get(name).filter(|known| known.matches(stat)).map(|known| known.id)
    }

    /// Whether `at` in the open folder, which is no folder, is what the version holds as `name`, and
    /// how that is known.
    ///
    /// # Errors
    /// [`Code::Cancelled`], [`Code::Damaged`]. What cannot be read is not held.
    pub(crate) fn proof(
        &self,
        name: &[u8],
        (folder, at): (BorrowedFd<'_>, &[u8]),
        stat: &Stat,
        job: &Job,
    ) -> Result<Option<Proof>> {
        let Some(line) = self.view.entries.find(name) else { return Ok(None) };
        let is_held = match (line.kind, self.view.blob(name)) {
            (kind, _) if kind != stat.kind => false,
            // There is nothing in it to be held.
            (EntryKind::Other, _) => true,
            (EntryKind::File, Some((_, blob))) => {
                if self.blob_by_looks(name, stat) == Some(blob) {
                    return Ok(Some(Proof::Looks));
                }
                let content = content_of(&self.store, line, blob)?;
                stat.size_bytes == line.totals.bytes
                    && has_content(folder, at, (content.as_ref(), stat.size_bytes), job)?
            }
            (EntryKind::Symlink, Some((_, blob))) => {
                let wanted = self.store.read(ObjectKind::Blob, blob)?;
                readlinkat(folder, at, Vec::new()).is_ok_and(|target| target.as_bytes() == wanted)
            }
            _ => false,
        };
        Ok(is_held.then_some(Proof::Content))
    }
}

fn has_content(
    folder: BorrowedFd<'_>,
    at: &[u8],
    (content, size): (Option<&ContentId>, u64),
    job: &Job,
) -> Result<bool> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match (content, openat(folder, at, flags, Mode::empty())) {
        (Some(content), Ok(file)) => is_content_of(&mut File::from(file), (content, size), job),
        _ => Ok(false),
    }
}

/// The content of a file of a version; nothing for a link.
pub(crate) fn content_of(
    store: &HistoryStore,
    line: &Line,
    blob: GitId,
) -> Result<Option<ContentId>> {
    match (line.kind, line.layer) {
        (EntryKind::File, Some((Layer::Objects, _))) => {
            let digest = object_of(&store.read(ObjectKind::Blob, blob)?).ok_or_else(|| {
                let name = escape_name(&line.name);
                Error::new(Code::Damaged, text!("The version's {name} is no pointer", name))
            })?;
            Ok(Some(ContentId::Object(digest)))
        }
        (EntryKind::File, _) => Ok(Some(ContentId::Git(blob))),
        _ => Ok(None),
    }
}
