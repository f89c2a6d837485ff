//! Temporary names beside the entries that they will replace.
//!
//! A file's temporary name follows from its own, so that a restore that is run again after a crash
//! meets what the first one left, and removes it. A living owner holds a lock on it.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, flock, openat, unlinkat};
use rustix::io::{Errno, Result};
use sha2::{Digest, Sha256};

/// Living restores that may replace the same file at the same time.
const ATTEMPTS: u32 = 64;

/// Makes a locked file that will take the place of `name`, and returns its own name.
pub(super) fn create_file(folder: BorrowedFd<'_>, name: &[u8]) -> Result<(File, String)> {
    let digest = hex::encode(&Sha256::digest(name)[..8]);
    for attempt in 0..ATTEMPTS {
        let temporary = format!(".undercroft-restore-{digest}-{attempt}");
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        match openat(folder, &temporary, flags | OFlags::CLOEXEC, Mode::RUSR | Mode::WUSR) {
            // Whoever took the lock in between is about to remove it as left over.
            Ok(file) if locks(file.as_fd()) => return Ok((file.into(), temporary)),
            Ok(_) => {}
            Err(Errno::EXIST) => remove_left_over(folder, &temporary),
            Err(error) => return Err(error),
        }
        if let Ok(file) =
            openat(folder, &temporary, flags | OFlags::CLOEXEC, Mode::RUSR | Mode::WUSR)
            && locks(file.as_fd())
        {
            return Ok((file.into(), temporary));
        }
    }
    Err(Errno::EXIST)
}

/// A name that nothing else in the folder has, for what is made in one call.
pub(super) fn name() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!(".undercroft-restore-{}-{number}", std::process::id())
}

fn remove_left_over(folder: BorrowedFd<'_>, temporary: &str) {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    if let Ok(file) = openat(folder, temporary, flags, Mode::empty())
        && locks(file.as_fd())
    {
        // What cannot be removed is met again by the next attempt, under another name.
        let _ = unlinkat(folder, temporary, AtFlags::empty());
    }
}

/// Takes the lock; a file system without locks counts as one without other restores.
fn locks(file: BorrowedFd<'_>) -> bool {
    flock(file, FlockOperation::NonBlockingLockExclusive) != Err(Errno::WOULDBLOCK)
}
