//! Looking at what is to go: how much it takes, and what no version would hold of it.

use std::os::fd::{AsFd, BorrowedFd};

use jiff::Timestamp;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat, openat, statat};
use undercroft_foundation::{Code, Error, IoContext, Job, Result, TreePath, text};
use undercroft_history::rules::{Decision, FolderRules};

use super::removing::{ProjectFolder, is_git};
use crate::usage::rebuilt::RebuildRule;

/// Deeper folders are made by no program that people use.
pub(super) const DEEPEST: usize = 1_000;

/// A file or folder that was looked through.
#[derive(Debug, Default)]
pub(super) struct Measured {
    pub(super) bytes: u64,
    pub(super) files: u64,
    pub(super) newest: Option<Timestamp>,
    pub(super) is_folder: bool,
    /// Whether the project's rules leave any of it out of the versions.
    pub(super) has_left_out: bool,
    /// The bytes of that.
    pub(super) left_out_bytes: u64,
}

/// Looks through a file or folder of a project.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Invalid`] where something of git's is in it, [`Code::Cancelled`].
pub(super) fn measure(
    folder: &ProjectFolder,
    path: &TreePath,
    rule: &RebuildRule,
    job: &Job,
) -> Result<Measured> {
    let (parent, name) = folder.parent_of(path)?;
    let rules = path.parent().and_then(|above| rule.folder(&above));
    let mut walk = Walk { job, measured: Measured::default() };
    let stat = statat(&parent, name, AtFlags::SYMLINK_NOFOLLOW)
        .map_err(Into::into)
        .at("look at", &folder.path_of(path))?;
    walk.measured.is_folder = is_folder(&stat);
    walk.entry(rules.as_ref(), parent.as_fd(), (path, name), &stat, 0)?;
    Ok(walk.measured)
}

fn is_folder(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Directory
}

struct Walk<'a> {
    job: &'a Job,
    measured: Measured,
}

impl Walk<'_> {
    /// Looks at one entry; without rules, the folder above it is left out.
    fn entry(
        &mut self,
        rules: Option<&FolderRules>,
        above: BorrowedFd<'_>,
        (path, name): (&TreePath, &[u8]),
        stat: &Stat,
        depth: usize,
    ) -> Result<()> {
        self.job.check_cancelled()?;
        if is_git(name) {
            return Err(holds_git(path));
        }
        let is_folder = is_folder(stat);
        let is_kept = rules.is_some_and(|rules| rules.decide(name, is_folder) == Decision::Keep);
        let bytes = u64::try_from(stat.st_blocks).unwrap_or_default() * 512;
        self.measured.bytes += bytes;
        if !is_kept {
            self.measured.has_left_out = true;
            self.measured.left_out_bytes += bytes;
        }
        if !is_folder {
            self.measured.files += 1;
            let time = Timestamp::from_second(stat.st_mtime).ok();
            self.measured.newest = self.measured.newest.max(time);
            return Ok(());
        }
        if depth > DEEPEST {
            return Err(Error::new(Code::Invalid, text!("{path} is too deep", path)));
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let failed = |source: rustix::io::Errno| {
            Error::io("read", std::path::Path::new(&path.to_string()), source.into())
        };
        let folder = openat(above, name, flags, Mode::empty()).map_err(failed)?;
        let inner = rules.filter(|_| is_kept).and_then(|rules| rules.enter(name).ok());
        for entry in Dir::read_from(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            let Ok(stat) = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            let at = path.join(name);
            self.entry(inner.as_ref(), folder.as_fd(), (&at, name), &stat, depth + 1)?;
        }
        Ok(())
    }
}

fn holds_git(path: &TreePath) -> Error {
    Error::new(Code::Invalid, "Nothing was freed")
        .why(text!("{path} is git's own, and may hold work that is nowhere else", path))
        .next("Free what lies beside it, or use git for it")
}
