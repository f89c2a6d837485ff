//! The room's one handle.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{ProjectId, Result, WorkspaceId};
use undercroft_library::Library;

use crate::disk::stat_cache::StatCache;
use crate::objects::ObjectStore;
use crate::store::{HistoryStore, WriteLock};
use crate::tree::name_list::NameLists;

/// The histories of a library. Clones share what is open.
#[derive(Debug, Clone)]
pub struct History(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    library: Library,
    objects: ObjectStore,
    stores: Mutex<HashMap<ProjectId, Arc<HistoryStore>>>,
    caches: Mutex<HashMap<WorkspaceId, Arc<StatCache>>>,
    name_lists: NameLists,
    author: String,
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
            name_lists: NameLists::default(),
            author: crate::tree::commit::author_of_this_user(),
        }))
    }

    /// The library.
    pub fn library(&self) -> &Library {
        &self.0.library
    }

    pub(crate) fn objects(&self) -> &ObjectStore {
        &self.0.objects
    }

    pub(crate) fn name_lists(&self) -> &NameLists {
        &self.0.name_lists
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
        if !self.is_begun(project) {
            // What was open is of one that another process archived or removed.
            self.close(project, &[]);
        }
        self.store_or(project, HistoryStore::create)
    }

    /// Lets go of what is open of a project and of these workspaces.
    pub(crate) fn close(&self, project: ProjectId, workspaces: &[WorkspaceId]) {
        self.0.stores.lock().unwrap_or_else(PoisonError::into_inner).remove(&project);
        let mut caches = self.0.caches.lock().unwrap_or_else(PoisonError::into_inner);
        workspaces.iter().for_each(|workspace| drop(caches.remove(workspace)));
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
}
