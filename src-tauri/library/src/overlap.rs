//! The relation of two folders to each other, told by what they are (device and inode) and not only
//! by what they are called, so that a bind mount deceives nobody.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use undercroft_foundation::answer_within;

/// A folder gets this time to tell which one it is.
const LIMIT: Duration = Duration::from_secs(1);

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
/// name and by those above it that are there; one that does not answer by its name alone.
pub fn overlap(first: &Path, second: &Path) -> Overlap {
    if first == second {
        return Overlap::Same;
    }
    let (above_first, above_second) = (identities(first), identities(second));
    let (a, b) = (own(&above_first), own(&above_second));
    if a.is_some() && a == b {
        return Overlap::Same;
    }
    if first.starts_with(second) || is_above(b, &above_first) {
        return Overlap::Inside;
    }
    if second.starts_with(first) || is_above(a, &above_second) {
        return Overlap::Contains;
    }
    Overlap::Apart
}

/// A folder's device and inode, while it is there.
type Identity = Option<(u64, u64)>;

/// The identity of a folder, and of each above it.
fn identities(path: &Path) -> Vec<Identity> {
    let ask = |path: &Path| path.ancestors().map(identity).collect();
    answer_within(LIMIT, path, ask).unwrap_or_default()
}

fn own(identities: &[Identity]) -> Identity {
    identities.first().copied().flatten()
}

fn is_above(folder: Identity, identities: &[Identity]) -> bool {
    folder.is_some() && identities.iter().skip(1).any(|above| *above == folder)
}

pub(crate) fn identity(path: &Path) -> Identity {
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}
