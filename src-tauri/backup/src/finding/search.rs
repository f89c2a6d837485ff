//! Names looked for in all backups.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Component, Path};

use jiff::Timestamp;
use undercroft_foundation::{Code, DestinationId, Job, NameQuery, ProjectId, Result};
use undercroft_repository::find::FindRequest;
use undercroft_repository::{Node, NodeKind, Repository, Snapshot, SnapshotFilter, SnapshotId};

use super::FileSearch;
use crate::browsing::EntryKind;
use crate::destinations::Destination;
use crate::snapshots::{LIBRARY_TAG, OBJECTS_TAG, archive_of, project_of, tag_of};

/// The text to look for, and where.
#[derive(Debug, Clone)]
pub struct SearchOrder {
    /// A part of a name, or a pattern with `*` and `?`; `A` and `a` are the same.
    pub text: String,
    /// In this destination only.
    pub destination: Option<DestinationId>,
    /// In the backups of this project only.
    pub project: Option<ProjectId>,
    /// The most that are given.
    pub limit: usize,
}

/// A path that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// The destination.
    pub destination: DestinationId,
    /// The project that the backup is of; nothing for one that others made.
    pub project: Option<ProjectId>,
    /// The newest backup that holds it.
    pub snapshot: SnapshotId,
    /// When that was made.
    pub time: Timestamp,
    /// The number of backups that hold something there.
    pub backups: u64,
    /// Its path, as [`crate::Listing`] names it.
    pub path: Vec<Vec<u8>>,
    /// The kind of thing that it is.
    pub kind: EntryKind,
    /// Its size.
    pub size_bytes: u64,
    /// When its content last changed.
    pub modified: Timestamp,
}

/// The names that were found in one destination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchHits {
    /// Each path of a project once, newest backup first.
    pub hits: Vec<SearchHit>,
    /// Whether there are more, or the search was cancelled before it saw all.
    pub more: bool,
}

impl FileSearch {
    /// The names in backups that fit, newest backup first, of the destinations that are there.
    ///
    /// # Errors
    /// [`Code::Invalid`] for nothing to look for; the errors of the destinations, but for ones that
    /// are away when none was named.
    pub fn find_names(&self, order: &SearchOrder, job: &Job) -> Result<Vec<SearchHit>> {
        let query = NameQuery::new(&order.text)?;
        let destinations = match order.destination {
            Some(id) => vec![self.destinations.get(id)?],
            None => self.destinations.list()?,
        };
        let mut hits = Vec::new();
        for destination in destinations {
            let found = self.find_names_in(&destination, &query, order.project, order.limit, job);
            match found {
                Err(error) if error.code() == Code::Unavailable && order.destination.is_none() => {}
                found => hits.extend(found?.hits),
            }
            job.check_cancelled()?;
        }
        hits.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.path.cmp(&b.path)));
        hits.truncate(order.limit);
        Ok(hits)
    }

    /// The names in the backups of one destination that fit, of a project or of all. A search that
    /// is cancelled gives what the newest backups showed so far.
    ///
    /// # Errors
    /// The errors of the destination.
    pub fn find_names_in(
        &self,
        destination: &Destination,
        query: &NameQuery,
        project: Option<ProjectId>,
        limit: usize,
        job: &Job,
    ) -> Result<SearchHits> {
        let repository = self.destinations.repository_of(destination)?;
        let request = FindRequest {
            names: Some(query.clone()),
            newest_first: true,
            filter: SnapshotFilter {
                tags: project.map(tag_of).into_iter().collect(),
                ..SnapshotFilter::default()
            },
            ..FindRequest::default()
        };
        look(destination, &repository, &request, limit, job)
    }
}

/// Each path of a project once, as the newest backup has it. So that memory stays small, no more
/// different paths than ten times the limit are followed.
fn look(
    destination: &Destination,
    repository: &Repository,
    request: &FindRequest,
    limit: usize,
    job: &Job,
) -> Result<SearchHits> {
    let most = limit.saturating_mul(10);
    let mut more = false;
    let mut hits: HashMap<(Option<ProjectId>, Vec<Vec<u8>>), SearchHit> = HashMap::new();
    let found = repository.find(request, job, &mut |snapshot, path, node| {
        let path = below_top(snapshot, path);
        // Folders above the one that was backed up are none of its own.
        if path.is_empty() || is_ours_alone(&snapshot.tags) {
            return true;
        }
        let has_room = hits.len() < most;
        match hits.entry((project_of(&snapshot.tags), path)) {
            Entry::Occupied(mut hit) => hit.get_mut().backups += 1,
            Entry::Vacant(place) if has_room => {
                let hit = hit_of(destination, snapshot, &place.key().1, node);
                place.insert(hit);
            }
            Entry::Vacant(_) => more = true,
        }
        true
    });
    match found {
        Err(error) if error.code() == Code::Cancelled => more = true,
        found => found?,
    }
    let mut hits: Vec<_> = hits.into_values().collect();
    hits.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.path.cmp(&b.path)));
    Ok(SearchHits { hits, more })
}

/// Whether a snapshot holds what Undercroft keeps for itself, and no files of the user.
fn is_ours_alone(tags: &[String]) -> bool {
    let is_internal = |tag: &String| tag == OBJECTS_TAG || tag.starts_with(LIBRARY_TAG);
    archive_of(tags).is_some() || tags.iter().any(is_internal)
}

fn hit_of(
    destination: &Destination,
    snapshot: &Snapshot,
    path: &[Vec<u8>],
    node: &Node,
) -> SearchHit {
    SearchHit {
        project: project_of(&snapshot.tags),
        destination: destination.id,
        snapshot: snapshot.id,
        time: snapshot.time,
        backups: 1,
        path: path.to_vec(),
        kind: match node.kind {
            NodeKind::Dir => EntryKind::Folder,
            NodeKind::File => EntryKind::File,
            NodeKind::Symlink => EntryKind::Symlink,
            _ => EntryKind::Other,
        },
        size_bytes: node.size,
        modified: node.mtime.timestamp(),
    }
}

/// The names below the one folder that was backed up.
fn below_top(snapshot: &Snapshot, path: &[u8]) -> Vec<Vec<u8>> {
    let names = path.split(|byte| *byte == b'/').filter(|name| !name.is_empty());
    let above = match &snapshot.paths[..] {
        [only] => {
            let parts = Path::new(only).components();
            parts.filter(|part| matches!(part, Component::Normal(_))).count()
        }
        _ => 0,
    };
    names.skip(above).map(<[u8]>::to_vec).collect()
}
