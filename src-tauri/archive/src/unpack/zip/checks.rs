//! The checks of a whole table of contents, before anything is written.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};

use undercroft_foundation::Result;

use super::super::left_out::LeftOut;
use super::super::meter::Meter;
use super::super::names::{EntryPath, Named, TopFolder};
use super::super::refuse;
use super::directory::Directory;
use super::entry::{Entry, Kind, Place};

/// The longest gap that is taken for a part of the entry before it: what may follow its bytes is
/// shorter, and no header fits in.
const GAP: u64 = 24;
/// The folder in which macOS keeps what no other system reads.
const MAC_FOLDER: &[u8] = b"__MACOSX";

/// The outcome of the checks.
#[derive(Debug)]
pub(super) struct Checked {
    /// The bytes of the files.
    pub(super) bytes: u64,
    pub(super) top: TopFolder,
    /// Whether there are links or names that come twice.
    pub(super) has_rest: bool,
    doubles: HashSet<u64>,
    left_to_others: u64,
}

impl Checked {
    /// Whether files of more than one entry have this name, or seem to.
    pub(super) fn is_double(&self, fingerprint: u64) -> bool {
        self.doubles.contains(&fingerprint)
    }
}

/// A number for a path; two paths may share it, which costs time and nothing else.
pub(super) fn fingerprint(path: &EntryPath) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

/// Whether it is one of the files that macOS keeps for itself.
pub(super) fn is_left_to_others(path: &EntryPath) -> bool {
    path.top().0 == MAC_FOLDER
}

/// Notes these, all in one.
pub(super) fn tell_left_out(checked: &Checked, left_out: &LeftOut) {
    if checked.left_to_others > 0 {
        left_out
            .add(MAC_FOLDER, "It holds what macOS keeps beside files, which nothing else reads");
    }
}

/// Checks all entries: that each is readable and described once, that none lies in another, and
/// that together they are within the limits.
pub(super) fn check(
    file: &File,
    directory: Directory,
    meter: &Meter<'_>,
    left_out: &LeftOut,
    mut each: impl FnMut(&Entry, &EntryPath) -> Result<()>,
) -> Result<Checked> {
    let mut checked = Checked {
        bytes: 0,
        top: TopFolder::default(),
        has_rest: false,
        doubles: HashSet::new(),
        left_to_others: 0,
    };
    let (mut fingerprints, mut ranges, mut all_bytes) = (Vec::new(), Vec::new(), 0_u64);
    directory.read(file, |entry| {
        meter.add_entry()?;
        entry.check_readable()?;
        add_range(&mut ranges, entry.locate(file, directory.start)?);
        all_bytes = all_bytes.saturating_add(entry.size);
        meter.check_bytes(all_bytes)?;
        let path = match EntryPath::read(entry.name(), entry.backslash, meter.limits)? {
            Named::Path(path) => path,
            Named::Root => return Ok(()),
            Named::LeftOut(reason) => {
                left_out.add(entry.name(), reason);
                return Ok(());
            }
        };
        if is_left_to_others(&path) {
            checked.left_to_others += 1;
            return Ok(());
        }
        match entry.kind {
            Kind::LeftOut(reason) => {
                left_out.add(entry.name(), reason);
                return Ok(());
            }
            Kind::File => {
                checked.bytes += entry.size;
                fingerprints.push(fingerprint(&path));
            }
            Kind::Symlink => checked.has_rest = true,
            Kind::Folder => {}
        }
        checked.top.add(&path, entry.kind == Kind::Folder);
        each(&entry, &path)
    })?;
    meter.check_ratio(all_bytes, directory.start)?;
    check_ranges(ranges)?;
    tell_left_out(&checked, left_out);
    fingerprints.sort_unstable();
    let pairs = fingerprints.windows(2).filter(|pair| pair[0] == pair[1]);
    checked.doubles = pairs.map(|pair| pair[0]).collect();
    checked.has_rest |= !checked.doubles.is_empty();
    Ok(checked)
}

/// Adds a range to the one that it follows, as in nearly every archive; so the ranges stay few.
fn add_range(ranges: &mut Vec<(u64, u64)>, place: Place) {
    match ranges.last_mut() {
        Some((_, end)) if (*end..=*end + GAP).contains(&place.start) => *end = place.end,
        _ => ranges.push((place.start, place.end)),
    }
}

fn check_ranges(mut ranges: Vec<(u64, u64)>) -> Result<()> {
    ranges.sort_unstable();
    if ranges.windows(2).any(|pair| pair[1].0 < pair[0].1) {
        return Err(refuse::damaged(
            "Its entries lie in each other, as in archives that are made to fill disks",
        ));
    }
    Ok(())
}
