//! A thread of a scan, and what it found.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::AtFlags;
use rustix::io::Errno;
use undercroft_foundation::{Code, Error, Job, Result, escape_name};

use crate::tree::{Columns, LEFT_OUT, OTHER_FILE_SYSTEM, UNREADABLE};

use super::listing::{Listing, bytes_on_disk};
use super::queue::{Queue, Task};

/// A device and the number of a file on it.
pub(super) type Inode = (u64, u64);

/// The files that one thread found, and the folders that they are in.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) files: Columns,
    pub(super) folders: Vec<Read>,
    /// Files that have other names: inode, number of the folder, place in that folder.
    pub(super) links: Vec<(u64, u32, u32)>,
}

/// A folder that was read; its files are those of the part up to `files_end`.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) number: u32,
    pub(super) files_end: u32,
    pub(super) own_bytes: u64,
    pub(super) flags: u8,
}

/// The things that all threads of a scan know.
pub(super) struct Shared<'s> {
    pub(super) queue: &'s Queue,
    pub(super) device: u64,
    pub(super) left_out: &'s [Inode],
    pub(super) job: &'s Job,
}

/// Reads folders until there are no more.
pub(super) fn work(shared: &Shared<'_>) -> Result<Part> {
    let _stop = StopOnPanic(shared.queue);
    let mut part = Part::default();
    let mut listing = Listing::default();
    while let Some(task) = shared.queue.next() {
        if let Err(error) = read(shared, &task, &mut listing, &mut part) {
            shared.queue.stop();
            return Err(error);
        }
    }
    Ok(part)
}

/// The other threads would wait for a folder that nobody ends any more.
struct StopOnPanic<'q>(&'q Queue);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

fn read(shared: &Shared<'_>, task: &Task, listing: &mut Listing, part: &mut Part) -> Result<()> {
    shared.job.check_cancelled()?;
    let (parent, opened) = shared.queue.open(task);
    let (folder, own_bytes, flags) = match opened {
        Ok(folder) => look_at(shared, folder),
        // It went away, or something else took its place: it is not there any more.
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => {
            shared.queue.finish(task.number, None, std::iter::empty());
            return Ok(());
        }
        Err(_) => {
            let found = parent.and_then(|parent| {
                rustix::fs::statat(parent, &*task.name, AtFlags::SYMLINK_NOFOLLOW).ok()
            });
            (None, found.as_ref().map_or(0, bytes_on_disk), UNREADABLE)
        }
    };
    let Some(folder) = folder else {
        part.end_folder(task.number, own_bytes, flags);
        shared.queue.finish(task.number, None, std::iter::empty());
        return Ok(());
    };
    listing.read(&folder, shared.job)?;
    shared.queue.finish(task.number, Some(folder), listing.folders());
    let (mut files, mut bytes) = (0, 0);
    for (name, file, link) in listing.files() {
        if !part.files.push(name, file) {
            return Err(too_many());
        }
        part.links.extend(link.map(|inode| (inode, task.number, files)));
        files += 1;
        bytes += file.bytes;
    }
    let flags = if listing.is_partial { UNREADABLE } else { 0 };
    part.end_folder(task.number, own_bytes, flags);
    shared.job.add_files_done(u64::from(files));
    shared.job.add_bytes_done(bytes);
    if files > 0 {
        shared.job.set_current(escape_name(&task.name));
    }
    Ok(())
}

/// The folder where it is to be read, the space that its list takes, and its flags.
fn look_at(shared: &Shared<'_>, folder: Arc<OwnedFd>) -> (Option<Arc<OwnedFd>>, u64, u8) {
    let Ok(found) = rustix::fs::fstat(&folder) else { return (None, 0, UNREADABLE) };
    if found.st_dev != shared.device {
        return (None, 0, OTHER_FILE_SYSTEM);
    }
    if shared.left_out.contains(&(found.st_dev, found.st_ino)) {
        return (None, 0, LEFT_OUT);
    }
    (Some(folder), bytes_on_disk(&found), 0)
}

impl Part {
    fn end_folder(&mut self, number: u32, own_bytes: u64, flags: u8) {
        let files_end = self.files.len() as u32;
        self.folders.push(Read { number, files_end, own_bytes, flags });
    }
}

pub(super) fn too_many() -> Error {
    Error::new(Code::Unsupported, "Cannot count the files")
        .why("Their names alone take more than 4 GiB")
        .next("Count the folders in it one by one")
}
