//! The relation of two folders to each other, told by what they are (device and inode) and not only
//! by what they are called, so that a bind mount deceives nobody.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The relation of a folder to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// Neither holds the other.
    Apart,
    /// They are one folder.
    Same,
    /// The first lies inside the second.
    Inside,
    /// The first holds the second.
    Contains,
}

/// The relation of `first` to `second`; both canonical. A folder that is not there is judged by its
/// name and by those above it that are there.
pub fn overlap(first: &Path, second: &Path) -> Overlap {
    if first == second {
        return Overlap::Same;
    }
    let (a, b) = (identity(first), identity(second));
    if a.is_some() && a == b {
        return Overlap::Same;
    }
    if first.starts_with(second) || is_above(b, first) {
        return Overlap::Inside;
    }
    if second.starts_with(first) || is_above(a, second) {
        return Overlap::Contains;
    }
    Overlap::Apart
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

fn is_above(folder: Option<(u64, u64)>, path: &Path) -> bool {
    folder.is_some() && path.ancestors().skip(1).any(|above| identity(above) == folder)
}
