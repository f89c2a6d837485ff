//! The central directory: where it is, and its entries one after the other.

use std::fs::File;
use std::io::{BufReader, Read};

use undercroft_foundation::{Error, Result};

use super::super::refuse;
use super::bytes::{Section, read_exact_at, u16_at, u32_at, u64_at};
use super::entry::Entry;

const END: usize = 22;
const END_64: usize = 56;
const LOCATOR: usize = 20;
/// The end record and the longest comment behind it.
const TAIL: u64 = END as u64 + 65535;
const BUFFER: usize = 128 * 1024;

/// The place of the central directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Directory {
    pub(super) start: u64,
    bytes: u64,
    pub(super) entries: u64,
}

pub(super) fn bad() -> Error {
    refuse::damaged("Its table of contents is damaged")
}

impl Directory {
    /// Finds the central directory from the end of the file.
    pub(super) fn find(file: &File, length: u64) -> Result<Self> {
        let tail_at = length.saturating_sub(TAIL);
        let mut tail = vec![0; usize::try_from(length - tail_at).unwrap_or(0)];
        read_exact_at(file, &mut tail, tail_at)?;
        let is_end = |at: &usize| {
            tail[*at..].starts_with(b"PK\x05\x06")
                && usize::from(u16_at(&tail, at + 20)) == tail.len() - at - END
        };
        let last = tail.len().checked_sub(END).ok_or_else(refuse::cut_off)?;
        // Its table of contents is at the end, so a file without one was cut off.
        let at = (0..=last).rev().find(is_end).ok_or_else(refuse::cut_off)?;
        let end = &tail[at..];
        let end_at = tail_at + at as u64;
        let locator = at.checked_sub(LOCATOR).map(|at| &tail[at..at + LOCATOR]);
        let found = match locator.filter(|locator| locator.starts_with(b"PK\x06\x07")) {
            Some(locator) => Self::find_64(file, locator, end_at - LOCATOR as u64)?,
            None => {
                let (disk, disk_entries, entries) =
                    (u32_at(end, 4), u16_at(end, 8), u16_at(end, 10));
                if disk != 0 || disk_entries != entries {
                    return Err(several_parts());
                }
                Self {
                    start: u32_at(end, 16).into(),
                    bytes: u32_at(end, 12).into(),
                    entries: entries.into(),
                }
            }
        };
        let directory_end = found.start.checked_add(found.bytes).ok_or_else(bad)?;
        if directory_end > end_at {
            return Err(bad());
        }
        Ok(found)
    }

    fn find_64(file: &File, locator: &[u8], before: u64) -> Result<Self> {
        let at = u64_at(locator, 8);
        if u32_at(locator, 4) != 0 || u32_at(locator, 16) > 1 {
            return Err(several_parts());
        }
        if at.checked_add(END_64 as u64).is_none_or(|end| end > before) {
            return Err(bad());
        }
        let mut end = [0; END_64];
        read_exact_at(file, &mut end, at)?;
        let (disk_entries, entries) = (u64_at(&end, 24), u64_at(&end, 32));
        if !end.starts_with(b"PK\x06\x06") || disk_entries != entries {
            return Err(bad());
        }
        let (start, bytes) = (u64_at(&end, 48), u64_at(&end, 40));
        if start.checked_add(bytes).is_none_or(|end| end > at) {
            return Err(bad());
        }
        Ok(Self { start, bytes, entries })
    }

    /// Does `each` for every entry, in order.
    pub(super) fn read(self, file: &File, mut each: impl FnMut(Entry) -> Result<()>) -> Result<()> {
        let section = Section::new(file, self.start, self.bytes);
        let mut source = BufReader::with_capacity(BUFFER, section);
        let mut read = 0_u64;
        for _ in 0..self.entries {
            let entry = Entry::read(&mut source, &mut read)?;
            if read > self.bytes {
                return Err(bad());
            }
            each(entry)?;
        }
        let mut rest = [0; 4];
        // A signature may follow, but no entry that was not counted.
        let follows = source.read(&mut rest).map_err(refuse::read)?;
        if rest[..follows].starts_with(b"PK\x01\x02") { Err(bad()) } else { Ok(()) }
    }
}

fn several_parts() -> Error {
    refuse::invalid("It is one part of an archive in several parts")
}
