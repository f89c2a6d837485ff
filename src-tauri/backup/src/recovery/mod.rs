//! Getting the whole library back from a destination, into one that is empty.
//!
//! Everything is fetched into `recovering/` below the library's folder, checked and made durable;
//! a marker says then that it is complete, and the next opening takes it over. What is broken off
//! before the marker is fetched further or anew, what is broken off after it is taken over further.

mod adopting;
mod confirming;
mod fetching;
mod folders;
mod kit;
mod order;
mod other_home;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use undercroft_foundation::{
    Code, Error, ProjectId, Result, SettingsOverrides, World, canonicalize_or_keep,
    is_normalized_absolute, text, unescape_path,
};
use undercroft_library::Library;
use undercroft_providers::DiskProvider;
use undercroft_repository::{Node, Password, Repository, Snapshot, SnapshotId};

use crate::destinations::Destinations;
use crate::secrets::Secrets;
use crate::snapshots::{LIBRARY_TAG, project_of};

use other_home::OtherHome;

pub use adopting::adopt_recovered;
pub use confirming::{ConfirmPlaces, OtherRooms};
pub use fetching::RecoverOrder;
pub use kit::RecoveryKit;

/// So many states of libraries are looked into, the newest.
const SHOWN: usize = 100;
/// No `metadata.json` is larger.
const METADATA_MAX: usize = 1 << 20;

/// Recovers a library from a destination into this one, which is empty.
#[derive(Debug, Clone)]
pub struct Recovery {
    library: Library,
    overrides: SettingsOverrides,
    secrets: Arc<Secrets>,
    destinations: Destinations,
}

impl Recovery {
    pub(crate) fn new(
        library: &Library,
        overrides: &SettingsOverrides,
        secrets: &Arc<Secrets>,
        destinations: &Destinations,
    ) -> Self {
        Self {
            library: library.clone(),
            overrides: overrides.clone(),
            secrets: Arc::clone(secrets),
            destinations: destinations.clone(),
        }
    }
}

/// A library as it was at one moment, in a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoverableLibrary {
    /// Its snapshot.
    pub snapshot: SnapshotId,
    /// When it was made.
    pub time: Timestamp,
    /// The machine that made it.
    pub host: String,
    /// The user who made it.
    pub user: String,
    /// Its projects, by name.
    pub projects: Vec<RecoverableProject>,
    /// The size of the library.
    pub size_bytes: u64,
}

/// A project that can be had back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoverableProject {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// The place of its folder: where it was, or, where that was in a home folder that this machine
    /// has not, the same place in the one of the user.
    pub root: PathBuf,
    /// The place where its folder was.
    pub was_at: PathBuf,
    /// Its newest backup in the destination.
    pub newest: Option<SnapshotId>,
    /// When that was made.
    pub last_backup: Option<Timestamp>,
    /// Its size.
    pub size_bytes: Option<u64>,
    /// Whether something is at its place.
    pub is_occupied: bool,
}

/// The fields of `metadata.json` that are read.
#[derive(Deserialize)]
struct Metadata {
    id: ProjectId,
    name: String,
    status: String,
    path: String,
}

/// The libraries that the repository at `path` can give back, the newest first, to a user whose
/// home folder is `home`.
///
/// # Errors
/// [`Code::RepositoryMissing`], [`Code::WrongPassword`], and whatever keeps it from being read.
pub fn look(
    path: &Path,
    password: &str,
    home: Option<&Path>,
    world: &World,
) -> Result<Vec<RecoverableLibrary>> {
    let repository = open(path, password, world)?;
    let all = repository.snapshots()?;
    repository.refresh_index()?;
    let libraries = all.iter().rev().filter(|snapshot| is_library(snapshot)).take(SHOWN);
    libraries.map(|snapshot| describe(&repository, snapshot, &all, home)).collect()
}

fn open(path: &Path, password: &str, world: &World) -> Result<Repository> {
    Repository::open(Arc::new(DiskProvider::open(path)?), &Password::new(password), world)
}

fn is_library(snapshot: &Snapshot) -> bool {
    snapshot.tags.iter().any(|tag| tag.starts_with(LIBRARY_TAG))
}

fn describe(
    repository: &Repository,
    snapshot: &Snapshot,
    all: &[Snapshot],
    home: Option<&Path>,
) -> Result<RecoverableLibrary> {
    let mut projects = projects_in(repository, snapshot, home)?;
    for project in &mut projects {
        // Where it really is, is what the user has to judge.
        project.root = canonicalize_or_keep(&project.root);
        let newest = all.iter().rfind(|it| project_of(&it.tags) == Some(project.id));
        project.newest = newest.map(|newest| newest.id);
        project.last_backup = newest.map(|newest| newest.time);
        let summary = newest.and_then(|newest| newest.summary);
        project.size_bytes = summary.map(|summary| summary.total_bytes_processed);
    }
    Ok(RecoverableLibrary {
        snapshot: snapshot.id,
        time: snapshot.time,
        host: snapshot.hostname.clone(),
        user: snapshot.username.clone(),
        projects,
        size_bytes: snapshot.summary.map_or(0, |summary| summary.total_bytes_processed),
    })
}

/// The names that lead to the library in its snapshot: nothing else is on the way.
fn place_in(repository: &Repository, snapshot: &Snapshot) -> Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    let mut tree = snapshot.tree;
    loop {
        let nodes = repository.tree(&tree)?.nodes;
        if nodes.iter().any(|node| node.name == b"catalog.db") {
            return Ok(names);
        }
        match &nodes[..] {
            [Node { name, subtree: Some(below), .. }] => {
                names.push(name.clone());
                tree = *below;
            }
            _ => {
                let what =
                    text!("Snapshot {snapshot} holds no library", snapshot = snapshot.id.short());
                return Err(Error::new(Code::Damaged, what).next("Choose another one"));
            }
        }
    }
}

/// The projects that are not forgotten, by name.
fn projects_in(
    repository: &Repository,
    snapshot: &Snapshot,
    home: Option<&Path>,
) -> Result<Vec<RecoverableProject>> {
    let mut place = place_in(repository, snapshot)?;
    let other_home = other_home(snapshot, &place, home);
    place.push(b"projects".to_vec());
    let folder = match repository.find_node(snapshot, &place) {
        Err(error) if error.code() == Code::NotFound => return Ok(Vec::new()),
        found => found?,
    };
    let Some(tree) = folder.and_then(|folder| folder.subtree) else { return Ok(Vec::new()) };
    let mut projects = Vec::new();
    for node in repository.tree(&tree)?.nodes {
        let Some(subtree) = node.subtree else { continue };
        let inside = repository.tree(&subtree)?;
        let Some(file) = inside.find(b"metadata.json") else { continue };
        let Ok(metadata) = serde_json::from_slice::<Metadata>(&content(repository, file)?) else {
            continue;
        };
        // The folder of an archived one comes with the archives of the library.
        if ["trashed", "archived"].contains(&&*metadata.status) {
            continue;
        }
        let root = unescape_path(&metadata.path).filter(|root| is_normalized_absolute(root));
        let Some(was_at) = root else { continue };
        let root = other_home.as_ref().map_or_else(|| was_at.clone(), |it| it.place(&was_at));
        projects.push(RecoverableProject {
            id: metadata.id,
            name: metadata.name,
            is_occupied: root.symlink_metadata().is_ok(),
            root,
            was_at,
            newest: None,
            last_backup: None,
            size_bytes: None,
        });
    }
    projects.sort_by_cached_key(|project| project.name.to_lowercase());
    Ok(projects)
}

/// The home folder of a library that these names lead to, where it is called otherwise here.
fn other_home(snapshot: &Snapshot, library: &[Vec<u8>], home: Option<&Path>) -> Option<OtherHome> {
    let mut place = PathBuf::from("/");
    place.extend(library.iter().map(|name| OsStr::from_bytes(name)));
    OtherHome::of(snapshot, &place, home)
}

fn content(repository: &Repository, node: &Node) -> Result<Vec<u8>> {
    let mut reader = repository.open_content(node.content.as_deref().unwrap_or_default())?;
    let size = usize::try_from(reader.size()).unwrap_or(METADATA_MAX).min(METADATA_MAX);
    let mut bytes = vec![0; size];
    let mut filled = 0;
    while filled < size {
        match reader.read_at(filled as u64, &mut bytes[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
