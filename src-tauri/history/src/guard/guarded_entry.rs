//! One name in a workspace that is written or removed. What comes out of its place is looked at
//! before it goes: what was written there meanwhile is put back.

use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, RenameFlags, renameat, renameat_with, unlinkat};
use rustix::io::{Errno, Result as SystemResult};
use undercroft_foundation::{Code, Error, Job, Result, escape_path, text};

use super::held::{HeldFolder, Proof};
use crate::disk::{Stat, stat_in};
use crate::version::EntryKind;

/// A name in an open folder.
pub(crate) struct GuardedEntry<'a> {
    /// The entries that may be replaced or removed there; nothing where none may be.
    pub(crate) held: Option<&'a HeldFolder>,
    pub(crate) folder: BorrowedFd<'a>,
    pub(crate) name: &'a [u8],
    /// The path, for people.
    pub(crate) path: &'a Path,
    pub(crate) job: &'a Job,
}

impl GuardedEntry<'_> {
    /// Lets the entry `from` of the same folder take the place.
    ///
    /// # Errors
    /// [`Code::NotKept`] when no version holds what is there, whatever the system says. What is
    /// there stays then, and `from` is gone.
    pub(crate) fn put(&self, from: &str) -> Result<()> {
        let checked = match stat_in(self.folder, self.name) {
            Err(Errno::NOENT) => return self.create(from),
            Err(source) => Err(self.wrong("look at", source)),
            Ok(found) => self.check(&found).map(|proof| (found, proof)),
        };
        let ready = checked.and_then(|(found, proof)| {
            let aside = set_aside(self.folder, from.as_bytes(), self.name);
            aside.map(|aside| (aside, found, proof)).map_err(|it| self.wrong("replace", it))
        });
        let (aside, found, proof) = ready.inspect_err(|_| self.discard(from))?;
        self.replace(&aside, &found, proof)
    }

    /// Removes what is there, unless it is a folder.
    ///
    /// # Errors
    /// The errors of [`GuardedEntry::put`].
    pub(crate) fn remove(&self) -> Result<()> {
        let found = match stat_in(self.folder, self.name) {
            Err(Errno::NOENT) => return Ok(()),
            found => found.map_err(|source| self.wrong("look at", source))?,
        };
        let proof = self.check(&found)?;
        let aside = match set_aside(self.folder, self.name, self.name) {
            Err(Errno::NOENT) => return Ok(()),
            aside => aside.map_err(|source| self.wrong("remove", source))?,
        };
        if self.is_still(&aside, &found, proof) {
            self.discard(&aside);
            return Ok(());
        }
        match rename_new((self.folder, aside.as_bytes()), (self.folder, self.name)) {
            Ok(()) => Err(self.not_kept()),
            Err(_) => Err(self.not_kept().why(text!("It is now beside, as {aside}", aside))),
        }
    }

    fn check(&self, found: &Stat) -> Result<Proof> {
        let held = self.held.filter(|_| found.kind != EntryKind::Folder);
        let proof = held
            .map(|held| held.proof(self.name, (self.folder, self.name), found, self.job))
            .transpose()?;
        proof.flatten().ok_or_else(|| self.not_kept())
    }

    fn create(&self, from: &str) -> Result<()> {
        let created = rename_new((self.folder, from.as_bytes()), (self.folder, self.name));
        created.inspect_err(|_| self.discard(from)).map_err(|source| match source {
            Errno::EXIST => self.not_kept(),
            source => self.wrong("create", source),
        })
    }

    fn replace(&self, aside: &str, found: &Stat, proof: Proof) -> Result<()> {
        let ours = stat_in(self.folder, aside.as_bytes());
        let exchanged = ours.and_then(|ours| self.exchange(aside).map(|()| ours));
        let failed = match exchanged {
            Ok(_) if self.is_still(aside, found, proof) => {
                self.discard(aside);
                return Ok(());
            }
            Ok(ours) => return self.put_back(aside, &ours),
            // It vanished meanwhile.
            Err(Errno::NOENT) => return self.create(aside),
            // The file system cannot exchange: look once more, and be quick.
            Err(Errno::INVAL | Errno::NOSYS)
                if stat_in(self.folder, self.name).as_ref() != Ok(found) =>
            {
                self.not_kept()
            }
            Err(Errno::INVAL | Errno::NOSYS) => {
                match renameat(self.folder, aside, self.folder, self.name) {
                    Ok(()) => return Ok(()),
                    Err(source) => self.wrong("replace", source),
                }
            }
            Err(source) => self.wrong("replace", source),
        };
        self.discard(aside);
        Err(failed)
    }

    /// Gives back what came out. What somebody else put there meanwhile is newer, and stays.
    fn put_back(&self, aside: &str, ours: &Stat) -> Result<()> {
        let is_ours = |stat: Stat| (stat.inode, stat.size_bytes) == (ours.inode, ours.size_bytes);
        let back = match self.exchange(aside) {
            Err(Errno::NOENT) => {
                rename_new((self.folder, aside.as_bytes()), (self.folder, self.name))
            }
            Ok(()) if stat_in(self.folder, aside.as_bytes()).is_ok_and(is_ours) => {
                self.discard(aside);
                Ok(())
            }
            Ok(()) => self.exchange(aside),
            back => back,
        };
        match back {
            Ok(()) => Err(self.not_kept()),
            Err(_) => Err(self.not_kept().why(text!("It is now beside, as {aside}", aside))),
        }
    }

    fn exchange(&self, aside: &str) -> SystemResult<()> {
        renameat_with(self.folder, aside, self.folder, self.name, RenameFlags::EXCHANGE)
    }

    /// Whether what came out of its place is what was found there. A rename changes the time of
    /// change, so that what does not look the same is read.
    fn is_still(&self, aside: &str, found: &Stat, proof: Proof) -> bool {
        let (at, held) = ((self.folder, aside.as_bytes()), self.held);
        let Ok(now) = stat_in(self.folder, aside.as_bytes()) else { return false };
        let looks =
            |stat: &Stat| (stat.kind, stat.inode, stat.size_bytes, stat.attributes.modified);
        (proof == Proof::Looks && looks(&now) == looks(found))
            // A cancel must not leave it here: it is read to its end.
            || held.is_some_and(|held| {
                matches!(held.proof(self.name, at, &now, &Job::new()), Ok(Some(_)))
            })
    }

    /// Removes what is nobody's; what stays is only untidy.
    fn discard(&self, name: &str) {
        let _ = unlinkat(self.folder, name, AtFlags::empty());
    }

    fn not_kept(&self) -> Error {
        Error::new(Code::NotKept, text!("{path} was left as it is", path = escape_path(self.path)))
            .why("No version holds what is there: it changed meanwhile, or cannot be read")
            .next("Make a version of it, or move it away, and try again")
    }

    fn wrong(&self, what: &str, source: Errno) -> Error {
        Error::io(what, self.path, source.into())
    }
}

/// Gives an entry a name that nothing else has, and returns it. What comes out of its place, as
/// `of`, has it for a moment: a crash in that moment leaves it in sight, a file of the user's like
/// any other, because no version may hold it.
///
/// # Errors
/// The system's.
fn set_aside(folder: BorrowedFd<'_>, name: &[u8], of: &[u8]) -> SystemResult<String> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    // Of a long name the beginning, so that it is not too long.
    let of: String = String::from_utf8_lossy(of).chars().take(48).collect();
    loop {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let aside = format!("{of}.undercroft-aside-{}-{number}", std::process::id());
        match rename_new((folder, name), (folder, aside.as_bytes())) {
            Err(Errno::EXIST) => {}
            renamed => return renamed.map(|()| aside),
        }
    }
}

/// Renames an entry, unless the name is taken.
///
/// # Errors
/// The system's; `EXIST` when it is.
pub(super) fn rename_new(
    (from, name): (BorrowedFd<'_>, &[u8]),
    (to, new_name): (BorrowedFd<'_>, &[u8]),
) -> SystemResult<()> {
    match renameat_with(from, name, to, new_name, RenameFlags::NOREPLACE) {
        // The file system cannot see to that.
        Err(Errno::INVAL | Errno::NOSYS) => match stat_in(to, new_name) {
            Err(Errno::NOENT) => renameat(from, name, to, new_name),
            Err(source) => Err(source),
            Ok(_) => Err(Errno::EXIST),
        },
        renamed => renamed,
    }
}
