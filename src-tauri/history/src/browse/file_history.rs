//! The history of one file, across its renames.

use rusqlite::Connection;
use undercroft_foundation::{Code, ProjectId, Result, TreePath, WorkspaceId, text};

use crate::version::{Change, ChangeKind, EntryKind, Layer, Version};
use crate::versions::reading::HistoryReader;
use crate::versions::{changes, table};

/// The number of changes that are asked for at once.
const PAGE: usize = 256;

/// A version that did something to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// The version.
    pub version: Version,
    /// The path of the file in it.
    pub path: TreePath,
    /// The path before, when the version renamed it.
    pub from: Option<TreePath>,
    /// The change that the version made to it.
    pub kind: ChangeKind,
    /// The size of the file; nothing when it was removed.
    pub size_bytes: Option<u64>,
    /// The layer that holds its bytes.
    pub layer: Option<Layer>,
}

/// The part of the history that was followed so far.
struct Trace {
    path: TreePath,
    found: Vec<FileVersion>,
    limit: usize,
}

impl HistoryReader {
    /// The versions that did something to the file that is, or was, at `path`, the newest first,
    /// at most `limit` of them. Where it was renamed, its history goes on under its former name;
    /// that of a workspace that was opened from a version goes on with what led to that.
    ///
    /// # Errors
    /// [`Code::NotFound`] when no version of the workspace ever had it.
    pub fn file_history(
        &self,
        workspace: WorkspaceId,
        path: &TreePath,
        limit: usize,
    ) -> Result<Vec<FileVersion>> {
        let mut workspace = self.history.workspace(workspace)?;
        let mut trace = Trace { path: path.clone(), found: Vec::new(), limit };
        let mut before = u64::MAX;
        loop {
            let project = workspace.project;
            self.history
                .library()
                .catalog()
                .read(|connection| trace.follow(connection, project, workspace.id, before))?;
            if trace.is_full() {
                break;
            }
            let Some(from) = workspace.opened_from.and_then(|id| self.history.version(id).ok())
            else {
                break;
            };
            workspace = self.history.workspace(from.workspace)?;
            before = from.seq + 1;
        }
        // The first version of a history has no list of changes: to it everything is new.
        let is_known_from_its_beginning =
            trace.found.last().is_some_and(|oldest| oldest.kind == ChangeKind::Added);
        if !is_known_from_its_beginning && !trace.is_full() {
            trace.found.extend(self.in_first_version(workspace.id, trace.path)?);
        }
        if trace.found.is_empty() {
            let what = text!("No version has a file {path}", path);
            return Err(undercroft_foundation::Error::new(Code::NotFound, what));
        }
        Ok(trace.found)
    }

    fn in_first_version(
        &self,
        workspace: WorkspaceId,
        path: TreePath,
    ) -> Result<Option<FileVersion>> {
        let first = self
            .history
            .library()
            .catalog()
            .read(|connection| table::oldest(connection, workspace))?;
        let Some(version) = first else { return Ok(None) };
        match self.entry(version.id, &path) {
            Err(error) if error.code() == Code::NotFound => Ok(None),
            Err(error) => Err(error),
            Ok(entry) if entry.kind == EntryKind::Folder => Ok(None),
            Ok(entry) => Ok(Some(FileVersion {
                version,
                path,
                from: None,
                kind: ChangeKind::Added,
                size_bytes: Some(entry.size_bytes),
                layer: entry.layer,
            })),
        }
    }
}

impl Trace {
    fn is_full(&self) -> bool {
        self.found.len() >= self.limit
    }

    /// Adds what versions of a workspace before `before` did.
    fn follow(
        &mut self,
        connection: &Connection,
        project: ProjectId,
        workspace: WorkspaceId,
        mut before: u64,
    ) -> Result<()> {
        while !self.is_full() {
            let page = changes::of_path(connection, project, &self.path, before, PAGE)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            before = *last;
            for (seq, change) in page {
                // What other workspaces did meanwhile is theirs.
                let Some(version) = table::at(connection, workspace, seq)? else { continue };
                let from = change.from.clone();
                self.found.push(file_version(version, change));
                if self.is_full() {
                    return Ok(());
                }
                if let Some(from) = from {
                    (self.path, before) = (from, seq);
                    break;
                }
            }
        }
        Ok(())
    }
}

fn file_version(version: Version, change: Change) -> FileVersion {
    let Change { path, from, kind, size_bytes, layer } = change;
    FileVersion { version, path, from, kind, size_bytes, layer }
}
