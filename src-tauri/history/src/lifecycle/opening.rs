//! Opening any version as another workspace beside the one that the user works in, and closing it.

use std::fs;
use std::path::{Path, PathBuf};

use undercroft_foundation::{
    Code, Error, IoContext, Job, Result, TreePath, VersionId, WorkspaceId, canonicalize_missing,
    escape_path, text,
};
use undercroft_library::{Overlap, ProjectFilter, overlap};

use super::claim::{Claim, refuse};
use crate::disk::Disk;
use crate::guard::Sweep;
use crate::restore::{RestoreOrder, RestoreTo};
use crate::save::HistoryWriter;
use crate::save::{SaveOrder, Scope};
use crate::version::{Trigger, Version};
use crate::workspaces::{MAIN, Workspace, check_name, name_taken};

impl HistoryWriter {
    /// Opens a version as another workspace, in the empty or new folder `place`, or in one of the
    /// library's. Files that the user's own workspace has as well share their blocks with it where
    /// the file system can.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a name or a folder that cannot be used, [`Code::AlreadyExists`],
    /// [`Code::Locked`] while another is opened in that folder, [`Code::Cancelled`], or whatever
    /// keeps a file from being written: then there is no such workspace, and what was put into its
    /// folder is gone again. What else came there stays, and is told.
    pub fn open_workspace(
        &self,
        from: VersionId,
        name: &str,
        place: Option<&Path>,
        job: &Job,
    ) -> Result<Workspace> {
        let version = self.history.version(from)?;
        let name = check_name(name)?;
        let others = self.history.workspaces(Some(version.project))?;
        if others.iter().any(|other| other.name.eq_ignore_ascii_case(&name)) {
            return Err(name_taken(&name));
        }
        let root = match place {
            Some(place) => self.check_place(place)?,
            None => self.place_for(&version, &name),
        };
        let claim = Claim::take(&root)?;
        if place.is_none() {
            let leave_out = self.history.leave_out_in(version.project, &root)?;
            claim.clear_left_over(&self.history.held_by(&version)?, &leave_out, job)?;
        }
        claim.refuse_filled()?;
        let like = others.into_iter().find(|other| other.name == MAIN).map(|main| main.root);
        self.fill(&version, &name, (&root, like), job)
            .and_then(|()| self.add_opened(&version, name, &root))
            .inspect_err(|_| self.clear(&claim, &version, job))
    }

    /// Puts all of a version into the folder of the workspace `name`.
    fn fill(
        &self,
        version: &Version,
        name: &str,
        (root, like): (&Path, Option<PathBuf>),
        job: &Job,
    ) -> Result<()> {
        let to = RestoreTo::Elsewhere(root.to_owned());
        let order = RestoreOrder { version: version.id, paths: Vec::new(), to, like };
        match &self.restore(&order, job)?.failed[..] {
            [] => Ok(()),
            [(path, why), ..] => {
                let what = text!("The workspace {name} could not be opened", name);
                Err(Error::new(Code::Unavailable, what).why(text!("{path}: {why}", path, why)))
            }
        }
    }

    fn add_opened(&self, from: &Version, name: String, root: &Path) -> Result<Workspace> {
        let world = self.history.library().world();
        let workspace = Workspace {
            id: WorkspaceId::new(&*world.clock, &*world.random),
            project: from.project,
            name,
            root: fs::canonicalize(root).at("open", root)?,
            description: String::new(),
            opened_from: Some(from.id),
            paused: false,
            is_current: false,
            created: self.history.now(),
            closed: None,
        };
        self.history.library().confirm_place(&workspace.root)?;
        self.history.put_workspace(&workspace, &text!("was opened"))?;
        Ok(workspace)
    }

    /// Takes back what was put into the folder of a workspace that does not come to be.
    fn clear(&self, claim: &Claim, version: &Version, job: &Job) {
        let root = escape_path(claim.root());
        let cleared = self.history.held_by(version).and_then(|held| claim.clear(&held));
        match cleared.as_deref() {
            Ok([]) => {}
            Ok([first, ..]) => {
                job.warn(
                    root,
                    text!(
                        "What is not of the version stays there: {first}",
                        first = first.to_string()
                    ),
                );
            }
            Err(error) => job.warn(root, text!("What was put there stays: {error}", error)),
        }
    }

    /// Looks through all of a workspace for changes that nobody noticed.
    ///
    /// # Errors
    /// The errors of [`HistoryWriter::save`].
    pub fn refresh_workspace(&self, id: WorkspaceId, job: &Job) -> Result<Option<Version>> {
        self.save(id, Scope::Whole, SaveOrder::new(Trigger::Automatic, ""), job)
    }

    /// Closes a workspace after a last version. Its versions stay, and so does its folder.
    ///
    /// # Errors
    /// [`Code::Invalid`] for `main`, and those of [`HistoryWriter::save`]: then it stays open.
    pub fn close_workspace(&self, id: WorkspaceId, job: &Job) -> Result<Workspace> {
        let mut workspace = self.history.workspace(id)?;
        if workspace.name == MAIN {
            return Err(Error::new(Code::Invalid, "The workspace main cannot be closed")
                .why("It is where you work on the project")
                .next("Pause it, or remove the project"));
        }
        if workspace.is_present() {
            let order = SaveOrder::new(Trigger::Manual, format!("Close {}", workspace.name));
            self.save(id, Scope::Whole, order, job)?;
        }
        workspace.closed = Some(self.history.now());
        if std::mem::take(&mut workspace.is_current) {
            self.history.switch_workspace(self.history.main_workspace(workspace.project)?.id)?;
        }
        self.history.put_workspace(&workspace, &text!("was closed"))?;
        Ok(workspace)
    }

    /// Removes the folder of a closed workspace when it is in the library and the newest version
    /// holds all that is in it; whether it went. It must not be watched any more.
    ///
    /// # Errors
    /// When the folder cannot be read or removed.
    pub fn remove_closed_folder(&self, workspace: &Workspace, job: &Job) -> Result<bool> {
        if !workspace.is_present() || !workspace.root.starts_with(self.history.library().root()) {
            return Ok(false);
        }
        let (held, disk) = (self.history.held_tree(workspace)?, Disk::open(&workspace.root)?);
        let sweep = Sweep { held: &held, disk: &disk, asks_for_git: false, job };
        let root = TreePath::root();
        let is_kept = sweep.unheld(&self.history.leave_out(workspace)?, &root)?.is_empty();
        let goes = is_kept && sweep.remove(&root)?.is_empty();
        if goes {
            fs::remove_dir(&workspace.root).at("remove", &workspace.root)?;
        }
        Ok(goes)
    }

    fn place_for(&self, version: &Version, name: &str) -> PathBuf {
        self.history.library().projects().folder_of(version.project).join("workspaces").join(name)
    }

    /// The folder that the user names, if none of the library or of a project is there.
    fn check_place(&self, place: &Path) -> Result<PathBuf> {
        let root = canonicalize_missing(place)?;
        if overlap(&root, self.history.library().root()) != Overlap::Apart {
            return Err(refuse(&root, "It is in the library's own folder"));
        }
        let projects = self.history.library().projects().list(&ProjectFilter::default())?;
        match projects.iter().find(|project| overlap(&root, &project.root) != Overlap::Apart) {
            Some(project) => Err(refuse(&root, format!("The project {} is there", project.name))),
            None => Ok(root),
        }
    }
}
