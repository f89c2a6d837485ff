//! Walks the trees of a snapshot, makes the folders, and hands all else to the writers.

use std::collections::HashSet;
use std::sync::Arc;

use undercroft_foundation::{Code, Error, Result, escape_name};

use super::Shared;
use super::folder::{Folder, finish};
use super::queue::{Queue, Task};
use super::selection::Selection;
use crate::blob_reader::BlobReader;
use crate::id::BlobId;
use crate::tree::{Node, NodeKind};

/// The walk of one restore.
pub(super) struct Walk<'a> {
    pub(super) shared: &'a Shared<'a>,
    pub(super) selection: &'a Selection,
    /// Whether the totals grow as files are found, because nobody knew them before.
    pub(super) count_totals: bool,
}

/// A folder whose entries are being walked.
struct Level {
    folder: Arc<Folder>,
    /// Its path in the snapshot, which ends with `/`.
    path: Vec<u8>,
    /// The folders in it that are left, last first.
    folders: Vec<Node>,
}

impl Walk<'_> {
    /// Restores all entries of a tree into the target.
    pub(super) fn tree(&self, id: &BlobId, queue: &mut Queue) -> Result<()> {
        let mut reader = self.shared.repository.reader()?;
        let nodes = reader.tree(id)?.nodes;
        self.walk(nodes, b"/".to_vec(), &mut reader, queue)
    }

    /// Restores one entry into the target; `path` are the names that lead to it.
    pub(super) fn entry(&self, node: Node, path: &[Vec<u8>], queue: &mut Queue) -> Result<()> {
        let mut reader = self.shared.repository.reader()?;
        let above = &path[..path.len().saturating_sub(1)];
        let above: Vec<u8> = above.iter().flat_map(|name| [b"/", &name[..]].concat()).collect();
        self.walk(vec![node], [&above[..], b"/"].concat(), &mut reader, queue)
    }

    fn walk(
        &self,
        nodes: Vec<Node>,
        path: Vec<u8>,
        reader: &mut BlobReader<'_>,
        queue: &mut Queue,
    ) -> Result<()> {
        let target = Folder::target();
        let mut levels = vec![self.level(target, path, nodes, queue)?];
        while let Some(level) = levels.last_mut() {
            if self.shared.must_stop() {
                return Err(Error::new(Code::Cancelled, "Cancelled"));
            }
            match level.folders.pop() {
                Some(node) => {
                    let below = self.descend(level, node, reader, queue)?;
                    levels.extend(below);
                }
                None => {
                    finish(self.shared, Arc::clone(&level.folder));
                    levels.pop();
                }
            }
        }
        Ok(())
    }

    /// Begins with a folder of a level.
    fn descend(
        &self,
        level: &Level,
        node: Node,
        reader: &mut BlobReader<'_>,
        queue: &mut Queue,
    ) -> Result<Option<Level>> {
        let path = [&level.path[..], &node.name].concat();
        let wanted = self.selection.wants(&path);
        let subtree = node.subtree;
        let folder = Folder::child(&level.folder, node);
        let nodes = (|| {
            if wanted.itself {
                folder.make(self.shared)?;
            }
            if !wanted.below {
                return Ok(Vec::new());
            }
            let id = subtree.ok_or_else(|| {
                Error::new(Code::Damaged, "Cannot read the folder")
                    .why("The snapshot names no tree")
            })?;
            Ok(reader.tree(&id)?.nodes)
        })();
        match nodes {
            Ok(nodes) => self.level(folder, [&path[..], b"/"].concat(), nodes, queue).map(Some),
            Err(error) => {
                self.shared.report(&self.shared.root.path_of(&folder, b""), error);
                finish(self.shared, folder);
                Ok(None)
            }
        }
    }

    /// Hands the files of a folder to the writers, and keeps its folders for later.
    fn level(
        &self,
        folder: Arc<Folder>,
        path: Vec<u8>,
        nodes: Vec<Node>,
        queue: &mut Queue,
    ) -> Result<Level> {
        let mut folders = Vec::new();
        for node in self.sound(&folder, nodes) {
            let wanted = self.selection.wants(&[&path[..], &node.name].concat());
            if node.kind == NodeKind::Dir {
                if wanted.itself || wanted.below {
                    folders.push(node);
                }
            } else if wanted.itself {
                self.hand_over(&folder, node, queue)?;
            }
        }
        folders.reverse();
        Ok(Level { folder, path, folders })
    }

    fn hand_over(&self, folder: &Arc<Folder>, node: Node, queue: &mut Queue) -> Result<()> {
        if self.count_totals && node.kind == NodeKind::File {
            self.shared.job.add_total(1, node.size);
        }
        if let Err(error) = folder.make(self.shared) {
            self.shared.report(&self.shared.root.path_of(folder, &node.name), error);
            return Ok(());
        }
        folder.begin();
        queue.push(Task { folder: Arc::clone(folder), node })
    }

    /// The entries whose names are names; the others are reported.
    fn sound(&self, folder: &Folder, nodes: Vec<Node>) -> Vec<Node> {
        let mut seen = HashSet::new();
        let ascending = nodes.windows(2).all(|pair| pair[0].name < pair[1].name);
        let mut sound = Vec::with_capacity(nodes.len());
        for node in nodes {
            let twice = || {
                let twice = !ascending && !seen.insert(node.name.clone());
                twice.then_some("The folder holds two entries of this name")
            };
            match unsound(&node.name).or_else(twice) {
                None => sound.push(node),
                Some(why) => {
                    let what = format!("Cannot restore {:?}", escape_name(&node.name));
                    let error = Error::new(Code::Damaged, what).why(why);
                    self.shared.report(&self.shared.root.path_of(folder, b""), error);
                }
            }
        }
        sound
    }
}

/// Why an entry of this name is never written.
pub(super) fn unsound(name: &[u8]) -> Option<&'static str> {
    match name {
        b"" | b"." | b".." => Some("Its name is not one of an entry"),
        name if name.contains(&b'/') || name.contains(&0) => {
            Some("Its name is a path, which could lead out of the folder")
        }
        _ => None,
    }
}
