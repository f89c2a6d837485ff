//! Settled batches become versions.

use undercroft_foundation::{Code, Job, Result, WorkspaceId};

use super::trouble::Trouble;
use super::unread::Unread;
use crate::history::History;
use crate::leisure::at_leisure;
use crate::save::{SaveOrder, Scope};
use crate::version::Trigger;
use crate::watch::{Batch, Touched};

/// The troubles of a workspace: what could not be kept of it.
#[derive(Debug, Default)]
pub(super) struct Condition {
    pub(super) trouble: Trouble,
    pub(super) unread: Unread,
    /// The reading of its files, to be cancelled when it is watched no longer.
    pub(super) reading: Job,
}

impl History {
    /// Makes a version of what changed. What fails is tried again, until it succeeds or nobody
    /// watches any more: no change is given up.
    pub(super) fn keep_batch(&self, workspace: WorkspaceId, batch: Batch, condition: &Condition) {
        let trouble = &condition.trouble;
        let mut scope = if batch.whole { Scope::Whole } else { Scope::Touched(batch.touched) };
        loop {
            let saved = match batch.idle {
                true => at_leisure(|| self.keep(workspace, scope, condition)),
                false => self.keep(workspace, scope, condition),
            };
            let Err(error) = saved else { return trouble.clear() };
            // What the failed try saw and what it did not, nobody knows.
            scope = Scope::Whole;
            // That the folder is away, the watch itself tells.
            if error.code() != Code::SourceMissing {
                tracing::warn!(%workspace, %error, "a version could not be made");
                trouble.note(&error);
            }
            if !trouble.wait(self, workspace) {
                return;
            }
        }
    }

    /// Makes a version of what changed in `scope`, and of what could not be read before.
    pub(super) fn keep(
        &self,
        workspace: WorkspaceId,
        scope: Scope,
        condition: &Condition,
    ) -> Result<()> {
        let mut scope = scope;
        condition.unread.add_to(&mut scope);
        let clock = &self.library().world().clock;
        let (mut unread, mut warnings) = (Vec::new(), Vec::new());
        loop {
            let (order, job) = (SaveOrder::new(Trigger::Automatic, ""), Job::new());
            let saved = self.save_and_tell(workspace, scope, order, &job)?;
            unread.extend(saved.unread);
            warnings.extend(job.warnings());
            if saved.linked.is_empty() {
                condition.unread.note(unread, &warnings, clock.steady());
                return Ok(());
            }
            // A change through one name of a file is a change of all.
            let mut touched = Touched::default();
            saved.linked.iter().for_each(|name| touched.add(name));
            scope = Scope::Touched(touched);
        }
    }
}
