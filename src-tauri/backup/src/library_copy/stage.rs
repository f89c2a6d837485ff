//! The stage, `cache/library`: the library as it was at one moment.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{Clock, Code, Error, IoContext, Job, ProjectId, Result, replace_file};
use undercroft_library::{Library, SqlContext};
use undercroft_repository::{Repository, SnapshotId};

use super::HistoryLocks;
use super::mirror::{self, EntryAction};
use crate::snapshots::tag_of;

/// The objects that the histories of the stage need.
pub(crate) const OBJECTS_LIST: &str = "objects.json";

/// The time between two looks whether the stage is free.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

const FILES: &[&str] = &["library-id", "settings.toml", "plans.json"];
const FOLDERS: &[&str] = &["projects", "session"];

/// The snapshot of the object store that a project's versions need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ObjectsOf {
    pub(crate) project: ProjectId,
    /// By which its copy is known.
    pub(crate) tree: String,
}

/// The staged files.
pub(super) struct Staged {
    pub(super) folder: PathBuf,
    /// The snapshots of the object store that belong to it.
    pub(super) objects: Vec<SnapshotId>,
}

/// Keeps every other process off the stage; waits for one that is on it, unless the job is stopped.
pub(super) fn lock(library: &Path, clock: &dyn Clock, job: &Job) -> Result<File> {
    let cache = library.join("cache");
    fs::create_dir_all(&cache).at("make", &cache)?;
    let path = cache.join("library.lock");
    let file = File::options().create(true).append(true).open(&path).at("open", &path)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(Error::io("lock", &path, source)),
        }
        job.check_cancelled()?;
        clock.sleep(LOOK_AGAIN);
    }
}

/// A run that goes on now, such as the one that makes this copy, would look broken off where the
/// copy is brought back.
fn leave_out_what_goes_on(catalog: &Path) -> Result<()> {
    let what = "leave running work out of the copy of the catalog";
    let connection = Connection::open(catalog).sql(what)?;
    connection.pragma_update(None, "foreign_keys", true).sql(what)?;
    connection.execute("DELETE FROM runs WHERE ended IS NULL", ()).sql(what)?;
    File::open(catalog).and_then(|file| file.sync_all()).at("sync", catalog)
}

/// Stages the library. The catalog comes first: a history that is ahead of it brings it up to date,
/// but one that is behind would lack what it lists.
pub(super) fn stage(
    library: &Library,
    histories: &HistoryLocks,
    store: Option<&Repository>,
    job: &Job,
) -> Result<Staged> {
    let root = library.root();
    let folder = root.join("cache/library");
    mirror::make(&folder)?;
    job.set_current("Catalog");
    let fresh = folder.join("catalog-new.db");
    mirror::remove(&fresh)?;
    library.catalog().copy_to(&fresh)?;
    leave_out_what_goes_on(&fresh)?;
    let catalog = folder.join("catalog.db");
    fs::rename(&fresh, &catalog).at("replace", &catalog)?;
    for name in FILES {
        match mirror::file(&root.join(name), &folder.join(name)) {
            Err(error) if error.code() == Code::NotFound => mirror::remove(&folder.join(name))?,
            copied => copied?,
        }
    }
    for name in FOLDERS {
        mirror_folder(&root.join(name), &folder.join(name), &action_of_work)?;
    }
    mirror_folder(&root.join("templates"), &folder.join("templates"), &action_of_template)?;
    mirror_folder(&root.join("archives"), &folder.join("archives"), &action_of_archive)?;
    let (listed, objects): (Vec<ObjectsOf>, Vec<_>) =
        stage_histories(root, &folder, histories, store, job)?.into_iter().unzip();
    let keys = folder.join("keys");
    mirror::make(&keys)?;
    if store.is_some() {
        mirror::file(&root.join("keys/objects"), &keys.join("objects"))?;
    }
    let list = serde_json::to_vec_pretty(&listed).map_err(|source| {
        Error::new(Code::Internal, "The list of objects has no form in JSON").because(source)
    })?;
    let path = folder.join(OBJECTS_LIST);
    if fs::read(&path).ok().as_ref() != Some(&list) {
        replace_file(&path, &list, 0o600)?;
    }
    Ok(Staged { folder, objects })
}

fn mirror_folder(from: &Path, to: &Path, action: &dyn Fn(&Path) -> EntryAction) -> Result<()> {
    match from.try_exists().at("look at", from)? {
        true => mirror::folder(from, to, action),
        false => mirror::remove(to),
    }
}

/// The folders of opened workspaces hold what their versions hold, too.
fn action_of_work(path: &Path) -> EntryAction {
    let is_workspace = path.components().nth(1).is_some_and(|it| it.as_os_str() == "workspaces");
    if is_workspace || is_temporary(path) { EntryAction::Leave } else { EntryAction::Copy }
}

/// A hidden file inside a template is part of it.
fn action_of_template(path: &Path) -> EntryAction {
    let is_unfinished = is_temporary(path) || (is_hidden(path) && path.components().count() <= 2);
    if is_unfinished { EntryAction::Leave } else { EntryAction::Copy }
}

/// An archive never changes once it has its name, but its manifest does; what is hidden is not
/// finished.
fn action_of_archive(path: &Path) -> EntryAction {
    if is_temporary(path) || is_hidden(path) {
        return EntryAction::Leave;
    }
    let is_manifest = path.extension().is_some_and(|it| it == "json");
    if is_manifest { EntryAction::Copy } else { EntryAction::Link }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains(".tmp-"))
}

fn stage_histories(
    root: &Path,
    folder: &Path,
    histories: &HistoryLocks,
    store: Option<&Repository>,
    job: &Job,
) -> Result<Vec<(ObjectsOf, SnapshotId)>> {
    let (from, to) = (root.join("history"), folder.join("history"));
    mirror::make(&to)?;
    let entries = match fs::read_dir(&from) {
        Ok(entries) => entries.collect::<io::Result<Vec<_>>>().at("read", &from)?,
        Err(source) if source.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(source) => return Err(Error::io("read", &from, source)),
    };
    let mut objects = Vec::new();
    let mut kept = Vec::new();
    for entry in entries {
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(".git")?.parse().ok());
        let Some(project) = id.filter(|_| entry.path().join("HEAD").is_file()) else { continue };
        job.check_cancelled()?;
        job.set_current(format!("History {project}"));
        let hold = histories.0.as_ref();
        let _held = match hold.map(|hold| hold(project)).transpose() {
            // It was archived or removed just now.
            Err(error) if error.code() == Code::NotFound => continue,
            held => held?,
        };
        mirror::folder(&entry.path(), &to.join(&name), &action_of_history)?;
        objects.extend(store.map(|store| objects_of(store, project)).transpose()?.flatten());
        kept.push(name);
    }
    for entry in fs::read_dir(&to).at("read", &to)? {
        let entry = entry.at("read", &to)?;
        if !kept.contains(&entry.file_name()) {
            mirror::remove(&entry.path())?;
        }
    }
    Ok(objects)
}

fn action_of_history(path: &Path) -> EntryAction {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_unfinished = name.starts_with("tmp_") || name.ends_with(".lock") || is_temporary(path);
    if is_unfinished || path == Path::new("undercroft/lock") {
        return EntryAction::Leave;
    }
    if path.starts_with("objects") { EntryAction::Link } else { EntryAction::Copy }
}

/// The newest snapshot of a project's objects: it holds those of all its versions.
fn objects_of(store: &Repository, project: ProjectId) -> Result<Option<(ObjectsOf, SnapshotId)>> {
    let tag = tag_of(project);
    let newest = store.snapshots()?.into_iter().rfind(|snapshot| snapshot.tags.contains(&tag));
    Ok(newest.map(|it| (ObjectsOf { project, tree: it.tree.to_string() }, it.id)))
}
