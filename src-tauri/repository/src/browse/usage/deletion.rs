//! The content that would be gone if some snapshots were.

use std::collections::HashSet;

use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Job, Result, text};

use super::walk::{Visitor, Walk, stored_bytes};
use crate::format::id::{BlobId, SnapshotId};
use crate::format::snapshot::Snapshot;
use crate::format::tree::Node;
use crate::store::index::{EntrySet, Index};
use crate::store::repository::Repository;

/// The number of lost files that are named.
const NAMED: usize = 100;

/// The effect of a deletion of snapshots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deletion {
    /// The bytes, as stored, of content and trees that only these snapshots need.
    pub frees_bytes: u64,
    /// The number of different contents of files in these snapshots and in none that stays. A file
    /// that lies in several places counts once, and so does one that several of them hold.
    pub lost_files: u64,
    /// The first hundred of those, of the newest snapshots first.
    pub lost: Vec<LostFile>,
}

/// A file whose content is in no snapshot that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostFile {
    /// Its path in the snapshot, from `/`.
    pub path: Vec<u8>,
    /// Bytes of its content.
    pub size: u64,
    /// The newest snapshot that holds it.
    pub snapshot: SnapshotId,
}

impl Repository {
    /// The effect that the deletion of these snapshots would have; nothing is changed. Those that
    /// are in the trash already need nothing.
    ///
    /// # Errors
    /// [`Code::NotFound`] when one of them is no snapshot; a snapshot, a tree or an index that
    /// cannot be read: what stays would be a guess.
    pub fn deletion(&self, drop: &[SnapshotId], job: &Job) -> Result<Deletion> {
        let _lock = self.lock_shared()?;
        self.refresh_index()?;
        let snapshots = self.snapshots()?;
        let wanted: HashSet<_> = drop.iter().copied().collect();
        let (go, stay): (Vec<_>, Vec<_>) =
            snapshots.into_iter().partition(|snapshot| wanted.contains(&snapshot.id));
        let known: HashSet<_> = go.iter().map(|snapshot| snapshot.id).collect();
        if let Some(unknown) = drop.iter().find(|id| !known.contains(id)) {
            let what = text!("There is no snapshot {unknown}", unknown = unknown.short());
            return Err(Error::new(Code::NotFound, what));
        }
        let index = self.index();
        weigh(self, &index, &go, &stay, job)
    }
}

fn weigh(
    repository: &Repository,
    index: &Index,
    go: &[Snapshot],
    stay: &[Snapshot],
    job: &Job,
) -> Result<Deletion> {
    let mut walk = Walk::new(repository, index, job)?;
    let mut staying = Staying::nothing(index);
    // With nothing to go there is nothing to compare.
    for snapshot in stay.iter().rev().filter(|_| !go.is_empty()) {
        walk.run(snapshot.tree, &mut staying)?;
    }
    let mut going = Going {
        index,
        staying: &staying,
        counted: EntrySet::empty(index),
        told: HashSet::new(),
        snapshot: SnapshotId([0; 32]),
        deletion: Deletion::default(),
    };
    for snapshot in go.iter().rev() {
        going.snapshot = snapshot.id;
        walk.run(snapshot.tree, &mut going)?;
    }
    Ok(going.deletion)
}

/// The content of the snapshots that stay.
struct Staying {
    needed: EntrySet,
    /// Blobs that are the whole content of some file.
    whole: EntrySet,
    /// The contents of files of several blobs.
    lists: HashSet<ContentKey>,
}

/// A content: its only blob, or the digest of the ids of all; half of it is certain enough.
type ContentKey = [u8; 16];

fn key_of(content: &[BlobId]) -> ContentKey {
    let digest = match content {
        [only] => only.0,
        many => {
            let mut digest = Sha256::new();
            many.iter().for_each(|id| digest.update(id.0));
            digest.finalize().into()
        }
    };
    let mut key = [0; 16];
    key.copy_from_slice(&digest[..16]);
    key
}

impl Staying {
    fn nothing(index: &Index) -> Self {
        Self {
            needed: EntrySet::empty(index),
            whole: EntrySet::empty(index),
            lists: HashSet::new(),
        }
    }

    fn holds(&self, node: &Node, content: &[usize]) -> bool {
        content.iter().all(|position| self.needed.contains(*position))
            && match content {
                [] => true,
                [only] => self.whole.contains(*only),
                _ => self.lists.contains(&key_of(node.content.as_deref().unwrap_or_default())),
            }
    }
}

impl Visitor for Staying {
    fn enter(&mut self, position: usize) -> bool {
        self.needed.insert(position)
    }

    fn entry(&mut self, _: &[u8], node: &Node, content: &[usize]) {
        for position in content {
            self.needed.insert(*position);
        }
        match content {
            [] => {}
            [only] => {
                self.whole.insert(*only);
            }
            _ => {
                self.lists.insert(key_of(node.content.as_deref().unwrap_or_default()));
            }
        }
    }
}

/// The content of the others beyond that.
struct Going<'a> {
    index: &'a Index,
    staying: &'a Staying,
    counted: EntrySet,
    told: HashSet<ContentKey>,
    snapshot: SnapshotId,
    deletion: Deletion,
}

impl Going<'_> {
    /// Counts a blob that nobody else needs; `false` for any other, and when it was counted before.
    fn count(&mut self, position: usize) -> bool {
        let new = !self.staying.needed.contains(position) && self.counted.insert(position);
        if new {
            self.deletion.frees_bytes += stored_bytes(self.index, position);
        }
        new
    }
}

impl Visitor for Going<'_> {
    /// Passes over a tree that stays: all that it holds stays, too.
    fn enter(&mut self, position: usize) -> bool {
        self.count(position)
    }

    fn entry(&mut self, folder: &[u8], node: &Node, content: &[usize]) {
        for position in content {
            self.count(*position);
        }
        if self.staying.holds(node, content) {
            return;
        }
        if self.told.insert(key_of(node.content.as_deref().unwrap_or_default())) {
            self.deletion.lost_files += 1;
            if self.deletion.lost.len() < NAMED {
                let path = [folder, &node.name].concat();
                let snapshot = self.snapshot;
                self.deletion.lost.push(LostFile { path, size: node.size, snapshot });
            }
        }
    }
}
