//! Projects: folders of work, where the user keeps them. This file says what one can do with
//! them; the table, the rules for folders and `metadata.json` lie beneath.

mod finding;
mod folder;
mod kinds;
mod leaving;
mod lock;
mod managed;
mod managing;
mod measured;
mod metadata;
mod names;
mod search;
mod table;
mod trash;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Transaction;
use undercroft_foundation::{
    Code, Error, Job, ProjectId, Result, Text, TextValue, escape_path, text,
};

use crate::catalog::Moment;
use crate::detect;
use crate::events::NewEvent;
use crate::library::Library;

pub use finding::{FindLimits, FindProjects, FolderLook, FoundProject, ProjectFinds, no_home};
pub use folder::OccupiedFolder;
pub use kinds::{ProjectKind, ProjectStatus};
pub use lock::ProjectLock;
pub use managed::NewManaged;
pub use measured::Measured;
pub use search::ProjectFilter;
pub(crate) use table::MIGRATIONS;

/// A project, as the catalog knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// The kind of work that it is.
    pub kind: ProjectKind,
    /// Whether it is worked on.
    pub status: ProjectStatus,
    /// Its folder, canonical; any bytes.
    pub root: PathBuf,
    /// Its programming languages, the most used first.
    pub languages: Vec<String>,
    /// Its frameworks, by name.
    pub frameworks: Vec<String>,
    /// The user's tags, by name.
    pub tags: Vec<String>,
    /// The remote that its git repository is pushed to, without credentials.
    pub git_remote: Option<String>,
    /// The number of its files, as of the last refresh.
    pub files: u64,
    /// Their size together.
    pub size_bytes: u64,
    /// When the files were last counted; never, right after it was added.
    pub counted: Option<Timestamp>,
    /// When the newest of its files was changed, as of the last refresh.
    pub last_change: Option<Timestamp>,
    /// When its folder was moved to the trash.
    pub trashed: Option<Timestamp>,
    /// When it was added.
    pub created: Timestamp,
    /// When anything above last changed.
    pub updated: Timestamp,
}

impl Project {
    /// Whether its folder is there now, or where the trash keeps it.
    pub fn is_present(&self) -> bool {
        self.folder().is_dir()
    }

    /// Its folder as it lies on disk: beside its place while it is in the trash.
    pub fn folder(&self) -> PathBuf {
        match self.trashed {
            Some(_) => trash::place_of(self),
            None => self.root.clone(),
        }
    }
}

/// A folder that is to become a project.
#[derive(Debug, Clone, Default)]
pub struct AddProject<'a> {
    /// The folder.
    pub path: PathBuf,
    /// Its name; the folder's, if none is given.
    pub name: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Folders that must neither hold it nor lie in it: backups' destinations.
    pub apart_from: &'a [OccupiedFolder],
}

/// The projects of a library.
#[derive(Debug, Clone, Copy)]
pub struct Projects<'a> {
    library: &'a Library,
}

impl<'a> Projects<'a> {
    pub(crate) fn new(library: &'a Library) -> Self {
        Self { library }
    }

    /// Makes a folder a project where it lies, after a quick look at what it is;
    /// [`Projects::refresh`] then counts it. A forgotten project of that folder is recalled.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a folder that is not there, [`Code::Invalid`] for one that cannot be
    /// a project, [`Code::PermissionDenied`] for one that cannot be read, and
    /// [`Code::AlreadyExists`] for one that is a project already.
    pub fn add_linked(&self, request: &AddProject<'_>) -> Result<Project> {
        let root = folder::check(&request.path, self.library.root(), request.apart_from)?;
        let name = match &request.name {
            Some(name) => names::check_name(name)?,
            None => names::of_folder(&root),
        };
        let tags = names::check_tags(&request.tags)?;
        let detected = detect::quick_scan(&root);
        let added = self.library.catalog().write(|transaction| {
            if let Some(known) = folder::find_same(&table::all(transaction)?, &root) {
                return self.add_again(transaction, known, request);
            }
            let now = self.now();
            let project = Project {
                id: ProjectId::new(&*self.library.world().clock, &*self.library.world().random),
                name: name.clone(),
                kind: ProjectKind::Other,
                status: ProjectStatus::Active,
                root: root.clone(),
                languages: detected.languages.clone(),
                frameworks: detected.frameworks.clone(),
                tags: tags.clone(),
                git_remote: detected.git_remote.clone(),
                files: 0,
                size_bytes: 0,
                counted: None,
                last_change: None,
                trashed: None,
                created: now,
                updated: now,
            };
            metadata::write(self.library.root(), &project)?;
            table::insert(transaction, &project)?;
            self.tell(transaction, &project, "added", &text!("was added"))?;
            Ok(project)
        })?;
        self.library.confirm_place(&added.root)?;
        Ok(added)
    }

    fn add_again(
        &self,
        transaction: &Transaction<'_>,
        known: &Project,
        request: &AddProject<'_>,
    ) -> Result<Project> {
        let name = &known.name;
        if known.status != ProjectStatus::Trashed {
            let what = text!("Cannot add {path}", path = escape_path(&request.path));
            return Err(Error::new(Code::AlreadyExists, what)
                .why(text!("It is the project {known} already", known = name))
                .next(text!("Use the project {known} ({other})", known = name, other = known.id)));
        }
        if known.trashed.is_some() && known.is_present() {
            let what = text!("Cannot add {path}", path = escape_path(&request.path));
            return Err(Error::new(Code::AlreadyExists, what)
                .why(text!("The folder of {known}, which was here, is in the trash", known = name))
                .next("Take that out of the trash, or delete it for good, first"));
        }
        let mut project = known.clone();
        project.status = ProjectStatus::Active;
        // Its place has another folder now: the one in the trash is of no project any more.
        project.trashed = None;
        if let Some(name) = &request.name {
            project.name = names::check_name(name)?;
        }
        if !request.tags.is_empty() {
            project.tags = names::check_tags(&request.tags)?;
        }
        self.save(transaction, &mut project)?;
        self.tell(transaction, &project, "recalled", &text!("was recalled"))?;
        Ok(project)
    }

    /// The projects that pass the filter, by name.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn list(&self, filter: &ProjectFilter) -> Result<Vec<Project>> {
        let mut projects = self.library.catalog().read(table::all)?;
        projects.retain(|project| filter.accepts(project));
        projects.sort_by_cached_key(|project| (project.name.to_lowercase(), project.id));
        Ok(projects)
    }

    /// One project.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn get(&self, id: ProjectId) -> Result<Project> {
        self.library.catalog().read(|connection| table::get(connection, id))
    }

    /// The project that `text` means: by id, by the beginning of an id, or by name.
    ///
    /// # Errors
    /// [`Code::NotFound`], or [`Code::Invalid`] with the candidates when several fit.
    pub fn find(&self, text: &str) -> Result<Project> {
        let projects = self.library.catalog().read(table::all)?;
        search::find(&projects, text)
    }

    /// Gives a project another name.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`].
    pub fn rename(&self, id: ProjectId, name: &str) -> Result<Project> {
        let name = names::check_name(name)?;
        self.change(id, |project| {
            let happened = text!("is now called {name}", name);
            project.name = name;
            Ok(("renamed", happened))
        })
    }

    /// Gives a project tags and takes others away.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`].
    pub fn tag(&self, id: ProjectId, add: &[String], remove: &[String]) -> Result<Project> {
        let add = names::check_tags(add)?;
        self.change(id, |project| {
            project.tags.retain(|tag| !remove.contains(tag));
            project.tags.extend(add);
            project.tags = names::check_tags(&project.tags)?;
            Ok(("tagged", text!("has other tags now")))
        })
    }

    /// Records the folder that a project is in now. Folders in `apart_from` must neither hold it nor lie
    /// in it.
    ///
    /// # Errors
    /// The errors of [`Projects::add_linked`].
    pub fn relocate(
        &self,
        id: ProjectId,
        path: &Path,
        apart_from: &[OccupiedFolder],
    ) -> Result<Project> {
        let root = folder::check(path, self.library.root(), apart_from)?;
        let all = self.library.catalog().read(table::all)?;
        if let Some(other) = folder::find_same(&all, &root).filter(|other| other.id != id) {
            let what = text!("No other project can be at {root}", root = escape_path(&root));
            return Err(Error::new(Code::AlreadyExists, what)
                .why(text!("It is the project {other} already", other = other.name))
                .next("Choose another folder"));
        }
        let moved = self.change(id, |project| {
            let happened = text!("is now at {root}", root = escape_path(&root));
            project.root = root;
            Ok(("moved", happened))
        })?;
        self.library.confirm_place(&moved.root)?;
        Ok(moved)
    }

    /// Changes the kind of work that a project is.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn set_kind(&self, id: ProjectId, kind: ProjectKind) -> Result<Project> {
        self.change(id, |project| {
            project.kind = kind;
            Ok(("changed", text!("is of the kind {kind} now", kind = kind.name())))
        })
    }

    /// Goes on with a name and tags that a new project can have; gives the name as it will be.
    ///
    /// # Errors
    /// [`Code::Invalid`].
    pub fn check_names(&self, name: &str, tags: &[String]) -> Result<String> {
        names::check_tags(tags)?;
        names::check_name(name)
    }

    fn set_status(
        &self,
        id: ProjectId,
        status: ProjectStatus,
        kind: &'static str,
        happened: Text,
    ) -> Result<Project> {
        self.change(id, |project| {
            project.status = status;
            if status != ProjectStatus::Trashed {
                project.trashed = None;
            }
            Ok((kind, happened))
        })
    }

    /// Walks the whole folder and keeps what it found: files, size, languages, frameworks, git
    /// remote. What could not be read becomes a warning of the job.
    ///
    /// # Errors
    /// [`Code::SourceMissing`] when the folder is not there, [`Code::Cancelled`].
    pub fn refresh(&self, id: ProjectId, job: &Job) -> Result<Project> {
        let project = self.get(id)?;
        folder::check_present(&project)?;
        let detected = detect::full_scan(&project.root, job)?;
        self.change(id, |project| {
            project.languages = detected.languages;
            project.frameworks = detected.frameworks;
            project.git_remote = detected.git_remote;
            project.files = detected.files;
            project.size_bytes = detected.size_bytes;
            project.counted = Some(self.now());
            project.last_change = detected.newest;
            let files = TextValue::count(detected.files, "file");
            Ok(("refreshed", text!("has {files}", files)))
        })
    }

    /// Takes in projects whose `metadata.json` is there while the catalog does not know them: it
    /// was written, but the process ended before the catalog was.
    pub(crate) fn adopt_uncatalogued(&self) -> Result<()> {
        let root = self.library.root();
        managed::sweep(root);
        self.rehome_managed()?;
        let known = self.library.catalog().read(table::all)?;
        let unknown = metadata::uncatalogued(root, &known)?;
        if unknown.is_empty() {
            return Ok(());
        }
        self.library.catalog().write(|transaction| {
            for id in unknown {
                let known = table::all(transaction)?;
                // One that cannot be read stays where it is, for people to look at.
                let Ok(project) = metadata::read(root, id) else { continue };
                let is_known = known.iter().any(|other| other.id == project.id);
                if is_known || folder::find_same(&known, &project.root).is_some() {
                    continue;
                }
                table::insert(transaction, &project)?;
                self.tell(transaction, &project, "added", &text!("was added"))?;
            }
            Ok(())
        })
    }

    fn change(
        &self,
        id: ProjectId,
        edit: impl FnOnce(&mut Project) -> Result<(&'static str, Text)>,
    ) -> Result<Project> {
        self.library.catalog().write(|transaction| {
            let before = table::get(transaction, id)?;
            let mut project = before.clone();
            let (kind, happened) = edit(&mut project)?;
            if project != before {
                self.save(transaction, &mut project)?;
                self.tell(transaction, &before, kind, &happened)?;
            }
            Ok(project)
        })
    }

    fn save(&self, transaction: &Transaction<'_>, project: &mut Project) -> Result<()> {
        project.updated = self.now();
        metadata::write(self.library.root(), project)?;
        table::update(transaction, project)
    }

    fn tell(
        &self,
        transaction: &Transaction<'_>,
        project: &Project,
        kind: &str,
        happened: &Text,
    ) -> Result<()> {
        let text = text!("{project} {happened}", project = project.name, happened);
        let event = NewEvent::new(format!("project.{kind}"), text).of_project(Some(project.id));
        self.library.events().append(transaction, &event).map(drop)
    }

    fn now(&self) -> Timestamp {
        Moment::of(self.library.world().clock.now()).0
    }

    /// The folder that holds what the library keeps of a project.
    pub fn folder_of(&self, id: ProjectId) -> PathBuf {
        metadata::folder_of(self.library.root(), id)
    }

    /// The projects, forgotten ones too, whose folder overlaps `path`: a destination of backups
    /// must lie apart from them.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn overlapping(&self, path: &Path) -> Result<Vec<Project>> {
        let mut projects = self.library.catalog().read(table::all)?;
        projects.retain(|project| crate::overlap(path, &project.root) != crate::Overlap::Apart);
        Ok(projects)
    }
}
