//! A workspace that this process watches.

use std::path::PathBuf;
use std::sync::Arc;

use undercroft_foundation::{ProjectId, WorkspaceId};
use undercroft_watch::{Health, Watch};

use super::batches::SaveState;
use super::rules_filter::RulesFilter;
use super::state::{WatchState, WatchStatus};
use super::watch_file::WatchFile;

/// A workspace that this process watches, until this is dropped.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) project: ProjectId,
    pub(super) root: PathBuf,
    pub(super) watch: Watch,
    pub(super) filter: Arc<RulesFilter>,
    pub(super) save_state: Arc<SaveState>,
    pub(super) file: WatchFile,
}

/// Ends the reading of its files.
impl Drop for Watched {
    fn drop(&mut self) {
        self.save_state.reading.cancel();
    }
}

impl Watched {
    /// Tells other processes how it goes.
    pub(super) fn share(&mut self, workspace: WorkspaceId) {
        let mut state = WatchState {
            project: self.project,
            workspace,
            status: WatchStatus::Watching,
            why: None,
            next: None,
            pending: 0,
            last_version: None,
        };
        self.tell(&mut state);
        self.file.tell(&state);
    }

    /// Adds to `state` how the watching goes.
    pub(super) fn tell(&self, state: &mut WatchState) {
        state.pending = self.watch.pending();
        state.status = WatchStatus::Watching;
        match self.watch.health() {
            Health::Watching { .. } => {}
            Health::Limited { why, next } => {
                state.status = WatchStatus::Limited;
                (state.why, state.next) = (Some(why), Some(next));
            }
            Health::Missing { why, next } => {
                state.status = WatchStatus::Missing;
                (state.why, state.next) = (Some(why), Some(next));
            }
            Health::Paused => state.status = WatchStatus::Paused,
        }
        if let Some((why, next)) = self.save_state.unread.told()
            && state.status == WatchStatus::Watching
        {
            state.status = WatchStatus::Limited;
            (state.why, state.next) = (Some(why), Some(next));
        }
        if let Some((why, next)) = self.save_state.last_error.told() {
            state.status = WatchStatus::Failing;
            (state.why, state.next) = (Some(why), Some(next));
        }
    }
}
