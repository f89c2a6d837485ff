//! The trash of a workspace: what was deleted or replaced although no version holds it.
//!
//! It lies in the library, at `trash/WORKSPACE/NUMBER-VERSION/`, under the paths that it had in the
//! workspace, where VERSION is the one that was made before. So undoing finds it, and so can
//! everybody with a file manager. What is older than a month goes when something else comes. What a
//! project without versions loses lies at `trash/PROJECT/NUMBER-/`, until a clean-up empties it.

mod giving_back;
mod part;

use std::fs::{self, DirBuilder};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, Mode, OFlags, flock, openat};
use rustix::io::Errno;
use undercroft_foundation::{
    Code, Error, IoContext, ProjectId, Result, Text, TreePath, VersionId, escape_path, remove_tree,
    sync_folder, text,
};
use undercroft_repository::fs_at::is_at;

use crate::workspaces::Workspace;

use giving_back::Merge;

pub(crate) use giving_back::GivenBack;
pub(super) use giving_back::Taken;
pub(crate) use part::TrashPart;

/// A part that is older than the newest by this much may go.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The parts of a trash that one change filled.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PartsOf<'a> {
    /// The parts of these names.
    Named(&'a [String]),
    /// The parts that came when this was the last version: an older program named none.
    Before(VersionId),
}

impl PartsOf<'_> {
    fn have(self, folder: &Path, before: &str) -> bool {
        match self {
            Self::Named(names) => {
                names.iter().any(|name| folder.file_name().is_some_and(|it| it == &name[..]))
            }
            Self::Before(version) => before == version.to_string(),
        }
    }
}

/// The trash of a workspace.
#[derive(Debug, Clone)]
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

    /// Makes a part for what is about to come, after which what is old goes.
    ///
    /// # Errors
    /// Any error of the system.
    pub(crate) fn begin(&self, before: Option<VersionId>) -> Result<TrashPart> {
        self.part(before, true)
    }

    /// Makes a part for what is about to come, for which nothing goes.
    ///
    /// # Errors
    /// Any error of the system.
    pub(super) fn begin_beside(&self, before: Option<VersionId>) -> Result<TrashPart> {
        self.part(before, false)
    }

    fn part(&self, before: Option<VersionId>, expires: bool) -> Result<TrashPart> {
        let folder = self.new_folder(before)?;
        sync_folder(&self.folder)?;
        Ok(TrashPart { trash: self.clone(), folder, expires })
    }

    /// Makes the folder of a new part, which no other process uses.
    fn new_folder(&self, before: Option<VersionId>) -> Result<PathBuf> {
        let before = before.map(|version| version.to_string()).unwrap_or_default();
        let private = |folder: &Path| DirBuilder::new().mode(0o700).create(folder);
        let mut folders = DirBuilder::new();
        folders.recursive(true).mode(0o700).create(&self.folder).at("make", &self.folder)?;
        let mut number = self.parts()?.last().map_or(0, |(number, ..)| number + 1);
        loop {
            let part = self.folder.join(format!("{number}-{before}"));
            match private(&part) {
                Err(source) if source.kind() == io::ErrorKind::AlreadyExists => number += 1,
                made => return made.at("make", &part).map(|()| part),
            }
        }
    }

    /// Moves what a process that is no more left under a temporary name into the trash.
    ///
    /// # Errors
    /// The errors of [`TrashPart::add`].
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
        // An undoing may be under way, and what it could not bring back is not to go by that.
        if is_in_use { Ok(()) } else { self.begin_beside(None)?.add_durably(path) }
    }

    /// Whether something at a path lies in one of these parts.
    ///
    /// # Errors
    /// When the trash cannot be listed.
    pub(crate) fn holds(&self, of: PartsOf<'_>, path: &TreePath) -> Result<bool> {
        let lies_in = |part: &Path| path.below(part).symlink_metadata().is_ok();
        Ok(self.parts()?.iter().any(|(_, before, part)| of.have(part, before) && lies_in(part)))
    }

    /// Brings back what lies in these parts, as far as it lies at or below one of the paths, or
    /// anywhere when there is none; nothing comes to one path twice. A file whose place another has
    /// goes there after that went to a new part, made when `before` is the last version; anything
    /// else whose place is taken stays.
    ///
    /// # Errors
    /// Any error of the system.
    pub(crate) fn give_back(
        &self,
        of: PartsOf<'_>,
        paths: &[TreePath],
        before: Option<VersionId>,
    ) -> Result<GivenBack> {
        let mut given = GivenBack::default();
        let mut parts = self.parts()?;
        if let PartsOf::Before(_) = of {
            // The older ones may be those of other changes.
            parts.reverse();
        }
        for (_, version, part) in parts {
            if of.have(&part, &version) {
                self.give_back_of(&part, paths, Taken::SetAside(before), &mut given)?;
            }
        }
        Ok(given)
    }

    /// Brings back what lies in one part of the trash.
    pub(super) fn give_back_of(
        &self,
        part: &Path,
        paths: &[TreePath],
        taken: Taken,
        given: &mut GivenBack,
    ) -> Result<()> {
        Merge::new(self, part, taken, given).run(paths)?;
        // Only what is empty goes.
        let _ = fs::remove_dir(part);
        Ok(())
    }

    /// Its parts, the oldest first: the number, the version before, and the folder.
    pub(super) fn parts(&self) -> Result<Vec<(u64, String, PathBuf)>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.at("read", &self.folder)?,
        };
        let mut parts = Vec::new();
        for entry in entries {
            let entry = entry.at("read", &self.folder)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some((number, version)) = name.split_once('-')
                && let Ok(number) = number.parse()
            {
                parts.push((number, version.to_owned(), entry.path()));
            }
        }
        parts.sort();
        Ok(parts)
    }

    /// Removes the oldest when it is old, measured by the newest: one for each that comes, so that a
    /// clock that jumped takes little with it.
    fn expire(&self, newest: &Path) -> Result<()> {
        let modified = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
        let parts = self.parts()?;
        let Some((.., oldest)) = parts.first() else { return Ok(()) };
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
            Errno::XDEV => Error::new(Code::Unsupported, text!("{path} was left as it is", path))
                .why(self.another_file_system())
                .next("Move it away yourself, and try again"),
            source => Error::io("move to the trash", &path.below(&self.workspace), source.into()),
        }
    }

    fn another_file_system(&self) -> Text {
        text!(
            "The trash is in {folder}, on another file system",
            folder = escape_path(&self.folder)
        )
    }
}
