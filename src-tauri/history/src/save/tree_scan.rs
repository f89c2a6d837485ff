//! One look at a workspace: what has to be read is read and stored, and the trees on the way to it
//! are written. What lies elsewhere costs nothing, however much it is.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};
use jiff::Timestamp;
use undercroft_foundation::{Code, Error, Job, Result, TreePath};

use super::pending_folder::{Content, PendingFolder, Slot};
use super::unreadable::away;
use super::visit::Visit;
use crate::disk::stat_cache::{CachedFolder, CachedStat, ScannedFolder, StatCache};
use crate::disk::{Disk, DiskFolder, Listing, Stat, is_in_place};
use crate::rules::{Decision, FolderRules, LeaveOut, Rules};
use crate::store::{Deflater, HistoryStore, ObjectKind, ObjectWriter, TreeMode};
use crate::tree::change_set::ChangeSet;
use crate::tree::folder_view::StoredFolder;
use crate::tree::sidecar::{Line, Totals};
use crate::version::{EntryKind, Layer};

/// The number of files that may wait to be read.
const QUEUE: usize = 512;

/// From this many files on, several threads read.
const ALONE: usize = 16;

/// One scan of a workspace, with what it needs.
pub(super) struct TreeScan<'a> {
    pub(super) disk: &'a Disk,
    pub(super) store: &'a HistoryStore,
    pub(super) writer: &'a ObjectWriter<'a>,
    pub(super) cache: &'a StatCache,
    pub(super) rules: &'a Rules,
    pub(super) leave_out: &'a LeaveOut,
    pub(super) wish: Option<Layer>,
    pub(super) job: &'a Job,
    /// Whether there is no version yet: then everything is new, and not worth a list.
    pub(super) is_first: bool,
    /// When it began: what changed about then or later may change again unnoticed.
    pub(super) looked_at: Timestamp,
    /// The number of files that were written back to the disk before they were read.
    pub(super) written_back: AtomicU64,
    /// Folders where another file system began when they were looked at last.
    pub(super) mounts: BTreeSet<TreePath>,
    /// Whether one of them that is empty and no longer so is taken for a drive that is away.
    pub(super) keeps_absent_mounts: bool,
    pub(super) outcome: Mutex<Outcome>,
    /// Large and binary files, which wait for the object store.
    pub(super) deferred: Mutex<Vec<PendingFile>>,
    /// The room that those of them which are being stored need.
    pub(super) claimed: AtomicU64,
    pub(super) failed: AtomicBool,
}

/// The outcome of a scan.
#[derive(Default)]
pub(super) struct Outcome {
    /// The root, once everything below it is complete.
    pub(super) root: Option<(StoredFolder, Totals)>,
    pub(super) changes: ChangeSet,
    /// The looks of files now, by folder.
    pub(super) known: Vec<ScannedFolder>,
    /// Folders where another file system begins now, or no longer.
    pub(super) mounts: Vec<(TreePath, bool)>,
    /// Paths that could not be read.
    pub(super) unread: Vec<TreePath>,
    /// The inodes of changed files that have several names.
    pub(super) linked: BTreeSet<u64>,
}

/// A file whose content is still to be stored.
pub(super) struct PendingFile {
    pub(super) folder: Arc<PendingFolder>,
    /// The folder on disk, open; not while the file waits for the object store, because so many
    /// folders cannot be open at once.
    pub(super) disk: Option<Arc<DiskFolder>>,
    pub(super) slot: usize,
    pub(super) name: Vec<u8>,
}

/// A folder that is still to be walked.
pub(super) struct Todo {
    pub(super) parent: Option<(Arc<PendingFolder>, usize)>,
    pub(super) path: TreePath,
    pub(super) visit: Visit,
    pub(super) previous: StoredFolder,
    pub(super) rules: FolderRules,
}

/// The outcome of opening a folder.
pub(super) enum Entered {
    /// It is there: the files to be read, and the folders to be walked.
    Folder(Arc<PendingFolder>, Vec<PendingFile>, Vec<Todo>),
    Gone,
    Unreadable(Error),
}

impl TreeScan<'_> {
    /// Walks what `visit` says. Large files wait in `deferred` when this returns.
    pub(super) fn walk(&self, visit: Visit, previous: StoredFolder) -> Result<()> {
        let (sender, receiver) = bounded::<PendingFile>(QUEUE);
        std::thread::scope(|scope| {
            let mut threads = Vec::new();
            let mut queued = 0;
            let root = Todo {
                parent: None,
                path: TreePath::root(),
                visit,
                previous,
                rules: self.leave_out.root(),
            };
            let mut deflater = Deflater::new();
            let walked = self.walk_folders(root, &mut deflater, |deflater, waiting| {
                queued += 1;
                if queued <= ALONE {
                    return self.store_file(waiting, deflater);
                }
                if threads.is_empty() {
                    let count = std::thread::available_parallelism().map_or(2, usize::from);
                    threads.extend((0..count).map(|_| scope.spawn(|| self.work(&receiver))));
                }
                self.hand_over(&sender, waiting);
                Ok(())
            });
            drop(sender);
            if walked.is_err() {
                self.failed.store(true, Ordering::Relaxed);
            }
            let worked = threads.into_iter().map(|thread| match thread.join() {
                Ok(worked) => worked,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            // What a thread met comes first: the walk may only have seen that it stopped.
            worked.fold(Ok(()), Result::and).and(walked)
        })
    }

    /// Whether a thread met what makes the rest useless.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    fn hand_over(&self, sender: &Sender<PendingFile>, waiting: PendingFile) {
        // A worker empties the queue even when it failed, so that this never waits for ever.
        let _ = sender.send(waiting);
    }

    fn work(&self, queue: &Receiver<PendingFile>) -> Result<()> {
        let mut deflater = Deflater::new();
        let mut result = Ok(());
        for waiting in queue {
            if result.is_ok() && !self.has_failed() {
                result = self.store_file(waiting, &mut deflater);
                if result.is_err() {
                    self.failed.store(true, Ordering::Relaxed);
                }
            }
        }
        result
    }

    /// Depth first, so that only the folders on the way are held in memory.
    fn walk_folders(
        &self,
        root: Todo,
        deflater: &mut Deflater,
        mut read: impl FnMut(&mut Deflater, PendingFile) -> Result<()>,
    ) -> Result<()> {
        let mut todo = vec![root];
        while let Some(next) = todo.pop() {
            self.job.check_cancelled()?;
            if self.has_failed() {
                return Ok(());
            }
            let (parent, before) = (next.parent.clone(), next.previous);
            match (self.enter(&next, deflater)?, parent) {
                (Entered::Folder(folder, files, folders), _) => {
                    todo.extend(folders);
                    for waiting in files {
                        read(deflater, waiting)?;
                    }
                    self.release(folder, deflater)?;
                }
                (Entered::Gone, Some((parent, _))) => self.release(parent, deflater)?,
                (Entered::Unreadable(why), Some((parent, at))) => {
                    self.keep_previous_folder(&parent, at, before, &why);
                    self.release(parent, deflater)?;
                }
                (Entered::Unreadable(why), None) => return Err(why),
                (Entered::Gone, None) => {
                    return Err(Error::new(Code::SourceMissing, "The workspace is gone"));
                }
            }
        }
        Ok(())
    }

    /// Opens a folder, and says of what is in it as much as its looks tell.
    fn enter(&self, todo: &Todo, deflater: &mut Deflater) -> Result<Entered> {
        if let Some(entered) = self.enter_narrow(todo, deflater)? {
            return Ok(entered);
        }
        let view = todo.previous.view(self.store)?;
        let (path, parent) = (todo.path.clone(), todo.parent.clone());
        let lacks = |name: &Vec<u8>| view.folder(name).sidecar.is_none();
        let lists = todo.visit.lists() || todo.visit.children.keys().any(lacks);
        if !lists {
            let own = view.entries.own.clone();
            let folder = PendingFolder::new(path, parent, own, view, false);
            return Ok(self.enter_unchanged(Arc::new(folder), todo));
        }
        let looked = self
            .disk
            .folder(&todo.path)
            .and_then(|disk| disk.map(|disk| Ok((disk.list()?, disk.own()?, disk))).transpose());
        self.job.set_current(todo.path.to_string());
        let (Listing { entries, unseen }, own, disk) = match looked {
            Ok(Some(looked)) => looked,
            Ok(None) => return Ok(Entered::Gone),
            Err(why) => return Ok(Entered::Unreadable(why)),
        };
        let is_empty = entries.is_empty() && unseen.is_empty();
        if self.is_away(&todo.path, &disk, is_empty && !view.entries.lines.is_empty()) {
            return Ok(Entered::Unreadable(away(&self.disk.path_of(&todo.path))));
        }
        // Without the cache everything is read again.
        let known = self.cache.folder(&todo.path).unwrap_or_default();
        let folder = Arc::new(PendingFolder::new(path, parent, own, view, true));
        for (name, why) in unseen {
            self.keep_previous_entry(&folder, &name, &why);
        }
        self.place_entries((folder, Arc::new(disk)), entries, &known, todo, deflater)
    }

    /// Places entries by as much as their looks tell.
    pub(super) fn place_entries(
        &self,
        (folder, disk): (Arc<PendingFolder>, Arc<DiskFolder>),
        entries: Vec<(Vec<u8>, Stat)>,
        known: &CachedFolder,
        todo: &Todo,
        deflater: &mut Deflater,
    ) -> Result<Entered> {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for (name, stat) in entries.into_iter().filter(|(name, _)| is_in_place(name)) {
            if todo.rules.decide(&name, stat.kind == EntryKind::Folder) != Decision::Keep {
                continue;
            }
            let mut slot = fresh_slot(&name, &stat);
            match stat.kind {
                EntryKind::Folder => self.place_folder(&folder, slot, todo, &mut folders),
                EntryKind::File => {
                    let known = known.get(&name).filter(|_| !todo.visit.suspects(&name));
                    files.extend(self.place_file(&folder, &disk, slot, &stat, known));
                }
                EntryKind::Symlink => match disk.link_target(&name) {
                    Ok(target) => self.place_link(&folder, slot, target, deflater)?,
                    Err(why) => self.keep_previous_entry(&folder, &name, &why),
                },
                EntryKind::Other => {
                    slot.content = Content::Noted;
                    locked(&folder.slots).push(slot);
                }
            }
        }
        Ok(Entered::Folder(folder, files, folders))
    }

    /// Puts a file in its place: to be read, or as it was when it looks so.
    fn place_file(
        &self,
        folder: &Arc<PendingFolder>,
        disk: &Arc<DiskFolder>,
        mut slot: Slot,
        stat: &Stat,
        known: Option<&CachedStat>,
    ) -> Option<PendingFile> {
        let name = slot.line.name.clone();
        let looked = known.filter(|known| known.matches(stat));
        let before = folder.previous.blob(&name).zip(folder.previous.entries.find(&name));
        if let (Some(looked), Some(((mode, id), line))) = (looked, before)
            && looked.id == id
        {
            slot.line = line.clone();
            // A time alone makes no version, but the next one holds it.
            slot.line.attributes.modified = stat.attributes.modified;
            slot.content = Content::Blob(mode, id);
            slot.known = Some(*looked);
            locked(&folder.slots).push(slot);
            return None;
        }
        if !self.is_first {
            self.job.add_total(1, stat.size_bytes);
        }
        let at = folder.push_slot(slot);
        folder.wait_for_one();
        let (folder, disk) = (Arc::clone(folder), Some(Arc::clone(disk)));
        Some(PendingFile { folder, disk, slot: at, name })
    }

    /// A folder that nothing happened in, but perhaps in those below it.
    pub(super) fn enter_unchanged(&self, folder: Arc<PendingFolder>, todo: &Todo) -> Entered {
        let mut folders = Vec::new();
        for line in &folder.previous.entries.lines {
            let slot = Slot { line: line.clone(), content: Content::Noted, known: None };
            match (line.kind, folder.previous.blob(&line.name)) {
                (EntryKind::Folder, _) => self.place_folder(&folder, slot, todo, &mut folders),
                (_, Some((mode, id))) => {
                    locked(&folder.slots).push(Slot { content: Content::Blob(mode, id), ..slot });
                }
                _ => locked(&folder.slots).push(slot),
            }
        }
        Entered::Folder(folder, Vec::new(), folders)
    }

    /// Puts a folder in its place: to be walked, or as it was.
    fn place_folder(
        &self,
        folder: &Arc<PendingFolder>,
        mut slot: Slot,
        todo: &Todo,
        folders: &mut Vec<Todo>,
    ) {
        let name = slot.line.name.clone();
        let stored = folder.previous.folder(&name);
        let was_there = stored.sidecar.is_some();
        let visit = match todo.visit.child(&name) {
            None if was_there => {
                if let Some(line) = folder.previous.entries.find(&name) {
                    slot.line.totals = line.totals;
                }
                slot.content = Content::Folder(stored);
                locked(&folder.slots).push(slot);
                return;
            }
            Some(visit) if was_there => visit,
            // All of a new folder is new.
            _ => Visit { deep: true, ..Visit::default() },
        };
        slot.content = Content::Missing;
        let Ok(rules) = todo.rules.enter(&name) else { return };
        let at = folder.push_slot(slot);
        folder.wait_for_one();
        folders.push(Todo {
            parent: Some((Arc::clone(folder), at)),
            path: todo.path.join(&name),
            visit,
            previous: stored,
            rules,
        });
    }

    fn place_link(
        &self,
        folder: &PendingFolder,
        mut slot: Slot,
        target: Option<Vec<u8>>,
        deflater: &mut Deflater,
    ) -> Result<()> {
        if let Some(target) = target {
            let id = self.writer.put(deflater, ObjectKind::Blob, &target)?;
            slot.content = Content::Blob(TreeMode::Symlink, id);
            locked(&folder.slots).push(slot);
            if self.is_first {
                self.job.add_files_done(1);
            }
        }
        Ok(())
    }

    /// Notes that one thing less is to be done in `folder`; completes it when it was the last, and
    /// so on upward.
    pub(super) fn release(
        &self,
        mut folder: Arc<PendingFolder>,
        deflater: &mut Deflater,
    ) -> Result<()> {
        while folder.one_done() {
            let (stored, totals) = self.complete(&folder, deflater)?;
            let Some((parent, at)) = folder.parent.clone() else {
                locked(&self.outcome).root = Some((stored, totals));
                return Ok(());
            };
            {
                let mut slots = locked(&parent.slots);
                slots[at].content = Content::Folder(stored);
                slots[at].line.totals = totals;
            }
            folder = parent;
        }
        Ok(())
    }
}

fn fresh_slot(name: &[u8], stat: &Stat) -> Slot {
    let line = Line {
        name: name.to_vec(),
        kind: stat.kind,
        totals: Totals {
            files: 0,
            bytes: if stat.kind == EntryKind::File { stat.size_bytes } else { 0 },
        },
        attributes: stat.attributes.clone(),
        layer: None,
    };
    Slot { line, content: Content::Missing, known: None }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
