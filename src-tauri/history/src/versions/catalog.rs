//! Versions as the catalog knows them: listing, finding, marking and adding them.

use std::collections::HashMap;

use rusqlite::Transaction;
use undercroft_foundation::{ProjectId, Result, VersionId, WorkspaceId, text};
use undercroft_library::NewEvent;

use super::marks::{self, Mark};
use super::{VersionFilter, changes, table};
use crate::history::History;
use crate::version::{Change, Version};

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
    /// The versions of a workspace that pass the filter, newest first.
    ///
    /// # Errors
    /// When the catalog cannot be read.
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
    /// When the catalog cannot be read.
    pub fn find_versions(&self, project: Option<ProjectId>, text: &str) -> Result<Vec<Version>> {
        self.library().catalog().read(|connection| table::find(connection, project, text))
    }

    /// The newest version of a workspace; nothing while there is none.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn newest_version(&self, workspace: WorkspaceId) -> Result<Option<Version>> {
        self.library().catalog().read(|connection| table::newest(connection, workspace))
    }

    /// When the newest version of each project was made.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn newest_times(&self) -> Result<HashMap<ProjectId, jiff::Timestamp>> {
        self.library().catalog().read(table::newest_times)
    }

    /// The number of versions that the workspaces of a project were given after a moment.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn count_versions_since(&self, project: ProjectId, since: jiff::Timestamp) -> Result<u64> {
        self.library().catalog().read(|connection| table::count_since(connection, project, since))
    }

    /// When the versions of a workspace were made, and how many files each changed, in the order of
    /// time: what a timeline is drawn from.
    ///
    /// # Errors
    /// When the catalog cannot be read.
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
            let event =
                NewEvent::new("version.marked", text!("A version was given a name, note or pin"))
                    .of_project(Some(version.project));
            self.library().events().append(transaction, &event)
        })?;
        Ok(version)
    }

    /// Notes a version in the catalog, with what it changed, and tells of it: by the name of its
    /// project, or by `of` where that is not known.
    pub(crate) fn index_version(
        &self,
        transaction: &Transaction<'_>,
        of: &str,
        version: &Version,
        changed: &[Change],
    ) -> Result<()> {
        table::put(transaction, version)?;
        changes::put(transaction, version.project, version.seq, changed)?;
        let project = self.library().projects().get(version.project).map(|it| it.name);
        let of = project.unwrap_or_else(|_| of.to_owned());
        let text = text!(
            "{of}: {message}",
            of,
            message = version.message.lines().next().unwrap_or_default()
        );
        let event = NewEvent::new("version.made", text).of_project(Some(version.project));
        self.library().events().append(transaction, &event).map(drop)
    }
}
