//! The folder that a workspace is opened in: empty, and this opening's alone until it is done.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use undercroft_foundation::{
    Code, Error, IoContext, Job, Result, Text, TreePath, escape_name, escape_path, text,
};

use crate::disk::{Disk, is_in_place};
use crate::guard::{HeldTree, Sweep, Unheld};
use crate::rules::LeaveOut;

/// A folder that no other process opens a workspace in.
pub(super) struct Claim {
    root: PathBuf,
    is_new: bool,
    lock: File,
}

impl Claim {
    /// Claims a folder, or makes it.
    ///
    /// # Errors
    /// [`Code::Locked`] while somebody else has it.
    pub(super) fn take(root: &Path) -> Result<Self> {
        if let Some(above) = root.parent() {
            fs::create_dir_all(above).at("make", above)?;
        }
        let is_new = match fs::create_dir(root) {
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => false,
            made => made.at("make", root).map(|()| true)?,
        };
        let lock = File::open(root).at("open", root)?;
        match lock.try_lock() {
            Err(TryLockError::Error(source)) => return Err(source).at("lock", root),
            Err(TryLockError::WouldBlock) => return Err(already_claimed(root)),
            Ok(()) => {}
        }
        let claim = Self { root: root.to_owned(), is_new, lock };
        // Who had it may have removed it just now.
        if !claim.is_there()? {
            return Err(already_claimed(root));
        }
        Ok(claim)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Removes all of the version that is in the folder, and the folder if it was made for that.
    /// Gives what stays.
    ///
    /// # Errors
    /// When it cannot be begun.
    pub(super) fn clear(&self, held: &HeldTree) -> Result<Vec<Unheld>> {
        let disk = Disk::open(&self.root)?;
        // Also when the opening was cancelled, and that for a second time.
        let sweep = Sweep { held, disk: &disk, asks_for_git: false, job: &Job::new() };
        let left = sweep.remove(&TreePath::root())?;
        if self.is_new && left.is_empty() {
            fs::remove_dir(&self.root).at("remove", &self.root)?;
        }
        Ok(left)
    }

    fn is_there(&self) -> Result<bool> {
        let locked = self.lock.metadata().at("look at", &self.root)?;
        let found = fs::metadata(&self.root).at("look at", &self.root)?;
        Ok((found.dev(), found.ino()) == (locked.dev(), locked.ino()))
    }

    /// Removes what an opening that was killed left, when a version holds all of it that was whole.
    ///
    /// # Errors
    /// When it cannot be looked at or removed.
    pub(super) fn clear_left_over(
        &self,
        held: &HeldTree,
        leave_out: &LeaveOut,
        job: &Job,
    ) -> Result<()> {
        let (disk, root) = (Disk::open(&self.root)?, TreePath::root());
        let sweep = Sweep { held, disk: &disk, asks_for_git: false, job };
        let is_begun = |it: &Unheld| it.path.name().is_some_and(|name| !is_in_place(name));
        let unheld = sweep.unheld(leave_out, &root)?;
        if !unheld.iter().all(is_begun) {
            return Ok(());
        }
        for path in unheld.iter().map(|it| it.path.below(&self.root)) {
            fs::remove_file(&path).at("remove", &path)?;
        }
        sweep.remove(&root).map(drop)
    }

    /// Goes on where the folder is empty.
    ///
    /// # Errors
    /// [`Code::Invalid`] when it is not.
    pub(super) fn refuse_filled(&self) -> Result<()> {
        let (mut first, mut count) = (None, 0);
        for entry in fs::read_dir(&self.root).at("read", &self.root)? {
            let name = entry.at("read", &self.root)?.file_name();
            first = first.into_iter().chain([name]).min();
            count += 1;
        }
        let Some(first) = first else { return Ok(()) };
        let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
        let first = escape_name(first.as_encoded_bytes());
        Err(refuse(&self.root, format!("It is not empty: {first}{more} is there")))
    }
}

fn already_claimed(root: &Path) -> Error {
    let what = text!("No workspace can be opened in {root} now", root = escape_path(root));
    Error::new(Code::Locked, what)
        .why("Another one is being opened there")
        .next("Wait until that is done, or choose another name or folder")
}

/// The refusal to open a workspace in a folder.
pub(super) fn refuse(root: &Path, why: impl Into<Text>) -> Error {
    Error::new(
        Code::Invalid,
        text!("No workspace can be opened in {root}", root = escape_path(root)),
    )
    .why(why)
    .next(
        "Choose another name, or a folder that is empty or does not exist yet, outside of \
             projects; or move away what is there",
    )
}
