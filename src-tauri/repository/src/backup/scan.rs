//! Looks through a folder: what is in it, what of that is wanted, and what changed.

use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use rustix::fs::{CWD, OFlags};
use rustix::io::Errno;
use undercroft_foundation::{IoContext, Result, escape_path, is_past_racy_window};

use super::file::FileTask;
use super::folder::{Done, Folder, Previous};
use super::previous::PreviousEntries;
use super::run::{Run, Task, Worker, count};
use super::sources::{Branch, Branches, Sources};
use crate::files::metadata::{Entry, Stat};
use crate::files::noatime::{Names, each_name, open_noatime};
use crate::format::blob::BlobKind;
use crate::format::tree::{ExtendedAttribute, Node, NodeKind};

/// A folder to look through.
pub(super) struct ScanTask {
    folder: Arc<Folder>,
    place: FolderPlace,
    /// The wanted parts of it; everything when `None`.
    branches: Option<Branches>,
}

/// The way to open the folder without following a link.
enum FolderPlace {
    Path,
    In(Arc<OwnedFd>, Vec<u8>),
}

impl ScanTask {
    pub(super) fn root(folder: Arc<Folder>, sources: Sources) -> Self {
        Self { folder, place: FolderPlace::Path, branches: sources.branches }
    }

    fn open(&self) -> rustix::io::Result<OwnedFd> {
        // To pass through a folder is allowed to more than may list it.
        let access = if self.branches.is_some() { OFlags::PATH } else { OFlags::RDONLY };
        let flags = access | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match &self.place {
            FolderPlace::Path => open_noatime(CWD, &self.folder.path, flags),
            FolderPlace::In(above, name) => {
                open_noatime(above, name.as_slice(), flags | OFlags::NOFOLLOW)
            }
        }
    }
}

/// Entries of a folder that are looked at before others get their turn.
const LOOKS_AT_ONCE: usize = 512;

/// A folder that was listed, with the names that were not looked at yet.
pub(super) struct Listing {
    open: Arc<OwnedFd>,
    names: Names,
    /// The place of the name that is next.
    next: usize,
    /// The wanted parts below the entries; everything where nothing is said of one.
    branches: Branches,
    /// The entries of the parent snapshot.
    previous: PreviousEntries,
}

/// An entry of a folder: where it is and what the parent snapshot says of it.
struct DirEntry<'a> {
    folder: &'a Arc<Folder>,
    place: usize,
    open: &'a Arc<OwnedFd>,
    name: Vec<u8>,
    previous: Option<Node>,
    branch: Option<Branch>,
}

/// An entry that was looked at.
struct Captured {
    node: Node,
    /// The wanted parts below it; everything when `None`.
    branches: Option<Branches>,
    /// Its content is what the parent snapshot says.
    unchanged: bool,
}

impl DirEntry<'_> {
    fn path(&self) -> PathBuf {
        self.folder.path.join(OsStr::from_bytes(&self.name))
    }
}

impl Run<'_> {
    pub(super) fn scan(&self, worker: &mut Worker<'_>, task: ScanTask) -> Result<()> {
        let folder = Arc::clone(&task.folder);
        let (open, names) = match self.list_wanted(&task) {
            Ok(listed) => listed,
            // A folder that cannot be listed is left out: it must not look like an empty one.
            Err(error) => {
                self.job.warn(escape_path(&folder.path), error.to_string());
                return self.folder_left_out(worker, &folder);
            }
        };
        let previous = self.read_previous(worker, &folder);
        folder.expect(names.len(), previous.known_length());
        let branches = task.branches.unwrap_or_default();
        let listing = Listing { open: Arc::new(open), names, next: 0, branches, previous };
        self.look_through(worker, &folder, Box::new(listing))
    }

    /// Looks at some of the entries of a folder, and leaves the others for later: of a folder of a
    /// million files, only as many tasks wait as one look gives.
    pub(super) fn look_through(
        &self,
        worker: &mut Worker<'_>,
        folder: &Arc<Folder>,
        mut listing: Box<Listing>,
    ) -> Result<()> {
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        for place in listing.next..listing.names.len().min(listing.next + LOOKS_AT_ONCE) {
            let Some(name) = listing.names.get(place).map(<[u8]>::to_vec) else { break };
            listing.next = place + 1;
            let previous = listing.previous.take(&name);
            let branch = listing.branches.0.remove(&name);
            let dir_entry = DirEntry { folder, place, open: &listing.open, name, previous, branch };
            match self.process_entry(worker, dir_entry)? {
                Some(task @ Task::Scan(_)) => folders.push(task),
                Some(task) => files.push(task),
                None => {}
            }
        }
        // The newest task is the first to be taken: files before folders, each in their order, and
        // the rest of this folder last, unless too many of its entries wait for one.
        let done = listing.next == listing.names.len();
        let rest = if done { None } else { folder.leave(listing) };
        let rest = rest.map(|listing| Task::Look(Arc::clone(folder), listing));
        let tasks = folders.into_iter().rev().chain(files.into_iter().rev());
        self.tasks.push(rest.into_iter().chain(tasks));
        if done { self.scan_done(worker, folder) } else { Ok(()) }
    }

    /// Opens a folder and lists what of it is wanted, by name.
    fn list_wanted(&self, task: &ScanTask) -> Result<(OwnedFd, Names)> {
        let folder = &task.folder;
        let open = task.open().map_err(Into::into).at("open", &folder.path)?;
        let mut names = Names::default();
        match &task.branches {
            Some(Branches(branches)) => {
                if !branches.is_empty() {
                    folder.set_leads();
                }
                for (name, branch) in branches {
                    if matches!(branch, Branch::Some(_)) || !self.is_excluded(folder, name) {
                        names.push(name);
                    }
                }
            }
            None => {
                let listed = each_name(&open, |name| {
                    if !self.is_excluded(folder, name) {
                        names.push(name);
                    }
                });
                listed.map_err(Into::into).at("list", &folder.path)?;
            }
        }
        for tag in &self.request.exclude_if_present {
            if tag.marks(open.as_fd()).map_err(Into::into).at("look into", &folder.path)? {
                names.keep_only(tag.name());
            }
        }
        names.sort();
        Ok((open, names))
    }

    fn is_excluded(&self, folder: &Folder, name: &[u8]) -> bool {
        if self.exclude.is_empty() && self.exclude_ignoring_case.is_empty() {
            return false;
        }
        let path = folder.path.join(OsStr::from_bytes(name));
        let path = path.as_os_str().as_bytes();
        self.exclude.matches(path) || self.exclude_ignoring_case.matches(path)
    }

    /// The entries of the parent snapshot. Without them all is read anew, which also heals.
    fn read_previous(&self, worker: &mut Worker<'_>, folder: &Folder) -> PreviousEntries {
        let nodes = folder.previous_tree().map(|id| worker.reader.nodes(&id)).transpose();
        nodes.and_then(PreviousEntries::of).unwrap_or_else(|error| {
            tracing::warn!(%error, "parent's tree cannot be used");
            PreviousEntries::default()
        })
    }

    /// Looks at an entry; returns what there is left to do for it.
    fn process_entry(
        &self,
        worker: &mut Worker<'_>,
        dir_entry: DirEntry<'_>,
    ) -> Result<Option<Task>> {
        let (folder, place) = (dir_entry.folder, dir_entry.place);
        let Captured { node, branches, unchanged } = match self.capture(&dir_entry) {
            Ok(Some(captured)) => captured,
            Ok(None) => {
                self.entry_done(worker, folder, place, Done::LeftOut)?;
                return Ok(None);
            }
            Err(error) => {
                self.job.warn(escape_path(&dir_entry.path()), error.to_string());
                self.entry_done(worker, folder, place, Done::LeftOut)?;
                return Ok(None);
            }
        };
        match node.kind {
            NodeKind::Dir => {
                let previous = dir_entry.previous.clone().filter(|node| node.kind == NodeKind::Dir);
                let previous = previous.map(Previous::of);
                let below = Folder::below(folder, place, dir_entry.path(), node, previous);
                let place = FolderPlace::In(Arc::clone(dir_entry.open), dir_entry.name);
                Ok(Some(Task::Scan(ScanTask { folder: below, place, branches })))
            }
            NodeKind::File => self.process_file(worker, dir_entry, node, unchanged),
            _ => {
                let done = match &dir_entry.previous {
                    Some(previous) if *previous == node => Done::Identical(node),
                    _ => Done::Kept(node),
                };
                self.entry_done(worker, folder, place, done)?;
                Ok(None)
            }
        }
    }

    fn process_file(
        &self,
        worker: &mut Worker<'_>,
        dir_entry: DirEntry<'_>,
        node: Node,
        unchanged: bool,
    ) -> Result<Option<Task>> {
        if !self.request.estimate {
            self.job.add_total(1, node.size);
        }
        let known = |id| self.writer.contains(BlobKind::Data, id);
        if unchanged && node.content.iter().flatten().all(known) {
            let same = dir_entry.previous.as_ref() == Some(&node);
            count(if same { &self.counts.files_unmodified } else { &self.counts.files_changed });
            self.count_file(node.size);
            self.job.add_bytes_done(node.size);
            let done = if same { Done::Identical(node) } else { Done::Kept(node) };
            self.entry_done(worker, dir_entry.folder, dir_entry.place, done)?;
            return Ok(None);
        }
        Ok(Some(Task::File(FileTask {
            folder: Arc::clone(dir_entry.folder),
            place: dir_entry.place,
            open: Arc::clone(dir_entry.open),
            previous: dir_entry.previous,
            node,
            has_attributes: unchanged,
        })))
    }

    /// Looks at an entry; `None` for what is left out quietly.
    fn capture(&self, dir_entry: &DirEntry<'_>) -> Result<Option<Captured>> {
        let entry = Entry::In(dir_entry.open.as_fd(), &dir_entry.name);
        let stat = match Stat::of(entry) {
            // What vanished between the listing and the look is not there at this moment.
            Err(Errno::NOENT) if dir_entry.branch.is_none() => return Ok(None),
            Err(errno) => return Err(errno.into()).at("look at", &dir_entry.path()),
            Ok(stat) => stat,
        };
        let mut branches = match &dir_entry.branch {
            Some(Branch::Some(branches)) => Some(branches.clone()),
            Some(Branch::All) | None => None,
        };
        if !self.is_on_wanted_device(&stat, dir_entry.branch.as_ref()) {
            if !stat.is_dir() {
                return Ok(None);
            }
            // Where another file system is mounted, only the empty folder is kept.
            branches = Some(Branches::default());
        }
        let previous = dir_entry.previous.as_ref().filter(|node| self.is_unchanged(node, &stat));
        let mut node = match previous {
            Some(previous) => self.capture.renew(previous, &stat),
            None => self.capture.node_of(&dir_entry.name, &stat)?,
        };
        // A file that is read anyway tells its attributes at less cost once it is open.
        let is_read = node.kind == NodeKind::File && previous.is_none();
        if !is_read && (previous.is_none() || self.sees_otherwise) {
            let before = std::mem::take(&mut node.extended_attributes);
            match self.capture.fill(&mut node, entry, &dir_entry.path()) {
                Err(error) if node.kind == NodeKind::Symlink && node.linktarget.is_empty() => {
                    return Err(error);
                }
                Err(error) => self.job.warn(escape_path(&dir_entry.path()), error.to_string()),
                Ok(()) => {}
            }
            // One that only others see is there all the same: to remove it would be a change.
            let seen = |it: &ExtendedAttribute| {
                node.extended_attributes.iter().any(|other| other.name == it.name)
            };
            let unseen: Vec<_> = before.into_iter().filter(|it| !seen(it)).collect();
            node.extended_attributes.extend(unseen);
        }
        Ok(Some(Captured { node, branches, unchanged: previous.is_some() }))
    }

    /// Whether an entry is as it was when the node was made: then so are its content, owner, mode
    /// and attributes, since a change of any of them changes the time of the last change, unless it
    /// came too soon after that. But who looks may see other attributes, and when it was read has a
    /// time of its own.
    fn is_unchanged(&self, node: &Node, stat: &Stat) -> bool {
        stat.kind().as_ref() == Some(&node.kind)
            && node.mtime == stat.mtime()
            && node.ctime == stat.ctime()
            && node.inode == stat.inode()
            && (node.kind != NodeKind::File || (node.size == stat.size() && node.content.is_some()))
            && node.error.is_empty()
            && is_past_racy_window((node.ctime.seconds, node.ctime.nanoseconds), self.looked_at)
    }

    fn is_on_wanted_device(&self, stat: &Stat, branch: Option<&Branch>) -> bool {
        let Some(devices) = &self.devices else { return true };
        let mut devices = devices.lock().unwrap_or_else(PoisonError::into_inner);
        match branch {
            Some(Branch::All) => {
                devices.insert(stat.device_id());
                true
            }
            Some(Branch::Some(_)) => true,
            // Below a root that is itself the source, its own file system is the first that is met.
            None => {
                devices.is_empty() && devices.insert(stat.device_id())
                    || devices.contains(&stat.device_id())
            }
        }
    }
}
