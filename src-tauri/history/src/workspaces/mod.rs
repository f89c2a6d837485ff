//! Workspaces: working copies of a project, each a plain folder with versions of its own. `main` is
//! where the user works; others are opened from any version, beside it.

pub(crate) mod place;
pub(crate) mod stored;
pub(crate) mod table;
mod tip;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Transaction;
use undercroft_foundation::{
    Code, Error, ProjectId, Result, Text, TreePath, VersionId, WorkspaceId, text,
};
use undercroft_library::{Moment, NewEvent};

use crate::history::History;

/// The name of the workspace where the user works.
pub const MAIN: &str = "main";

/// A working copy of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// The project.
    pub project: ProjectId,
    /// Its name: that of the branch of its versions, too.
    pub name: String,
    /// Its folder, canonical; any bytes.
    pub root: PathBuf,
    /// The user's words about it.
    pub description: String,
    /// The version that it was opened from; none for `main`.
    pub opened_from: Option<VersionId>,
    /// Whether changes are left unnoticed, because the user said so.
    pub paused: bool,
    /// Whether it is the one that the user works in.
    pub is_current: bool,
    /// When it was opened.
    pub created: Timestamp,
    /// When it was closed; its versions stay.
    pub closed: Option<Timestamp>,
}

impl Workspace {
    /// Whether its folder is there now.
    pub fn is_present(&self) -> bool {
        self.root.is_dir()
    }

    /// The place inside the workspace that a path on disk means; nothing when it is outside.
    pub fn place_of(&self, path: &Path) -> Option<TreePath> {
        TreePath::of(&self.root, path)
    }
}

impl History {
    /// All workspaces, of a project or of all, the oldest first; closed ones too.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn workspaces(&self, project: Option<ProjectId>) -> Result<Vec<Workspace>> {
        let mut all = self.library().catalog().read(table::all)?;
        all.retain(|workspace| project.is_none_or(|id| workspace.project == id));
        Ok(all)
    }

    /// One workspace.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn workspace(&self, id: WorkspaceId) -> Result<Workspace> {
        let found = self.workspaces(None)?.into_iter().find(|workspace| workspace.id == id);
        found.ok_or_else(|| Error::new(Code::NotFound, text!("There is no workspace {id}", id)))
    }

    /// One workspace, whose folder may be read and written.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::PermissionDenied`] for a folder that nobody has confirmed since
    /// the library was recovered.
    pub(crate) fn confirmed_workspace(&self, id: WorkspaceId) -> Result<Workspace> {
        let workspace = self.workspace(id)?;
        self.library().require_confirmed(&workspace.root)?;
        Ok(workspace)
    }

    /// The workspace where the user works on a project.
    ///
    /// # Errors
    /// [`Code::NotFound`] when no history of the project was begun.
    pub fn main_workspace(&self, project: ProjectId) -> Result<Workspace> {
        let mut workspaces = self.workspaces(Some(project))?.into_iter();
        workspaces.find(|workspace| workspace.name == MAIN).ok_or_else(|| {
            Error::new(Code::NotFound, "There are no versions of this project yet")
                .why("Keeping versions of it was never begun")
                .next("Begin it: `undercroft history start`")
        })
    }

    /// Takes up where a project's folder is now: its main workspace is there, too.
    ///
    /// # Errors
    /// When the catalog cannot be read or written.
    pub fn follow_project(&self, project: ProjectId) -> Result<()> {
        let root = self.library().projects().get(project)?.root;
        let workspaces = self.workspaces(Some(project))?.into_iter();
        let main = workspaces.filter(|it| it.name == MAIN).find(|main| main.root != root);
        let Some(main) = main else { return Ok(()) };
        self.put_workspace(&Workspace { root, ..main }, &text!("was moved"))
    }

    /// The workspace that the user works in, if there is one.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn current_workspace(&self) -> Result<Option<Workspace>> {
        Ok(self.workspaces(None)?.into_iter().find(|workspace| workspace.is_current))
    }

    /// Makes a workspace the one that the user works in.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn switch_workspace(&self, id: WorkspaceId) -> Result<Workspace> {
        let mut workspace = self.workspace(id)?;
        let left = self.current_workspace()?;
        workspace.is_current = true;
        self.library().catalog().write(|transaction| {
            table::set_current(transaction, id)?;
            self.tell_of_workspace(transaction, &workspace, &text!("is the current workspace now"))
        })?;
        let left = left.map(|left| left.project).filter(|left| *left != workspace.project);
        left.map_or(Ok(()), |left| self.store_workspaces(left))?;
        self.store_workspaces(workspace.project)?;
        Ok(workspace)
    }

    /// Keeps the user's words about a workspace.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn describe_workspace(&self, id: WorkspaceId, text: &str) -> Result<Workspace> {
        let mut workspace = self.workspace(id)?;
        workspace.description = text.trim().to_owned();
        self.put_workspace(&workspace, &text!("was described"))?;
        Ok(workspace)
    }

    /// Makes a workspace known: beside the project's metadata first, which is the truth.
    pub(crate) fn put_workspace(&self, workspace: &Workspace, happened: &Text) -> Result<()> {
        let _writing = stored::lock(self.library(), workspace.project)?;
        let mut all = self.workspaces(Some(workspace.project))?;
        match all.iter_mut().find(|known| known.name == workspace.name) {
            Some(known) if known.id != workspace.id => return Err(name_taken(&workspace.name)),
            Some(known) => *known = workspace.clone(),
            None => all.push(workspace.clone()),
        }
        stored::write(self.library(), workspace.project, &all)?;
        self.library().catalog().write(|transaction| {
            table::put(transaction, workspace)?;
            self.tell_of_workspace(transaction, workspace, happened)
        })
    }

    fn store_workspaces(&self, project: ProjectId) -> Result<()> {
        let _writing = stored::lock(self.library(), project)?;
        stored::write(self.library(), project, &self.workspaces(Some(project))?)
    }

    pub(crate) fn tell_of_workspace(
        &self,
        transaction: &Transaction<'_>,
        workspace: &Workspace,
        happened: &Text,
    ) -> Result<()> {
        let text =
            text!("The workspace {workspace} {happened}", workspace = workspace.name, happened);
        let event = NewEvent::new("workspace.changed", text).of_project(Some(workspace.project));
        self.library().events().append(transaction, &event).map(drop)
    }

    /// Now, as the catalog keeps it.
    pub(crate) fn now(&self) -> Timestamp {
        Moment::of(self.library().world().clock.now()).0
    }
}

/// The refusal of a name that another workspace of the project has.
pub(crate) fn name_taken(name: &str) -> Error {
    Error::new(Code::AlreadyExists, text!("There is a workspace {name} already", name))
        .why("Its versions are kept under that name, also when it is closed")
        .next("Choose another name")
}

/// The name, if a workspace can bear it: it is that of a branch and of a folder, too.
///
/// # Errors
/// [`Code::Invalid`].
pub(crate) fn check_name(name: &str) -> Result<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let good = !name.is_empty()
        && name.len() <= 60
        && name.chars().all(plain)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !name.contains("..")
        && !name.ends_with('.')
        && !name.to_ascii_lowercase().ends_with(".lock")
        && !name.eq_ignore_ascii_case("HEAD");
    if good {
        return Ok(name.to_owned());
    }
    Err(Error::new(
        Code::Invalid,
        text!("{name} cannot be the name of a workspace", name = format!("{name:?}")),
    )
    .why("It becomes the name of a folder and of a branch")
    .next("Use up to 60 letters, digits, and - _ . between them"))
}
