//! Goes through the folders of a version and of the disk side by side.

use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use rustix::fs::{Mode, mkdirat};
use undercroft_foundation::{Code, Error, IoContext, Result, TreePath, text};
use undercroft_repository::fs_at::{self, Freshness, TEMPORARY, ensure_owner_access};

use super::Restore;
use super::selection::{Selection, Wanted};
use super::target_entry::node_of;
use super::worker::{RestoreWorker, Task};
use crate::disk::Stat;
use crate::guard::{GuardedEntry, HeldFolder, own_configuration_error};
use crate::rules::{Decision, FolderRules, LeaveOutReason};
use crate::tree::folder_view::StoredFolder;
use crate::tree::folder_view::folder_at;
use crate::tree::names::is_git;
use crate::tree::sidecar::{Attributes, Line};
use crate::version::{EntryKind, GitId};

/// Files that were found and wait to be compared or written.
const QUEUE: usize = 4096;

/// A folder that is still to be gone through.
struct Todo {
    /// The path in the version.
    path: TreePath,
    /// The path below the target.
    at: TreePath,
    stored: StoredFolder,
    /// The rules of what is left out of it; none where nothing is.
    rules: Option<FolderRules>,
    /// The folder in the version made just before, in a workspace.
    held: StoredFolder,
    /// The `.git` that it is in, or is, which was there already.
    git: Option<TreePath>,
}

/// A folder that gets its metadata when all in it is done.
struct Unfinished {
    at: TreePath,
    attributes: Attributes,
    freshness: Freshness,
}

impl Restore<'_> {
    /// Restores what is selected of the version with this root.
    pub(super) fn run(
        &self,
        root: StoredFolder,
        selection: &Selection,
        rules: Option<FolderRules>,
    ) -> Result<()> {
        // In place, everything goes where it was.
        let base = if self.held.is_some() { TreePath::root() } else { selection.base.clone() };
        let stored = folder_at(self.store, root, &base)?;
        let held = self.held.as_ref().map(|held| held.root).unwrap_or_default();
        let first = Todo { path: base, at: TreePath::root(), stored, rules, held, git: None };
        let (send, receive) = sync_channel(QUEUE);
        let receive = Mutex::new(receive);
        let unfinished = std::thread::scope(|scope| {
            let count = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 4);
            for _ in 0..count {
                scope.spawn(|| RestoreWorker::new(self).run(&receive));
            }
            let mut walk = Walk { restore: self, selection, send, unfinished: Vec::new() };
            walk.run(first);
            walk.unfinished
        });
        // After a cancel, too: what was begun is finished.
        for folder in unfinished.into_iter().rev() {
            if let Err(error) = self.finish(&folder) {
                self.tally.failed(&folder.at, &error);
            }
        }
        self.job.check_cancelled()?;
        if self.acts { self.target.sync() } else { Ok(()) }
    }
}

/// The walk, while the workers work.
struct Walk<'a> {
    restore: &'a Restore<'a>,
    selection: &'a Selection,
    send: SyncSender<Task>,
    unfinished: Vec<Unfinished>,
}

impl Walk<'_> {
    fn run(&mut self, first: Todo) {
        let mut open = vec![first];
        while let Some(todo) = open.pop() {
            if self.restore.job.is_cancelled() {
                break;
            }
            match self.folder(&todo) {
                Ok(below) => open.extend(below),
                Err(error) => {
                    // Not even its mode is changed.
                    self.unfinished.retain(|folder| folder.at != todo.at);
                    self.restore.tally.failed(&todo.at, &error);
                }
            }
        }
        self.restore.job.settle_totals();
    }

    /// Restores what is in a folder; returns the folders in it.
    fn folder(&mut self, todo: &Todo) -> Result<Vec<Todo>> {
        let restore = self.restore;
        let view = Arc::new(todo.stored.view(restore.store)?);
        let folder = restore.target.folder(&todo.at)?;
        let entries = folder.map(|folder| folder.entries()).transpose()?.unwrap_or_default();
        let mut there: BTreeMap<_, _> = entries.into_iter().collect();
        let held = restore.held.as_ref().map(|held| match todo.held == todo.stored {
            true => held.viewed(&todo.at, Arc::clone(&view)),
            false => held.stored(&todo.at, todo.held),
        });
        let held = held.transpose()?.map(Arc::new);
        let mut below = Vec::new();
        for line in &view.entries.lines {
            let wanted = self.selection.wants(&todo.path.join(&line.name));
            if wanted == Wanted::Nothing {
                continue;
            }
            let found = there.remove(&line.name);
            let done = restore.check_name(todo, line).and_then(|()| match line.kind {
                EntryKind::Folder => {
                    let (stored, held) = (view.folder(&line.name), held.as_deref());
                    below.push(self.child(todo, line, (stored, held), found.as_ref())?);
                    Ok(())
                }
                EntryKind::Other => Ok(()),
                EntryKind::File | EntryKind::Symlink => {
                    let blob = view.blob(&line.name).map(|(_, blob)| blob);
                    self.hand_over(todo, (line, blob), held.as_ref(), found)
                }
            });
            if let Err(error) = done {
                restore.tally.failed(&todo.at.join(&line.name), &error);
            }
        }
        for (name, stat) in there {
            if name.starts_with(TEMPORARY.as_bytes()) {
                restore.sweep(&todo.at, &name)?;
            } else if restore.remove_extra {
                let (entry, held) = ((&*name, &stat), held.as_deref());
                match &todo.git {
                    Some(git) if restore.acts => restore.tally.failed_once(git, &gits_own(git)),
                    _ => {
                        let (rules, selection) = (todo.rules.as_ref(), Some(self.selection));
                        restore.remove(rules, (&todo.at, held), entry, selection);
                    }
                }
            }
        }
        Ok(below)
    }

    fn child(
        &mut self,
        todo: &Todo,
        line: &Line,
        (stored, held): (StoredFolder, Option<&HeldFolder>),
        found: Option<&Stat>,
    ) -> Result<Todo> {
        let (path, at) = (todo.path.join(&line.name), todo.at.join(&line.name));
        let git = self.restore.git_of(todo, &line.name, found);
        if let (Some(git), true) = (&git, self.restore.acts)
            && found.is_none_or(|found| found.kind != EntryKind::Folder)
        {
            return Err(gits_own(git));
        }
        let (rules, freshness) = self.restore.make_folder(todo, line, held, found)?;
        let is_whole = self.selection.wants(&path) == Wanted::Whole;
        let own = |found: &Stat| found.attributes.mode & 0o700 != 0o700;
        let attributes = match found.filter(|found| !is_whole && own(found)) {
            // It may have been opened up, for what is restored in it.
            Some(found) if freshness == Freshness::Found => Some(found.attributes.clone()),
            _ if git.is_none() && (is_whole || freshness == Freshness::Made) => {
                Some(stored.view(self.restore.store)?.entries.own)
            }
            _ => None,
        };
        if let Some(attributes) = attributes {
            self.unfinished.push(Unfinished { at: at.clone(), attributes, freshness });
        }
        let held = held.map(|held| held.child(&line.name)).unwrap_or_default();
        Ok(Todo { path, at, stored, rules, held, git })
    }

    fn hand_over(
        &self,
        todo: &Todo,
        (line, blob): (&Line, Option<GitId>),
        held: Option<&Arc<HeldFolder>>,
        found: Option<Stat>,
    ) -> Result<()> {
        let path = todo.path.join(&line.name);
        let blob = blob.ok_or_else(|| {
            Error::new(Code::Damaged, text!("The content of {path} is missing", path))
        })?;
        let git = self.restore.git_of(todo, &line.name, found.as_ref());
        let (found, left_out) =
            self.restore.make_room(todo, line, held.map(|held| &**held), found)?;
        self.restore.job.add_total(1, line.totals.bytes);
        let (folder, line, held) = (todo.at.clone(), line.clone(), held.cloned());
        let task = Task { folder, path, line, blob, found, left_out, held, git };
        // It fails only when all workers are gone, and then they said why.
        self.send.send(task).map_err(|_| Error::new(Code::Cancelled, "Cancelled"))
    }
}

impl Restore<'_> {
    /// Sees that a folder is there.
    fn make_folder(
        &self,
        todo: &Todo,
        line: &Line,
        held: Option<&HeldFolder>,
        found: Option<&Stat>,
    ) -> Result<(Option<FolderRules>, Freshness)> {
        let at = todo.at.join(&line.name);
        let (rules, left_out) = match todo.rules.as_ref().map(|rules| rules.enter(&line.name)) {
            None => (None, None),
            Some(Ok(rules)) => (Some(rules), None),
            Some(Err(why)) => (None, Some(why)),
        };
        if let (Some(why), Some(_)) = (&left_out, found) {
            return Err(untouched(&at, why));
        }
        let is_folder = found.is_some_and(|found| found.kind == EntryKind::Folder);
        let is_taken = found.is_some() && !is_folder;
        if is_taken {
            self.check_replaces(&at)?;
        }
        if is_folder {
            // It is left as it is, if it cannot be read.
            self.target.folder(&at)?;
        }
        let freshness = if is_folder { Freshness::Found } else { Freshness::Made };
        if self.acts {
            let path = self.target.path_of(&at);
            let folder = self.target.descend(&todo.at)?;
            let entry = fs_at::Entry::In(folder.as_fd(), &line.name);
            if is_taken {
                let (folder, name, job) = (folder.as_fd(), &line.name[..], self.job);
                GuardedEntry { held, folder, name, path: &path, job }.remove()?;
            }
            let made = if is_folder {
                match found {
                    // A folder that cannot be read is never opened: what is in it is in no version.
                    Some(found) if found.attributes.mode & 0o500 != 0o500 => Ok(()),
                    _ => fs_at::Stat::of(entry).and_then(|stat| ensure_owner_access(entry, &stat)),
                }
            } else {
                mkdirat(&folder, &line.name[..], Mode::RWXU)
            };
            made.map_err(Into::into).at("make the folder", &path)?;
        }
        if is_taken {
            self.tally.removed(at);
        }
        Ok((rules, freshness))
    }

    /// The entry that a file or link would replace. A folder in its place is removed first.
    fn make_room(
        &self,
        todo: &Todo,
        line: &Line,
        held: Option<&HeldFolder>,
        found: Option<Stat>,
    ) -> Result<(Option<Stat>, Option<LeaveOutReason>)> {
        let decision = todo.rules.as_ref().map(|rules| rules.decide(&line.name, false));
        let left_out = match decision {
            Some(Decision::LeaveOut(why)) => Some(why),
            _ => None,
        };
        let at = todo.at.join(&line.name);
        match &found {
            Some(stat) if stat.kind == EntryKind::Folder => {
                self.check_replaces(&at)?;
                let (rules, entry) = (todo.rules.as_ref(), (&line.name[..], stat));
                if !self.remove(rules, (&todo.at, held), entry, None) {
                    return Err(Error::new(Code::AlreadyExists, text!("{at} was left", at))
                        .why("It is a folder, and something in it is in no version"));
                }
                Ok((None, None))
            }
            _ => Ok((found, left_out)),
        }
    }

    /// Fails for names that lead elsewhere, for git's own folder and for Undercroft's own
    /// configuration, which are never written to.
    fn check_name(&self, todo: &Todo, line: &Line) -> Result<()> {
        TreePath::from_names([&line.name])?;
        if todo.path.is_root() && line.name == b".git" {
            return Err(Error::new(Code::Invalid, "A version cannot hold the root's .git")
                .why("It is git's own, and never written to"));
        }
        let at = todo.at.join(&line.name);
        match &self.own {
            Some(own) if at.is_in(own) => Err(own_configuration_error(&at)),
            _ => Ok(()),
        }
    }

    /// Fails when what is there is to stay.
    pub(super) fn check_replaces(&self, at: &TreePath) -> Result<()> {
        if self.held.is_none() {
            return Err(Error::new(Code::AlreadyExists, text!("{at} is there already", at))
                .why("It is not as in the version, and is to stay")
                .next("Restore into another folder"));
        }
        Ok(())
    }

    /// The `.git` of the user's that something is in, or is. One that is not there comes back whole.
    fn git_of(&self, todo: &Todo, name: &[u8], found: Option<&Stat>) -> Option<TreePath> {
        let is_git = self.held.is_some() && found.is_some() && is_git(name);
        todo.git.clone().or_else(|| is_git.then(|| todo.at.join(name)))
    }

    /// Gives a folder its metadata, if it has another.
    fn finish(&self, folder: &Unfinished) -> Result<()> {
        if !self.acts {
            return Ok(());
        }
        let opened = self.target.descend(&folder.at)?;
        let path = self.target.path_of(&folder.at);
        let entry = fs_at::Entry::Open(opened.as_fd());
        let name = folder.at.name().unwrap_or_default();
        let node = node_of(name, EntryKind::Folder, &folder.attributes);
        let stat = fs_at::Stat::of(entry).map_err(Into::into).at("look at", &path)?;
        if folder.freshness == Freshness::Found
            && (stat.mode(), stat.mtime()) == (node.mode, node.mtime)
        {
            return Ok(());
        }
        fs_at::apply(&node, entry, &path)
    }
}

pub(super) fn gits_own(at: &TreePath) -> Error {
    Error::new(Code::AlreadyExists, text!("{at} was left as it is", at))
        .why("It is git's own, not as in the version, and never written to")
        .next("Restore it elsewhere, and take from there what you need")
}

pub(super) fn untouched(at: &TreePath, why: &LeaveOutReason) -> Error {
    Error::new(Code::AlreadyExists, text!("{at} was left as it is", at))
        .why(text!("No version would hold what is there. {why}", why = why.to_string()))
}
