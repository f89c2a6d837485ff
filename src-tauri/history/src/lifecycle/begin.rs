//! Beginning to keep versions of a project.

use undercroft_foundation::{Code, Error, Job, ProjectId, Result, WorkspaceId, text};

use undercroft_library::ProjectStatus;

use crate::save::HistoryWriter;
use crate::save::{SaveOrder, Scope};
use crate::version::{Trigger, Version};
use crate::workspaces::{MAIN, Workspace};

impl HistoryWriter {
    /// Makes the first version of a project, or, where that was interrupted, goes on with it. Of a
    /// history that was begun, gives the newest version.
    ///
    /// # Errors
    /// The errors of [`HistoryWriter::save`].
    pub fn begin(&self, project: ProjectId, job: &Job) -> Result<Version> {
        let workspace = self.begin_main(project)?;
        if let Some(version) = self.history.newest_version(workspace.id)? {
            return Ok(version);
        }
        let made =
            self.save(workspace.id, Scope::Whole, SaveOrder::new(Trigger::Import, ""), job)?;
        match made {
            Some(version) => Ok(version),
            // Another process was quicker.
            None => self
                .history
                .newest_version(workspace.id)?
                .ok_or_else(|| Error::new(Code::Internal, "The first version was not made")),
        }
    }

    /// The main workspace of a project, which is made where it is missing.
    fn begin_main(&self, project: ProjectId) -> Result<Workspace> {
        let known = self.history.library().projects().get(project)?;
        if known.status == ProjectStatus::Archived {
            return Err(Error::new(
                Code::Invalid,
                text!("{known} is archived", known = known.name),
            )
            .why("Its versions lie in the archive")
            .next("Bring it back from the archive first"));
        }
        self.history.library().require_confirmed(&known.root)?;
        self.history.make_store(project)?;
        if let Ok(workspace) = self.history.main_workspace(project) {
            return Ok(workspace);
        }
        let world = self.history.library().world();
        let workspace = Workspace {
            id: WorkspaceId::new(&*world.clock, &*world.random),
            project,
            name: MAIN.to_owned(),
            root: known.root,
            description: String::new(),
            opened_from: None,
            paused: false,
            is_current: self.history.current_workspace()?.is_none(),
            created: self.history.now(),
            closed: None,
        };
        match self.history.put_workspace(&workspace, &text!("was opened")) {
            // Another process was quicker.
            Err(error) if error.code() == Code::AlreadyExists => {
                self.history.main_workspace(project)
            }
            kept => kept.map(|()| workspace),
        }
    }
}
