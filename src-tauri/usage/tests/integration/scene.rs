//! Folders to count, and the counting of them.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use undercroft_foundation::{Job, TreePath};
use undercroft_usage::{ScanOptions, Tree, scan};

/// Noon on the first day of March 2026.
pub const NOON: Timestamp = Timestamp::constant(1_772_366_400, 0);
pub const DAY: i64 = 86_400;

pub fn days_after(days: i64) -> Timestamp {
    Timestamp::from_second(NOON.as_second() + days * DAY).unwrap()
}

pub fn write(root: &Path, path: &str, size: usize) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, vec![b'x'; size]).unwrap();
}

pub fn count(root: &Path) -> Tree {
    count_at(root, NOON)
}

pub fn count_at(root: &Path, now: Timestamp) -> Tree {
    scan(root, &ScanOptions::at(now), &Job::new()).unwrap()
}

pub fn at(path: &str) -> TreePath {
    TreePath::new(path.as_bytes()).unwrap()
}
