//! The snapshots, and the paths in them, that need what is lost.

use std::collections::HashSet;

use undercroft_foundation::{Job, Result, escape_name};

use super::Lost;
use super::report::AffectedSnapshot;
use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind};
use crate::store::index::Index;
use crate::store::read::{BlobReader, FolderWalk, Step, walk_folders};
use crate::store::repository::Repository;

/// Paths that are named of each snapshot.
const PATHS: usize = 100;

/// A folder whose entries are being looked at.
struct Level {
    id: BlobId,
    path: String,
    nodes: std::vec::IntoIter<Node>,
    affected: bool,
}

/// The snapshots that need something lost, the newest first.
pub(super) fn find(
    repository: &Repository,
    index: &Index,
    snapshots: &[Snapshot],
    lost: &Lost,
    job: &Job,
) -> Result<Vec<AffectedSnapshot>> {
    let mut search = Search { reader: repository.reader_by(index)?, lost, whole: HashSet::new() };
    let mut affected = Vec::new();
    for snapshot in snapshots {
        let mut found = AffectedSnapshot {
            id: snapshot.id,
            time: snapshot.time,
            paths: Vec::new(),
            paths_total: 0,
        };
        let mut walk = SnapshotSearch { search: &mut search, found: &mut found, job };
        if let Some(top) = walk.enter(snapshot.tree, "/".to_owned()) {
            walk_folders(&mut walk, top)?;
        }
        if found.paths_total > 0 {
            affected.push(found);
        }
    }
    Ok(affected)
}

struct Search<'a> {
    reader: BlobReader<'a>,
    lost: &'a Lost,
    /// Trees that need nothing lost, nor does anything below: not to be walked again.
    whole: HashSet<BlobId>,
}

/// The search of one snapshot.
struct SnapshotSearch<'s, 'a> {
    search: &'s mut Search<'a>,
    found: &'s mut AffectedSnapshot,
    job: &'s Job,
}

impl SnapshotSearch<'_, '_> {
    /// Begins with a folder, unless it is known to need nothing lost.
    fn enter(&mut self, id: BlobId, path: String) -> Option<Level> {
        if self.search.whole.contains(&id) {
            return None;
        }
        let unsound = self.search.lost.contains(&(BlobKind::Tree, id));
        let tree = self.search.reader.tree(&id);
        let affected = unsound || tree.is_err();
        if affected {
            note(self.found, path.clone());
        }
        let nodes = tree.map(|tree| tree.nodes).unwrap_or_default().into_iter();
        Some(Level { id, path, nodes, affected })
    }
}

impl FolderWalk for SnapshotSearch<'_, '_> {
    type Folder = Level;

    fn step(&mut self, level: &mut Level) -> Result<Step<Level>> {
        self.job.check_cancelled()?;
        let Some(node) = level.nodes.next() else { return Ok(Step::Out) };
        let path = format!("{}{}", level.path, escape_name(&node.name));
        if let (NodeKind::Dir, Some(subtree)) = (&node.kind, node.subtree) {
            return Ok(self.enter(subtree, path + "/").into());
        }
        let needs = |id: &BlobId| self.search.lost.contains(&(BlobKind::Data, *id));
        if node.content.iter().flatten().any(needs) {
            level.affected = true;
            note(self.found, path);
        }
        Ok(Step::On)
    }

    fn leave(&mut self, level: Level, above: Option<&mut Level>) -> Result<()> {
        if !level.affected {
            self.search.whole.insert(level.id);
        } else if let Some(above) = above {
            above.affected = true;
        }
        Ok(())
    }
}

fn note(found: &mut AffectedSnapshot, path: String) {
    found.paths_total += 1;
    if found.paths.len() < PATHS {
        found.paths.push(path);
    }
}
