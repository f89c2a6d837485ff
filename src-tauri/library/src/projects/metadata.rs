//! `metadata.json`: what the catalog says of a project, beside it on disk. It is written before
//! the catalog, so that the catalog can be made again from it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{
    Code, Error, IoContext, ProjectId, Result, escape_path, is_normalized_absolute,
    reach_write_point, replace_file, sync_folder, text, unescape_path,
};

use super::{Project, ProjectKind, ProjectStatus};
use crate::layout::make_folder;

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Metadata {
    version: u32,
    id: ProjectId,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    status: String,
    /// Escaped, so that a path of any bytes survives JSON.
    path: String,
    created: Timestamp,
    updated: Timestamp,
    files: u64,
    size: u64,
    counted: Option<Timestamp>,
    #[serde(default, rename = "lastChange", skip_serializing_if = "Option::is_none")]
    last_change: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trashed: Option<Timestamp>,
    languages: Vec<String>,
    frameworks: Vec<String>,
    tags: Vec<String>,
    git: Option<Git>,
}

#[derive(Serialize, Deserialize)]
struct Git {
    repository: String,
}

/// The folder of a project in the library.
pub(super) fn folder_of(library: &Path, id: ProjectId) -> PathBuf {
    library.join("projects").join(id.to_string())
}

/// Writes it, durably.
pub(super) fn write(library: &Path, project: &Project) -> Result<()> {
    let folder = folder_of(library, project.id);
    make_folder(&folder)?;
    write_into(&folder, project)
}

/// Writes it into a folder, durably.
pub(super) fn write_into(folder: &Path, project: &Project) -> Result<()> {
    let metadata = Metadata {
        version: VERSION,
        id: project.id,
        name: project.name.clone(),
        kind: project.kind.name().to_owned(),
        status: project.status.name().to_owned(),
        path: escape_path(&project.root),
        created: project.created,
        updated: project.updated,
        files: project.files,
        size: project.size_bytes,
        counted: project.counted,
        last_change: project.last_change,
        trashed: project.trashed,
        languages: project.languages.clone(),
        frameworks: project.frameworks.clone(),
        tags: project.tags.clone(),
        git: project.git_remote.clone().map(|repository| Git { repository }),
    };
    let mut json = serde_json::to_vec_pretty(&metadata).map_err(|source| {
        Error::new(
            Code::Internal,
            text!("Cannot describe the project {project}", project = project.name),
        )
        .because(source)
    })?;
    json.push(b'\n');
    replace_file(&folder.join("metadata.json"), &json, 0o600)?;
    reach_write_point("project.metadata-written");
    Ok(())
}

/// Removes what the library keeps of a project that is deleted. Other folders in there, such as
/// workspaces that were opened, stay.
pub(super) fn remove(library: &Path, project: &Project) -> Result<()> {
    let folder = folder_of(library, project.id);
    let entries = match fs::read_dir(&folder) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.at("read", &folder)?,
    };
    for entry in entries {
        let entry = entry.at("read", &folder)?;
        let is_folder = entry.file_type().at("look at", &entry.path())?.is_dir();
        let is_ours = ["source", "artifacts"].iter().any(|name| entry.file_name() == *name);
        match is_folder {
            true if is_ours => fs::remove_dir_all(entry.path()).at("remove", &entry.path())?,
            true => {}
            false => fs::remove_file(entry.path()).at("remove", &entry.path())?,
        }
    }
    // What somebody still works in keeps it.
    let _ = fs::remove_dir(&folder);
    sync_folder(&library.join("projects"))
}

/// The ids of folders with a `metadata.json` that are none of `known`.
pub(super) fn uncatalogued(library: &Path, known: &[Project]) -> Result<Vec<ProjectId>> {
    let folder = library.join("projects");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::io("read", &folder, source)),
    };
    let known: std::collections::HashSet<_> = known.iter().map(|project| project.id).collect();
    let mut unknown = Vec::new();
    for entry in entries {
        let entry = entry.at("read", &folder)?;
        let id = entry.file_name().to_str().and_then(|name| name.parse::<ProjectId>().ok());
        let Some(id) = id.filter(|id| !known.contains(id)) else { continue };
        if entry.path().join("metadata.json").is_file() {
            unknown.push(id);
        }
    }
    unknown.sort_unstable();
    Ok(unknown)
}

/// Reads it back.
pub(super) fn read(library: &Path, id: ProjectId) -> Result<Project> {
    let path = folder_of(library, id).join("metadata.json");
    let bytes = fs::read(&path).at("read", &path)?;
    let damaged =
        || Error::new(Code::Damaged, text!("Cannot understand {path}", path = escape_path(&path)));
    let metadata: Metadata =
        serde_json::from_slice(&bytes).map_err(|source| damaged().because(source))?;
    if metadata.version > VERSION {
        let what = text!("Cannot understand {path}", path = escape_path(&path));
        return Err(Error::new(Code::TooNew, what));
    }
    Ok(Project {
        id: Some(metadata.id).filter(|found| *found == id).ok_or_else(damaged)?,
        name: metadata.name,
        kind: ProjectKind::from_name(&metadata.kind).ok_or_else(damaged)?,
        status: ProjectStatus::from_name(&metadata.status).ok_or_else(damaged)?,
        root: unescape_path(&metadata.path)
            .filter(|root| is_normalized_absolute(root))
            .ok_or_else(damaged)?,
        languages: metadata.languages,
        frameworks: metadata.frameworks,
        tags: metadata.tags,
        git_remote: metadata.git.map(|git| git.repository),
        files: metadata.files,
        size_bytes: metadata.size,
        counted: metadata.counted,
        last_change: metadata.last_change,
        trashed: metadata.trashed,
        created: metadata.created,
        updated: metadata.updated,
    })
}
