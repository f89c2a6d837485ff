//! The hidden folder that an archive is unpacked to, and its renaming to what was asked for.
//!
//! It is locked for as long as its process lives, so that leftovers are told from work.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, RenameFlags};
use rustix::io::Errno;
use undercroft_foundation::{
    Code, Error, IoContext, Random, Result, escape_name, escape_path, lock_folder,
    reach_write_point, remove_tree, sync_folder, text,
};

use super::plan::UnpackReport;
use super::tree::TopAttributes;

const MARK: &[u8] = b".tmp-import-";
const RANDOM_BYTES: usize = 8;
/// The bytes of the target's name that the temporary one repeats at most.
const NAME_BYTES: usize = 200;

/// The temporary folder of one unpacking.
#[derive(Debug)]
pub(super) struct Staging {
    folder: PathBuf,
    target: PathBuf,
    /// Holds the lock.
    root: OwnedFd,
    mode: Mode,
}

/// The report of a filled folder, and what is yet to be done to it.
#[derive(Debug)]
pub(super) struct Filled {
    pub(super) report: UnpackReport,
    /// The folder in which everything lies.
    pub(super) top: Option<TopAttributes>,
}

/// Refuses a target that is there.
pub(super) fn check_absent(target: &Path) -> Result<()> {
    match fs::symlink_metadata(target) {
        Ok(_) => Err(taken(target)),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Error::io("find", target, source)),
    }
}

fn taken(target: &Path) -> Error {
    Error::new(
        Code::AlreadyExists,
        text!("Cannot unpack to {target}", target = escape_path(target)),
    )
    .why("Something of that name is there already")
    .next("Choose another name")
}

impl Staging {
    /// Makes and locks a new folder beside `target`.
    pub(super) fn create(target: &Path, random: &dyn Random) -> Result<Self> {
        let target = std::path::absolute(target).at("find", target)?;
        let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
            return Err(Error::new(Code::Invalid, "Cannot unpack to the root of the file system"));
        };
        let repeated = &name.as_bytes()[..name.len().min(NAME_BYTES)];
        loop {
            let mut bytes = [0; RANDOM_BYTES];
            random.fill(&mut bytes);
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let name = [b".", repeated, MARK, digits.as_bytes()].concat();
            let folder = parent.join(OsString::from_vec(name));
            match fs::create_dir(&folder) {
                Ok(()) => {}
                Err(source) if source.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(source) => return Err(Error::io("create", &folder, source)),
            }
            // A sweep may take the folder before it is locked: then another is made.
            if let Some(root) = lock_folder(&folder).at("lock", &folder)? {
                let mode = rustix::fs::fstat(&root).map_err(io::Error::from);
                let mode = Mode::from_raw_mode(mode.at("read", &folder)?.st_mode & 0o777);
                let private = rustix::fs::fchmod(&root, Mode::RWXU);
                private.map_err(io::Error::from).at("change", &folder)?;
                return Ok(Self { folder, target: target.clone(), root, mode });
            }
        }
    }

    /// The folder's descriptor, below which everything is written.
    pub(super) fn root(&self) -> BorrowedFd<'_> {
        self.root.as_fd()
    }

    /// Makes what was written durable and gives it its name.
    pub(super) fn publish(&self, filled: Filled, strip: bool) -> Result<UnpackReport> {
        let Filled { mut report, top } = filled;
        let top = top.filter(|_| strip);
        if top.is_none() {
            rustix::fs::fchmod(&self.root, self.mode)
                .map_err(io::Error::from)
                .at("change", &self.folder)?;
        }
        // One call for the whole file system: far less than one for each of a million files.
        rustix::fs::syncfs(&self.root).map_err(io::Error::from).at("sync", &self.folder)?;
        let source = match &top {
            Some(top) => self.folder.join(OsStr::from_bytes(&top.name)),
            None => self.folder.clone(),
        };
        reach_write_point("import.staged");
        self.rename(&source)?;
        if let Some(top) = top {
            // Best effort, as the project is there already.
            top.apply(&self.target);
            let _ = fs::remove_dir(&self.folder);
            report.stripped = Some(escape_name(&top.name));
        }
        if let Some(parent) = self.target.parent() {
            sync_folder(parent)?;
        }
        let (files, bytes) = (report.files, report.bytes);
        tracing::info!(target = %escape_path(&self.target), files, bytes, "unpacked an archive");
        Ok(report)
    }

    fn rename(&self, source: &Path) -> Result<()> {
        let here = rustix::fs::CWD;
        let renamed =
            rustix::fs::renameat_with(here, source, here, &self.target, RenameFlags::NOREPLACE);
        match renamed {
            Ok(()) => Ok(()),
            Err(Errno::EXIST) => Err(taken(&self.target)),
            // Some file systems cannot refuse to replace.
            Err(Errno::INVAL | Errno::NOSYS) => {
                check_absent(&self.target)?;
                fs::rename(source, &self.target).at("create", &self.target)
            }
            Err(source) => Err(Error::io("create", &self.target, source.into())),
        }
    }

    /// Removes it. Best effort: what stays is swept later.
    pub(super) fn discard(&self) {
        if let Err(error) = remove_tree(&self.folder) {
            tracing::warn!(folder = %escape_path(&self.folder), %error, "a temporary folder stays");
        }
    }
}

/// Removes the temporary folders in `parent` that killed processes left, and returns their number.
///
/// Nothing but folders of exactly such a name goes, and none in which a process still works.
///
/// # Errors
/// Whatever keeps `parent` from being listed.
pub fn sweep(parent: &Path) -> Result<u64> {
    let mut removed = 0;
    for entry in fs::read_dir(parent).at("list", parent)? {
        let entry = entry.at("list", parent)?;
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_folder || !is_temporary(entry.file_name().as_bytes()) {
            continue;
        }
        let folder = entry.path();
        if let Ok(Some(_lock)) = lock_folder(&folder) {
            match remove_tree(&folder) {
                Ok(()) => removed += 1,
                Err(error) => {
                    tracing::warn!(folder = %escape_path(&folder), %error, "a leftover stays");
                }
            }
        }
    }
    Ok(removed)
}

fn is_temporary(name: &[u8]) -> bool {
    let Some(digits_at) = name.len().checked_sub(RANDOM_BYTES * 2) else { return false };
    let (front, digits) = name.split_at(digits_at);
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    digits.iter().all(is_digit)
        && front.starts_with(b".")
        && front.ends_with(MARK)
        && front.len() > MARK.len() + 1
}
