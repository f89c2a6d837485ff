//! The places where files are kept, and how each is looked through.

use undercroft_archive as archive;
use undercroft_backup::{Destination, SearchHit};
use undercroft_foundation::{Job, NameMatch, NameQuery, ProjectId, Result, escape_name};
use undercroft_history::{self as history, TreePath};
use undercroft_library::Project;

use super::found::Found;
use super::wire::{SearchedKind, UnreadPlace};
use crate::Api;
use crate::archives::kind_to_wire;
use crate::base::names::names;
use crate::files::wire::{ArchiveCopy, BackupCopy, FileCopy};

/// A search, for all places.
#[derive(Debug, Clone)]
pub(super) struct SearchOrder {
    /// The text as it was given.
    pub(super) text: String,
    pub(super) query: NameQuery,
    pub(super) project: Option<ProjectId>,
    pub(super) content: bool,
    pub(super) limit: usize,
}

/// A place that is looked through.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Versions(Project),
    Backups(Destination),
    Archive(Box<archive::Archive>),
}

impl Place {
    /// The place as one that was not looked through.
    pub(super) fn unread(&self, reason: &str) -> UnreadPlace {
        let (kind, id, name) = match self {
            Self::Versions(project) => {
                (SearchedKind::Project, project.id.to_string(), &project.name)
            }
            Self::Backups(it) => (SearchedKind::Destination, it.id.to_string(), &it.name),
            Self::Archive(archive) => {
                let manifest = &archive.manifest;
                (SearchedKind::Archive, manifest.id.to_string(), &manifest.project.name)
            }
        };
        UnreadPlace { kind, id, name: name.clone(), reason: reason.to_owned() }
    }
}

/// The files that a place holds, and whether there may be more.
type InPlace = (Vec<Found>, bool);

impl Api {
    /// Looks through one place, unless a look for a search that is over still hangs there.
    pub(super) fn look_in_alone(
        &self,
        place: &Place,
        order: &SearchOrder,
        job: &Job,
    ) -> Result<InPlace> {
        let UnreadPlace { id, .. } = place.unread("");
        let clock = self.0.library.world().clock.clone();
        self.0.searches.look(&id, job, &*clock, || self.look_in(place, order, job))
    }

    fn look_in(&self, place: &Place, order: &SearchOrder, job: &Job) -> Result<InPlace> {
        job.check_cancelled()?;
        match place {
            Place::Versions(project) if order.content => self.look_into_files(project, order, job),
            Place::Versions(project) => self.look_in_versions(project, order, job),
            Place::Backups(destination) => self.look_in_backups(destination, order, job),
            Place::Archive(archive) => self.look_in_archive(archive, order),
        }
    }

    fn look_in_versions(
        &self,
        project: &Project,
        order: &SearchOrder,
        job: &Job,
    ) -> Result<InPlace> {
        let reader = self.0.history.reader();
        let found = reader.find_names(project.id, &order.query, order.limit, job)?;
        let all = found.names.into_iter().map(|name| {
            let gone = name.gone.clone();
            let copy = FileCopy {
                time: name.kept,
                modified: Some(name.modified),
                size_bytes: name.size_bytes,
                version: Some(name.version.id.to_string()),
                version_path: names(&name.path),
                ..FileCopy::default()
            };
            Found {
                project: Some(project.id),
                is_here: gone.is_none(),
                workspace: Some(name.version.workspace.to_string()),
                removed: gone.as_ref().and_then(|gone| gone.removed),
                renamed_to: gone.and_then(|gone| gone.renamed_to),
                versions: name.versions,
                ..Found::of(name.path, name.matched, name.kind.into(), copy)
            }
        });
        Ok((all.collect(), found.more))
    }

    /// Of each file the first line that has the text.
    fn look_into_files(
        &self,
        project: &Project,
        order: &SearchOrder,
        job: &Job,
    ) -> Result<InPlace> {
        let workspace = self.0.history.main_workspace(project.id)?;
        let Some(version) = self.0.history.newest_version(workspace.id)? else {
            return Ok((Vec::new(), false));
        };
        let reader = self.0.history.reader();
        let mut lines = reader.first_lines(version.id, &order.text, order.limit + 1, job)?;
        let more = lines.len() > order.limit;
        lines.truncate(order.limit);
        let mut all: Vec<Found> = Vec::new();
        for history::FileHit { path, line, preview } in lines {
            let entry = reader.entry(version.id, &path)?;
            let copy = FileCopy {
                time: version.time,
                modified: Some(entry.modified),
                size_bytes: entry.size_bytes,
                version: Some(version.id.to_string()),
                version_path: names(&path),
                ..FileCopy::default()
            };
            all.push(Found {
                project: Some(project.id),
                is_here: true,
                workspace: Some(workspace.id.to_string()),
                versions: self.0.history.count_contents(project.id, &path)?,
                line,
                preview,
                ..Found::of(path, NameMatch::Exact, entry.kind.into(), copy)
            });
        }
        Ok((all, more))
    }

    fn look_in_backups(
        &self,
        destination: &Destination,
        order: &SearchOrder,
        job: &Job,
    ) -> Result<InPlace> {
        let search = self.0.backups.file_search();
        let SearchOrder { query, project, limit, .. } = order;
        let found = search.find_names_in(destination, query, *project, *limit, job)?;
        let in_backup = |hit| of_backup(destination, query, hit);
        Ok((found.hits.into_iter().filter_map(in_backup).collect(), found.more))
    }

    fn look_in_archive(&self, archive: &archive::Archive, order: &SearchOrder) -> Result<InPlace> {
        let manifest = &archive.manifest;
        let reader = self.0.archives.reader(manifest.id)?;
        let hits = reader.search(&order.query, order.limit)?;
        let more = hits.len() >= order.limit;
        let all = hits.into_iter().filter_map(|hit| {
            let matched = order.query.matches(hit.path.as_bytes())?;
            let kept = ArchiveCopy {
                archive: manifest.id.to_string(),
                archive_name: manifest.project.name.clone(),
                time: manifest.created,
                damaged: manifest.is_damaged(&hit.path),
            };
            let copy = FileCopy {
                time: manifest.created,
                modified: hit.entry.attributes.time(),
                size_bytes: hit.entry.size,
                archives: vec![kept],
                sha256: reader.sha256(hit.entry.number),
                ..FileCopy::default()
            };
            Some(Found {
                project: Some(manifest.project.id),
                project_name: manifest.project.name.clone(),
                archives: 1,
                ..Found::of(hit.path, matched, kind_to_wire(hit.entry.kind), copy)
            })
        });
        Ok((all.collect(), more))
    }
}

/// A name that backups hold; nothing for one that no file can have.
fn of_backup(destination: &Destination, query: &NameQuery, hit: SearchHit) -> Option<Found> {
    let path = TreePath::from_names(&hit.path).ok()?;
    let matched = query.matches(path.as_bytes())?;
    let backup = BackupCopy {
        destination: destination.id.to_string(),
        destination_name: destination.name.clone(),
        // It was just read.
        present: true,
        snapshot: hit.snapshot.to_string(),
        time: hit.time,
        path: hit.path.iter().map(|name| escape_name(name)).collect(),
    };
    let copy = FileCopy {
        time: hit.time,
        modified: Some(hit.modified),
        size_bytes: hit.size_bytes,
        backups: vec![backup],
        ..FileCopy::default()
    };
    let (project, backups) = (hit.project, hit.backups);
    Some(Found { project, backups, ..Found::of(path, matched, hit.kind.into(), copy) })
}
