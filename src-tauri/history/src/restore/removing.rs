//! Removes what a version does not have.

use std::os::fd::AsFd;

use rustix::fs::{AtFlags, unlinkat};
use rustix::io::Errno;
use undercroft_foundation::{Code, IoContext, Result, TreePath};
use undercroft_repository::fs_at::remove_left_over;

use super::Restore;
use super::selection::{Selection, Wanted};
use super::walk::gits_own;
use crate::disk::Stat;
use crate::guard::{GuardedEntry, HeldFolder};
use crate::rules::{Decision, FolderRules};
use crate::tree::names::is_git;
use crate::version::EntryKind;

/// A folder, and what the version made just before holds of it.
type Held<'a> = (&'a TreePath, Option<&'a HeldFolder>);

impl Restore<'_> {
    /// Removes an entry with all in it that is versioned, or, where there is a selection, that is
    /// selected; says whether nothing of it is left.
    pub(super) fn remove(
        &self,
        rules: Option<&FolderRules>,
        (folder, held): Held<'_>,
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
        let is_back = self.back.iter().any(|back| at.is_in(back));
        if is_back || matches!(decision, Some(Decision::LeaveOut(_))) {
            return false;
        }
        if self.acts && is_git(name) {
            self.tally.failed(&at, &gits_own(&at));
            return false;
        }
        let removed = if is_folder {
            let rules = rules.and_then(|rules| rules.enter(name).ok());
            self.remove_folder(rules.as_ref(), (&at, held), selection)
        } else {
            self.remove_file((folder, held), &at).map(|()| true)
        };
        removed.unwrap_or_else(|error| {
            self.tally.failed(&at, &error);
            false
        })
    }

    fn remove_file(&self, (folder, held): Held<'_>, at: &TreePath) -> Result<()> {
        if self.acts {
            let (opened, path) = (self.target.descend(folder)?, self.target.path_of(at));
            let (folder, name) = (opened.as_fd(), at.name().unwrap_or_default());
            GuardedEntry { held, folder, name, path: &path, job: self.job }.remove()?;
        }
        self.tally.removed(at.clone());
        Ok(())
    }

    fn remove_folder(
        &self,
        rules: Option<&FolderRules>,
        (at, above): Held<'_>,
        selection: Option<&Selection>,
    ) -> Result<bool> {
        self.job.check_cancelled()?;
        let Some(opened) = self.target.folder(at)? else { return Ok(true) };
        let name = at.name().unwrap_or_default();
        let held = self.held.as_ref().zip(above);
        let held = held.map(|(tree, above)| tree.stored(at, above.child(name))).transpose()?;
        let mut is_empty = true;
        for (name, stat) in opened.entries()? {
            is_empty &= self.remove(rules, (at, held.as_ref()), (&name, &stat), selection);
        }
        if is_empty {
            self.remove_empty(at)?;
        }
        Ok(is_empty)
    }

    /// Does away with what a restore that was killed left: half a file, or what it was about to
    /// replace, which in a workspace may be in no version.
    pub(super) fn sweep(&self, folder: &TreePath, name: &[u8]) -> Result<()> {
        if self.acts {
            let opened = self.target.descend(folder)?;
            match &self.trash {
                Some(trash) => match trash.sweep(opened.as_fd(), &folder.join(name)) {
                    // It is gone by now, or cannot go there, and is in nobody's way.
                    Err(error) if matches!(error.code(), Code::NotFound | Code::Unsupported) => {}
                    swept => swept?,
                },
                None => remove_left_over(opened.as_fd(), &String::from_utf8_lossy(name)),
            }
        }
        Ok(())
    }

    fn remove_empty(&self, at: &TreePath) -> Result<()> {
        let Some((folder, name)) = at.split().filter(|_| self.acts) else { return Ok(()) };
        let opened = self.target.descend(&folder)?;
        match unlinkat(&opened, name, AtFlags::REMOVEDIR) {
            Err(Errno::NOENT) => Ok(()),
            done => done.map_err(Into::into).at("remove", &self.target.path_of(at)),
        }
    }
}
