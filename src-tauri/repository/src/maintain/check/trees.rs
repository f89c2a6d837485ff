//! Walks the trees of all snapshots, each tree once, and looks whether they are sound and all
//! that they name is listed.

use std::collections::HashSet;

use undercroft_foundation::{Job, Result, escape_name};

use super::report::{Findings, ProblemKind};
use super::{Lost, THREADS_MAX};
use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind, Nodes};
use crate::store::index::Index;
use crate::store::read::{BlobReader, ParallelTreeWalk, walk_trees_in_parallel};
use crate::store::repository::Repository;
use crate::store::threads::cores;

/// The id that no blob has: the digest of nothing anybody knows.
const NULL: BlobId = BlobId([0; 32]);

/// A tree that is to be looked at.
struct Task {
    id: BlobId,
    snapshot: String,
    /// The folder's path in the snapshot, escaped, without the last `/`.
    path: String,
}

impl Task {
    fn place(&self) -> String {
        format!("{}:{}/", self.snapshot, self.path)
    }
}

/// Checks all trees; adds to `lost` what cannot be had.
pub(super) fn check(
    repository: &Repository,
    index: &Index,
    snapshots: &[Snapshot],
    findings: &Findings,
    lost: &mut Lost,
    job: &Job,
) -> Result<()> {
    let root = |snapshot: &Snapshot| Task {
        id: snapshot.tree,
        snapshot: snapshot.id.short(),
        path: String::new(),
    };
    // What is on top is next: the newest snapshot first.
    let roots = snapshots.iter().rev().map(root).collect();
    let mut walk = Walk { index, findings, lost, seen: HashSet::new() };
    let threads = cores().min(THREADS_MAX);
    walk_trees_in_parallel(&mut walk, roots, (repository, index), threads, job)
}

struct Walk<'a> {
    index: &'a Index,
    findings: &'a Findings,
    lost: &'a mut Lost,
    seen: HashSet<BlobId>,
}

impl ParallelTreeWalk for Walk<'_> {
    type Tree = Task;

    /// A tree that cannot be read is a finding, too.
    type Look = Result<Look>;

    fn enter(&mut self, task: &Task) -> bool {
        self.seen.insert(task.id)
    }

    fn look(&self, reader: &mut BlobReader<'_>, task: &Task) -> Result<Result<Look>> {
        Ok(reader.nodes(&task.id).and_then(|nodes| look_at(task, nodes, self.index)))
    }

    fn take_in(&mut self, task: &Task, look: Result<Look>) -> Result<Vec<Task>> {
        let look = match look {
            Ok(look) => look,
            Err(error) => {
                // What is damaged in a pack was said of the pack already.
                if self.lost.insert((BlobKind::Tree, task.id)) {
                    let listed = self.index.contains(BlobKind::Tree, &task.id);
                    let kind = if listed { ProblemKind::Tree } else { ProblemKind::BlobMissing };
                    self.findings.error(kind, task.place(), error.to_string());
                }
                return Ok(Vec::new());
            }
        };
        if !look.errors.is_empty() {
            self.lost.insert((BlobKind::Tree, task.id));
        }
        for (item, message) in look.errors {
            self.findings.error(ProblemKind::Tree, item, message);
        }
        for (item, message) in look.hints {
            self.findings.hint(ProblemKind::Tree, item, message);
        }
        for (id, place) in look.missing {
            if self.lost.insert((BlobKind::Data, id)) {
                let message = format!("Content {} of the file is in no index", id.short());
                self.findings.error(ProblemKind::BlobMissing, place, message);
            }
        }
        Ok(look.below)
    }
}

/// The findings of one tree.
#[derive(Default)]
struct Look {
    /// Places, and what is wrong with the tree there.
    errors: Vec<(String, &'static str)>,
    hints: Vec<(String, String)>,
    /// Content that no index lists, and the files that need it.
    missing: Vec<(BlobId, String)>,
    below: Vec<Task>,
}

fn look_at(task: &Task, nodes: Nodes, index: &Index) -> Result<Look> {
    let mut look = Look::default();
    let (mut names, mut last) = (HashSet::new(), Vec::new());
    let mut is_ordered = true;
    let place = task.place();
    for node in nodes {
        let node = node?;
        let shown = escape_name(&node.name);
        let here = || format!("{place}{shown}");
        if let Some(message) = look.node(&node, &here, index) {
            look.errors.push((here(), message));
        }
        is_ordered &= last <= node.name;
        if !names.insert(node.name.clone()) {
            look.errors.push((here(), "The folder holds two entries of this name"));
        }
        if let (NodeKind::Dir, Some(subtree)) = (&node.kind, node.subtree)
            && subtree != NULL
        {
            let path = format!("{}/{shown}", task.path);
            look.below.push(Task { id: subtree, snapshot: task.snapshot.clone(), path });
        }
        last = node.name;
    }
    if !is_ordered {
        look.hints.push((place, "The entries of the folder are in no order".to_owned()));
    }
    Ok(look)
}

impl Look {
    /// The problem with an entry itself; content that is in no index is noted right here.
    fn node(
        &mut self,
        node: &Node,
        place: &dyn Fn() -> String,
        index: &Index,
    ) -> Option<&'static str> {
        match &node.name[..] {
            b"" | b"." | b".." => return Some("Its name is not one of an entry"),
            name if name.contains(&b'/') || name.contains(&0) => {
                return Some("Its name is a path");
            }
            _ => {}
        }
        match node.kind {
            NodeKind::Dir if node.subtree.is_none_or(|id| id == NULL) => {
                Some("The folder names no tree")
            }
            NodeKind::File => self.content(node, place, index),
            _ => None,
        }
    }

    fn content(
        &mut self,
        node: &Node,
        place: &dyn Fn() -> String,
        index: &Index,
    ) -> Option<&'static str> {
        let Some(content) = &node.content else {
            return Some("The file does not say what it holds");
        };
        let mut length = 0;
        let mut complete = true;
        for id in content {
            match index.find(BlobKind::Data, id) {
                Some(location) => length += location.plain_length(),
                None => {
                    complete = false;
                    self.missing.push((*id, place()));
                }
            }
        }
        if complete && length != node.size {
            let message = format!("It says {} bytes and holds {length}", node.size);
            self.hints.push((place(), message));
        }
        None
    }
}
