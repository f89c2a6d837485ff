//! Saving, deleting and copying in, each as a version.

use std::path::PathBuf;

use undercroft_foundation::{
    Code, Error, Job, Result, Text, TextValue, TreePath, WorkspaceId, escape_path, text,
};
use undercroft_watch::Touched;

use super::{Conflict, CopyInReport, WorkspaceFiles};
use crate::disk::Disk;
use crate::guard::{HeldTree, Sweep, Unheld, check_file, check_path};
use crate::restore::BegunChange;
use crate::rules::LeaveOut;
use crate::rules::own_configuration;
use crate::save::HistoryWriter;
use crate::save::{SaveOrder, Scope};
use crate::version::{Trigger, Version};
use crate::workspaces::Workspace;

/// The treatment of something that is to be replaced or removed and that no version holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsavedPolicy {
    /// Stop before anything is changed, and say what.
    Ask,
    /// Move it to the workspace's trash.
    ToTrash,
}

/// The result of writing to a workspace, or deleting in it.
#[derive(Debug)]
pub struct WriteOutcome {
    /// The version that was made: none of what the rules leave out, nor where all was so already.
    pub version: Option<Version>,
    /// Whether anything in the workspace is not as it was.
    pub changed: bool,
    /// Whether what no version holds went to the trash.
    pub trashed: bool,
}

impl HistoryWriter {
    /// Makes `bytes` the content of a file of a workspace and makes a version, unless the last one
    /// has it so already. What was there and is in no version yet becomes one before.
    ///
    /// # Errors
    /// [`Code::NotKept`] when no version holds what is there, or would hold what is written, and
    /// `unsaved` is to ask; [`Code::Invalid`] for what is git's, or when something that is no file is
    /// in the way; those of [`HistoryWriter::save`].
    pub fn put_file(
        &self,
        workspace: WorkspaceId,
        path: &TreePath,
        bytes: &[u8],
        order: SaveOrder,
        unsaved: UnsavedPolicy,
        job: &Job,
    ) -> Result<WriteOutcome> {
        let known = self.history.confirmed_workspace(workspace)?;
        check_file(own_configuration(&known.root).as_ref(), path)?;
        let at = path.below(&known.root);
        if at.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            return Err(super::in_the_way(&at));
        }
        let automatic = SaveOrder::new(Trigger::Automatic, "");
        let paths = std::slice::from_ref(path);
        self.save(workspace, Scope::Touched(all_of(paths)), automatic, job)?;
        let held = self.history.held_tree(&known)?;
        self.put_held(&known, &held, (path, bytes), order, unsaved, job)
    }

    /// Makes these bytes the content of a file, where what is there is in the tree that is `held` or
    /// may go to the trash.
    pub(super) fn put_held(
        &self,
        known: &Workspace,
        held: &HeldTree,
        (path, bytes): (&TreePath, &[u8]),
        order: SaveOrder,
        unsaved: UnsavedPolicy,
        job: &Job,
    ) -> Result<WriteOutcome> {
        let paths = std::slice::from_ref(path);
        let newest = self.history.tip_version(known.id)?.map(|version| version.id);
        let leave_out = self.history.leave_out(known)?;
        let unheld = unheld((known, &leave_out), held, paths, unsaved, job)?;
        let is_left_out = !leave_out.is_included(path, false);
        if unsaved == UnsavedPolicy::Ask && is_left_out {
            return Err(Error::new(Code::NotKept, text!("{path} would be in no version", path))
                .why("The project's rules leave it out")
                .next("Write it all the same with --force"));
        }
        let files = WorkspaceFiles::open(&known.root, Some(held))?;
        let files = files.recorded_in(self.history.library().root());
        let replaced = files.replaced(path);
        let change = match unheld.is_empty() {
            true => None,
            false => Some(self.begin_change(known, newest, vec![path.clone()], true)?),
        };
        move_to_trash(change.as_ref(), &unheld)?;
        files.put(path, bytes, replaced.as_ref(), job)?;
        change.map_or(Ok(()), |change| change.end(true))?;
        let version = self.save(known.id, Scope::Touched(all_of(paths)), order, job)?;
        let trashed = !unheld.is_empty();
        Ok(WriteOutcome { changed: version.is_some() || is_left_out || trashed, version, trashed })
    }

    /// Deletes a file or folder of a workspace, if it is there, and makes a version. What was there
    /// and is in no version yet becomes one before.
    ///
    /// # Errors
    /// [`Code::NotKept`] when no version holds all of it and `unsaved` is to ask, or when something
    /// changed while it was deleted: that stays. [`Code::Invalid`] for what is git's, and for the
    /// workspace itself; those of [`HistoryWriter::save`].
    pub fn delete_file(
        &self,
        workspace: WorkspaceId,
        path: &TreePath,
        order: SaveOrder,
        unsaved: UnsavedPolicy,
        job: &Job,
    ) -> Result<WriteOutcome> {
        self.delete_files(workspace, std::slice::from_ref(path), order, unsaved, job)
    }

    /// Deletes files and folders of a workspace in one act: one version is made of it, and one
    /// undoing brings all of them back.
    ///
    /// # Errors
    /// The errors of [`HistoryWriter::delete_file`].
    pub fn delete_files(
        &self,
        workspace: WorkspaceId,
        paths: &[TreePath],
        order: SaveOrder,
        unsaved: UnsavedPolicy,
        job: &Job,
    ) -> Result<WriteOutcome> {
        let known = self.history.confirmed_workspace(workspace)?;
        for path in paths {
            check_path(own_configuration(&known.root).as_ref(), path)?;
            if path.is_root() {
                return Err(super::no_file(&known.root));
            }
        }
        let scope = || Scope::Touched(all_of(paths));
        let before = self.ensure_saved(workspace, scope(), job)?;
        let held = self.history.held_tree(&known)?;
        let leave_out = self.history.leave_out(&known)?;
        let unheld = unheld((&known, &leave_out), &held, paths, unsaved, job)?;
        let is_there = |path: &TreePath| path.below(&known.root).symlink_metadata().is_ok();
        let there: Vec<_> = paths.iter().filter(|path| is_there(path)).cloned().collect();
        if there.is_empty() {
            return Ok(WriteOutcome { version: None, changed: false, trashed: false });
        }
        let change = self.begin_change(&known, before, there.clone(), true)?;
        move_to_trash(Some(&change), &unheld)?;
        let disk = Disk::open(&known.root)?;
        let sweep = Sweep { held: &held, disk: &disk, asks_for_git: true, job };
        let left = paths.iter().map(|path| sweep.remove(path)).collect::<Result<Vec<_>>>()?;
        let left = left.concat();
        let version = self.save(workspace, scope(), order, job)?;
        let changed = there.iter().any(|path| !is_there(path));
        let trashed = !unheld.is_empty();
        change.end(version.is_some() || changed || trashed)?;
        match left.is_empty() {
            true => Ok(WriteOutcome { version, changed, trashed }),
            false => Err(Unheld::refuse(&left)),
        }
    }

    /// Copies files and folders into a folder of a workspace and makes one version of them; says
    /// in a sentence what was done. What was there and is in no version yet becomes one before.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`] when names are taken and `conflict` is to ask, [`Code::Invalid`] when
    /// a link is on the way; those of [`HistoryWriter::save`]. What cannot be copied is a warning.
    pub fn upload(
        &self,
        workspace: WorkspaceId,
        folder: &TreePath,
        sources: &[PathBuf],
        conflict: Conflict,
        job: &Job,
    ) -> Result<Text> {
        let known = self.history.confirmed_workspace(workspace)?;
        let change = match conflict {
            Conflict::Replace => {
                let scope = Scope::Touched(all_of(std::slice::from_ref(folder)));
                Some(self.save_and_begin(&known, scope, false, job)?)
            }
            _ => None,
        };
        let held = self.history.held_tree(&known)?;
        let files = WorkspaceFiles::open(&known.root, Some(&held))?;
        let files = files.recorded_in(self.history.library().root());
        let copied = files.copy_in(folder, sources, conflict, job)?;
        match change {
            Some(change) if copied.files > 0 => change.end(true)?,
            Some(change) => drop(change.settle()?),
            None => {}
        }
        let names: Vec<_> = sources.iter().filter_map(|source| source.file_name()).collect();
        let first = names.first().map(|name| escape_path(name.as_ref()));
        let message = match (&first, names.len()) {
            (Some(name), 1) => format!("Add {name}"),
            (Some(name), count) => format!("Add {name} and {} more", count - 1),
            (None, _) => "Add files".to_owned(),
        };
        let order = SaveOrder::new(Trigger::Manual, message);
        self.save(workspace, Scope::Touched(copied.touched.clone()), order, job)?;
        Ok(sentence(&copied))
    }

    /// Makes a version of whatever is in none yet, before `act` changes files; undoing goes back to
    /// it. `act` says whether it changed any: when not, or when it failed before it did, undoing goes
    /// where it went before.
    ///
    /// # Errors
    /// The errors of [`HistoryWriter::save`], and of `act`.
    pub fn save_before<T>(
        &self,
        workspace: WorkspaceId,
        job: &Job,
        act: impl FnOnce() -> Result<(T, bool)>,
    ) -> Result<T> {
        let known = self.history.workspace(workspace)?;
        let change = self.save_and_begin(&known, Scope::Whole, false, job)?;
        let (done, has_changed) = act()?;
        change.end(has_changed)?;
        Ok(done)
    }
}

/// Moves what no version holds into the trash, for undoing to bring it back.
fn move_to_trash(change: Option<&BegunChange>, unheld: &[Unheld]) -> Result<()> {
    let Some(part) = change.and_then(BegunChange::part) else { return Ok(()) };
    unheld.iter().try_for_each(|unheld| part.add_durably(&unheld.path))
}

/// All at these paths, or below, that no version holds: a refusal, unless it may go to the trash.
fn unheld(
    (workspace, leave_out): (&Workspace, &LeaveOut),
    held: &HeldTree,
    paths: &[TreePath],
    unsaved: UnsavedPolicy,
    job: &Job,
) -> Result<Vec<Unheld>> {
    let disk = Disk::open(&workspace.root)?;
    let sweep = Sweep { held, disk: &disk, asks_for_git: true, job };
    let unheld = paths.iter().map(|path| sweep.unheld(leave_out, path));
    let unheld = unheld.collect::<Result<Vec<_>>>()?.concat();
    match unsaved {
        UnsavedPolicy::Ask if !unheld.is_empty() => Err(Unheld::refuse(&unheld)),
        _ => Ok(unheld),
    }
}

/// These paths, with all that is in them.
fn all_of(paths: &[TreePath]) -> Touched {
    let mut touched = Touched::default();
    for path in paths {
        touched.add(path);
        touched.subtrees.insert(path.clone());
    }
    touched
}

fn sentence(copied: &CopyInReport) -> Text {
    let mut text = text!(
        "{files} ({size}) copied",
        files = TextValue::count(copied.files, "file"),
        size = TextValue::Size(copied.size_bytes)
    );
    for (count, what) in [
        (copied.replaced, text!("in place of others")),
        (copied.renamed, text!("under another name")),
        (copied.skipped, text!("left out")),
        (copied.failed, text!("failed")),
    ] {
        if count > 0 {
            text += text!(", {count} {what}", count, what);
        }
    }
    text
}
