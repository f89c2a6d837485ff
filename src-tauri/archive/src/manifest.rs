//! The manifest beside an archive: what it is, readable without opening it. The truth of what
//! becomes of an archive; the catalog only lists it.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{
    ArchiveId, Code, Error, IoContext as _, ProjectId, Result, TreePath, escape_path,
    is_normalized_absolute, replace_file, text, unescape_path,
};
use undercroft_library::{Project, ProjectKind};

use crate::remote::Location;

/// The version of this form.
const FORMAT: u32 = 1;

/// All that is known of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The version of the form.
    format: u32,
    /// The id of the archive.
    pub id: ArchiveId,
    /// The project as it was.
    pub project: ArchivedProject,
    /// When it was made.
    pub created: Timestamp,
    /// The number of files and folders in it.
    pub entries: u64,
    /// The number of those in the project's folder.
    pub project_entries: u64,
    /// The size of all files in it.
    pub source_bytes: u64,
    /// The size of the archive's file.
    pub archive_bytes: u64,
    /// The SHA-256 of the archive's file, in hexadecimal digits.
    pub sha256: String,
    /// The number of versions that lie in it.
    pub versions: u64,
    /// The names of the parts that lie beside the project's folder.
    pub parts: Vec<String>,
    /// When all of it was last read and compared.
    pub checked: Option<Timestamp>,
    /// The paths that could not be read then; at most two hundred.
    #[serde(default)]
    pub damaged: Vec<String>,
    /// When it was put into the trash.
    #[serde(default)]
    pub trashed: Option<Timestamp>,
    /// Whether the project's folder is being freed.
    #[serde(default)]
    pub freeing: bool,
    /// The place elsewhere that it was moved to, where it was read back whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Whether its file on this disk is still to be removed, now that it lies elsewhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frees_file: bool,
    /// The places that may hold a copy of it that is of no use: a move there was broken off, or it
    /// came back from there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<Location>,
}

/// All that is known of a project that lies in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArchivedProject {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// The kind of work that it is.
    pub kind: String,
    /// Its folder, escaped.
    pub root: String,
    /// Its languages.
    pub languages: Vec<String>,
    /// Its frameworks.
    pub frameworks: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The remote that its repository is pushed to.
    pub git_remote: Option<String>,
    /// The number of its files.
    pub files: u64,
    /// Their size.
    pub size_bytes: u64,
    /// When it was added to the library.
    pub created: Timestamp,
    /// When anything in it last changed, as far as is known.
    #[serde(default)]
    pub last_change: Option<Timestamp>,
}

impl ArchivedProject {
    pub(crate) fn of(project: &Project, last_change: Option<Timestamp>) -> Self {
        Self {
            id: project.id,
            name: project.name.clone(),
            kind: project.kind.name().to_owned(),
            root: escape_path(&project.root),
            languages: project.languages.clone(),
            frameworks: project.frameworks.clone(),
            tags: project.tags.clone(),
            git_remote: project.git_remote.clone(),
            files: project.files,
            size_bytes: project.size_bytes,
            created: project.created,
            last_change,
        }
    }

    /// Its folder.
    ///
    /// # Errors
    /// [`Code::Damaged`] for what is no path.
    pub fn root(&self) -> Result<std::path::PathBuf> {
        unescape_path(&self.root)
            .filter(|root| is_normalized_absolute(root))
            .ok_or_else(makes_no_sense)
    }

    /// The project as the library knows it, in this folder.
    pub fn to_project(&self, root: std::path::PathBuf) -> Project {
        Project {
            id: self.id,
            name: self.name.clone(),
            kind: self.kind(),
            status: undercroft_library::ProjectStatus::Archived,
            root,
            languages: self.languages.clone(),
            frameworks: self.frameworks.clone(),
            tags: self.tags.clone(),
            git_remote: self.git_remote.clone(),
            files: self.files,
            size_bytes: self.size_bytes,
            counted: None,
            last_change: self.last_change,
            trashed: None,
            created: self.created,
            updated: self.created,
        }
    }

    /// The kind of work that it is.
    pub fn kind(&self) -> ProjectKind {
        ProjectKind::from_name(&self.kind).unwrap_or(ProjectKind::Other)
    }
}

/// The figures of an archive that was just made.
pub(crate) struct Figures {
    pub(crate) created: Timestamp,
    pub(crate) entries: u64,
    pub(crate) project_entries: u64,
    pub(crate) source_bytes: u64,
    pub(crate) archive_bytes: u64,
    pub(crate) sha256: String,
    pub(crate) versions: u64,
    pub(crate) parts: Vec<String>,
}

impl Manifest {
    pub(crate) fn new(id: ArchiveId, project: ArchivedProject, figures: Figures) -> Self {
        let Figures { created, entries, project_entries, source_bytes, .. } = figures;
        let Figures { archive_bytes, sha256, versions, parts, .. } = figures;
        Self {
            format: FORMAT,
            id,
            project,
            created,
            entries,
            project_entries,
            source_bytes,
            archive_bytes,
            sha256,
            versions,
            parts,
            checked: Some(created),
            damaged: Vec::new(),
            trashed: None,
            freeing: false,
            location: None,
            frees_file: false,
            left_behind: Vec::new(),
        }
    }

    /// Whether this path of the project could not be read when all was last compared.
    pub fn is_damaged(&self, path: &TreePath) -> bool {
        // The first name of a damaged path is the project's folder in the tar.
        let path = path.to_string();
        self.damaged
            .iter()
            .any(|damaged| damaged.split_once('/').is_some_and(|(_, below)| below == path))
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(|_| makes_no_sense())?;
        replace_file(path, &text, 0o600)
    }

    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read(path).at("read", path)?;
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|source| makes_no_sense().because(source))?;
        if manifest.format > FORMAT {
            return Err(Error::new(
                Code::TooNew,
                text!("Cannot read {path}", path = escape_path(path)),
            )
            .next("Use the newest Undercroft"));
        }
        Ok(manifest)
    }
}

fn makes_no_sense() -> Error {
    Error::new(Code::Damaged, "The archive's manifest makes no sense")
        .next("The archive itself is whole: `undercroft library rebuild` writes the manifest anew")
}
