//! The kernel's notices about folders.

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::inotify::{CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init};
use rustix::io::{Errno, Result};

/// The events to be told of: every change of content, names and attributes, but no reading. What is
/// deleted but still open says nothing more.
const WANTED: WatchFlags = WatchFlags::ATTRIB
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::EXCL_UNLINK)
    .union(WatchFlags::ONLYDIR);

/// Room for some 2,000 notices at once.
const BUFFER_BYTES: usize = 64 << 10;

/// The number of a watched folder: it stays the same wherever the folder is moved, and is never
/// given to another.
pub(super) type WatchId = i32;

/// One notice.
pub(super) struct Notice<'a> {
    /// The watched folder; no folder's when notices were lost.
    pub(super) folder: WatchId,
    /// The name in it; none when it is about the folder itself.
    pub(super) name: Option<&'a [u8]>,
    /// The event.
    pub(super) what: ReadFlags,
}

/// A queue of notices, and the folders that feed it.
pub(super) struct Inotify {
    queue: OwnedFd,
    buffer: Box<[MaybeUninit<u8>]>,
}

impl Inotify {
    pub(super) fn open() -> Result<Self> {
        let queue = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        Ok(Self { queue, buffer: Box::new_uninit_slice(BUFFER_BYTES) })
    }

    /// Watches this one folder, whatever its path is by now. One that is watched already keeps its
    /// number, which so tells whether it is a certain one.
    pub(super) fn add(&self, folder: BorrowedFd<'_>) -> Result<WatchId> {
        add_watch(&self.queue, format!("/proc/self/fd/{}", folder.as_raw_fd()), WANTED)
    }

    /// Watches it no longer. The queue says `IGNORED` of it.
    pub(super) fn remove(&self, folder: WatchId) {
        // The only error is that it is not watched.
        let _ = rustix::fs::inotify::remove_watch(&self.queue, folder);
    }

    /// Gives `each` a bufferful of notices; whether there was any.
    pub(super) fn read(&mut self, mut each: impl FnMut(Notice<'_>)) -> Result<bool> {
        let mut notices = Reader::new(&self.queue, &mut self.buffer);
        loop {
            match notices.next() {
                Ok(event) => each(Notice {
                    folder: event.wd(),
                    name: event.file_name().map(|name| name.to_bytes()),
                    what: event.events(),
                }),
                Err(Errno::AGAIN) => return Ok(false),
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error),
            }
            if notices.is_buffer_empty() {
                return Ok(true);
            }
        }
    }
}

impl AsFd for Inotify {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.queue.as_fd()
    }
}
