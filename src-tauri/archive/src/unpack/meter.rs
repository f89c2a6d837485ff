//! The meter: every byte and entry is counted against the limits before it is written.

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rustix::fs::fstatvfs;
use undercroft_foundation::{Job, Result, TextValue, text};

use super::plan::UnpackLimits;
use super::refuse;

/// The bytes between two looks at the disk's free space.
const SPACE_EVERY: u64 = 64 << 20;

/// The counters of one archive, shared by all threads.
#[derive(Debug)]
pub(super) struct Meter<'a> {
    pub(super) limits: &'a UnpackLimits,
    pub(super) job: &'a Job,
    archive_bytes: u64,
    entries: AtomicU64,
    unpacked: AtomicU64,
    written: AtomicU64,
}

impl<'a> Meter<'a> {
    pub(super) fn new(limits: &'a UnpackLimits, job: &'a Job, archive_bytes: u64) -> Self {
        let zero = AtomicU64::default;
        Self { limits, job, archive_bytes, entries: zero(), unpacked: zero(), written: zero() }
    }

    /// Counts an entry.
    pub(super) fn add_entry(&self) -> Result<()> {
        self.job.check_cancelled()?;
        if self.entries.fetch_add(1, Relaxed) >= self.limits.entries {
            let most = self.limits.entries;
            return Err(refuse::limit(text!("It holds more than {most} entries", most)));
        }
        Ok(())
    }

    /// Counts bytes that came out of this many bytes of the archive; `None` for the whole of it.
    pub(super) fn add_unpacked(&self, bytes: u64, consumed: Option<u64>) -> Result<()> {
        self.job.check_cancelled()?;
        let before = self.unpacked.fetch_add(bytes, Relaxed);
        let unpacked = before.saturating_add(bytes);
        self.check_bytes(unpacked)?;
        self.check_ratio(unpacked, consumed.unwrap_or(self.archive_bytes))
    }

    /// Counts bytes that take no place in the archive: the holes of a file.
    pub(super) fn add_hole(&self, bytes: u64) -> Result<()> {
        let before = self.written.fetch_add(bytes, Relaxed);
        self.check_bytes(before.saturating_add(bytes))
    }

    /// Refuses a size that is beyond the limit.
    pub(super) fn check_bytes(&self, bytes: u64) -> Result<()> {
        if bytes > self.limits.bytes {
            let most = TextValue::Size(self.limits.bytes);
            return Err(refuse::limit(text!("It unpacks to more than {most}", most)));
        }
        Ok(())
    }

    /// Refuses a size that so few bytes become only in an archive made to fill disks.
    pub(super) fn check_ratio(&self, bytes: u64, consumed: u64) -> Result<()> {
        let limits = self.limits;
        if bytes > limits.ratio_from && bytes / limits.ratio.max(1) >= consumed.max(1) {
            let why = text!(
                "It unpacks to more than {times} times its size, as archives do that are made to fill disks",
                times = limits.ratio
            );
            return Err(refuse::limit(why));
        }
        Ok(())
    }

    /// Counts bytes that are about to be written, and looks at the disk every so often.
    pub(super) fn add_written(&self, bytes: u64, root: BorrowedFd<'_>) -> Result<()> {
        self.job.add_bytes_done(bytes);
        let before = self.written.fetch_add(bytes, Relaxed);
        let after = before.saturating_add(bytes);
        self.check_bytes(after)?;
        if before / SPACE_EVERY != after / SPACE_EVERY { self.check_space(root) } else { Ok(()) }
    }

    /// Refuses to go on on a disk that is nearly full.
    pub(super) fn check_space(&self, root: BorrowedFd<'_>) -> Result<()> {
        self.check_room_for(0, root)
    }

    /// Refuses what has no room on the disk.
    pub(super) fn check_room_for(&self, bytes: u64, root: BorrowedFd<'_>) -> Result<()> {
        // Some file systems do not tell; there the write itself will.
        let Ok(found) = fstatvfs(root) else { return Ok(()) };
        let free = found.f_bavail.saturating_mul(found.f_frsize);
        let needed = bytes.saturating_add(self.limits.free_bytes);
        if found.f_blocks > 0 && free < needed {
            return Err(refuse::full(text!(
                "The disk has {free} free, and {needed} are needed",
                free = TextValue::Size(free),
                needed = TextValue::Size(needed)
            )));
        }
        Ok(())
    }
}
