//! An archive that a killed process left half made is brought to its end when the library is opened.

use undercroft_archive::Manifest;
use undercroft_foundation::{Code, Job, Result};
use undercroft_history::GIT_PART;
use undercroft_library::{JobKind, Project, ProjectFilter, ProjectStatus};

use super::making::Archiver;
use crate::Api;

impl Api {
    /// Goes on with what was interrupted, unless a process is at it.
    pub(crate) fn finish_archives(&self) {
        let finish = || -> Result<()> {
            let filter =
                ProjectFilter { status: Some(ProjectStatus::Archived), ..ProjectFilter::default() };
            let archived = self.0.library.projects().list(&filter)?;
            let is_unfinished =
                |project: &Project| self.0.history.is_begun(project.id) || project.root.is_dir();
            let unfinished: Vec<_> = archived.into_iter().filter(is_unfinished).collect();
            if unfinished.is_empty() && self.0.archives.half_freed()?.is_empty() {
                return Ok(());
            }
            let is_at_it = self.0.library.jobs().list_all().iter().any(|job| {
                !job.state.is_over()
                    && matches!(job.kind, JobKind::Archive | JobKind::Restore | JobKind::Cleanup)
            });
            if is_at_it {
                return Ok(());
            }
            let archiver = self.archiver()?;
            for project in &unfinished {
                if let Err(error) = archiver.finish(project) {
                    tracing::warn!(%error, project = %project.id, "an archive is not finished yet");
                }
            }
            Ok(())
        };
        if let Err(error) = finish() {
            tracing::warn!(%error, "an archive that was interrupted is not finished yet");
        }
    }
}

impl Archiver {
    fn finish(&self, project: &Project) -> Result<()> {
        // Another process may be at it.
        let Ok(_lock) = self.library.projects().lock(project) else { return Ok(()) };
        self.library.require_confirmed(&project.root)?;
        let Some(archive) = self.archives.of_project(project.id)? else { return Ok(()) };
        let id = archive.manifest.id;
        if self.archives.can_free(id)? {
            match self.archives.free_source(id, &Job::new()) {
                Ok(freed) if freed.left.is_empty() => {}
                Ok(_) => {
                    self.library.projects().set_active(project.id)?;
                    return Ok(());
                }
                Err(error) if error.code() == Code::NotKept && project.root.is_dir() => {
                    self.library.projects().set_active(project.id)?;
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        } else if project.root.is_dir() {
            // It was being restored. Its folder comes last, so all of it is there.
            let has_history = archive.manifest.parts.iter().any(|part| part == GIT_PART);
            if self.history.is_begun(project.id) || !has_history {
                self.library.projects().set_active(project.id)?;
            }
            return Ok(());
        }
        if self.history.is_begun(project.id) {
            if !self.holds_history(&archive.manifest)? {
                // It has versions that the archive does not: it is no archived project.
                self.library.projects().set_active(project.id)?;
                return Ok(());
            }
            self.history.detach(project.id)?;
            self.session.delete_project(project.id)?;
        }
        Ok(())
    }

    /// Whether an archive holds every version that the library has of its project.
    fn holds_history(&self, manifest: &Manifest) -> Result<bool> {
        let project = manifest.project.id;
        if !manifest.parts.iter().any(|part| part == GIT_PART) {
            return Ok(false);
        }
        if self.history.sizes(project)?.versions != manifest.versions {
            return Ok(false);
        }
        for workspace in self.history.workspaces(Some(project))? {
            let newest = self.history.newest_version(workspace.id)?;
            if newest.is_some_and(|version| version.time > manifest.created) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
