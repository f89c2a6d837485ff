//! The places that can be destinations, and making one of them.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Transaction;
use undercroft_foundation::{
    Code, DestinationId, Error, IoContext, Result, Text, canonicalize_missing, escape_name,
    escape_path, text,
};
use undercroft_library::{Moment, NewEvent, Overlap, ProjectStatus, overlap};
use undercroft_providers::DiskProvider;
use undercroft_repository::{Password, Repository};

use super::{
    AddDestination, Destination, Destinations, Presence, digest_at, locating, open_objects, table,
};
use crate::names::{self, LONGEST_NAME};
use crate::secrets::ChosenPassword;

/// The entries of a repository's folder; a folder with nothing else and no data is one whose making
/// was interrupted.
const REPOSITORY_FOLDERS: [&str; 5] = ["data", "index", "keys", "locks", "snapshots"];

/// The finding at a place.
enum Place {
    Missing,
    Empty,
    Repository,
    Interrupted,
}

impl Destinations {
    /// Makes a place a destination: opens the repository that is there, or makes one in an empty
    /// folder if that is wanted. A destination that was moved is found again by its repository
    /// and keeps its name and id.
    ///
    /// # Errors
    /// [`Code::RepositoryMissing`], [`Code::WrongPassword`], [`Code::AlreadyExists`] for a
    /// repository that is a destination already, [`Code::Invalid`] for a place that cannot be one.
    pub fn add(&self, request: &AddDestination) -> Result<Destination> {
        let what = text!("Cannot use {path} for backups", path = escape_path(&request.path));
        let name = request.name.as_deref().map(check_name).transpose()?;
        let path = canonicalize_missing(&request.path)?;
        let place = look(&what, &path)?;
        self.refuse_overlaps(&what, &path)?;
        let world = self.library.world();
        let chosen = request.password.choose(&*world.random)?;
        let password = Password::new(chosen.text.as_str());
        let repository = match place {
            Place::Repository => {
                Repository::open(Arc::new(DiskProvider::open(&path)?), &password, world)?
            }
            _ if request.create => {
                self.refuse_place_of_another(&what, &path)?;
                let provider = Arc::new(DiskProvider::create(&path)?);
                Repository::init_like(provider, &password, world, self.objects().as_ref())?
            }
            _ => {
                return Err(Error::new(Code::RepositoryMissing, what)
                    .why("There is no repository")
                    .next("Check the place, or say that a repository is to be made there"));
            }
        };
        self.library.confirm_place(&path)?;
        let destination = self.keep(&path, name.as_deref(), &chosen, &repository)?;
        self.open.keep(&destination, &repository);
        Ok(destination)
    }

    /// The object store, which a destination is cut like: what is copied from there and what is
    /// backed up then lie there once.
    fn objects(&self) -> Option<Repository> {
        let opened = open_objects(self.library.root(), self.library.world());
        opened.unwrap_or_else(|error| {
            tracing::warn!(%error, "the object store cannot say how to cut a new destination");
            None
        })
    }

    /// The password first, then the catalog: a destination that is listed can be opened.
    fn keep(
        &self,
        path: &Path,
        name: Option<&str>,
        password: &ChosenPassword,
        repository: &Repository,
    ) -> Result<Destination> {
        let world = self.library.world();
        let config_digest = digest_at(path).at("read", path)?;
        let mut all = self.list()?.into_iter();
        if let Some(known) = all.find(|each| each.repository == repository.id()) {
            let known = Destination { config_digest, ..known };
            return self.find_again(&known, path, password);
        }
        let mut destination = Destination {
            id: DestinationId::new(&*world.clock, &*world.random),
            name: String::new(),
            path: path.to_owned(),
            repository: repository.id().to_owned(),
            added: Moment::of(world.clock.now()).0,
            config_digest,
        };
        self.secrets.keep(destination.id, password)?;
        let kept = self.library.catalog().write(|transaction| {
            let all = table::all(transaction)?;
            destination.name = match name {
                Some(name) => refuse_taken(name, all.iter()).map(|()| name.to_owned())?,
                None => free_name(path, &all),
            };
            table::insert(transaction, &destination)?;
            table::set_generated(transaction, destination.id, password.is_generated)?;
            self.tell(transaction, &destination, "added", &text!("was added"))
        });
        if kept.is_err() {
            // A password that belongs to no destination is kept for nothing.
            let _ = self.secrets.remove(destination.id);
        }
        kept.map(|()| destination)
    }

    /// Takes one in that is known already: from elsewhere, or because its password was lost.
    fn find_again(
        &self,
        known: &Destination,
        path: &Path,
        password: &ChosenPassword,
    ) -> Result<Destination> {
        let is_there = locating::look(known) == Presence::There;
        let opens = || matches!(self.try_password(known.id, None), Ok(Some(_)));
        if is_there && (known.path != path || opens()) {
            let what = text!("Cannot add {path}", path = escape_path(path));
            return Err(Error::new(Code::AlreadyExists, what)
                .why(text!("Its repository is the destination {known} already", known = known.name))
                .next(text!(
                    "Use {known}, which is at {path}",
                    known = known.name,
                    path = escape_path(&known.path)
                )));
        }
        self.secrets.keep(known.id, password)?;
        self.library.catalog().write(|transaction| {
            table::move_to(transaction, known.id, path)?;
            table::set_generated(transaction, known.id, password.is_generated)?;
            if let Some(digest) = &known.config_digest {
                table::set_digest(transaction, known.id, digest)?;
            }
            let moved = Destination { path: path.to_owned(), ..known.clone() };
            let happened = match known.path == path {
                true => text!("was given its password again"),
                false => text!("is now at {path}", path = escape_path(path)),
            };
            self.tell(transaction, &moved, "moved", &happened)?;
            Ok(moved)
        })
    }

    /// Refuses the place of another destination: while its drive is away, nobody takes its name.
    pub(super) fn refuse_place_of_another(&self, what: &Text, path: &Path) -> Result<()> {
        match self.list()?.into_iter().find(|other| other.path == path) {
            Some(other) => Err(Error::new(Code::AlreadyExists, what)
                .why(text!(
                    "The destination {other} belongs there, and is away",
                    other = other.name
                ))
                .next("Connect its drive, or remove that destination first")),
            None => Ok(()),
        }
    }

    pub(super) fn tell(
        &self,
        transaction: &Transaction<'_>,
        destination: &Destination,
        kind: &str,
        happened: &Text,
    ) -> Result<()> {
        let text = text!("{destination} {happened}", destination = destination.name, happened);
        let event =
            NewEvent::new(format!("destination.{kind}"), text).of_destination(Some(destination.id));
        self.library.events().append(transaction, &event).map(drop)
    }

    pub(super) fn refuse_overlaps(&self, what: &Text, path: &Path) -> Result<()> {
        let refuse =
            |why: Text, next: &str| Err(Error::new(Code::Invalid, what).why(why).next(next));
        if overlap(path, self.library.root()) != Overlap::Apart {
            return refuse(
                text!("It overlaps Undercroft's own library"),
                "Choose a folder elsewhere, best on another drive",
            );
        }
        for project in self.library.projects().overlapping(path)? {
            if project.status == ProjectStatus::Trashed {
                continue;
            }
            let why = match overlap(path, &project.root) {
                Overlap::Contains => {
                    text!("The project {project} lies inside it", project = project.name)
                }
                _ => text!(
                    "It lies inside the project {project}, and each backup would hold those before it",
                    project = project.name
                ),
            };
            return refuse(why, "Choose a folder elsewhere, best on another drive");
        }
        for other in self.list()? {
            match overlap(path, &other.path) {
                Overlap::Apart | Overlap::Same => {}
                Overlap::Inside => {
                    return refuse(
                        text!("It lies inside the destination {other}", other = other.name),
                        "Choose a folder beside it",
                    );
                }
                Overlap::Contains => {
                    return refuse(
                        text!("The destination {other} lies inside it", other = other.name),
                        "Choose a folder beside it",
                    );
                }
            }
        }
        Ok(())
    }
}

/// Refuses a folder with anything in it.
pub(super) fn require_vacant(what: &Text, path: &Path) -> Result<()> {
    match look(what, path)? {
        Place::Missing | Place::Empty | Place::Interrupted => Ok(()),
        Place::Repository => Err(Error::new(Code::AlreadyExists, what)
            .why("A repository is there already")
            .next("Choose an empty folder, or say that the destination was moved there by hand")),
    }
}

/// The finding at `path`, if it can be used.
fn look(what: &Text, path: &Path) -> Result<Place> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => {
            return Err(Error::new(Code::Invalid, what)
                .why("It is a file, not a folder")
                .next("Choose a folder"));
        }
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Place::Missing),
        Err(source) => return Err(Error::io("open", path, source)),
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(path).at("read", path)? {
        names.push(entry.at("read", path)?.file_name());
    }
    if names.is_empty() {
        return Ok(Place::Empty);
    }
    if names.iter().any(|name| name == "config") && names.iter().any(|name| name == "keys") {
        return Ok(Place::Repository);
    }
    let is_ours = |name: &std::ffi::OsString| {
        name.to_str().is_some_and(|name| {
            REPOSITORY_FOLDERS.contains(&name) || name.contains(".undercroft-tmp-")
        })
    };
    if names.iter().all(is_ours) {
        if holds_no_data(path) {
            return Ok(Place::Interrupted);
        }
        return Err(Error::new(Code::Damaged, what)
            .why("It holds backups, but the repository's config is missing")
            .next("Bring the file config back from a copy; change nothing else"));
    }
    let example = names.iter().map(|name| escape_name(name.as_bytes())).min().unwrap_or_default();
    Err(Error::new(Code::Invalid, what)
        .why(text!("It holds other things, such as {example}", example))
        .next(text!(
            "Choose an empty folder in it, such as {path}/undercroft",
            path = escape_path(path)
        )))
}

fn holds_no_data(path: &Path) -> bool {
    ["data", "index", "snapshots"].iter().all(|name| is_without_files(&path.join(name)))
}

fn is_without_files(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(entries) => entries.flatten().all(|entry| {
            entry.file_type().is_ok_and(|kind| kind.is_dir()) && is_without_files(&entry.path())
        }),
        Err(source) => source.kind() == io::ErrorKind::NotFound,
    }
}

/// The name of a destination, without spaces around it.
pub(super) fn check_name(name: &str) -> Result<String> {
    names::check_name("destination", name)
}

/// Goes on unless one of `others` has the name.
pub(super) fn refuse_taken<'a>(
    name: &str,
    mut others: impl Iterator<Item = &'a Destination>,
) -> Result<()> {
    match others.find(|other| other.name.to_lowercase() == name.to_lowercase()) {
        Some(other) => {
            Err(Error::new(Code::AlreadyExists, text!("Cannot call a destination {name}", name))
                .why(text!("The one at {path} is called so", path = escape_path(&other.path)))
                .next("Choose another name"))
        }
        None => Ok(()),
    }
}

/// The folder's name, with a number where it is taken.
fn free_name(path: &Path, others: &[Destination]) -> String {
    let name = path.file_name().map(|name| escape_name(name.as_bytes())).unwrap_or_default();
    let name: String = name.chars().take(LONGEST_NAME - 8).collect();
    let name = if name.is_empty() { "Backups".to_owned() } else { name };
    let candidates = (2..).map(|n| format!("{name} {n}"));
    std::iter::once(name.clone())
        .chain(candidates)
        .find(|name| refuse_taken(name, others.iter()).is_ok())
        .unwrap_or(name)
}
