//! Archives, from the room to the wire.

use std::collections::HashMap;

use jiff::Timestamp;
use undercroft_archive::{self as archive, ArchiveReader, Location};
use undercroft_backup::Destination;
use undercroft_foundation::{Result, TreePath, escape_name, escape_path};
use undercroft_history as history;
use undercroft_history::{DRAFTS_PART, GIT_PART, KEY_PART, OBJECTS_PART};
use undercroft_library::ProjectStatus;

use super::shown;
use super::wire::{
    Archive, ArchiveEntry, ArchiveHit, ArchiveLocation, ArchivePart, ArchivePartKind, ArchiveState,
};
use crate::Api;
use crate::base::wire::EntryKind;
use crate::files::convert::mode_text;
use crate::projects::convert::expiry;

impl Api {
    /// An archive as it stands.
    pub(crate) fn show_archive(&self, archive: archive::Archive) -> Result<Archive> {
        let mut shown = self.show_archives(vec![archive])?;
        Ok(shown.remove(0))
    }

    /// Archives as they stand: the library is looked at once for all of them.
    pub(super) fn show_archives(&self, archives: Vec<archive::Archive>) -> Result<Vec<Archive>> {
        let destinations = self.0.backups.destinations().list()?;
        let trash_days = self.0.library.settings(&self.0.overrides)?.trash_days();
        let mut newest = HashMap::new();
        // The newest come first.
        for known in self.0.archives.list()? {
            if known.manifest.trashed.is_none() {
                newest.entry(known.manifest.project.id).or_insert(known.manifest.id);
            }
        }
        let show = |archive: archive::Archive| {
            let project = archive.manifest.project.id;
            let is_newest = newest.get(&project) == Some(&archive.manifest.id);
            let is_archived = self.status_of(project) != Some(ProjectStatus::Active);
            let location = archive.manifest.location.as_ref();
            let location = location.map(|it| location_to_wire(it, &destinations));
            Archive { location, ..to_wire(archive, is_newest && is_archived, trash_days) }
        };
        Ok(archives.into_iter().map(show).collect())
    }
}

/// An archive on the wire; `is_home` says whether its project lives in it.
fn to_wire(archive: archive::Archive, is_home: bool, trash_days: u64) -> Archive {
    let state = match &archive {
        archive if archive.manifest.trashed.is_some() => ArchiveState::Trashed,
        archive if !archive.is_there && archive.manifest.location.is_none() => {
            ArchiveState::Missing
        }
        archive if !archive.manifest.damaged.is_empty() => ArchiveState::Damaged,
        _ if is_home => ArchiveState::Kept,
        _ => ArchiveState::Copy,
    };
    let archive::Archive { manifest, path, .. } = archive;
    let project = manifest.project;
    Archive {
        id: manifest.id.to_string(),
        project: project.id.to_string(),
        project_name: project.name,
        tags: project.tags,
        languages: project.languages,
        original_path: project.root,
        path: escape_path(&path),
        location: None,
        created: manifest.created,
        last_change: project.last_change,
        entries: manifest.entries,
        source_bytes: manifest.source_bytes,
        archive_bytes: manifest.archive_bytes,
        versions: manifest.versions,
        state,
        checked: manifest.checked,
        trashed: manifest.trashed,
        expires: manifest.trashed.and_then(|time| expiry(time, trash_days)),
    }
}

/// The place of an archive, by the name that its destination has now.
fn location_to_wire(location: &Location, destinations: &[Destination]) -> ArchiveLocation {
    let known = destinations.iter().find(|it| it.id == location.destination);
    let known = known
        .or_else(|| destinations.iter().find(|it| it.repository == location.repository))
        .map_or((location.destination, &location.name), |it| (it.id, &it.name));
    ArchiveLocation {
        destination: known.0.to_string(),
        destination_name: known.1.clone(),
        snapshot: location.snapshot.clone().unwrap_or_default(),
    }
}

/// The parts of an archive, with what is in each.
pub(super) fn parts_of(reader: &ArchiveReader) -> Vec<ArchivePart> {
    let mut parts: Vec<ArchivePart> = Vec::new();
    for part in reader.parts() {
        let kind = match part.name.as_deref() {
            None => ArchivePartKind::Project,
            Some(GIT_PART) => ArchivePartKind::History,
            Some(OBJECTS_PART | KEY_PART) => ArchivePartKind::Objects,
            Some(DRAFTS_PART) => ArchivePartKind::Drafts,
            Some(_) => ArchivePartKind::Metadata,
        };
        match parts.iter_mut().find(|known| known.kind == kind) {
            Some(known) => {
                known.entries += part.entries;
                known.size_bytes += part.bytes;
            }
            None => parts.push(ArchivePart { kind, entries: part.entries, size_bytes: part.bytes }),
        }
    }
    parts
}

pub(super) fn entry_to_wire(
    entry: &archive::ArchiveEntry,
    folder: &TreePath,
    manifest: &archive::Manifest,
) -> ArchiveEntry {
    let is_link = entry.kind == archive::EntryKind::Symlink;
    ArchiveEntry {
        name: escape_name(&entry.name),
        kind: kind_to_wire(entry.kind),
        size_bytes: entry.size,
        modified: time_of(entry),
        mode: mode_text(kind_of(entry.kind), entry.attributes.mode),
        target: is_link.then(|| escape_name(&entry.target)),
        damaged: manifest.is_damaged(&folder.join(&entry.name)),
    }
}

pub(super) fn hit_to_wire(hit: archive::Hit, manifest: &archive::Manifest) -> ArchiveHit {
    ArchiveHit {
        archive: manifest.id.to_string(),
        project_name: manifest.project.name.clone(),
        created: manifest.created,
        path: shown(&hit.path),
        kind: kind_to_wire(hit.entry.kind),
        size_bytes: hit.entry.size,
        modified: time_of(&hit.entry),
    }
}

fn time_of(entry: &archive::ArchiveEntry) -> Timestamp {
    entry.attributes.time().unwrap_or_default()
}

fn kind_of(kind: archive::EntryKind) -> history::EntryKind {
    match kind {
        archive::EntryKind::Folder => history::EntryKind::Folder,
        archive::EntryKind::File | archive::EntryKind::HardLink => history::EntryKind::File,
        archive::EntryKind::Symlink => history::EntryKind::Symlink,
        archive::EntryKind::Pipe => history::EntryKind::Other,
    }
}

pub(crate) fn kind_to_wire(kind: archive::EntryKind) -> EntryKind {
    kind_of(kind).into()
}
