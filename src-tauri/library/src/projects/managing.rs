//! Managed projects, whose folder lies in the library, and projects that are taken in as they are.

use undercroft_foundation::{Code, Error, ProjectId, Result, text};

use super::managed::{self, NewManaged};
use super::{Project, ProjectKind, ProjectStatus, Projects, folder, metadata, names, table};
use crate::detect;

impl Projects<'_> {
    /// Takes in a project again that was deleted, as it was.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`] where another project has its place.
    pub fn bring_back(&self, project: &Project) -> Result<Project> {
        self.library.catalog().write(|transaction| {
            if let Some(other) = folder::find_same(&table::all(transaction)?, &project.root) {
                let what = text!("Cannot bring {project} back", project = project.name);
                return Err(Error::new(Code::AlreadyExists, what)
                    .why(text!("The project {other} is in its place", other = other.name))
                    .next("Choose another folder"));
            }
            metadata::write(self.library.root(), project)?;
            table::insert(transaction, project)?;
            self.tell(transaction, project, "added", &text!("was brought back"))?;
            Ok(project.clone())
        })
    }

    /// The folder that a new managed project will have: it is filled, and then added with
    /// [`Projects::add_managed`].
    ///
    /// # Errors
    /// Whatever keeps the folder from being made.
    pub fn begin_managed(&self) -> Result<NewManaged> {
        let world = self.library.world();
        let id = ProjectId::new(&*world.clock, &*world.random);
        managed::begin(self.library.root(), id)
    }

    /// Makes a folder that was filled a project of the library's own.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a name that cannot be one; then nothing is left.
    pub fn add_managed(&self, new: NewManaged, name: &str, tags: &[String]) -> Result<Project> {
        let name = names::check_name(name)?;
        let tags = names::check_tags(tags)?;
        let detected = detect::quick_scan(&new.source());
        let now = self.now();
        let project = Project {
            id: new.id(),
            name,
            kind: ProjectKind::Other,
            status: ProjectStatus::Active,
            root: managed::source_of(self.library.root(), new.id()),
            languages: detected.languages,
            frameworks: detected.frameworks,
            tags,
            git_remote: detected.git_remote,
            files: 0,
            size_bytes: 0,
            counted: None,
            last_change: None,
            trashed: None,
            created: now,
            updated: now,
        };
        metadata::write_into(new.folder(), &project)?;
        new.publish(self.library.root())?;
        self.library.catalog().write(|transaction| {
            table::insert(transaction, &project)?;
            self.tell(transaction, &project, "added", &text!("was added"))
        })?;
        self.library.confirm_place(&project.root)?;
        Ok(project)
    }

    /// Whether the folder of a project lies in the library.
    pub fn is_managed(&self, project: &Project) -> bool {
        project.root.starts_with(metadata::folder_of(self.library.root(), project.id))
    }

    /// Lets managed projects follow a library that was moved or copied.
    pub(super) fn rehome_managed(&self) -> Result<()> {
        let root = self.library.root();
        for project in self.library.catalog().read(table::all)? {
            let source = managed::source_of(root, project.id);
            let is_managed = project.root.ends_with(managed::below_library(project.id));
            if is_managed && project.root != source {
                self.change(project.id, |project| {
                    project.root = source;
                    Ok(("moved", text!("moved with the library")))
                })?;
            }
        }
        Ok(())
    }
}
