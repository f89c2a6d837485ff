//! A change of a workspace that can be undone, from before anything is written to its end.

use undercroft_foundation::{Job, Result, TreePath, VersionId};

use super::undo_record::{UndoPoint, UndoRecord};
use super::{RestoreMode, RestoreOrder, RestoreTo};
use crate::guard::{Trash, TrashPart};
use crate::save::{HistoryWriter, Scope};
use crate::workspaces::Workspace;

/// A change that was begun: [`HistoryWriter::undo`] goes back behind it, also when it is killed.
/// One that is dropped without an end, as after a failure, looks whether something came of it.
pub(crate) struct BegunChange {
    writer: HistoryWriter,
    workspace: Workspace,
    /// Nothing where there is no version to go back to.
    record: Option<UndoRecord>,
    /// The state that undoing went to before.
    last: UndoPoint,
    part: Option<TrashPart>,
    has_ended: bool,
}

impl HistoryWriter {
    /// Has undoing go back to the version `before` at these paths, or all. What no version holds
    /// goes to a part of the trash of its own where the change `trashes` such things.
    ///
    /// # Errors
    /// The errors of making the part, and of writing the record.
    pub(crate) fn begin_change(
        &self,
        workspace: &Workspace,
        before: Option<VersionId>,
        paths: Vec<TreePath>,
        trashes: bool,
    ) -> Result<BegunChange> {
        let library = self.history.library().root();
        let last = self.undo_point(workspace.id)?;
        let part = match trashes {
            true => Some(Trash::of(library, workspace).begin(before)?),
            false => None,
        };
        let mut parts = Vec::new();
        if let Some(part) = &part {
            parts = self.parts_of_killed(workspace, before)?;
            parts.push(part.name());
        }
        let record = before.map(|version| {
            let has_ended = parts.is_empty();
            UndoRecord { version, parts: Some(parts), has_ended, paths }
        });
        if let Some(record) = &record {
            record.write(library, workspace)?;
        }
        let (writer, workspace) = (self.clone(), workspace.clone());
        Ok(BegunChange { writer, workspace, record, last, part, has_ended: false })
    }

    /// Makes what is there a version, and begins a change of what is in the scope. When nothing
    /// changed since the last version, undoing goes back to that.
    ///
    /// # Errors
    /// The errors of [`HistoryWriter::save`].
    pub(crate) fn save_and_begin(
        &self,
        workspace: &Workspace,
        scope: Scope,
        trashes: bool,
        job: &Job,
    ) -> Result<BegunChange> {
        let paths = match &scope {
            Scope::Whole => Vec::new(),
            Scope::Touched(touched) => touched.subtrees.iter().cloned().collect(),
        };
        let before = self.ensure_saved(workspace.id, scope, job)?;
        self.begin_change(workspace, before, paths, trashes)
    }

    /// The parts of the trash that a change filled which was killed, where no version came since:
    /// done once more, it is undone as one.
    fn parts_of_killed(
        &self,
        workspace: &Workspace,
        before: Option<VersionId>,
    ) -> Result<Vec<String>> {
        let last = UndoRecord::read(self.history.library().root(), workspace)?;
        let last = last.filter(|last| !last.has_ended && Some(last.version) == before);
        Ok(last.and_then(|last| last.parts).unwrap_or_default())
    }

    /// Whether anything at these paths, or at all, is not as a version has it.
    fn has_changed(
        &self,
        workspace: &Workspace,
        version: VersionId,
        paths: &[TreePath],
    ) -> Result<bool> {
        let to = RestoreTo::InPlace { workspace: workspace.id, remove_extra: true };
        let order = RestoreOrder { version, paths: paths.to_vec(), to, like: None };
        let listed = self.carry_out(&order, RestoreMode::List, Vec::new(), &Job::new())?;
        Ok(!listed.plan().first.is_empty())
    }
}

impl BegunChange {
    pub(crate) fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The version that undoing goes back to.
    pub(crate) fn before(&self) -> Option<VersionId> {
        self.record.as_ref().map(|record| record.version)
    }

    /// The part of the trash for what no version holds, where it trashes such things.
    pub(crate) fn part(&self) -> Option<&TrashPart> {
        self.part.as_ref()
    }

    /// Ends it. Where nothing `came` of it, what was undoable before is so again.
    ///
    /// # Errors
    /// The errors of writing the record.
    pub(crate) fn end(mut self, came: bool) -> Result<()> {
        self.write_end(came)
    }

    /// Ends it, and looks whether something came of it.
    ///
    /// # Errors
    /// The errors of reading the workspace, and of writing the record.
    pub(crate) fn settle(mut self) -> Result<bool> {
        self.look_and_end()
    }

    fn look_and_end(&mut self) -> Result<bool> {
        let has_trashed = self.part.as_ref().is_some_and(TrashPart::holds_any);
        let has_changed = |record: &UndoRecord| {
            self.writer.has_changed(&self.workspace, record.version, &record.paths)
        };
        let came = has_trashed || self.record.as_ref().map_or(Ok(false), has_changed)?;
        self.write_end(came).map(|()| came)
    }

    fn write_end(&mut self, came: bool) -> Result<()> {
        self.has_ended = true;
        let library = self.writer.history.library().root();
        let last = UndoRecord::read(library, &self.workspace)?;
        match &mut self.record {
            // Another was begun since.
            record if last != *record => Ok(()),
            Some(record) if came && !record.has_ended => {
                record.has_ended = true;
                record.write(library, &self.workspace)
            }
            Some(_) if !came => self.last.put_back(),
            _ => Ok(()),
        }
    }
}

impl Drop for BegunChange {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        // What failed before is what there is to say.
        if let Err(error) = self.look_and_end() {
            tracing::warn!(%error, "what can be undone may be nothing");
        }
    }
}
