//! Projects that leave the list, the disk, or both; and those that come back.

use std::path::Path;

use undercroft_foundation::{
    Code, Error, Job, ProjectId, Result, Text, escape_path, reach_write_point, text,
};

use super::lock::{self, ProjectLock};
use super::{Project, ProjectStatus, Projects, folder, metadata, table, trash};

impl Projects<'_> {
    /// Forgets a project: nothing on disk is touched, no backup is lost, and it can be recalled.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn forget(&self, id: ProjectId) -> Result<Project> {
        self.set_status(id, ProjectStatus::Trashed, "forgotten", text!("was forgotten"))
    }

    /// Recalls a forgotten project. A folder in the trash is moved back to its place.
    ///
    /// # Errors
    /// [`Code::NotFound`], and [`Code::AlreadyExists`] where something else is in its place.
    pub fn recall(&self, id: ProjectId) -> Result<Project> {
        let project = self.get(id)?;
        if project.trashed.is_some() {
            self.library.require_confirmed(&project.root)?;
        }
        let _lock = self.lock(&project)?;
        let is_moved = trash::move_back(&project)?;
        let recalled = self.change(id, |project| {
            project.status = ProjectStatus::Active;
            project.trashed = None;
            Ok(("recalled", text!("was recalled")))
        });
        if recalled.is_err() && is_moved {
            // As far as the catalog knows, it is in the trash. Where it cannot go back there, the
            // next attempt finds it in its place.
            let _ = trash::move_aside(&project);
        }
        recalled
    }

    /// Moves a project with its folder to the trash: beside its place, out of sight.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::SourceMissing`], [`Code::Invalid`] for one that is archived or
    /// in the trash, and whatever keeps the folder from being moved.
    pub fn trash(&self, id: ProjectId) -> Result<Project> {
        let project = self.get(id)?;
        trash::check(&project)?;
        self.library.require_confirmed(&project.root)?;
        folder::check_present(&project)?;
        self.refuse_nested(&project, "move to the trash")?;
        let _lock = self.lock(&project)?;
        // First the catalog: a folder that is out of sight must be known to be.
        let now = self.now();
        let trashed = self.change(id, |project| {
            project.status = ProjectStatus::Trashed;
            project.trashed = Some(now);
            Ok(("trashed", text!("was moved to the trash")))
        })?;
        let moved = trash::move_aside(&trashed);
        if let Err(error) = moved {
            self.change(id, |project| {
                project.status = ProjectStatus::Active;
                project.trashed = None;
                Ok(("recalled", text!("stays where it is")))
            })?;
            return Err(error);
        }
        reach_write_point("project.trashed");
        Ok(trashed)
    }

    /// Deletes the folder of a project in the trash, and all that the library knows of it. Its
    /// versions and archives are other rooms'.
    ///
    /// # Errors
    /// [`Code::Invalid`] for one that is in use, [`Code::Cancelled`].
    pub fn delete(&self, id: ProjectId, job: &Job) -> Result<()> {
        let project = self.delete_folder(id, job)?;
        metadata::remove(self.library.root(), &project)?;
        self.library.catalog().write(|transaction| {
            table::remove(transaction, id)?;
            self.tell(transaction, &project, "deleted", &text!("was deleted for good"))
        })
    }

    /// Deletes the folder of a project in the trash, and nothing else.
    ///
    /// # Errors
    /// [`Code::Invalid`] for one that is in use, [`Code::Cancelled`].
    pub fn delete_folder(&self, id: ProjectId, job: &Job) -> Result<Project> {
        let project = self.get(id)?;
        if project.status == ProjectStatus::Active {
            return Err(Error::new(
                Code::Invalid,
                text!("{project} is in use", project = project.name),
            )
            .next("Move it to the trash first"));
        }
        if project.trashed.is_some() {
            self.library.require_confirmed(&project.root)?;
        }
        trash::delete(&project, job)?;
        reach_write_point("project.folder-deleted");
        Ok(project)
    }

    /// Goes on with a project that no other one that is in use lies in: moving the one would move
    /// the other.
    ///
    /// # Errors
    /// [`Code::Invalid`] with the name of the other.
    pub fn refuse_nested(&self, project: &Project, what: &str) -> Result<()> {
        let all = self.library.catalog().read(table::all)?;
        let inner = all.iter().find(|other| {
            other.id != project.id
                && other.status == ProjectStatus::Active
                && crate::overlap(&project.root, &other.root) == crate::Overlap::Contains
        });
        let Some(inner) = inner else { return Ok(()) };
        Err(Error::new(
            Code::Invalid,
            text!("Cannot {what} {project}", what = Text::from(what), project = project.name),
        )
        .why(text!("The project {inner} lies in its folder", inner = inner.name))
        .next(text!(
            "Move {inner} elsewhere, or remove it from the list, first",
            inner = inner.name
        )))
    }

    /// Takes the lock of a project that may not be known any more.
    ///
    /// # Errors
    /// [`Code::Locked`] while somebody else has it.
    pub fn lock_id(&self, id: ProjectId) -> Result<ProjectLock> {
        let name = self.get(id).map_or_else(|_| "The project".to_owned(), |project| project.name);
        lock::take(self.library.root(), id, &name)
    }

    /// Takes the lock of a project: for whoever moves all of it, or removes it.
    ///
    /// # Errors
    /// [`Code::Locked`] while somebody else has it.
    pub fn lock(&self, project: &Project) -> Result<ProjectLock> {
        lock::take(self.library.root(), project.id, &project.name)
    }

    /// Notes that a project lies in the archive.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn set_archived(&self, id: ProjectId) -> Result<Project> {
        self.set_status(id, ProjectStatus::Archived, "archived", text!("was archived"))
    }

    /// Notes that a project is worked on again.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn set_active(&self, id: ProjectId) -> Result<Project> {
        self.set_status(id, ProjectStatus::Active, "unarchived", text!("is in use again"))
    }

    /// Notes that a project came to lie in the archive whose folder was moved meanwhile, or comes
    /// back to another place.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`] where another project has that place.
    pub fn set_root(&self, id: ProjectId, root: &Path) -> Result<Project> {
        let all = self.library.catalog().read(table::all)?;
        if let Some(other) = folder::find_same(&all, root).filter(|other| other.id != id) {
            let what = text!("No other project can be at {root}", root = escape_path(root));
            return Err(Error::new(Code::AlreadyExists, what)
                .why(text!("It is the project {other} already", other = other.name))
                .next("Choose another folder"));
        }
        self.change(id, |project| {
            root.clone_into(&mut project.root);
            Ok(("moved", text!("is now at {root}", root = escape_path(root))))
        })
    }
}
