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
use crate::store::read::TreeSource;
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
    let mut search =
        Search { source: TreeSource::new(repository, index)?, lost, whole: HashSet::new() };
    let mut affected = Vec::new();
    for snapshot in snapshots {
        let mut found = AffectedSnapshot {
            id: snapshot.id,
            time: snapshot.time,
            paths: Vec::new(),
            paths_total: 0,
        };
        search.snapshot(snapshot.tree, &mut found, job)?;
        if found.paths_total > 0 {
            affected.push(found);
        }
    }
    Ok(affected)
}

struct Search<'a> {
    source: TreeSource<'a>,
    lost: &'a Lost,
    /// Trees that need nothing lost, nor does anything below: not to be walked again.
    whole: HashSet<BlobId>,
}

impl Search<'_> {
    fn snapshot(&mut self, root: BlobId, found: &mut AffectedSnapshot, job: &Job) -> Result<()> {
        let mut levels = Vec::new();
        self.enter(root, "/".to_owned(), &mut levels, found);
        while let Some(level) = levels.last_mut() {
            job.check_cancelled()?;
            let Some(node) = level.nodes.next() else {
                self.leave(&mut levels);
                continue;
            };
            let path = format!("{}{}", level.path, escape_name(&node.name));
            match (&node.kind, node.subtree) {
                (NodeKind::Dir, Some(subtree)) => {
                    self.enter(subtree, path + "/", &mut levels, found);
                }
                _ => {
                    let needs = |id: &BlobId| self.lost.contains(&(BlobKind::Data, *id));
                    if node.content.iter().flatten().any(needs) {
                        level.affected = true;
                        note(found, path);
                    }
                }
            }
        }
        Ok(())
    }

    fn enter(
        &mut self,
        id: BlobId,
        path: String,
        levels: &mut Vec<Level>,
        found: &mut AffectedSnapshot,
    ) {
        if self.whole.contains(&id) {
            return;
        }
        let unsound = self.lost.contains(&(BlobKind::Tree, id));
        let tree = self.source.tree(&id);
        let affected = unsound || tree.is_err();
        if affected {
            note(found, path.clone());
        }
        let nodes = tree.map(|tree| tree.nodes).unwrap_or_default().into_iter();
        levels.push(Level { id, path, nodes, affected });
    }

    fn leave(&mut self, levels: &mut Vec<Level>) {
        let Some(level) = levels.pop() else { return };
        if !level.affected {
            self.whole.insert(level.id);
        } else if let Some(above) = levels.last_mut() {
            above.affected = true;
        }
    }
}

fn note(found: &mut AffectedSnapshot, path: String) {
    found.paths_total += 1;
    if found.paths.len() < PATHS {
        found.paths.push(path);
    }
}
