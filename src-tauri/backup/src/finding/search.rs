//! Names looked for in all backups.

use std::collections::HashMap;
use std::path::{Component, Path};

use jiff::Timestamp;
use undercroft_foundation::{Code, DestinationId, Error, Job, ProjectId, Result};
use undercroft_repository::find::FindRequest;
use undercroft_repository::{Node, NodeKind, Repository, Snapshot, SnapshotFilter, SnapshotId};

use super::FileSearch;
use crate::browsing::EntryKind;
use crate::destinations::Destination;
use crate::snapshots::tag_of;

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

impl FileSearch {
    /// The paths that fit, newest backup first, of the destinations that are there.
    ///
    /// # Errors
    /// [`Code::Invalid`] for nothing to look for; the errors of the destinations, but for ones that
    /// are away when none was named.
    pub fn find_names(&self, order: &SearchOrder, job: &Job) -> Result<Vec<SearchHit>> {
        let text = order.text.trim();
        if text.is_empty() {
            return Err(Error::new(Code::Invalid, "There is nothing to look for")
                .next("Give a part of a name"));
        }
        let is_pattern = text.contains(['*', '?', '[']);
        let pattern = if is_pattern { text.to_owned() } else { format!("*{text}*") };
        let request = FindRequest {
            patterns: vec![pattern],
            ignore_case: true,
            filter: SnapshotFilter {
                tags: order.project.map(tag_of).into_iter().collect(),
                ..SnapshotFilter::default()
            },
            ..FindRequest::default()
        };
        let destinations = match order.destination {
            Some(id) => vec![self.destinations.get(id)?],
            None => self.destinations.list()?,
        };
        let mut hits = Vec::new();
        for destination in destinations {
            let repository = match self.destinations.repository_of(&destination) {
                Err(error) if error.code() == Code::Unavailable && order.destination.is_none() => {
                    continue;
                }
                repository => repository?,
            };
            hits.extend(look(&destination, &repository, &request, order.limit, job)?);
        }
        hits.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.path.cmp(&b.path)));
        hits.truncate(order.limit);
        Ok(hits)
    }
}

/// Each path once, as the newest backup has it. Snapshots come oldest first; so that memory stays
/// small, no more different paths than ten times the limit are followed.
fn look(
    destination: &Destination,
    repository: &Repository,
    request: &FindRequest,
    limit: usize,
    job: &Job,
) -> Result<Vec<SearchHit>> {
    let most = limit.saturating_mul(10);
    let mut hits: HashMap<Vec<u8>, SearchHit> = HashMap::new();
    repository.find(request, job, &mut |snapshot, path, node| {
        let has_room = hits.len() < most;
        match hits.get_mut(path) {
            Some(hit) => {
                let backups = hit.backups + 1;
                *hit = SearchHit { backups, ..hit_of(destination, snapshot, path, node) };
            }
            None if has_room => {
                hits.insert(path.to_vec(), hit_of(destination, snapshot, path, node));
            }
            None => {}
        }
        true
    })?;
    Ok(hits.into_values().collect())
}

fn hit_of(destination: &Destination, snapshot: &Snapshot, path: &[u8], node: &Node) -> SearchHit {
    SearchHit {
        destination: destination.id,
        snapshot: snapshot.id,
        time: snapshot.time,
        backups: 1,
        path: below_top(snapshot, path),
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
