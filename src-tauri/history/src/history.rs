//! The room's one handle.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{ProjectId, Result, VersionId, WorkspaceId};
use undercroft_library::{Library, NewEvent};

use crate::objects::ObjectStore;
use crate::stat_cache::StatCache;
use crate::store::{HistoryStore, WriteLock};
use crate::version::{Change, Version};
use crate::versions::marks::{self, Mark};
use crate::versions::{VersionFilter, changes, table};

/// The histories of a library. Clones share what is open.
#[derive(Debug, Clone)]
pub struct History(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    library: Library,
    objects: ObjectStore,
    stores: Mutex<HashMap<ProjectId, Arc<HistoryStore>>>,
    caches: Mutex<HashMap<WorkspaceId, Arc<StatCache>>>,
    author: String,
}

/// The marks to be set on a version; those that are not given stay.
#[derive(Debug, Clone, Default)]
pub struct VersionMark {
    /// Its name; an empty one takes it away.
    pub name: Option<String>,
    /// The remarks; empty ones take them away.
    pub note: Option<String>,
    /// Whether thinning must leave it alone.
    pub pinned: Option<bool>,
}

impl History {
    /// The histories of this library, which was opened with [`crate::TABLES`].
    pub fn new(library: &Library) -> Self {
        let objects = ObjectStore::new(library.root().to_owned(), library.world().clone());
        Self(Arc::new(Parts {
            library: library.clone(),
            objects,
            stores: Mutex::default(),
            caches: Mutex::default(),
            author: crate::commit::author_of_this_user(),
        }))
    }

    /// The library.
    pub fn library(&self) -> &Library {
        &self.0.library
    }

    pub(crate) fn objects(&self) -> &ObjectStore {
        &self.0.objects
    }

    /// The author that versions of this user get.
    pub(crate) fn author(&self) -> &str {
        &self.0.author
    }

    /// Whether a history of the project was begun.
    pub fn is_begun(&self, project: ProjectId) -> bool {
        HistoryStore::exists(&HistoryStore::path_of(self.0.library.root(), project))
    }

    /// The history of a project, which must have been begun.
    pub(crate) fn store(&self, project: ProjectId) -> Result<Arc<HistoryStore>> {
        self.store_or(project, HistoryStore::open)
    }

    pub(crate) fn make_store(&self, project: ProjectId) -> Result<Arc<HistoryStore>> {
        self.store_or(project, HistoryStore::create)
    }

    fn store_or(
        &self,
        project: ProjectId,
        open: impl FnOnce(&std::path::Path) -> Result<HistoryStore>,
    ) -> Result<Arc<HistoryStore>> {
        let mut stores = self.0.stores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = stores.get(&project) {
            return Ok(Arc::clone(store));
        }
        let path = HistoryStore::path_of(self.0.library.root(), project);
        let store = Arc::new(open(&path)?);
        stores.insert(project, Arc::clone(&store));
        Ok(store)
    }

    pub(crate) fn cache(&self, workspace: WorkspaceId) -> Result<Arc<StatCache>> {
        let mut caches = self.0.caches.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cache) = caches.get(&workspace) {
            return Ok(Arc::clone(cache));
        }
        let cache = Arc::new(StatCache::open(self.0.library.root(), workspace)?);
        caches.insert(workspace, Arc::clone(&cache));
        Ok(cache)
    }

    /// Keeps every writer of a project's history out until what this returns is dropped.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`] when there is no history,
    /// [`undercroft_foundation::Code::Locked`] when a writer takes too long.
    pub fn lock(&self, project: ProjectId) -> Result<WriteLock> {
        self.store(project)?.lock(&*self.library().world().clock)
    }

    /// The versions of a workspace that pass the filter, newest first.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn versions(&self, workspace: WorkspaceId, filter: &VersionFilter) -> Result<Vec<Version>> {
        self.library().catalog().read(|connection| table::list(connection, workspace, filter))
    }

    /// One version.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn version(&self, id: VersionId) -> Result<Version> {
        self.library().catalog().read(|connection| table::get(connection, id))
    }

    /// The versions that `text` may mean: by id, by the beginning or end of one, or by name.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn find_versions(&self, project: Option<ProjectId>, text: &str) -> Result<Vec<Version>> {
        self.library().catalog().read(|connection| table::find(connection, project, text))
    }

    /// The newest version of a workspace; nothing while there is none.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn newest_version(&self, workspace: WorkspaceId) -> Result<Option<Version>> {
        self.library().catalog().read(|connection| table::newest(connection, workspace))
    }

    /// The number of versions that the workspaces of a project were given after a moment.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn count_versions_since(&self, project: ProjectId, since: jiff::Timestamp) -> Result<u64> {
        self.0.library.catalog().read(|connection| table::count_since(connection, project, since))
    }

    /// When the versions of a workspace were made, and how many files each changed, in the order of
    /// time: what a timeline is drawn from.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn moments(&self, workspace: WorkspaceId) -> Result<Vec<(jiff::Timestamp, u64)>> {
        self.library().catalog().read(|connection| table::moments(connection, workspace))
    }

    /// The changes that a version made, by path: the first `limit` of them. Of the first version of
    /// a history, to which everything is new, nothing.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn changes(&self, id: VersionId, limit: usize) -> Result<Vec<Change>> {
        self.library().catalog().read(|connection| {
            let version = table::get(connection, id)?;
            changes::of_version(connection, version.project, version.seq, limit)
        })
    }

    /// Gives a version a name, remarks, or a pin.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn mark(&self, id: VersionId, mark: &VersionMark) -> Result<Version> {
        let version = self.version(id)?;
        let store = self.store(version.project)?;
        let _lock = store.lock(&*self.library().world().clock)?;
        let mut version = self.version(id)?;
        let text = |given: &Option<String>, known: Option<String>| match given {
            Some(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            None => known,
        };
        version.name = text(&mark.name, version.name);
        version.note = text(&mark.note, version.note);
        version.pinned = mark.pinned.unwrap_or(version.pinned);
        let (name, note) = (version.name.clone(), version.note.clone());
        let known = Mark { name, note, pinned: version.pinned };
        let mut all = marks::read(&store)?;
        if known == Mark::default() {
            all.remove(&id);
        } else {
            all.insert(id, known);
        }
        marks::write(&store, &all)?;
        self.library().catalog().write(|transaction| {
            table::put(transaction, &version)?;
            let event = NewEvent::new("version.marked", "A version was given a name, note or pin")
                .of_project(Some(version.project));
            self.library().events().append(transaction, &event)
        })?;
        Ok(version)
    }
}
