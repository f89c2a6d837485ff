//! Counting what a first version will hold, faster than it is read, so that the time left is known.

use undercroft_foundation::{Result, TreePath};

use super::tree_scan::TreeScan;
use super::visit::Visit;
use crate::rules::{Decision, FolderRules};
use crate::tree::folder_view::StoredFolder;
use crate::version::EntryKind;

impl TreeScan<'_> {
    /// Walks, and, when it is for a first version, counts meanwhile what there is.
    pub(super) fn walk_and_count(&self, visit: Visit, previous: StoredFolder) -> Result<()> {
        std::thread::scope(|threads| {
            if self.is_first {
                threads.spawn(|| self.count_ahead());
            }
            self.walk(visit, previous)
        })
    }

    /// Adds all files to the job's totals. What cannot be looked at, the scan itself will tell.
    fn count_ahead(&self) {
        let mut open = vec![(TreePath::root(), self.leave_out.root())];
        while let Some((path, rules)) = open.pop() {
            if self.job.is_cancelled() || self.has_failed() {
                return;
            }
            let Ok(Some(folder)) = self.disk.folder(&path) else { continue };
            let Ok(entries) = folder.entries_in_place() else { continue };
            let (mut files, mut bytes) = (0, 0);
            for (name, stat) in entries {
                match stat.kind {
                    EntryKind::Folder => open.extend(enter(&rules, &path, &name)),
                    EntryKind::Other => {}
                    _ if rules.decide(&name, false) != Decision::Keep => {}
                    EntryKind::Symlink => files += 1,
                    EntryKind::File => {
                        files += 1;
                        bytes += stat.size_bytes;
                    }
                }
            }
            self.job.add_total(files, bytes);
        }
        self.job.settle_totals();
    }
}

fn enter(rules: &FolderRules, path: &TreePath, name: &[u8]) -> Option<(TreePath, FolderRules)> {
    Some((path.join(name), rules.enter(name).ok()?))
}
