//! Removes what a version does not have.

use std::os::fd::AsFd;

use rustix::fs::{AtFlags, unlinkat};
use rustix::io::Errno;
use undercroft_foundation::{IoContext, Result};
use undercroft_repository::placing::remove_left_over;

use super::Restore;
use super::selection::{Selection, Wanted};
use crate::disk::Stat;
use crate::path::TreePath;
use crate::rules::{Decision, FolderRules};
use crate::version::EntryKind;

impl Restore<'_> {
    /// Removes an entry with all in it that is versioned, or, where there is a selection, that is
    /// selected; says whether nothing of it is left.
    pub(super) fn remove(
        &self,
        rules: Option<&FolderRules>,
        folder: &TreePath,
        (name, stat): (&[u8], &Stat),
        selection: Option<&Selection>,
    ) -> bool {
        let at = folder.join(name);
        let is_folder = stat.kind == EntryKind::Folder;
        let selection = match selection.map(|selection| selection.wants(&at)) {
            Some(Wanted::Nothing) => return false,
            Some(Wanted::Below) if !is_folder => return false,
            Some(Wanted::Below) => selection,
            Some(Wanted::Whole) | None => None,
        };
        let decision = rules.map(|rules| rules.decide(name, is_folder));
        if matches!(decision, Some(Decision::LeaveOut(_))) {
            return false;
        }
        let removed = if is_folder {
            let rules = rules.and_then(|rules| rules.enter(name).ok());
            self.remove_folder(rules.as_ref(), folder, &at, selection)
        } else {
            self.remove_file(folder, &at).map(|()| true)
        };
        removed.unwrap_or_else(|error| {
            self.tally.failed(&at, &error);
            false
        })
    }

    fn remove_file(&self, folder: &TreePath, at: &TreePath) -> Result<()> {
        self.check_kept(at)?;
        self.unlink(folder, at, AtFlags::empty())?;
        self.tally.removed(at.clone());
        Ok(())
    }

    fn remove_folder(
        &self,
        rules: Option<&FolderRules>,
        folder: &TreePath,
        at: &TreePath,
        selection: Option<&Selection>,
    ) -> Result<bool> {
        self.job.check_cancelled()?;
        self.check_kept(at)?;
        let Some(opened) = self.target.folder(at)? else { return Ok(true) };
        let mut is_empty = true;
        for (name, stat) in opened.entries()? {
            is_empty &= self.remove(rules, at, (&name, &stat), selection);
        }
        if is_empty {
            self.unlink(folder, at, AtFlags::REMOVEDIR)?;
        }
        Ok(is_empty)
    }

    /// Removes what a restore that was killed left half written.
    pub(super) fn sweep(&self, folder: &TreePath, name: &[u8]) -> Result<()> {
        if self.acts {
            let opened = self.target.descend(folder)?;
            remove_left_over(opened.as_fd(), &String::from_utf8_lossy(name));
        }
        Ok(())
    }

    fn unlink(&self, folder: &TreePath, at: &TreePath, flags: AtFlags) -> Result<()> {
        if !self.acts {
            return Ok(());
        }
        let opened = self.target.descend(folder)?;
        match unlinkat(&opened, at.name().unwrap_or_default(), flags) {
            Err(Errno::NOENT) => Ok(()),
            done => done.map_err(Into::into).at("remove", &self.target.path_of(at)),
        }
    }
}
