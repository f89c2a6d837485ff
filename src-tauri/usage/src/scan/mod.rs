//! Counting what lies below a folder, with several threads.

mod assemble;
mod listing;
mod queue;
mod worker;

use std::path::Path;

use jiff::Timestamp;
use rustix::fs::{AtFlags, Mode, OFlags};
use undercroft_foundation::{Code, Error, IoContext, Job, Result};

use crate::tree::Tree;

use listing::FOLDER;
use queue::Queue;
use worker::{Inode, Shared};

/// More threads only wait for the same disk and the same locks of the kernel.
const MOST_THREADS: usize = 8;

/// The rules of a scan.
#[derive(Debug, Clone)]
pub struct ScanOptions<'s> {
    /// The time that the scan is known by.
    pub now: Timestamp,
    /// The number of threads; as many as are useful when left out.
    pub threads: Option<usize>,
    /// Folders that are not looked into, such as a library inside a project.
    pub left_out: &'s [&'s Path],
}

impl ScanOptions<'_> {
    /// A scan of everything, known by this time.
    pub fn at(now: Timestamp) -> Self {
        Self { now, threads: None, left_out: &[] }
    }
}

/// Counts what lies below the folder at `root`: it follows no symbolic link, stays on one file
/// system, and counts content of several names once. Folders that cannot be read are noted in the
/// tree. The job counts files and bytes as they are found.
///
/// # Errors
/// [`Code::SourceMissing`] where the root is not there, whatever else keeps the root from being
/// read, and [`Code::Cancelled`].
pub fn scan(root: &Path, options: &ScanOptions<'_>, job: &Job) -> Result<Tree> {
    // The root itself was chosen by its path, and may be reached through a link.
    let flags = FOLDER.difference(OFlags::NOFOLLOW);
    let folder = rustix::fs::open(root, flags, Mode::empty()).map_err(Into::into).at("read", root);
    let folder = folder.map_err(|error| match error.code() {
        Code::NotFound => Error::new(Code::SourceMissing, error.what_text()).because(error),
        _ => error,
    })?;
    let device = rustix::fs::fstat(&folder).map_err(Into::into).at("read", root)?.st_dev;
    let left_out: Vec<_> = options.left_out.iter().filter_map(inode).collect();
    let queue = Queue::new(folder);
    let shared = Shared { queue: &queue, device, left_out: &left_out, job };
    let threads = options.threads.unwrap_or_else(useful_threads).clamp(1, MOST_THREADS);
    let parts = std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(|| worker::work(&shared))).collect();
        let ended = started.into_iter().map(|thread| thread.join().unwrap_or_else(|_| crashed()));
        // All are waited for before the first error is told.
        ended.collect::<Vec<_>>().into_iter().collect::<Result<Vec<_>>>()
    })?;
    job.check_cancelled()?;
    assemble::assemble(options.now, &queue.into_found(), parts)
}

/// At least two: one waits for the disk while the other works.
fn useful_threads() -> usize {
    std::thread::available_parallelism().map_or(2, |count| count.get().max(2))
}

fn inode(path: &&Path) -> Option<Inode> {
    let found = rustix::fs::statat(rustix::fs::CWD, *path, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    Some((found.st_dev, found.st_ino))
}

fn crashed<T>() -> Result<T> {
    Err(Error::new(Code::Internal, "Counting the files stopped"))
}
