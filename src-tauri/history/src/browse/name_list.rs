//! All names of a version as one list, kept in memory for the next question: while a user types,
//! the same version is asked again and again.

use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{Job, Result, TreePath, VersionId};

use crate::tree::sidecar::FileTime;
use crate::version::EntryKind;
use crate::versions::reading::HistoryReader;

/// The number of names that are kept, of all lists together.
const KEPT_NAMES: usize = 400_000;

/// A name of a version.
#[derive(Debug)]
pub(super) struct ListedName {
    pub(super) path: TreePath,
    pub(super) kind: EntryKind,
    pub(super) size_bytes: u64,
    pub(super) modified: FileTime,
}

type NameList = Arc<Vec<ListedName>>;

/// The lists that were asked for last, the newest last.
#[derive(Debug, Default)]
pub(crate) struct NameLists(Mutex<Vec<(VersionId, NameList)>>);

impl NameLists {
    fn get(&self, version: VersionId) -> Option<NameList> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(id, _)| *id == version)?;
        let found = kept.remove(at);
        let list = Arc::clone(&found.1);
        kept.push(found);
        Some(list)
    }

    fn put(&self, version: VersionId, list: &NameList) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(id, _)| *id != version);
        kept.push((version, Arc::clone(list)));
        while kept.iter().map(|(_, list)| list.len()).sum::<usize>() > KEPT_NAMES {
            kept.remove(0);
        }
    }
}

impl HistoryReader {
    /// All names of a version, folders before what is in them.
    pub(super) fn all_names(&self, version: VersionId, job: &Job) -> Result<NameList> {
        let lists = self.history.name_lists();
        if let Some(list) = lists.get(version) {
            return Ok(list);
        }
        let (store, root) = self.root_of(version)?;
        let mut names = Vec::new();
        let mut open = vec![(TreePath::root(), root)];
        while let Some((folder, stored)) = open.pop() {
            job.check_cancelled()?;
            let view = stored.view(&store)?;
            for line in &view.entries.lines {
                let path = folder.join(&line.name);
                if line.kind == EntryKind::Folder {
                    open.push((path.clone(), view.folder(&line.name)));
                }
                let (size_bytes, modified) = (line.totals.bytes, line.attributes.modified);
                names.push(ListedName { path, kind: line.kind, size_bytes, modified });
            }
        }
        let list = Arc::new(names);
        lists.put(version, &list);
        Ok(list)
    }
}
