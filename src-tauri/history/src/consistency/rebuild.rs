//! The catalog's part of history, made again from what is on disk.

use undercroft_foundation::{Job, Result};
use undercroft_library::{Project, ProjectFilter, ProjectStatus};

use super::found_versions::{FoundVersion, find_versions};
use super::found_workspaces;
use crate::consistency::HistoryMaintenance;
use crate::versions::marks;
use crate::versions::{changes, table};
use crate::workspaces;

/// The result of a rebuild.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RebuildReport {
    /// Projects that have a history.
    pub projects: u64,
    /// Workspaces of theirs.
    pub workspaces: u64,
    /// Versions of those.
    pub versions: u64,
    /// Facts that could not be found out, a sentence each.
    pub unknown: Vec<String>,
}

impl HistoryMaintenance {
    /// Makes all that the catalog knows of histories anew, project by project.
    ///
    /// # Errors
    /// When a history cannot be read; the projects before it are done then.
    pub fn rebuild(&self, job: &Job) -> Result<RebuildReport> {
        let mut rebuilt = RebuildReport::default();
        let projects = self.history.library().projects();
        let forgotten =
            ProjectFilter { status: Some(ProjectStatus::Trashed), ..ProjectFilter::default() };
        let mut all = projects.list(&ProjectFilter::default())?;
        all.extend(projects.list(&forgotten)?);
        for project in all {
            if !self.history.is_begun(project.id) {
                continue;
            }
            job.check_cancelled()?;
            job.set_current(project.name.clone());
            self.rebuild_project(&project, &mut rebuilt, job)?;
            rebuilt.projects += 1;
        }
        Ok(rebuilt)
    }

    /// Makes all that the catalog knows of one history anew.
    pub(crate) fn rebuild_project(
        &self,
        project: &Project,
        rebuilt: &mut RebuildReport,
        job: &Job,
    ) -> Result<()> {
        let id = project.id;
        let store = self.history.store(id)?;
        let _lock = store.lock(&*self.history.library().world().clock)?;
        // A catalog that is sound may know of versions that no branch leads to any more.
        if let Err(error) = self.history.reconcile(id, &store) {
            tracing::warn!(%error, project = project.name, "the catalog was not brought up to it");
        }
        let found = find_versions(&store, job)?;
        let (all, derived) =
            found_workspaces::complete(self.history.library(), project, &store, &found)?;
        let marks = marks::read(&store)?;
        let mut described = Vec::with_capacity(found.len());
        for FoundVersion { commit, id: commit_id, seq } in &found {
            job.check_cancelled()?;
            let (mut version, changed) =
                self.history.describe(&store, id, &marks, commit, *commit_id)?;
            version.seq = *seq;
            described.push((version, changed));
        }
        self.history.library().catalog().write(|transaction| {
            workspaces::table::remove_project(transaction, id)?;
            table::remove_project(transaction, id)?;
            changes::remove_project(transaction, id)?;
            all.iter().try_for_each(|it| workspaces::table::put(transaction, it))?;
            described.iter().try_for_each(|(version, changed)| {
                table::put(transaction, version)?;
                changes::put(transaction, id, version.seq, changed)
            })
        })?;
        if !derived.is_empty() {
            workspaces::stored::write(self.history.library(), id, &all)?;
        }
        rebuilt.unknown.extend(derived);
        rebuilt.workspaces += all.len() as u64;
        rebuilt.versions += found.len() as u64;
        Ok(())
    }
}
