//! `workspaces.json` beside a project's metadata: what the table of workspaces is made from again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{
    Code, Error, IoContext, ProjectId, Result, VersionId, WorkspaceId, escape_path,
    reach_write_point, replace_file, text, unescape_name,
};
use undercroft_library::Library;

use super::Workspace;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    id: WorkspaceId,
    name: String,
    /// Escaped.
    root: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    opened_from: Option<VersionId>,
    #[serde(default)]
    paused: bool,
    #[serde(default)]
    is_current: bool,
    created: Timestamp,
    #[serde(default)]
    closed: Option<Timestamp>,
}

/// Keeps every other writer of a project's workspaces out until what this returns is dropped.
pub(crate) fn lock(library: &Library, project: ProjectId) -> Result<File> {
    let folder = library.projects().folder_of(project);
    let file = File::open(&folder).at("open", &folder)?;
    file.lock().at("lock", &folder)?;
    Ok(file)
}

pub(crate) fn write(library: &Library, project: ProjectId, all: &[Workspace]) -> Result<()> {
    let stored: Vec<Stored> = all
        .iter()
        .map(|workspace| Stored {
            id: workspace.id,
            name: workspace.name.clone(),
            root: escape_path(&workspace.root),
            description: workspace.description.clone(),
            opened_from: workspace.opened_from,
            paused: workspace.paused,
            is_current: workspace.is_current,
            created: workspace.created,
            closed: workspace.closed,
        })
        .collect();
    let text = serde_json::to_vec_pretty(&stored).map_err(|source| {
        Error::new(Code::Internal, "The workspaces have no form in JSON").because(source)
    })?;
    replace_file(&path_of(library, project), &text, 0o600)?;
    reach_write_point("history.workspaces-written");
    Ok(())
}

pub(crate) fn read(library: &Library, project: ProjectId) -> Result<Vec<Workspace>> {
    read_from(&path_of(library, project), project)
}

/// The workspaces that a file of this form names; none, where there is no such file.
pub(crate) fn read_from(path: &Path, project: ProjectId) -> Result<Vec<Workspace>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(source).at("read", path),
    };
    let damaged = || {
        Error::new(Code::Damaged, text!("Cannot understand {path}", path = escape_path(path)))
            .next("Bring the file back from a backup")
    };
    let stored: Vec<Stored> =
        serde_json::from_slice(&bytes).map_err(|source| damaged().why(source.to_string()))?;
    stored
        .into_iter()
        .map(|stored| {
            let root = unescape_name(&stored.root).ok_or_else(damaged)?;
            Ok(Workspace {
                id: stored.id,
                project,
                name: stored.name,
                root: Path::new(&os_text(root)).to_owned(),
                description: stored.description,
                opened_from: stored.opened_from,
                paused: stored.paused,
                is_current: stored.is_current,
                created: stored.created,
                closed: stored.closed,
            })
        })
        .collect()
}

fn os_text(bytes: Vec<u8>) -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

/// The file of a project.
pub(crate) fn path_of(library: &Library, project: ProjectId) -> PathBuf {
    library.projects().folder_of(project).join("workspaces.json")
}
