//! The plan of a restore, found out without touching anything.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rustix::io::Errno;
use undercroft_foundation::{Code, Error, IoContext, Job, Result, escape_path};

use super::folder::stays_no_folder;
use super::same::{ExistingEntry, stays};
use super::selection::{Selection, path_of};
use super::walk::unsound;
use super::{Overwrite, RestoreRequest, Start, is_git};
use crate::files::metadata::{Entry, Stat};
use crate::files::open::descend;
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind, Nodes};
use crate::store::read::{BlobReader, walk_trees};
use crate::store::repository::Repository;

/// The number of files that would be replaced and are named.
const NAMED: usize = 100;

/// The plan of a restore. Folders are not counted; what could not be done is in the warnings of the
/// job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestorePlan {
    /// Entries that would be made where there is nothing.
    pub create: u64,
    /// Entries that would take the place of others.
    pub replace: u64,
    /// Entries that are there as they should be, or are to stay.
    pub keep: u64,
    /// Bytes of content that would be written.
    pub bytes: u64,
    /// The first hundred of those that would be replaced.
    pub replaced: Vec<PathBuf>,
}

impl Repository {
    /// Plans what [`Repository::restore`] would do. Writes nothing, not even the target.
    ///
    /// # Errors
    /// As those of a restore.
    pub fn plan_restore(
        &self,
        snapshot: &Snapshot,
        request: &RestoreRequest,
        job: &Job,
    ) -> Result<RestorePlan> {
        let selection = Selection::new(request)?;
        let _lock = self.lock_reading(job)?;
        self.refresh_index()?;
        let target = match File::open(&request.target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            opened => Some(opened.at("open", &request.target)?.into()),
        };
        let mut planner = Planner {
            repository: self,
            request,
            job,
            selection,
            reader: self.reader()?,
            target,
            plan: RestorePlan::default(),
            buffer: Vec::new(),
        };
        let (nodes, depth) = match self.start_of(snapshot, request)? {
            Start::Entry(node) => (Nodes::of(vec![*node]), request.subpath.len() - 1),
            Start::Tree(tree) => (planner.reader.nodes(&tree)?, request.subpath.len()),
        };
        planner.run(&request.subpath[..depth], nodes)?;
        Ok(planner.plan)
    }
}

struct Planner<'a> {
    repository: &'a Repository,
    request: &'a RestoreRequest,
    job: &'a Job,
    selection: Selection,
    reader: BlobReader<'a>,
    /// The target, where there is one.
    target: Option<OwnedFd>,
    plan: RestorePlan,
    buffer: Vec<u8>,
}

/// A folder that is still to be looked into.
struct Folder {
    /// The names that lead to it from the target.
    names: Vec<Vec<u8>>,
    /// Its path in the snapshot, which ends with `/`.
    path: Vec<u8>,
    node: Node,
    /// Whether the target has a folder there.
    is_there: bool,
}

impl Planner<'_> {
    fn run(&mut self, above: &[Vec<u8>], nodes: Nodes) -> Result<()> {
        let is_there = self.target.is_some();
        let folders = self.level(&[], &[&path_of(above)[..], b"/"].concat(), nodes, is_there)?;
        walk_trees(folders, |folder| self.folder(folder))?;
        self.job.settle_totals();
        Ok(())
    }

    /// Reads a folder and looks at its entries; returns the folders in it, last first.
    fn folder(&mut self, Folder { names, path, node, is_there }: Folder) -> Result<Vec<Folder>> {
        self.job.check_cancelled()?;
        let tree = node.subtree.ok_or_else(|| {
            Error::new(Code::Damaged, "Cannot read the folder").why("It names no tree")
        });
        match tree.and_then(|tree| self.reader.nodes(&tree)) {
            Ok(nodes) => self.level(&names, &path, nodes, is_there),
            Err(error) => {
                self.job.warn(escape_path(&self.place(&names)), error.to_string());
                Ok(Vec::new())
            }
        }
    }

    /// The path that these names lead to, for people.
    fn place(&self, names: &[Vec<u8>]) -> PathBuf {
        let mut place = self.request.target.clone();
        place.extend(names.iter().map(|name| std::ffi::OsStr::from_bytes(name)));
        place
    }

    /// Looks at the entries of a folder; returns the folders in it, last first.
    fn level(
        &mut self,
        names: &[Vec<u8>],
        path: &[u8],
        nodes: Nodes,
        is_there: bool,
    ) -> Result<Vec<Folder>> {
        let opened = match self.target.as_ref().filter(|_| is_there) {
            None => None,
            Some(target) => {
                let names: Vec<_> = names.iter().map(Vec::as_slice).collect();
                Some(descend(target.as_fd(), &names))
            }
        };
        let opened = match opened.transpose() {
            Ok(opened) => opened,
            Err(error) => {
                let error = Error::io("open", &self.place(names), error.into());
                self.job.warn(escape_path(&self.place(names)), error.to_string());
                return Ok(Vec::new());
            }
        };
        let mut folders = Vec::new();
        for node in nodes {
            let node = match node {
                Ok(node) => node,
                Err(error) => {
                    self.job.warn(escape_path(&self.place(names)), error.to_string());
                    break;
                }
            };
            if let Some(why) = unsound(&node.name) {
                self.job.warn(escape_path(&self.place(names)), why);
                continue;
            }
            let path = [path, &node.name].concat();
            let wanted = self.selection.wants(&path);
            let names = [names, std::slice::from_ref(&node.name)].concat();
            let stat =
                opened.as_ref().map(|opened| Stat::of(Entry::In(opened.as_fd(), &node.name)));
            let stat = match stat.transpose() {
                Err(Errno::NOENT) => None,
                stat => {
                    stat.map_err(|error| Error::io("look at", &self.place(&names), error.into()))?
                }
            };
            if stat.is_some() && self.request.spare_git && is_git(&node.name) {
                continue;
            }
            if node.kind == NodeKind::Dir {
                if wanted.below {
                    let is_there = stat.as_ref().is_some_and(Stat::is_dir);
                    if stat.is_some() && !is_there && !self.replaces_with_folder(&names) {
                        continue;
                    }
                    let path = [&path[..], b"/"].concat();
                    folders.push(Folder { names, path, node, is_there });
                }
            } else if wanted.itself {
                let found = opened.as_ref().zip(stat.as_ref());
                self.entry(&node, &names, found)?;
            }
        }
        folders.reverse();
        Ok(folders)
    }

    /// Counts what is no folder where a folder is to be, and says whether it makes room.
    fn replaces_with_folder(&mut self, names: &[Vec<u8>]) -> bool {
        let path = self.place(names);
        let stays = matches!(self.request.overwrite, Overwrite::Never | Overwrite::IfNewer);
        if stays {
            self.plan.keep += 1;
            self.job.warn(escape_path(&path), stays_no_folder(&path).to_string());
        } else {
            self.plan.replace += 1;
            self.name_replaced(path);
        }
        !stays
    }

    fn name_replaced(&mut self, path: PathBuf) {
        if self.plan.replaced.len() < NAMED {
            self.plan.replaced.push(path);
        }
    }

    fn entry(
        &mut self,
        node: &Node,
        names: &[Vec<u8>],
        found: Option<(&OwnedFd, &Stat)>,
    ) -> Result<()> {
        let Some((folder, stat)) = found else {
            self.plan.create += 1;
            self.plan.bytes += node.size;
            return Ok(());
        };
        let path = self.place(names);
        if stays(self.request.overwrite, node, stat) {
            self.plan.keep += 1;
            return Ok(());
        }
        let existing = ExistingEntry { folder: folder.as_fd(), stat, path: &path };
        let same = match node.kind {
            NodeKind::File => {
                existing.is_same_file(self.repository, self.request, node, &mut self.buffer)
            }
            _ => Ok(existing.is_same_other(node)),
        };
        match same {
            Ok(true) => self.plan.keep += 1,
            Ok(false) => {
                self.plan.replace += 1;
                self.plan.bytes += node.size;
                self.name_replaced(path);
            }
            Err(error) => self.job.warn(escape_path(&path), error.to_string()),
        }
        Ok(())
    }
}
