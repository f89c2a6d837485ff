//! Settled batches become versions.

use undercroft_foundation::{Code, Job, Result, WorkspaceId};
use undercroft_watch::{Batch, Touched};

use super::WorkspaceWatcher;
use super::last_error::LastError;
use super::unread::Unread;
use crate::save::HistoryWriter;
use crate::save::{SaveOrder, Scope};
use crate::space::low_priority::at_low_priority;
use crate::version::Trigger;

/// The state of saving a watched workspace: the last error, and the entries that could not be read.
#[derive(Debug, Default)]
pub(super) struct SaveState {
    pub(super) last_error: LastError,
    pub(super) unread: Unread,
    /// The reading of its files, to be cancelled when it is watched no longer.
    pub(super) reading: Job,
}

impl WorkspaceWatcher {
    /// Makes a version of what changed. What fails is tried again, until it succeeds or nobody
    /// watches any more: no change is given up.
    pub(super) fn save_batch(&self, workspace: WorkspaceId, batch: Batch, save_state: &SaveState) {
        let last_error = &save_state.last_error;
        let mut scope = if batch.whole { Scope::Whole } else { Scope::Touched(batch.touched) };
        loop {
            let saved = match batch.idle {
                true => at_low_priority(|| self.save_scope(workspace, scope, save_state)),
                false => self.save_scope(workspace, scope, save_state),
            };
            let Err(error) = saved else { return last_error.clear() };
            // What the failed try saw and what it did not, nobody knows.
            scope = Scope::Whole;
            // That the folder is away, the watch itself tells.
            if error.code() != Code::SourceMissing {
                tracing::warn!(%workspace, %error, "a version could not be made");
                last_error.note(&error);
            }
            if !last_error.wait(self, workspace) {
                return;
            }
        }
    }

    /// Makes a version of what changed in `scope`, and of what could not be read before.
    pub(super) fn save_scope(
        &self,
        workspace: WorkspaceId,
        scope: Scope,
        save_state: &SaveState,
    ) -> Result<()> {
        let mut scope = scope;
        save_state.unread.add_to(&mut scope);
        let clock = &self.history().library().world().clock;
        let (mut unread, mut warnings) = (Vec::new(), Vec::new());
        loop {
            let (order, job) = (SaveOrder::new(Trigger::Automatic, ""), Job::new());
            let saved =
                HistoryWriter::new(self.history()).save_and_tell(workspace, scope, order, &job)?;
            unread.extend(saved.unread);
            warnings.extend(job.warnings());
            if saved.linked.is_empty() {
                save_state.unread.note(unread, &warnings, clock.steady());
                return Ok(());
            }
            // A change through one name of a file is a change of all.
            let mut touched = Touched::default();
            saved.linked.iter().for_each(|name| touched.add(name));
            scope = Scope::Touched(touched);
        }
    }
}
