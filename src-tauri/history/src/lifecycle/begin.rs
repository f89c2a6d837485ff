//! Beginning to keep versions of a project.

use undercroft_foundation::{Code, Error, Job, ProjectId, Result, WorkspaceId};

use crate::history::History;
use crate::save::{SaveOrder, Scope};
use crate::version::{Trigger, Version};
use crate::workspaces::{MAIN, Workspace};

impl History {
    /// Makes the first version of a project, or, where that was interrupted, goes on with it. Of a
    /// history that was begun, gives the newest version.
    ///
    /// # Errors
    /// Those of [`History::save`].
    pub fn begin(&self, project: ProjectId, job: &Job) -> Result<Version> {
        let workspace = self.begin_main(project)?;
        if let Some(version) = self.newest_version(workspace.id)? {
            return Ok(version);
        }
        let made =
            self.save(workspace.id, Scope::Whole, SaveOrder::new(Trigger::Import, ""), job)?;
        match made {
            Some(version) => Ok(version),
            // Another process was quicker.
            None => self
                .newest_version(workspace.id)?
                .ok_or_else(|| Error::new(Code::Internal, "The first version was not made")),
        }
    }

    /// The main workspace of a project, which is made where it is missing.
    fn begin_main(&self, project: ProjectId) -> Result<Workspace> {
        let known = self.library().projects().get(project)?;
        self.library().require_confirmed(&known.root)?;
        self.make_store(project)?;
        if let Ok(workspace) = self.main_workspace(project) {
            return Ok(workspace);
        }
        let world = self.library().world();
        let workspace = Workspace {
            id: WorkspaceId::new(&*world.clock, &*world.random),
            project,
            name: MAIN.to_owned(),
            root: known.root,
            description: String::new(),
            opened_from: None,
            paused: false,
            is_current: self.current_workspace()?.is_none(),
            created: self.now(),
            closed: None,
        };
        match self.put_workspace(&workspace, "was opened") {
            // Another process was quicker.
            Err(error) if error.code() == Code::AlreadyExists => self.main_workspace(project),
            kept => kept.map(|()| workspace),
        }
    }
}
