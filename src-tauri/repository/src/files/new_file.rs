//! New files that get their final names when they are whole: without any name where the system can
//! make such, else under a temporary one.
//!
//! A file's temporary name follows from its own, so that a restore that is run again after a crash
//! meets what the first one left, and removes it. A living owner holds a lock on it.

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{
    AtFlags, CWD, FlockOperation, Mode, OFlags, RenameFlags, flock, linkat, openat, renameat,
    renameat_with, unlinkat,
};
use rustix::io::{Errno, Result};
use sha2::{Digest, Sha256};

use super::metadata::{Entry, Stat};

/// The beginning of every temporary name; what bears one is no file of the user's.
pub const TEMPORARY: &str = ".undercroft-restore-";

/// Living restores that may replace the same file at the same time.
const RIVALS: u32 = 64;

/// A file that is being written, and has not got its name yet.
pub(crate) struct NewFile {
    pub(crate) file: File,
    /// The temporary name of one that cannot be without.
    name: Option<String>,
}

impl NewFile {
    /// Makes a file of which a crash leaves nothing, for a name that nothing has.
    ///
    /// # Errors
    /// The system's; not every file system can.
    pub(crate) fn unnamed(folder: BorrowedFd<'_>) -> Result<Self> {
        let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
        let file = openat(folder, c".", flags, Mode::RUSR | Mode::WUSR)?;
        Ok(Self { file: file.into(), name: None })
    }

    /// Makes a file that may take the place of what has the name.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn beside(folder: BorrowedFd<'_>, name: &[u8]) -> Result<Self> {
        let (file, name) = create_file(folder, name)?;
        Ok(Self { file, name: Some(name) })
    }

    /// Gives it the name, which takes the place of what has it only when this was made for that.
    ///
    /// # Errors
    /// The system's; `EXIST` when something came to have the name.
    pub(crate) fn publish(
        &self,
        folder: BorrowedFd<'_>,
        name: &[u8],
        replaces: bool,
    ) -> Result<()> {
        let Some(temporary) = &self.name else {
            let held = format!("/proc/self/fd/{}", self.file.as_raw_fd());
            return linkat(CWD, held, folder, name, AtFlags::SYMLINK_FOLLOW);
        };
        if !replaces {
            match renameat_with(folder, temporary, folder, name, RenameFlags::NOREPLACE) {
                // The file system cannot; nothing was there a moment ago.
                Err(Errno::INVAL | Errno::NOSYS) => {}
                renamed => return renamed,
            }
        }
        renameat(folder, temporary, folder, name)
    }

    /// Removes it; what stays is only untidy, and what failed is reported already.
    pub(crate) fn discard(self, folder: BorrowedFd<'_>) {
        if let Some(name) = &self.name {
            let _ = unlinkat(folder, name, AtFlags::empty());
        }
    }
}

/// Makes a locked file that will take the place of `name`, and returns its own name.
///
/// # Errors
/// The system's.
pub fn create_file(folder: BorrowedFd<'_>, name: &[u8]) -> Result<(File, String)> {
    let digest = digest_of(name);
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    // Each name is tried twice: what is left over under it is removed in between.
    for attempt in 0..2 * RIVALS {
        let temporary = format!("{TEMPORARY}{digest}-{}", attempt / 2);
        match openat(folder, &temporary, flags, Mode::RUSR | Mode::WUSR) {
            Ok(file) if is_ours(file.as_fd(), folder, &temporary) => {
                return Ok((file.into(), temporary));
            }
            Ok(_) => {}
            Err(Errno::EXIST) => remove_left_over(folder, &temporary),
            Err(error) => return Err(error),
        }
    }
    Err(Errno::EXIST)
}

/// Whose temporary name something may bear.
#[derive(Debug, Clone, Copy)]
pub enum TemporaryOwner<'a> {
    /// A file of this name, which [`create_file`] was to take the place of.
    File(&'a [u8]),
    /// A process of this number, by [`temporary_name`].
    Process(u32),
}

impl TemporaryOwner<'_> {
    /// Whether it gave something this temporary name.
    pub fn gave(self, temporary: &[u8]) -> bool {
        let own = match self {
            Self::File(name) => digest_of(name),
            Self::Process(id) => id.to_string(),
        };
        let number = temporary
            .strip_prefix(TEMPORARY.as_bytes())
            .and_then(|rest| rest.strip_prefix(own.as_bytes()))
            .and_then(|rest| rest.strip_prefix(b"-"));
        number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
    }
}

fn digest_of(name: &[u8]) -> String {
    hex::encode(&Sha256::digest(name)[..8])
}

/// Takes the lock, and sees that nobody took the file for left over before, and removed it or moved
/// it away.
fn is_ours(file: BorrowedFd<'_>, folder: BorrowedFd<'_>, name: &str) -> bool {
    locks(file) && is_at(file, folder, name.as_bytes())
}

/// Whether an open file is what has this name in a folder.
pub fn is_at(file: BorrowedFd<'_>, folder: BorrowedFd<'_>, name: &[u8]) -> bool {
    let id = |entry| Stat::of(entry).ok().map(|stat| (stat.device_id(), stat.inode()));
    let id_there = id(Entry::In(folder, name));
    id_there.is_some() && id_there == id(Entry::Open(file))
}

/// A name that nothing else in the folder has, for what is made in one call.
pub fn temporary_name() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("{TEMPORARY}{}-{number}", std::process::id())
}

/// Removes a file that a restore which is no more left under its temporary name.
pub fn remove_left_over(folder: BorrowedFd<'_>, temporary: &str) {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    if let Ok(file) = openat(folder, temporary, flags, Mode::empty())
        && is_ours(file.as_fd(), folder, temporary)
    {
        // What cannot be removed is met again by the next attempt, under another name.
        let _ = unlinkat(folder, temporary, AtFlags::empty());
    }
}

/// Takes the lock; a file system without locks counts as one without other restores.
fn locks(file: BorrowedFd<'_>) -> bool {
    flock(file, FlockOperation::NonBlockingLockExclusive) != Err(Errno::WOULDBLOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_moved_away_before_it_was_locked_is_not_ours() {
        let home = tempfile::tempdir().unwrap();
        let folder = File::open(home.path()).unwrap();
        let file = File::create(home.path().join("new")).unwrap();
        assert!(is_ours(file.as_fd(), folder.as_fd(), "new"));
        std::fs::rename(home.path().join("new"), home.path().join("trash")).unwrap();
        assert!(!is_ours(file.as_fd(), folder.as_fd(), "new"));
        std::fs::write(home.path().join("new"), "another's").unwrap();
        assert!(!is_ours(file.as_fd(), folder.as_fd(), "new"));
    }

    #[test]
    fn a_temporary_name_tells_whose_it_is() {
        let home = tempfile::tempdir().unwrap();
        let folder = File::open(home.path()).unwrap();
        let (_file, name) = create_file(folder.as_fd(), b"f").unwrap();
        assert!(TemporaryOwner::File(b"f").gave(name.as_bytes()));
        assert!(!TemporaryOwner::File(b"g").gave(name.as_bytes()));
        let name = temporary_name();
        assert!(TemporaryOwner::Process(std::process::id()).gave(name.as_bytes()));
        assert!(!TemporaryOwner::Process(1).gave(name.as_bytes()));
        assert!(!TemporaryOwner::Process(7).gave(b".undercroft-restore-7-notes"));
        assert!(!TemporaryOwner::Process(7).gave(b".undercroft-restore-7-"));
    }

    #[test]
    fn what_is_left_over_goes_unless_it_is_in_use() {
        let home = tempfile::tempdir().unwrap();
        let folder = File::open(home.path()).unwrap();
        let (file, name) = create_file(folder.as_fd(), b"f").unwrap();
        remove_left_over(folder.as_fd(), &name);
        assert!(home.path().join(&name).exists(), "its owner lives");
        drop(file);
        remove_left_over(folder.as_fd(), &name);
        assert!(!home.path().join(&name).exists());
    }
}
