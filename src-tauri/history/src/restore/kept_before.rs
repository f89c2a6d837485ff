//! Keeping what workspaces hold before something else than a version is written there: a version
//! of what versions follow, and the trash for the rest.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::io::Errno;
use undercroft_foundation::{Error, Job, Result, TreePath};
use undercroft_library::{Overlap, overlap};

use super::begun_change::BegunChange;
use super::{check_existing, scope_of};
use crate::disk::{Disk, stat_in};
use crate::guard::{HeldFolder, HeldTree};
use crate::save::HistoryWriter;
use crate::version::EntryKind;
use crate::workspaces::Workspace;

/// The workspaces that are about to be written to, with what [`HistoryWriter::undo`] goes back to.
pub struct KeptBefore {
    workspaces: Vec<KeptWorkspace>,
}

struct KeptWorkspace {
    change: BegunChange,
    held: HeldTree,
    /// The folder that was asked for last, as the version holds it.
    folder: Mutex<Option<(TreePath, Arc<HeldFolder>)>>,
}

impl HistoryWriter {
    /// Makes versions of the open workspaces that these places hold or lie in, before something
    /// else is written there, for [`HistoryWriter::undo`] to go back to. The places are canonical
    /// but for their last names, which are not followed.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for what is git's own there, and those of
    /// [`HistoryWriter::save`].
    pub fn keep_before_writing(&self, places: &[PathBuf], job: &Job) -> Result<KeptBefore> {
        let mut kept = Vec::new();
        for workspace in self.written_at(places)? {
            let paths: Vec<_> =
                places.iter().filter_map(|it| TreePath::of(&workspace.root, it)).collect();
            for path in &paths {
                check_existing(&workspace.root, path)?;
            }
            let holds_it = |it: &PathBuf| {
                matches!(overlap(it, &workspace.root), Overlap::Same | Overlap::Contains)
            };
            let whole = [TreePath::root()];
            let paths = if places.iter().any(holds_it) { &whole[..] } else { &paths[..] };
            let change = self.save_and_begin(&workspace, scope_of(paths), true, job)?;
            let held = self.history.held_tree(&workspace)?;
            kept.push(KeptWorkspace { change, held, folder: Mutex::default() });
        }
        Ok(KeptBefore { workspaces: kept })
    }

    /// The open workspaces that these places hold or lie in, of which versions are made before
    /// something is written there. The places are canonical but for their last names.
    ///
    /// # Errors
    /// The errors of [`crate::History::workspaces`].
    pub fn written_at(&self, places: &[PathBuf]) -> Result<Vec<Workspace>> {
        let mut concerned = self.history.workspaces(None)?;
        concerned.retain(|workspace| {
            workspace.closed.is_none()
                && workspace.is_present()
                && places.iter().any(|it| overlap(it, &workspace.root) != Overlap::Apart)
        });
        Ok(concerned)
    }
}

impl KeptBefore {
    /// The workspaces.
    pub fn workspaces(&self) -> impl Iterator<Item = &Workspace> {
        self.workspaces.iter().map(|kept| kept.change.workspace())
    }

    /// Moves what is at a path into the trash of its workspace, unless a version holds it, before
    /// something takes its place. Undoing brings it back.
    ///
    /// # Errors
    /// Any error of the system; [`undercroft_foundation::Code::Unsupported`] where the library lies
    /// on another file system.
    pub fn set_aside(&self, path: &Path, job: &Job) -> Result<()> {
        let inside = |kept: &&KeptWorkspace| path.starts_with(&kept.change.workspace().root);
        match self.workspaces.iter().find(inside) {
            Some(kept) => kept.set_aside(path, job),
            None => Ok(()),
        }
    }

    /// Ends the writing, and gives whether there is something to undo. Unless it is known that
    /// something `was_written`, that is looked for; where nothing was, the undo from before is back.
    ///
    /// # Errors
    /// The errors of reading the workspaces, and of writing the records.
    pub fn finish(self, was_written: bool) -> Result<bool> {
        let mut is_any = false;
        for kept in self.workspaces {
            is_any |= match was_written {
                true => kept.change.end(true).map(|()| true)?,
                false => kept.change.settle()?,
            };
        }
        Ok(is_any)
    }
}

impl KeptWorkspace {
    fn set_aside(&self, path: &Path, job: &Job) -> Result<()> {
        let root = &self.change.workspace().root;
        let Some(at) = TreePath::of(root, path) else { return Ok(()) };
        let Some((parent, name)) = at.split() else { return Ok(()) };
        let Some(folder) = Disk::open(root)?.folder(&parent)? else {
            return Ok(());
        };
        let stat = match stat_in(folder.as_fd(), name) {
            Err(Errno::NOENT) => return Ok(()),
            stat => stat.map_err(|source| Error::io("look at", path, source.into()))?,
        };
        let is_held = stat.kind != EntryKind::Folder
            && self.folder(&parent)?.proof(name, (folder.as_fd(), name), &stat, job)?.is_some();
        match self.change.part() {
            Some(part) if !is_held => part.add(&at),
            _ => Ok(()),
        }
    }

    /// The folder at a path, as the version holds it.
    fn folder(&self, path: &TreePath) -> Result<Arc<HeldFolder>> {
        let mut last = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, folder)) = &*last
            && at == path
        {
            return Ok(Arc::clone(folder));
        }
        let folder = Arc::new(self.held.folder(path)?);
        *last = Some((path.clone(), Arc::clone(&folder)));
        Ok(folder)
    }
}
