//! The lines that changes of files added and removed, as far as counting them is cheap.

use undercroft_foundation::{Result, TreePath, VersionId, WorkspaceId};

use super::preview::decode;
use crate::diff;
use crate::version::{Change, ChangeKind, ContentId, EntryKind, Layer};
use crate::versions::reading::HistoryReader;

/// The largest file whose lines are counted.
const FILE_BYTES: u64 = 512 << 10;

/// The lines that a change added and removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineCounts {
    /// The lines that are new.
    pub added: u64,
    /// The lines that are gone.
    pub removed: u64,
}

/// The files and bytes that counting may still read. A budget that is used up counts nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineBudget {
    /// The number of files.
    pub files: u64,
    /// The bytes of both sides of them.
    pub bytes: u64,
}

/// The side after of what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinesAfter {
    /// A version.
    Version(VersionId),
    /// A workspace on disk.
    Disk(WorkspaceId),
}

impl HistoryReader {
    /// The lines that each of these changes between two sides added and removed. Nothing for what
    /// the history does not hold as text, is larger than half a megabyte, cannot be read, or came
    /// after the budget's end.
    pub fn line_counts(
        &self,
        before: VersionId,
        after: LinesAfter,
        changes: &[Change],
        budget: &mut LineBudget,
    ) -> Vec<Option<LineCounts>> {
        let counts = |change: &Change| self.lines_of(before, after, change, budget).ok().flatten();
        changes.iter().map(counts).collect()
    }

    fn lines_of(
        &self,
        before: VersionId,
        after: LinesAfter,
        change: &Change,
        budget: &mut LineBudget,
    ) -> Result<Option<LineCounts>> {
        if change.kind == ChangeKind::Metadata {
            return Ok(Some(LineCounts::default()));
        }
        let is_other = change.layer.is_some_and(|layer| layer != Layer::Git);
        if is_other || change.size_bytes.is_some_and(|size| size > FILE_BYTES) || budget.files == 0
        {
            return Ok(None);
        }
        budget.files -= 1;
        let from = change.from.as_ref().unwrap_or(&change.path);
        let old = match change.kind {
            ChangeKind::Added => Some(Vec::new()),
            _ => self.text(LinesAfter::Version(before), from, budget)?,
        };
        let new = match change.kind {
            ChangeKind::Removed => Some(Vec::new()),
            _ => self.text(after, &change.path, budget)?,
        };
        let (Some(old), Some(new)) = (old, new) else { return Ok(None) };
        let (added, removed) = diff::counts(&old, &new);
        Ok(Some(LineCounts { added, removed }))
    }

    /// The text of one side, where it is one and the budget allows.
    fn text(
        &self,
        side: LinesAfter,
        path: &TreePath,
        budget: &mut LineBudget,
    ) -> Result<Option<Vec<u8>>> {
        let entry = match side {
            LinesAfter::Version(version) => self.entry(version, path)?,
            LinesAfter::Disk(workspace) => self.disk_entry(workspace, path)?,
        };
        let is_object = matches!(entry.content, Some(ContentId::Object(_)));
        let is_small = entry.size_bytes <= FILE_BYTES.min(budget.bytes);
        if entry.kind != EntryKind::File || is_object || !is_small {
            return Ok(None);
        }
        budget.bytes -= entry.size_bytes;
        let content = match side {
            LinesAfter::Version(version) => self.read(version, path, Some(FILE_BYTES))?,
            LinesAfter::Disk(workspace) => self.read_disk(workspace, path, Some(FILE_BYTES))?,
        };
        Ok(decode(&content, false).map(|_| content))
    }
}
