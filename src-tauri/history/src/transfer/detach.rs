//! A history leaves the library.

use undercroft_foundation::{Job, ProjectId, Result, VersionId};
use undercroft_repository::prune::PruneOptions;

use super::intention::{Intention, Intentions};
use super::stage::StagedHistory;
use crate::history::History;

impl History {
    /// Lets the history of a project go from the library, when an archive holds it. What was
    /// written of it in the object store is free after the next [`History::reclaim`] or compaction
    /// of any project. A crash leaves it to the next start to finish; where there is no history,
    /// nothing happens.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Locked`] when a writer takes too long, or what keeps it from
    /// being removed: [`History::finish_transfers`] goes on with it.
    pub fn detach(&self, project: ProjectId) -> Result<()> {
        let intentions = self.intentions(&Job::new())?;
        self.settle(&intentions)?;
        let _lock = match self.is_begun(project) {
            true => Some(self.lock(project)?),
            false => None,
        };
        self.let_go(&intentions, project)
    }

    /// The same for a history that is staged: no version came between.
    ///
    /// # Errors
    /// The errors of [`History::detach`].
    pub fn detach_staged(&self, staged: &StagedHistory) -> Result<()> {
        let intentions = self.intentions(&Job::new())?;
        // Its lock is held until then.
        self.let_go(&intentions, staged.project)
    }

    /// Removes the history of a project for good: no archive needs to hold it.
    ///
    /// # Errors
    /// The errors of [`History::detach`].
    pub fn remove(&self, project: ProjectId) -> Result<()> {
        self.detach(project)
    }

    /// Frees what histories that left the library held in the object store; says how many bytes
    /// that were.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Locked`], [`undercroft_foundation::Code::Cancelled`], or an
    /// object store that cannot be read or written.
    pub fn reclaim(&self, job: &Job) -> Result<u64> {
        self.finish_transfers()?;
        let Some(repository) = self.objects().repository()? else { return Ok(0) };
        let report = repository.prune(&PruneOptions::default(), job)?;
        Ok(report.plan.frees_bytes)
    }

    pub(super) fn intentions(&self, job: &Job) -> Result<Intentions> {
        Intentions::take(self.library().root(), self.library().world(), job)
    }

    fn let_go(&self, intentions: &Intentions, project: ProjectId) -> Result<()> {
        intentions.record(project, Intention::Detach)?;
        self.settle_detach(project)?;
        intentions.finish(project)
    }

    /// The project that a version belongs to, if the catalog knows it.
    pub(super) fn project_of(&self, version: VersionId) -> Option<ProjectId> {
        self.version(version).ok().map(|version| version.project)
    }
}
