//! The changes on disk since a snapshot.

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::Dir;
use rustix::io::Errno;
use undercroft_foundation::{IoContext, Job, Result, escape_path};

use super::{Change, ChangeKind, DiffSide, DiffSummary, Pair, side_by_side, subtree};
use crate::files::exclude::Patterns;
use crate::files::metadata::{Capture, Entry, Stat};
use crate::files::open::{descend, open_to_read};
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind};
use crate::restore::{blobs_of, file_holds};
use crate::store::read::{BlobReader, FolderWalk, Step, walk_folders};
use crate::store::repository::Repository;

impl Repository {
    /// Compares the tree of a snapshot with a folder on disk, and tells `each` change in the order
    /// of paths, a folder before what is in it; paths begin with `/` at the folder. What `exclude`
    /// matches on disk, by its full path, is as if it were not there. A file of the same size and
    /// time is the same; any other is read. What cannot be read is a warning of the job and no
    /// change.
    ///
    /// In the sum, bytes are those of the files that only one of the two has, or has with another
    /// content; blobs are not counted.
    ///
    /// # Errors
    /// A folder that cannot be opened, a tree or an index that cannot be read, a pattern that is
    /// not well formed; [`Code::Cancelled`](undercroft_foundation::Code::Cancelled).
    pub fn diff_with_folder(
        &self,
        before: &Snapshot,
        folder: &Path,
        exclude: &[String],
        job: &Job,
        each: &mut dyn FnMut(Change),
    ) -> Result<DiffSummary> {
        let exclude = Patterns::parse(exclude)?;
        let _lock = self.lock_reading(job)?;
        self.refresh_index()?;
        let root: OwnedFd = File::open(folder).at("open", folder)?.into();
        let mut disk = Disk {
            repository: self,
            reader: self.reader()?,
            capture: Capture::new(false, false),
            exclude,
            root,
            folder,
            job,
            summary: DiffSummary::default(),
            buffer: Vec::new(),
            each,
        };
        let top = disk.level(&[], Some(before.tree), true)?;
        walk_folders(&mut disk, top)?;
        Ok(disk.summary)
    }
}

/// From `/`; a folder's ends with `/`.
fn path_of(names: &[Vec<u8>], is_dir: bool) -> Vec<u8> {
    let mut path: Vec<u8> = names.iter().flat_map(|name| [b"/", &name[..]].concat()).collect();
    if is_dir {
        path.push(b'/');
    }
    path
}

struct Disk<'a> {
    repository: &'a Repository,
    reader: BlobReader<'a>,
    capture: Capture,
    exclude: Patterns,
    root: OwnedFd,
    folder: &'a Path,
    job: &'a Job,
    summary: DiffSummary,
    buffer: Vec<u8>,
    each: &'a mut dyn FnMut(Change),
}

/// A folder whose entries were compared.
struct Level {
    names: Vec<Vec<u8>>,
    entries: std::vec::IntoIter<Compared>,
}

/// An entry in the snapshot and on disk, and how it changed.
struct Compared {
    pair: Pair,
    kind: Option<ChangeKind>,
    /// Whether all could be seen that there is to see.
    looked: bool,
}

impl FolderWalk for Disk<'_> {
    type Folder = Level;

    fn step(&mut self, level: &mut Level) -> Result<Step<Level>> {
        let Some(Compared { pair, kind, looked }) = level.entries.next() else {
            return Ok(Step::Out);
        };
        let Some(shown) = pair.1.as_ref().or(pair.0.as_ref()) else { return Ok(Step::On) };
        let names = [&level.names[..], std::slice::from_ref(&shown.name)].concat();
        if let Some(kind) = kind {
            let size = |node: &Option<Node>| node.as_ref().map_or(0, |node| node.size);
            let (size_before, size_after) = (size(&pair.0), size(&pair.1));
            let path = path_of(&names, shown.kind == NodeKind::Dir);
            (self.each)(Change { kind, path, size_before, size_after });
        }
        let is_dir = |node: &Node| node.kind == NodeKind::Dir;
        let on_disk = pair.1.as_ref().is_some_and(is_dir);
        // What nobody could look at has not changed, for all that is known.
        if looked && (on_disk || pair.0.as_ref().is_some_and(is_dir)) {
            return self.level(&names, subtree(pair.0.as_ref()), on_disk).map(Step::Into);
        }
        Ok(Step::On)
    }
}

impl Disk<'_> {
    /// Compares the entries of a folder.
    fn level(&mut self, names: &[Vec<u8>], tree: Option<BlobId>, on_disk: bool) -> Result<Level> {
        self.job.check_cancelled()?;
        let before = match tree {
            Some(tree) => self.reader.tree(&tree)?.nodes,
            None => Vec::new(),
        };
        let listed = if on_disk { self.list(names).map(Some) } else { Ok(None) };
        let (open, after, unseen) = match listed {
            Ok(Some((open, after, unseen))) => (Some(open), after, unseen),
            Ok(None) => (None, Vec::new(), Vec::new()),
            Err(error) => {
                self.job.warn(escape_path(&self.place(names)), error.to_string());
                return Ok(Level { names: names.to_vec(), entries: Vec::new().into_iter() });
            }
        };
        let mut entries = Vec::new();
        for pair in side_by_side(before, after) {
            let name = pair.0.as_ref().or(pair.1.as_ref()).map(|node| &node.name);
            let looked = !name.is_some_and(|name| unseen.contains(name));
            let kind = match looked {
                true => self.compare(names, open.as_ref(), &pair)?,
                false => None,
            };
            entries.push(Compared { pair, kind, looked });
        }
        Ok(Level { names: names.to_vec(), entries: entries.into_iter() })
    }

    /// The entries of a folder on disk, and the names of those that could not be looked at.
    fn list(&self, names: &[Vec<u8>]) -> Result<(OwnedFd, Vec<Node>, Vec<Vec<u8>>)> {
        let place = self.place(names);
        let slices: Vec<_> = names.iter().map(Vec::as_slice).collect();
        let open = descend(self.root.as_fd(), &slices);
        let open = open.map_err(Into::into).at("open", &place)?;
        let (mut nodes, mut unseen) = (Vec::new(), Vec::new());
        for entry in Dir::read_from(&open).map_err(Into::into).at("list", &place)? {
            let entry = entry.map_err(Into::into).at("list", &place)?;
            let name = entry.file_name().to_bytes();
            let path = place.join(OsStr::from_bytes(name));
            if name == b"." || name == b".." || self.exclude.matches(path.as_os_str().as_bytes()) {
                continue;
            }
            match self.look(&open, name, &path) {
                Ok(node) => nodes.extend(node),
                Err(error) => {
                    self.job.warn(escape_path(&path), error.to_string());
                    unseen.push(name.to_vec());
                }
            }
        }
        Ok((open, nodes, unseen))
    }

    /// An entry on disk; nothing where it went away meanwhile.
    fn look(&self, open: &OwnedFd, name: &[u8], path: &Path) -> Result<Option<Node>> {
        let entry = Entry::In(open.as_fd(), name);
        let stat = match Stat::of(entry) {
            Err(Errno::NOENT) => return Ok(None),
            stat => stat.map_err(Into::into).at("look at", path)?,
        };
        let mut node = self.capture.node_of(name, &stat)?;
        self.capture.fill(&mut node, entry, path)?;
        Ok(Some(node))
    }

    /// The path that these names lead to.
    fn place(&self, names: &[Vec<u8>]) -> PathBuf {
        let mut place = self.folder.to_owned();
        place.extend(names.iter().map(|name| OsStr::from_bytes(name)));
        place
    }

    fn compare(
        &mut self,
        names: &[Vec<u8>],
        open: Option<&OwnedFd>,
        pair: &Pair,
    ) -> Result<Option<ChangeKind>> {
        let kind = match pair {
            (None, None) => return Ok(None),
            (Some(_), None) => ChangeKind::Removed,
            (None, Some(_)) => ChangeKind::Added,
            (Some(before), Some(after)) if before.kind != after.kind => ChangeKind::Kind,
            (Some(before), Some(after)) => {
                let place = self.place(names).join(OsStr::from_bytes(&after.name));
                let holds = match open {
                    Some(open) => self.holds_the_same(open, before, after, &place),
                    None => Ok(false),
                };
                match holds {
                    Ok(false) => ChangeKind::Content,
                    Ok(true) if is_same_otherwise(before, after) => return Ok(None),
                    Ok(true) => ChangeKind::Metadata,
                    Err(error) => {
                        self.job.warn(escape_path(&place), error.to_string());
                        return Ok(None);
                    }
                }
            }
        };
        let summary = &mut self.summary;
        match kind {
            ChangeKind::Content => {
                summary.changed_files += 1;
                add_bytes(&mut summary.removed, pair.0.as_ref());
                add_bytes(&mut summary.added, pair.1.as_ref());
            }
            ChangeKind::Added => add(&mut summary.added, pair.1.as_ref()),
            ChangeKind::Removed => add(&mut summary.removed, pair.0.as_ref()),
            ChangeKind::Kind => {
                add(&mut summary.added, pair.1.as_ref());
                add(&mut summary.removed, pair.0.as_ref());
            }
            ChangeKind::Metadata => {}
        }
        Ok(Some(kind))
    }

    /// Whether two entries of one kind hold the same: a file its content, a link its target.
    fn holds_the_same(
        &mut self,
        open: &OwnedFd,
        before: &Node,
        after: &Node,
        path: &Path,
    ) -> Result<bool> {
        match after.kind {
            NodeKind::Symlink => Ok(before.linktarget == after.linktarget),
            NodeKind::Dev | NodeKind::CharDev => Ok(before.device == after.device),
            NodeKind::File if before.size != after.size => Ok(false),
            NodeKind::File if before.mtime != after.mtime => {
                self.job.set_current(escape_path(path));
                let file = open_to_read(open.as_fd(), &after.name);
                let file = file.map_err(Into::into).at("open", path)?;
                file_holds(self.repository, blobs_of(before)?, &file, path, &mut self.buffer)
            }
            _ => Ok(true),
        }
    }
}

/// Whether nothing differs that a restore would bring back.
fn is_same_otherwise(before: &Node, after: &Node) -> bool {
    let of = |node: &Node| (node.mode, node.mtime, node.uid, node.gid);
    let mut attributes = [before, after].map(|node| node.extended_attributes.clone());
    attributes.iter_mut().for_each(|all| all.sort_by(|a, b| a.name.cmp(&b.name)));
    of(before) == of(after) && attributes[0] == attributes[1]
}

fn add(side: &mut DiffSide, node: Option<&Node>) {
    if let Some(node) = node {
        side.count(node);
    }
    add_bytes(side, node);
}

fn add_bytes(side: &mut DiffSide, node: Option<&Node>) {
    side.bytes += node.map_or(0, |node| node.size);
}
