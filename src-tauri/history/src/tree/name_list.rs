//! All names of a version as one list, kept in memory for the next question: while a user types,
//! the same version is asked again and again.

use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{TreePath, VersionId};

use crate::tree::sidecar::FileTime;
use crate::version::EntryKind;

/// The number of names that are kept, of all lists together.
const KEPT_NAMES: usize = 400_000;

/// A name of a version.
#[derive(Debug)]
pub(crate) struct ListedName {
    pub(crate) path: TreePath,
    pub(crate) kind: EntryKind,
    pub(crate) size_bytes: u64,
    pub(crate) modified: FileTime,
}

pub(crate) type NameList = Arc<Vec<ListedName>>;

/// The lists that were asked for last, the newest last.
#[derive(Debug, Default)]
pub(crate) struct NameLists(Mutex<Vec<(VersionId, NameList)>>);

impl NameLists {
    pub(crate) fn get(&self, version: VersionId) -> Option<NameList> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(id, _)| *id == version)?;
        let found = kept.remove(at);
        let list = Arc::clone(&found.1);
        kept.push(found);
        Some(list)
    }

    pub(crate) fn put(&self, version: VersionId, list: &NameList) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(id, _)| *id != version);
        kept.push((version, Arc::clone(list)));
        while kept.iter().map(|(_, list)| list.len()).sum::<usize>() > KEPT_NAMES {
            kept.remove(0);
        }
    }
}
