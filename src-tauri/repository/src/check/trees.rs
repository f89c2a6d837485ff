//! Walks the trees of all snapshots, each tree once, and looks whether they are sound and all
//! that they name is listed.

use std::collections::HashSet;

use undercroft_foundation::{Job, Result, escape_name};

use super::Lost;
use super::report::{Findings, ProblemKind};
use super::source::TreeSource;
use crate::blob::BlobKind;
use crate::id::BlobId;
use crate::index::Index;
use crate::repository::Repository;
use crate::snapshot::Snapshot;
use crate::tree::{Node, NodeKind, Tree};

/// What no id is: the digest of nothing anybody knows.
const NULL: BlobId = BlobId([0; 32]);

/// Checks all trees; adds to `lost` what cannot be had.
pub(super) fn check(
    repository: &Repository,
    index: &Index,
    snapshots: &[Snapshot],
    findings: &Findings,
    lost: &mut Lost,
    job: &Job,
) -> Result<()> {
    let mut seen = HashSet::new();
    let mut walk = Walk { index, findings, lost };
    let mut source = TreeSource::new(repository, index)?;
    for snapshot in snapshots {
        let mut todo = vec![(snapshot.tree, String::new())];
        while let Some((id, path)) = todo.pop() {
            job.check_cancelled()?;
            if !seen.insert(id) {
                continue;
            }
            let place = format!("{}:{path}/", snapshot.id.short());
            match source.tree(&id) {
                Ok(tree) => walk.tree(id, &tree, &place, &path, &mut todo),
                Err(error) => {
                    // What is damaged in a pack was said of the pack already.
                    if walk.lost.insert((BlobKind::Tree, id)) {
                        let listed = index.contains(BlobKind::Tree, &id);
                        let kind =
                            if listed { ProblemKind::Tree } else { ProblemKind::BlobMissing };
                        findings.error(kind, place, error.to_string());
                    }
                }
            }
        }
    }
    Ok(())
}

struct Walk<'a> {
    index: &'a Index,
    findings: &'a Findings,
    lost: &'a mut Lost,
}

impl Walk<'_> {
    fn tree(
        &mut self,
        id: BlobId,
        tree: &Tree,
        place: &str,
        path: &str,
        todo: &mut Vec<(BlobId, String)>,
    ) {
        let mut names = HashSet::new();
        let mut sound = true;
        for node in &tree.nodes {
            let shown = escape_name(&node.name);
            if let Some(message) = self.node(node, &format!("{place}{shown}")) {
                sound = false;
                self.findings.error(ProblemKind::Tree, format!("{place}{shown}"), message);
            }
            if !names.insert(&node.name) {
                sound = false;
                let message = "The folder holds two entries of this name";
                self.findings.error(ProblemKind::Tree, format!("{place}{shown}"), message);
            }
            if let (NodeKind::Dir, Some(subtree)) = (&node.kind, node.subtree)
                && subtree != NULL
            {
                todo.push((subtree, format!("{path}/{shown}")));
            }
        }
        if !tree.nodes.windows(2).all(|pair| pair[0].name <= pair[1].name) {
            let message = "The entries of the folder are in no order";
            self.findings.hint(ProblemKind::Tree, place.to_owned(), message);
        }
        if !sound {
            self.lost.insert((BlobKind::Tree, id));
        }
    }

    /// What is wrong with an entry itself; content that is in no index is reported right here.
    fn node(&mut self, node: &Node, place: &str) -> Option<&'static str> {
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
            NodeKind::File => self.content(node, place),
            _ => None,
        }
    }

    fn content(&mut self, node: &Node, place: &str) -> Option<&'static str> {
        let Some(content) = &node.content else {
            return Some("The file does not say what it holds");
        };
        let mut length = 0;
        let mut complete = true;
        for id in content {
            if let Some(location) = self.index.find(BlobKind::Data, id) {
                length += location.plain_length();
                continue;
            }
            complete = false;
            if self.lost.insert((BlobKind::Data, *id)) {
                let message = format!("Content {} of the file is in no index", id.short());
                self.findings.error(ProblemKind::BlobMissing, place.to_owned(), message);
            }
        }
        if complete && length != node.size {
            let message = format!("It says {} bytes and holds {length}", node.size);
            self.findings.hint(ProblemKind::Tree, place.to_owned(), message);
        }
        None
    }
}
