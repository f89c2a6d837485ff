//! Walks the trees of a snapshot, makes the folders, and hands all else to the writers.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use undercroft_foundation::{Code, Error, Result, escape_name, escape_path, text};

use super::Shared;
use super::folder::{Folder, finish};
use super::queue::{Queue, Task};
use super::selection::{Selection, path_of};
use crate::format::id::BlobId;
use crate::format::tree::{Node, NodeKind, Nodes};
use crate::store::read::{BlobReader, FolderWalk, Step, walk_folders};

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
    /// The folders in it that are left.
    folders: VecDeque<Node>,
}

/// The entries of a folder.
struct Entries {
    nodes: Nodes,
    /// The tree that they are of, unless it is one entry that was asked for.
    tree: Option<BlobId>,
}

impl Walk<'_> {
    /// Restores all entries of a tree into the target; `path` are the names that lead to it.
    pub(super) fn tree(&self, id: &BlobId, path: &[Vec<u8>], queue: &mut Queue) -> Result<()> {
        let mut reader = self.shared.repository.reader()?;
        let entries = Entries { nodes: reader.nodes(id)?, tree: Some(*id) };
        self.walk(entries, path, &mut reader, queue)
    }

    /// Restores one entry into the target; `path` are the names that lead to it.
    pub(super) fn entry(&self, node: Node, path: &[Vec<u8>], queue: &mut Queue) -> Result<()> {
        let mut reader = self.shared.repository.reader()?;
        let above = &path[..path.len().saturating_sub(1)];
        let entries = Entries { nodes: Nodes::of(vec![node]), tree: None };
        self.walk(entries, above, &mut reader, queue)
    }

    fn walk(
        &self,
        entries: Entries,
        above: &[Vec<u8>],
        reader: &mut BlobReader<'_>,
        queue: &mut Queue,
    ) -> Result<()> {
        let path = [&path_of(above)[..], b"/"].concat();
        let mut top = Level { folder: Folder::target(), path, folders: VecDeque::new() };
        self.visit(&mut top, entries, reader, queue)?;
        walk_folders(&mut Descent { walk: self, reader, queue }, top)
    }

    fn go_on(&self) -> Result<()> {
        match self.shared.must_stop() {
            true => Err(Error::new(Code::Cancelled, "Cancelled")),
            false => Ok(()),
        }
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
        let tree = node.subtree;
        let folder = Folder::child(&level.folder, node, wanted.leads);
        let entries = (|| {
            if wanted.itself {
                folder.make(self.shared)?;
            }
            if !wanted.below {
                return Ok(Entries { nodes: Nodes::of(Vec::new()), tree });
            }
            let id = tree.ok_or_else(|| {
                Error::new(Code::Damaged, "Cannot read the folder")
                    .why("The snapshot names no tree")
            })?;
            Ok(Entries { nodes: reader.nodes(&id)?, tree })
        })();
        match entries {
            Ok(entries) => {
                let path = [&path[..], b"/"].concat();
                let mut below = Level { folder, path, folders: VecDeque::new() };
                self.visit(&mut below, entries, reader, queue)?;
                Ok(Some(below))
            }
            Err(error) => {
                self.shared.report(&self.shared.root.path_of(&folder, b""), error);
                finish(self.shared, folder);
                Ok(None)
            }
        }
    }

    /// Hands the files of a folder to the writers, and keeps its folders for later. Entries whose
    /// names are none are reported.
    fn visit(
        &self,
        level: &mut Level,
        entries: Entries,
        reader: &mut BlobReader<'_>,
        queue: &mut Queue,
    ) -> Result<()> {
        let report = |level: &Level, error| {
            self.shared.report(&self.shared.root.path_of(&level.folder, b""), error);
        };
        let mut names = Names { tree: entries.tree, ..Names::default() };
        for node in entries.nodes {
            self.go_on()?;
            let fresh = node.and_then(|node| Ok((names.add(&node.name, reader)?, node)));
            let (is_new, node) = match fresh {
                Ok(fresh) => fresh,
                Err(error) => {
                    report(level, error);
                    return Ok(());
                }
            };
            let twice = (!is_new).then_some("The folder holds two entries of this name");
            if let Some(why) = unsound(&node.name).or(twice) {
                let what =
                    text!("Cannot restore {node}", node = format!("{:?}", escape_name(&node.name)));
                report(level, Error::new(Code::Damaged, what).why(why));
                continue;
            }
            let wanted = self.selection.wants(&[&level.path[..], &node.name].concat());
            if (wanted.itself || wanted.below) && self.shared.spares(&level.folder, &node.name) {
                let path = self.shared.root.path_of(&level.folder, &node.name);
                let why = "Left as it is: nothing is restored into or over an existing .git";
                self.shared.job.warn(escape_path(&path), why);
                continue;
            }
            if node.kind == NodeKind::Dir {
                if wanted.itself || wanted.below {
                    level.folders.push_back(node);
                }
            } else if wanted.itself {
                self.hand_over(&level.folder, node, queue)?;
            }
        }
        Ok(())
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
}

/// A walk with the reader and the queue that it uses.
struct Descent<'w, 'r> {
    walk: &'w Walk<'w>,
    reader: &'w mut BlobReader<'r>,
    queue: &'w mut Queue,
}

impl FolderWalk for Descent<'_, '_> {
    type Folder = Level;

    fn step(&mut self, level: &mut Level) -> Result<Step<Level>> {
        self.walk.go_on()?;
        match level.folders.pop_front() {
            Some(node) => Ok(self.walk.descend(level, node, self.reader, self.queue)?.into()),
            None => Ok(Step::Out),
        }
    }

    fn leave(&mut self, level: Level, _: Option<&mut Level>) -> Result<()> {
        finish(self.walk.shared, level.folder);
        Ok(())
    }
}

/// The names of a folder so far. In a sound tree they ascend, so that none comes twice; only where
/// they do not are they all remembered.
#[derive(Default)]
struct Names {
    tree: Option<BlobId>,
    count: usize,
    last: Vec<u8>,
    all: Option<HashSet<Vec<u8>>>,
}

impl Names {
    /// Adds a name; whether it is new.
    fn add(&mut self, name: &[u8], reader: &mut BlobReader<'_>) -> Result<bool> {
        self.count += 1;
        if self.all.is_none() {
            if self.count == 1 || *name > self.last[..] {
                self.last.clear();
                self.last.extend_from_slice(name);
                return Ok(true);
            }
            let nodes = self.tree.map(|tree| reader.nodes(&tree)).transpose()?;
            let earlier = nodes.into_iter().flatten().take(self.count - 1);
            self.all = Some(earlier.map(|node| Ok(node?.name)).collect::<Result<_>>()?);
        }
        Ok(self.all.get_or_insert_default().insert(name.to_vec()))
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
