//! Opens what is backed up without leaving a trace: that it was read is no news of it.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{Dir, Mode, OFlags, openat};
use rustix::io::{Errno, Result};
use rustix::path::Arg;

/// Opens an entry for reading; its time of access stays, where its owner is who asks.
pub(crate) fn open_noatime(
    folder: impl AsFd,
    name: impl Arg + Copy,
    flags: OFlags,
) -> Result<OwnedFd> {
    match openat(&folder, name, flags | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => openat(folder, name, flags, Mode::empty()),
        opened => opened,
    }
}

/// Tells `each` the names in a folder, in no order.
pub(crate) fn each_name(folder: &OwnedFd, mut each: impl FnMut(&[u8])) -> Result<()> {
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            each(name);
        }
    }
    Ok(())
}

/// Names of entries: a million of them take little more than their letters.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// All of them, a zero after each.
    text: Vec<u8>,
    starts: Vec<usize>,
}

impl Names {
    /// Adds a name.
    pub(crate) fn push(&mut self, name: &[u8]) {
        self.starts.push(self.text.len());
        self.text.extend_from_slice(name);
        self.text.push(0);
    }

    /// Orders them by their bytes.
    pub(crate) fn sort(&mut self) {
        let text = &self.text;
        // The zeros make a name that another begins with the lesser, as it should be.
        self.starts.sort_unstable_by(|&a, &b| text[a..].cmp(&text[b..]));
    }

    /// The number of names.
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The name at a place.
    pub(crate) fn get(&self, place: usize) -> Option<&[u8]> {
        self.text[*self.starts.get(place)?..].split(|&byte| byte == 0).next()
    }

    /// Lets all names go but this one.
    pub(crate) fn keep_only(&mut self, name: &[u8]) {
        let is_there = (0..self.len()).any(|place| self.get(place) == Some(name));
        *self = Self::default();
        if is_there {
            self.push(name);
        }
    }
}
