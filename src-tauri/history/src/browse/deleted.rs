//! The former entries of a folder: the names directly below it that earlier versions had and one version
//! lacks. Which those are, the table of changes knows.

use std::collections::{BTreeSet, HashSet};

use undercroft_foundation::{Code, Job, Result, TreePath, VersionId, WorkspaceId};

use super::names::GoneName;
use crate::version::{Entry, Version};
use crate::versions::changes::{self, Touched};
use crate::versions::reading::HistoryReader;
use crate::versions::table;

/// A file or folder that a version lacks and an earlier one had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedEntry {
    /// The entry as the newest version that has it says.
    pub entry: Entry,
    /// That version.
    pub version: Version,
    /// When it was removed, and where it went.
    pub gone: GoneName,
}

/// The former entries of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeletedEntries {
    /// The entries, by name.
    pub entries: Vec<DeletedEntry>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

impl HistoryReader {
    /// The names directly below a folder that versions before had and this one lacks, at most `limit`
    /// of them. A workspace that was opened from a version goes on with what led to that; what other
    /// workspaces did is theirs.
    ///
    /// # Errors
    /// When versions cannot be read; [`Code::Cancelled`].
    pub fn deleted(
        &self,
        version: VersionId,
        folder: &TreePath,
        limit: usize,
        job: &Job,
    ) -> Result<DeletedEntries> {
        let version = self.history.version(version)?;
        let there = match self.list(version.id, folder) {
            Err(error) if error.code() == Code::NotFound => Vec::new(),
            listed => listed?,
        };
        let there: HashSet<Vec<u8>> = there.into_iter().map(|entry| entry.name).collect();
        let (project, lineage) = (version.project, self.lineage(&version)?);
        let names = self.history.library().catalog().read(|connection| {
            let mut names: BTreeSet<Vec<u8>> = BTreeSet::new();
            changes::each_name_below(connection, project, folder, &mut |name| {
                job.check_cancelled()?;
                names.extend((!there.contains(name)).then(|| name.to_vec()));
                Ok(())
            })?;
            Ok(names)
        })?;
        let mut found = DeletedEntries::default();
        for name in names {
            job.check_cancelled()?;
            let path = folder.join(&name);
            let Some(entry) = self.last_of(&version, &path, &lineage)? else { continue };
            if found.entries.len() == limit {
                found.more = true;
                break;
            }
            found.entries.push(entry);
        }
        Ok(found)
    }

    /// The stretches of workspaces that led to a version, each with the number of its last version.
    fn lineage(&self, version: &Version) -> Result<Vec<(WorkspaceId, u64)>> {
        let mut lineage = vec![(version.workspace, version.seq)];
        let mut workspace = self.history.workspace(version.workspace)?;
        while let Some(from) = workspace.opened_from.and_then(|id| self.history.version(id).ok()) {
            lineage.push((from.workspace, from.seq.min(version.seq)));
            workspace = self.history.workspace(from.workspace)?;
        }
        Ok(lineage)
    }

    /// The entry as it was last, in the versions that led to this one.
    fn last_of(
        &self,
        version: &Version,
        path: &TreePath,
        lineage: &[(WorkspaceId, u64)],
    ) -> Result<Option<DeletedEntry>> {
        for (workspace, until) in lineage {
            let last = self.history.library().catalog().read(|connection| {
                let touched =
                    changes::last_below(connection, version.project, path, (*workspace, *until))?;
                let Some(Touched { seq, renamed_to }) = touched else { return Ok(None) };
                Ok(table::at(connection, *workspace, seq)?.map(|last| (last, renamed_to)))
            })?;
            let Some((last, renamed_to)) = last else { continue };
            if let Some((version, entry, gone)) = self.held_last(path, &last, renamed_to)? {
                return Ok(Some(DeletedEntry { entry, version, gone }));
            }
        }
        Ok(None)
    }

    /// The newest version that has a path of which `last` is the last version that did something to
    /// it; nothing where none does any more.
    pub(super) fn held_last(
        &self,
        path: &TreePath,
        last: &Version,
        renamed_to: Option<TreePath>,
    ) -> Result<Option<(Version, Entry, GoneName)>> {
        let before = match last.parent.map(|id| self.history.version(id)).transpose() {
            Err(error) if error.code() == Code::NotFound => None,
            before => before?,
        };
        let removed = GoneName { removed: Some(last.time), renamed_to };
        // It has it itself where the branch was set back afterwards.
        for (version, gone) in [(before, removed), (Some(last.clone()), GoneName::default())] {
            let Some(version) = version else { continue };
            match self.entry(version.id, path) {
                Err(error) if error.code() == Code::NotFound => {}
                Err(error) => return Err(error),
                Ok(entry) => return Ok(Some((version, entry, gone))),
            }
        }
        Ok(None)
    }
}
