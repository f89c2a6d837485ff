//! Putting what was written beside a folder into it, name by name.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, RenameFlags, openat, renameat, renameat_with, statat,
};
use rustix::io::Errno;
use undercroft_foundation::{
    Code, Error, Job, Result, TextValue, TreePath, escape_path, make_folders, reach_write_point,
    text,
};

use super::BeforeReplacing;
use crate::format::index::EntryKind;
use crate::read::ArchiveReader;
use crate::write::source::{folder_flags, names_in};

/// The treatment of a name that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// Stop before anything is written.
    #[default]
    Refuse,
    /// Leave what is there.
    Keep,
    /// Replace a file or link; a folder where the archive has a file stays.
    Replace,
}

/// A folder that receives files.
pub(super) struct Target<'a> {
    pub(super) folder: &'a Path,
    pub(super) existing: Existing,
    pub(super) before_replacing: &'a BeforeReplacing<'a>,
}

/// The outcome of putting files in place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Placed {
    /// The number of names that were put in place.
    pub(super) count: u64,
    /// The names that were taken and left as they were.
    pub(super) skipped: Vec<TreePath>,
    /// The number of files that were replaced, and kept.
    pub(super) replaced: u64,
}

/// The names that files of the archive would find taken in a folder.
pub(super) fn taken(
    archive: &ArchiveReader,
    root: u32,
    wanted: &[u32],
    folder: &Path,
) -> Result<Vec<TreePath>> {
    let mut taken = Vec::new();
    if !folder.is_dir() {
        return Ok(taken);
    }
    let depth = archive.index().path(root)?.names().count();
    // What is below a name that is not there is not there either.
    let mut missing = std::collections::HashSet::new();
    for number in wanted.iter().copied().filter(|number| *number != root) {
        let entry = archive.index().entry(number);
        if missing.contains(&entry.parent) {
            missing.insert(number + 1);
            continue;
        }
        let path = TreePath::from_names(archive.index().path(number)?.names().skip(depth))?;
        match statat(CWD, path.below(folder), AtFlags::SYMLINK_NOFOLLOW) {
            Err(_) => drop(missing.insert(number + 1)),
            Ok(found) => {
                let is_folder = FileType::from_raw_mode(found.st_mode) == FileType::Directory;
                if !is_folder || entry.kind != EntryKind::Folder {
                    taken.push(path);
                    missing.insert(number + 1);
                }
            }
        }
    }
    Ok(taken)
}

/// Moves all that is in `from` into the target. Folders that are there receive; no link is followed.
pub(super) fn place(from: &Path, target: &Target<'_>, job: &Job) -> Result<Placed> {
    let to = target.folder;
    let open = |path: &Path| {
        openat(CWD, path, folder_flags(), Mode::empty())
            .map_err(|errno| Error::io("open", path, errno.into()))
    };
    let kept = free_name(to);
    let mut placing = Placing { target, kept: kept.clone(), placed: Placed::default(), job };
    let (from, into) = (open(from)?, open(to)?);
    placing.merge(&from, &into, &TreePath::root())?;
    File::from(into).sync_all().map_err(|source| Error::io("sync", to, source))?;
    if placing.placed.replaced > 0 {
        let replaced = TextValue::count(placing.placed.replaced, "file");
        job.warn(
            escape_path(&kept),
            text!("{replaced} that were replaced are kept here", replaced),
        );
    }
    Ok(placing.placed)
}

/// A folder in the target that is not there yet.
fn free_name(folder: &Path) -> PathBuf {
    let name = |count: u32| match count {
        0 => folder.join("replaced by restore"),
        count => folder.join(format!("replaced by restore {count}")),
    };
    let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
    (0..u32::MAX).map(name).find(is_free).unwrap_or_else(|| name(u32::MAX))
}

struct Placing<'a> {
    target: &'a Target<'a>,
    /// The folder for what is replaced.
    kept: PathBuf,
    placed: Placed,
    job: &'a Job,
}

impl Placing<'_> {
    fn merge(&mut self, from: &OwnedFd, into: &OwnedFd, path: &TreePath) -> Result<()> {
        for name in names_in(from).map_err(|errno| failed(path, errno))? {
            self.job.check_cancelled()?;
            let path = path.join(&name);
            self.place_name(from, into, &name, &path).map_err(|errno| failed(&path, errno))??;
            reach_write_point("archive.file-placed");
        }
        Ok(())
    }

    fn place_name(
        &mut self,
        from: &OwnedFd,
        into: &OwnedFd,
        name: &[u8],
        path: &TreePath,
    ) -> rustix::io::Result<Result<()>> {
        match renameat_with(from, name, into, name, RenameFlags::NOREPLACE) {
            Ok(()) => {
                self.placed.count += 1;
                return Ok(Ok(()));
            }
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno),
        }
        let kind = |folder: &OwnedFd| -> rustix::io::Result<FileType> {
            Ok(FileType::from_raw_mode(statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode))
        };
        let (ours, theirs) = (kind(from)?, kind(into)?);
        if name.eq_ignore_ascii_case(b".git") {
            // Git's own is whole or not at all: parts of an old one would unname newer commits.
            self.skip(path);
            return Ok(Ok(()));
        }
        match (ours, theirs) {
            (FileType::Directory, FileType::Directory) => {
                let open = |folder: &OwnedFd| openat(folder, name, folder_flags(), Mode::empty());
                let (below, target) = (open(from)?, open(into)?);
                Ok(self.merge(&below, &target, path))
            }
            (FileType::Directory, _) | (_, FileType::Directory) => {
                self.skip(path);
                Ok(Ok(()))
            }
            _ if self.target.existing == Existing::Replace => self.replace(from, into, name, path),
            _ if self.target.existing == Existing::Keep => {
                self.skip(path);
                Ok(Ok(()))
            }
            // It came while the rest was written.
            _ => Ok(Err(failed(path, Errno::EXIST))),
        }
    }

    fn replace(
        &mut self,
        from: &OwnedFd,
        into: &OwnedFd,
        name: &[u8],
        path: &TreePath,
    ) -> rustix::io::Result<Result<()>> {
        match (self.target.before_replacing)(path) {
            Err(error) if error.code() == Code::Cancelled => return Ok(Err(error)),
            Err(error) => {
                self.job.warn(path.to_string(), error.sentence());
                self.placed.skipped.push(path.clone());
                return Ok(Ok(()));
            }
            Ok(()) => {}
        }
        let placed = match renameat_with(from, name, into, name, RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => {
                // What was there is in the folder that goes in the end, unless it is kept.
                renameat_with(from, name, into, name, RenameFlags::EXCHANGE)?;
                self.keep(from, name, path)
            }
            placed => Ok(placed?),
        };
        self.placed.count += 1;
        Ok(placed)
    }

    /// Keeps what was replaced beside the rest.
    fn keep(&mut self, from: &OwnedFd, name: &[u8], path: &TreePath) -> Result<()> {
        let kept = path.below(&self.kept);
        let folder = kept.parent().unwrap_or(&self.kept);
        make_folders(folder)?;
        renameat(from, name, CWD, &kept).map_err(|errno| failed(path, errno))?;
        self.placed.replaced += 1;
        Ok(())
    }

    fn skip(&mut self, path: &TreePath) {
        self.job.warn(path.to_string(), "It was there already, and stays as it is");
        self.placed.skipped.push(path.clone());
    }
}

fn failed(path: &TreePath, errno: Errno) -> Error {
    match errno {
        Errno::EXIST => Error::new(Code::AlreadyExists, text!("Cannot restore {path}", path))
            .why("Something of that name is there already")
            .next("Choose to replace or to keep what is there"),
        _ => Error::io("restore", &path.below(Path::new("")), errno.into()),
    }
}
