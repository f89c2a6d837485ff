//! Finding what no version holds of something that is to go, and taking away the rest.

use std::fmt;
use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, unlinkat};
use rustix::io::Errno;
use undercroft_foundation::{Code, Error, IoContext, Job, Result, Text, TreePath, text};

use super::guarded_entry::GuardedEntry;
use super::held::{HeldFolder, HeldTree};
use crate::disk::{Disk, DiskFolder, Stat, stat_in};
use crate::rules::{Decision, FolderRules, LeaveOut};
use crate::tree::folder_view::StoredFolder;
use crate::tree::names::is_git;
use crate::version::EntryKind;

/// The number of paths that are named in a refusal.
const NAMED: usize = 5;

/// Something that no version holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unheld {
    pub(crate) path: TreePath,
    why: String,
}

impl fmt::Display for Unheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.path, self.why)
    }
}

impl Unheld {
    pub(crate) fn new(path: TreePath, why: impl Into<String>) -> Self {
        Self { path, why: why.into() }
    }

    /// The refusal to do away with these, which the user may overrule.
    pub(crate) fn refuse(all: &[Self]) -> Error {
        let named: Vec<_> = all.iter().take(NAMED).map(ToString::to_string).collect();
        let more = match all.len().saturating_sub(NAMED) {
            0 => Text::default(),
            more => text!(" and {more} more", more),
        };
        Error::new(Code::NotKept, "No version holds all that would go")
            .why(text!("In no version: {paths}{more}", paths = named.join(", "), more))
            .next("Move it away, or use --force, which moves it to the workspace's trash")
    }
}

/// A look through part of a workspace.
pub(crate) struct Sweep<'a> {
    pub(crate) held: &'a HeldTree,
    pub(crate) disk: &'a Disk,
    /// Whether a `.git` counts as held by no version, even where one holds it.
    pub(crate) asks_for_git: bool,
    pub(crate) job: &'a Job,
}

impl Sweep<'_> {
    /// All at a path, or below it, that no version holds.
    ///
    /// # Errors
    /// [`Code::Cancelled`], [`Code::Damaged`], and whatever keeps a folder above from being read.
    pub(crate) fn unheld(&self, leave_out: &LeaveOut, path: &TreePath) -> Result<Vec<Unheld>> {
        let (mut all, mut folders) = (Vec::new(), Vec::new());
        match path.split() {
            None => folders.push((leave_out.root(), self.held.root)),
            Some((parent, name)) => {
                let Some(folder) = self.reach(&parent)? else { return Ok(all) };
                let Ok(stat) = stat_in(folder.as_fd(), name) else { return Ok(all) };
                let Some(rules) = leave_out.folder(&parent) else {
                    let why = "The project's rules leave out its folder";
                    return Ok(vec![Unheld::new(path.clone(), why)]);
                };
                let (held, entry) = (self.held.folder(&parent)?, (name, &stat));
                self.entry((&rules, &held), folder.as_fd(), entry, &mut all, &mut folders)?;
            }
        }
        while let Some((rules, stored)) = folders.pop() {
            self.job.check_cancelled()?;
            let opened = self.disk.folder(rules.path()).and_then(|folder| {
                folder.map(|folder| Ok((folder.entries()?, folder))).transpose()
            });
            let (entries, folder) = match opened {
                Ok(Some(opened)) => opened,
                Ok(None) => continue,
                Err(error) => {
                    all.push(Unheld::new(rules.path().clone(), error.why_text()));
                    continue;
                }
            };
            let held = self.held.stored(rules.path(), stored)?;
            for (name, stat) in &entries {
                let entry = (&name[..], stat);
                self.entry((&rules, &held), folder.as_fd(), entry, &mut all, &mut folders)?;
            }
        }
        Ok(all)
    }

    /// Opens a folder, each above which can be read: else a save would not have come to it.
    fn reach(&self, path: &TreePath) -> Result<Option<DiskFolder>> {
        let mut above = TreePath::root();
        for name in path.names() {
            self.disk.folder(&above)?;
            above = above.join(name);
        }
        self.disk.folder(&above)
    }

    fn entry(
        &self,
        (rules, held): (&FolderRules, &HeldFolder),
        folder: BorrowedFd<'_>,
        (name, stat): (&[u8], &Stat),
        all: &mut Vec<Unheld>,
        folders: &mut Vec<(FolderRules, StoredFolder)>,
    ) -> Result<()> {
        let is_folder = stat.kind == EntryKind::Folder;
        let path = rules.path().join(name);
        if let Decision::LeaveOut(why) = rules.decide(name, is_folder) {
            all.push(Unheld::new(path, why.to_string()));
        } else if self.asks_for_git && is_git(name) {
            all.push(Unheld::new(path, "It is git's own"));
        } else if is_folder {
            folders.extend(rules.enter(name).map(|rules| (rules, held.child(name))));
        } else if held.proof(name, (folder, name), stat, self.job)?.is_none() {
            all.push(Unheld::new(path, "It cannot be read, or changed meanwhile"));
        }
        Ok(())
    }

    /// Removes what is at a path, with all that the version holds of it. Gives what stays.
    ///
    /// # Errors
    /// [`Code::Cancelled`], or what keeps it from being begun.
    pub(crate) fn remove(&self, path: &TreePath) -> Result<Vec<Unheld>> {
        let (mut left, mut open) = (Vec::new(), Vec::new());
        let parent = path.parent().unwrap_or_default();
        let Some(folder) = self.disk.folder(&parent)? else { return Ok(left) };
        match path.name() {
            None => open.push((path.clone(), self.held.root)),
            Some(name) => {
                let held = self.held.folder(&parent)?;
                self.remove_entry((&folder, &held), &parent, name, &mut open, &mut left)?;
            }
        }
        let mut emptied = Vec::new();
        while let Some((at, stored)) = open.pop() {
            if let Err(error) = self.empty((&at, stored), &mut open, &mut left) {
                left.push(Unheld::new(at.clone(), error.why_text()));
            }
            self.job.check_cancelled()?;
            emptied.push(at);
        }
        for at in emptied.iter().rev().filter(|at| !at.is_root()) {
            if let Err(error) = self.remove_empty(at) {
                left.push(Unheld::new(at.clone(), error.why_text()));
            }
        }
        let at = self.disk.path_of(&parent);
        rustix::fs::fsync(folder.as_fd()).map_err(Into::into).at("sync", &at)?;
        Ok(left)
    }

    /// Removes the files of a folder; its folders are still to be emptied.
    fn empty(
        &self,
        (at, stored): (&TreePath, StoredFolder),
        open: &mut Vec<(TreePath, StoredFolder)>,
        left: &mut Vec<Unheld>,
    ) -> Result<()> {
        let Some(folder) = self.disk.folder(at)? else { return Ok(()) };
        let held = self.held.stored(at, stored)?;
        for (name, _) in folder.entries()? {
            self.remove_entry((&folder, &held), at, &name, open, left)?;
        }
        Ok(())
    }

    fn remove_entry(
        &self,
        (folder, held): (&DiskFolder, &HeldFolder),
        parent: &TreePath,
        name: &[u8],
        open: &mut Vec<(TreePath, StoredFolder)>,
        left: &mut Vec<Unheld>,
    ) -> Result<()> {
        self.job.check_cancelled()?;
        let (at, path) = (parent.join(name), folder.path_of(name));
        let found = stat_in(folder.as_fd(), name);
        if found.is_ok_and(|stat| stat.kind == EntryKind::Folder) {
            open.push((at, held.child(name)));
            return Ok(());
        }
        let (held, folder, job) = (Some(held), folder.as_fd(), self.job);
        match (GuardedEntry { held, folder, name, path: &path, job }).remove() {
            Ok(()) => self.job.add_files_done(1),
            Err(error) => left.push(Unheld::new(at, error.why_text())),
        }
        Ok(())
    }

    fn remove_empty(&self, at: &TreePath) -> Result<()> {
        let Some((parent, name)) = at.split() else { return Ok(()) };
        let Some(folder) = self.disk.folder(&parent)? else { return Ok(()) };
        match unlinkat(folder.as_fd(), name, AtFlags::REMOVEDIR) {
            Err(Errno::NOENT) => Ok(()),
            removed => removed.map_err(Into::into).at("remove", &self.disk.path_of(at)),
        }
    }
}
