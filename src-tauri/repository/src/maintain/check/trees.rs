//! Walks the trees of all snapshots, each tree once, and looks whether they are sound and all
//! that they name is listed.

use std::collections::HashSet;

use undercroft_foundation::{Job, Result, escape_name};

use super::Lost;
use super::report::{Findings, ProblemKind};
use crate::format::blob::BlobKind;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind, Nodes};
use crate::store::index::Index;
use crate::store::read::TreeSource;
use crate::store::repository::Repository;

/// The id that no blob has: the digest of nothing anybody knows.
const NULL: BlobId = BlobId([0; 32]);

/// Trees that are looked at together: many enough to keep all cores busy, few enough that what is
/// known of them takes no room.
const BATCH: usize = 256;

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
    let cores = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let sources = (0..cores).map(|_| TreeSource::new(repository, index));
    let mut sources = sources.collect::<Result<Vec<_>>>()?;
    let root = |snapshot: &Snapshot| Task {
        id: snapshot.tree,
        snapshot: snapshot.id.short(),
        path: String::new(),
    };
    let mut seen = HashSet::new();
    // What is on top is next: the newest snapshot first.
    let mut todo: Vec<_> = snapshots.iter().rev().map(root).collect();
    loop {
        let mut batch = Vec::new();
        while let Some(task) = todo.pop_if(|_| batch.len() < BATCH) {
            if seen.insert(task.id) {
                batch.push(task);
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        job.check_cancelled()?;
        let looks = look_at_all(&mut sources, &batch, index);
        for (task, look) in batch.iter().zip(looks) {
            take_in(task, look, index, findings, lost, &mut todo);
        }
    }
}

/// Looks at trees on several threads; in the order of the tasks.
fn look_at_all(sources: &mut [TreeSource<'_>], batch: &[Task], index: &Index) -> Vec<Result<Look>> {
    let share = batch.len().div_ceil(sources.len());
    let run = |source: &mut TreeSource<'_>, tasks: &[Task]| -> Vec<Result<Look>> {
        tasks.iter().map(|task| look_at(task, source.nodes(&task.id)?, index)).collect()
    };
    std::thread::scope(|scope| {
        let pairs = sources.iter_mut().zip(batch.chunks(share));
        let running: Vec<_> =
            pairs.map(|(source, tasks)| scope.spawn(move || run(source, tasks))).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().flat_map(join).collect()
    })
}

fn take_in(
    task: &Task,
    look: Result<Look>,
    index: &Index,
    findings: &Findings,
    lost: &mut Lost,
    todo: &mut Vec<Task>,
) {
    let look = match look {
        Ok(look) => look,
        Err(error) => {
            // What is damaged in a pack was said of the pack already.
            if lost.insert((BlobKind::Tree, task.id)) {
                let listed = index.contains(BlobKind::Tree, &task.id);
                let kind = if listed { ProblemKind::Tree } else { ProblemKind::BlobMissing };
                findings.error(kind, task.place(), error.to_string());
            }
            return;
        }
    };
    if !look.errors.is_empty() {
        lost.insert((BlobKind::Tree, task.id));
    }
    for (item, message) in look.errors {
        findings.error(ProblemKind::Tree, item, message);
    }
    for (item, message) in look.hints {
        findings.hint(ProblemKind::Tree, item, message);
    }
    for (id, place) in look.missing {
        if lost.insert((BlobKind::Data, id)) {
            let message = format!("Content {} of the file is in no index", id.short());
            findings.error(ProblemKind::BlobMissing, place, message);
        }
    }
    todo.extend(look.below);
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
