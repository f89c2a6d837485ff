//! The trash of a workspace: what was deleted or replaced although no version holds it.
//!
//! It lies in the library, at `trash/WORKSPACE/NUMBER-VERSION/`, under the paths that it had in the
//! workspace, where VERSION is the one that was made before. So undoing finds it, and so can
//! everybody with a file manager. What is older than a month goes when something else comes. What a
//! project without versions loses lies at `trash/PROJECT/NUMBER-/`, until a clean-up empties it.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{
    AtFlags, Dir, FlockOperation, Mode, OFlags, RenameFlags, flock, fsync, mkdirat, openat,
    renameat_with, unlinkat,
};
use rustix::io::{Errno, Result as SystemResult};
use undercroft_foundation::{
    Code, Error, IoContext, ProjectId, Result, TreePath, VersionId, escape_path, reach_write_point,
    remove_tree, sync_folder, text,
};
use undercroft_repository::fs_at::{Entry, Stat, descend, is_at};

use super::guarded_entry::rename_new;
use crate::workspaces::Workspace;

/// A part that is older than the newest by this much may go.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The outcome of giving back from the trash.
#[derive(Default)]
pub(crate) struct GivenBack {
    /// Paths that are in their place again, with all in them.
    pub(crate) paths: Vec<TreePath>,
    /// Paths that are not, and why.
    pub(crate) left: Vec<(TreePath, Error)>,
}

/// The fate of a file whose place is taken by another file, when it comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It stays in the trash.
    Stays,
    /// The two change places: a version, or the trash, has what is there now.
    Exchanged,
}

/// The trash of a workspace.
pub(crate) struct Trash {
    folder: PathBuf,
    workspace: PathBuf,
}

impl Trash {
    pub(crate) fn of(library: &Path, workspace: &Workspace) -> Self {
        let folder = library.join("trash").join(workspace.id.to_string());
        Self { folder, workspace: workspace.root.clone() }
    }

    pub(super) fn of_project(library: &Path, id: ProjectId, root: PathBuf) -> Self {
        Self { folder: library.join("trash").join(id.to_string()), workspace: root }
    }

    /// Moves what is at these paths of the workspace into the trash; says where it is now.
    ///
    /// # Errors
    /// Any error of the system; [`Code::Unsupported`] when the library lies on another file
    /// system. What was not moved is where it was.
    pub(crate) fn take(&self, paths: &[TreePath], before: Option<VersionId>) -> Result<PathBuf> {
        let batch = self.take_all(paths, before)?;
        // Best effort: what cannot be removed keeps nobody from going on.
        if let Err(error) = self.expire(&batch) {
            tracing::warn!(%error, "old trash stays");
        }
        Ok(batch)
    }

    /// Makes a part of the trash for what [`Trash::add`] brings.
    ///
    /// # Errors
    /// Any error of the system.
    pub(crate) fn begin(&self, before: Option<VersionId>) -> Result<PathBuf> {
        let batch = self.new_batch(before)?;
        sync_folder(&self.folder)?;
        Ok(batch)
    }

    /// Moves what is at a path of the workspace into a part of the trash. A crash leaves it here or
    /// there.
    ///
    /// # Errors
    /// The errors of [`Trash::take`].
    pub(crate) fn add(&self, batch: &Path, path: &TreePath) -> Result<()> {
        let (from, to) = (open(&self.workspace)?, open(batch)?);
        let moved = move_entry(from.as_fd(), to.as_fd(), path);
        moved.map_err(|source| self.cannot_move(path, source))?;
        reach_write_point("workspace.trashed");
        Ok(())
    }

    /// Moves what is at these paths into the trash, and removes nothing.
    ///
    /// # Errors
    /// The errors of [`Trash::take`].
    pub(super) fn take_all(
        &self,
        paths: &[TreePath],
        before: Option<VersionId>,
    ) -> Result<PathBuf> {
        let batch = self.new_batch(before)?;
        let (from, to) = (open(&self.workspace)?, open(&batch)?);
        for (moved, path) in paths.iter().enumerate() {
            let entry = move_entry(from.as_fd(), to.as_fd(), path);
            let synced =
                entry.and_then(|(above, below)| fsync(&below).and_then(|()| fsync(&above)));
            synced.map_err(|source| {
                if moved == 0 {
                    remove_empty(&batch, path);
                }
                self.cannot_move(path, source)
            })?;
            reach_write_point("workspace.trashed");
        }
        sync_folder(&batch)?;
        sync_folder(&self.folder)?;
        Ok(batch)
    }

    /// Makes the folder of a new part, which no other process uses.
    fn new_batch(&self, before: Option<VersionId>) -> Result<PathBuf> {
        let before = before.map(|version| version.to_string()).unwrap_or_default();
        let private = |folder: &Path| DirBuilder::new().mode(0o700).create(folder);
        let mut folders = DirBuilder::new();
        folders.recursive(true).mode(0o700).create(&self.folder).at("make", &self.folder)?;
        let mut number = self.batches()?.last().map_or(0, |(number, ..)| number + 1);
        loop {
            let batch = self.folder.join(format!("{number}-{before}"));
            match private(&batch) {
                Err(source) if source.kind() == io::ErrorKind::AlreadyExists => number += 1,
                made => return made.at("make", &batch).map(|()| batch),
            }
        }
    }

    /// Moves what a process that is no more left under a temporary name into the trash.
    ///
    /// # Errors
    /// The errors of [`Trash::take`].
    pub(crate) fn sweep(&self, folder: BorrowedFd<'_>, path: &TreePath) -> Result<()> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let name = path.name().unwrap_or_default();
        // Until it is there, its lock is held: who finds it free makes a new file of this name.
        let file = openat(folder, name, flags, Mode::empty());
        let is_in_use = match &file {
            Ok(file) => {
                flock(file, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK)
                    || !is_at(file.as_fd(), folder, name)
            }
            // It went meanwhile, and what comes to have its name is another's.
            Err(error) => *error == Errno::NOENT,
        };
        if is_in_use { Ok(()) } else { self.take(std::slice::from_ref(path), None).map(drop) }
    }

    /// Whether something lay at a path that went when `before` was the last version.
    ///
    /// # Errors
    /// When the trash cannot be listed.
    pub(crate) fn holds(&self, before: VersionId, path: &TreePath) -> Result<bool> {
        let name = before.to_string();
        let lies_in = |batch: &Path| path.below(batch).symlink_metadata().is_ok();
        Ok(self.batches()?.iter().any(|(_, of, batch)| *of == name && lies_in(batch)))
    }

    /// Brings back what went when `before` was the last version, as far as it lay at or below one
    /// of the paths, or anywhere when there is none. A file changes places with one that is there;
    /// anything else whose place is taken stays.
    ///
    /// # Errors
    /// Any error of the system.
    pub(crate) fn give_back(&self, before: VersionId, paths: &[TreePath]) -> Result<GivenBack> {
        let mut given = GivenBack::default();
        for (_, name, batch) in self.batches()?.into_iter().rev() {
            if name == before.to_string() {
                self.give_back_of(&batch, paths, Taken::Exchanged, &mut given)?;
            }
        }
        Ok(given)
    }

    /// Brings back what lies in one part of the trash.
    pub(super) fn give_back_of(
        &self,
        batch: &Path,
        paths: &[TreePath],
        taken: Taken,
        given: &mut GivenBack,
    ) -> Result<()> {
        let (from, to) = (open(batch)?, open(&self.workspace)?);
        let root = [TreePath::root()];
        for path in if paths.is_empty() { &root[..] } else { paths } {
            let mut merge = Merge { batch, taken, given };
            let merged = merge.path(from.as_fd(), to.as_fd(), path);
            merged.map_err(io::Error::from).at("bring back from", batch)?;
        }
        // Only what is empty goes.
        let _ = fs::remove_dir(batch);
        Ok(())
    }

    /// Its parts, the oldest first: the number, the version before, and the folder.
    pub(super) fn batches(&self) -> Result<Vec<(u64, String, PathBuf)>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.at("read", &self.folder)?,
        };
        let mut batches = Vec::new();
        for entry in entries {
            let entry = entry.at("read", &self.folder)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some((number, version)) = name.split_once('-')
                && let Ok(number) = number.parse()
            {
                batches.push((number, version.to_owned(), entry.path()));
            }
        }
        batches.sort();
        Ok(batches)
    }

    /// Removes the oldest when it is old, measured by the newest: one for each that comes, so that a
    /// clock that jumped takes little with it.
    fn expire(&self, newest: &Path) -> Result<()> {
        let modified = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
        let batches = self.batches()?;
        let Some((.., oldest)) = batches.first() else { return Ok(()) };
        let age = modified(newest)
            .zip(modified(oldest))
            .and_then(|(now, then)| now.duration_since(then).ok());
        if age.is_some_and(|age| age > KEPT) {
            remove_tree(oldest)?;
        }
        Ok(())
    }

    fn cannot_move(&self, path: &TreePath, source: Errno) -> Error {
        match source {
            Errno::XDEV => self.another_file_system(path),
            source => Error::io("move to the trash", &path.below(&self.workspace), source.into()),
        }
    }

    fn another_file_system(&self, path: &TreePath) -> Error {
        Error::new(Code::Unsupported, text!("{path} was left as it is", path))
            .why(text!(
                "The trash is in {folder}, on another file system",
                folder = escape_path(&self.folder)
            ))
            .next("Move it away yourself, and try again")
    }
}

/// Removes a part into which this path could not be moved. Only empty folders go: a move whose
/// syncing failed has moved all the same.
fn remove_empty(batch: &Path, path: &TreePath) {
    let place = path.below(batch);
    for folder in place.ancestors().skip(1).take_while(|folder| folder.starts_with(batch)) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
}

fn stays(path: TreePath, batch: &Path) -> (TreePath, Error) {
    let error = Error::new(Code::AlreadyExists, text!("{path} stays in the trash", path))
        .why("Something else is in its place")
        .next(text!("Take it from {batch}", batch = escape_path(batch)));
    (path, error)
}

fn open(folder: &Path) -> Result<OwnedFd> {
    File::open(folder).map(Into::into).at("open", folder)
}

/// Moves an entry to the same path below another folder. Gives the two folders, for syncing.
fn move_entry(
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    path: &TreePath,
) -> SystemResult<(OwnedFd, OwnedFd)> {
    let Some((parent, name)) = path.split() else { return Err(Errno::INVAL) };
    let above = enter(from, &parent)?;
    let below = make_path(to, &parent)?;
    rename_new((above.as_fd(), name), (below.as_fd(), name))?;
    Ok((above, below))
}

/// Opens a folder below another.
fn enter(from: BorrowedFd<'_>, path: &TreePath) -> SystemResult<OwnedFd> {
    descend(from, &path.names().collect::<Vec<_>>())
}

/// Opens a folder below another, and makes it and those above it where they are missing.
fn make_path(to: BorrowedFd<'_>, path: &TreePath) -> SystemResult<OwnedFd> {
    let mut folder = rustix::io::fcntl_dupfd_cloexec(to, 0)?;
    for name in path.names() {
        match mkdirat(&folder, name, Mode::RWXU) {
            Err(Errno::EXIST) | Ok(()) => folder = descend(folder.as_fd(), &[name])?,
            Err(source) => return Err(source),
        }
    }
    Ok(folder)
}

/// Moves what is in a part of the trash into the workspace, folder into folder.
struct Merge<'a> {
    batch: &'a Path,
    taken: Taken,
    given: &'a mut GivenBack,
}

impl Merge<'_> {
    fn path(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        path: &TreePath,
    ) -> SystemResult<()> {
        let Some((parent, name)) = path.split() else { return self.folder(from, to, path) };
        let above = match enter(from, &parent) {
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(()),
            above => above?,
        };
        if Stat::of(Entry::In(above.as_fd(), name)).is_err() {
            return Ok(());
        }
        self.entry(above.as_fd(), make_path(to, &parent)?.as_fd(), path)
    }

    fn entry(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        path: &TreePath,
    ) -> SystemResult<()> {
        let name = path.name().unwrap_or_default();
        match rename_new((from, name), (to, name)) {
            Ok(()) => {
                self.given.paths.push(path.clone());
                return fsync(to);
            }
            Err(Errno::NOENT) => return Ok(()),
            Err(Errno::EXIST) => {}
            Err(source) => return Err(source),
        }
        let is_folder = |folder| Stat::of(Entry::In(folder, name)).is_ok_and(|it| it.is_dir());
        let exchange = || renameat_with(from, name, to, name, RenameFlags::EXCHANGE);
        let may_exchange = self.taken == Taken::Exchanged && !is_folder(from) && !is_folder(to);
        if may_exchange && exchange().is_ok() {
            self.given.paths.push(path.clone());
            return fsync(to);
        }
        if is_folder(from) && is_folder(to) {
            let (inner, outer) = (descend(from, &[name])?, descend(to, &[name])?);
            self.folder(inner.as_fd(), outer.as_fd(), path)?;
            // Only what is empty goes.
            let _ = unlinkat(from, name, AtFlags::REMOVEDIR);
        } else {
            self.given.left.push(stays(path.clone(), self.batch));
        }
        Ok(())
    }

    fn folder(
        &mut self,
        from: BorrowedFd<'_>,
        to: BorrowedFd<'_>,
        path: &TreePath,
    ) -> SystemResult<()> {
        for entry in Dir::read_from(from)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                self.entry(from, to, &path.join(name))?;
            }
        }
        Ok(())
    }
}
