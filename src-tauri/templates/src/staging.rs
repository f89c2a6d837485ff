//! A hidden folder that becomes the target at the end, or goes.
//!
//! It is named and locked as those of unpacked archives are, so that one sweep takes away what
//! killed processes left.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::{OFlags, RenameFlags};
use rustix::io::Errno;
use undercroft_foundation::{
    Code, Error, IoContext, OsRandom, Random, Result, escape_path, lock_folder, reach_write_point,
    sync_folder, text,
};

/// The folder, removed when it is dropped before it has its name.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: PathBuf,
    target: PathBuf,
    root: OwnedFd,
    is_published: bool,
}

/// Opens a folder that is no link.
pub(crate) const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A hidden name beside `path` that nothing has.
pub(crate) fn hidden_beside(path: &Path) -> PathBuf {
    let mut random = [0; 8];
    OsRandom.fill(&mut random);
    let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = path.file_name().unwrap_or_default().as_bytes();
    let name = [b".", &name[..name.len().min(200)], b".tmp-import-", digits.as_bytes()].concat();
    path.with_file_name(OsString::from_vec(name))
}

fn taken(target: &Path) -> Error {
    Error::new(Code::AlreadyExists, text!("Cannot create {target}", target = escape_path(target)))
        .why("Something of that name is there already")
        .next("Choose another name")
}

impl Staging {
    /// Makes the folder beside `target`, which must not be there.
    pub(crate) fn create(target: &Path) -> Result<Self> {
        let target = std::path::absolute(target).at("find", target)?;
        if target.file_name().is_none() {
            return Err(Error::new(Code::Invalid, "Cannot create the root of the file system"));
        }
        match fs::symlink_metadata(&target) {
            Ok(_) => return Err(taken(&target)),
            Err(source) if source.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::io("find", &target, source)),
        }
        loop {
            let folder = hidden_beside(&target);
            fs::create_dir(&folder).at("create", &folder)?;
            // A sweep may take the folder before it is locked: then another is made.
            if let Some(root) = lock_folder(&folder).at("lock", &folder)? {
                return Ok(Self { folder, target, root, is_published: false });
            }
        }
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The descriptor of the folder.
    pub(crate) fn root(&self) -> BorrowedFd<'_> {
        self.root.as_fd()
    }

    /// Makes it durable and gives it its name.
    pub(crate) fn publish(mut self) -> Result<()> {
        rustix::fs::syncfs(&self.root).map_err(io::Error::from).at("sync", &self.folder)?;
        reach_write_point("import.staged");
        let here = rustix::fs::CWD;
        let named = &self.target;
        match rustix::fs::renameat_with(here, &self.folder, here, named, RenameFlags::NOREPLACE) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Err(taken(named)),
            // Some file systems cannot refuse to replace; an empty folder is all that they could.
            Err(Errno::INVAL | Errno::NOSYS) => {
                fs::rename(&self.folder, named).at("create", named)?;
            }
            Err(source) => return Err(Error::io("create", named, source.into())),
        }
        self.is_published = true;
        self.target.parent().map_or(Ok(()), sync_folder)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.is_published {
            // Best effort: what stays is swept later.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
