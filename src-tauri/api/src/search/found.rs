//! A file as one place holds it, and how that of several places becomes one.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;
use undercroft_foundation::{NameMatch, ProjectId};
use undercroft_history::TreePath;

use crate::base::wire::EntryKind;
use crate::files::wire::FileCopy;

/// A file as one place knows it, or as all do.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) project: Option<ProjectId>,
    /// The name of the project, as the place knows it.
    pub(super) project_name: String,
    pub(super) path: TreePath,
    pub(super) matched: NameMatch,
    pub(super) kind: EntryKind,
    /// In the newest version of a workspace, or on disk.
    pub(super) is_here: bool,
    pub(super) workspace: Option<String>,
    pub(super) removed: Option<Timestamp>,
    pub(super) renamed_to: Option<TreePath>,
    pub(super) versions: u64,
    pub(super) backups: u64,
    pub(super) archives: u64,
    pub(super) line: Option<u64>,
    pub(super) preview: Option<String>,
    pub(super) copy: FileCopy,
}

impl Found {
    /// A file of which no more is known than one copy.
    pub(super) fn of(path: TreePath, matched: NameMatch, kind: EntryKind, copy: FileCopy) -> Self {
        Self {
            project: None,
            project_name: String::new(),
            path,
            matched,
            kind,
            is_here: false,
            workspace: None,
            removed: None,
            renamed_to: None,
            versions: 0,
            backups: 0,
            archives: 0,
            line: None,
            preview: None,
            copy,
        }
    }

    /// Takes up what another place knows of it.
    fn add(&mut self, other: Self) {
        self.versions += other.versions;
        self.backups += other.backups;
        self.archives += other.archives;
        self.is_here |= other.is_here;
        self.workspace = self.workspace.take().or(other.workspace);
        self.removed = self.removed.or(other.removed);
        self.renamed_to = self.renamed_to.take().or(other.renamed_to);
        let is_same =
            |a: &FileCopy, b: &FileCopy| a.size_bytes == b.size_bytes && a.modified == b.modified;
        if is_same(&self.copy, &other.copy) {
            merge(&mut self.copy, other.copy);
        } else if other.copy.modified > self.copy.modified {
            (self.copy, self.kind) = (other.copy, other.kind);
        }
    }

    /// The best fit first; then former names of what lives on last; then what changed or went last
    /// first: what one misses went lately.
    pub(super) fn order(&self) -> (NameMatch, bool, Reverse<Option<Timestamp>>) {
        let is_former = !self.is_here && self.renamed_to.is_some();
        (self.matched, is_former, Reverse(self.removed.or(self.copy.modified)))
    }
}

/// Of two places of one kind the newer one stays.
fn merge(copy: &mut FileCopy, other: FileCopy) {
    copy.time = copy.time.min(other.time);
    if copy.version.is_none() {
        (copy.version, copy.version_path) = (other.version, other.version_path);
    }
    copy.backups.extend(other.backups);
    copy.backups.sort_by_key(|backup| Reverse(backup.time));
    copy.backups.truncate(1);
    copy.archives.extend(other.archives);
    copy.archives.sort_by_key(|archive| Reverse(archive.time));
    copy.archives.truncate(1);
}

/// The files of a project, each once.
#[derive(Debug, Default)]
pub(super) struct AllFound(HashMap<(Option<ProjectId>, TreePath), Found>);

impl AllFound {
    pub(super) fn add(&mut self, found: Found) {
        match self.0.get_mut(&(found.project, found.path.clone())) {
            Some(known) => known.add(found),
            None => drop(self.0.insert((found.project, found.path.clone()), found)),
        }
    }

    /// All of them, in their order.
    pub(super) fn into_sorted(self) -> Vec<Found> {
        let mut all: Vec<_> = self.0.into_values().collect();
        all.sort_by(|a, b| {
            a.order().cmp(&b.order()).then_with(|| (&a.path, a.project).cmp(&(&b.path, b.project)))
        });
        all
    }
}
