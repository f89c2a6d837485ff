//! The thread that keeps what this process watches in step with the catalog.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, select};
use undercroft_library::Event;
use undercroft_watch::Touched;

use super::{RULES_CHANGED, WorkspaceWatcher};
use crate::save::Scope;

/// The time between two looks for workspaces that another process watched until it ended.
const LOOK_AROUND: Duration = Duration::from_secs(30);

/// The time between two reports to other processes on how the watching goes, and between two looks
/// at what is to be tried again.
const TICK: Duration = Duration::from_secs(1);

impl WorkspaceWatcher {
    /// Keeps the watches in step with the catalog until told to stop.
    pub(super) fn follow_catalog(&self, events: &Receiver<Event>, stopped: &Receiver<()>) {
        let clock = &self.history().library().world().clock;
        let ticks = crossbeam_channel::tick(TICK);
        let mut looked_around = clock.steady();
        loop {
            let is_due = select! {
                recv(stopped) -> _ => return,
                recv(ticks) -> _ => {
                    self.tick();
                    clock.steady().saturating_sub(looked_around) >= LOOK_AROUND
                }
                recv(events) -> event => match event {
                    Ok(event) => self.concerns_watches(&event),
                    Err(_) => return,
                },
            };
            if !is_due {
                continue;
            }
            looked_around = clock.steady();
            if let Err(error) = self.sync() {
                tracing::warn!(%error, "the watches could not be brought in step");
            }
        }
    }

    /// Whether the event may ask for other watches. Changed rules are taken up.
    fn concerns_watches(&self, event: &Event) -> bool {
        if event.kind == RULES_CHANGED
            && let Some(project) = event.project
            && let Err(error) = self.take_up_rules(project)
        {
            tracing::warn!(%error, "changed rules could not be taken up");
        }
        event.kind.starts_with("workspace.")
            || matches!(&*event.kind, "project.trashed" | "project.recalled")
            || event.kind == "version.made" && self.lacks_watch(event)
    }

    /// Whether the event may be of a first version, whose workspace is to be watched from now on.
    fn lacks_watch(&self, event: &Event) -> bool {
        let workspaces = self.history().workspaces(event.project).unwrap_or_default();
        workspaces.iter().any(|workspace| !self.is_watching(workspace.id))
    }

    /// Tells other processes how the watching goes, and tries again what could not be read.
    fn tick(&self) {
        let now = self.history().library().world().clock.steady();
        let mut due = Vec::new();
        if let Some(watches) = &mut *self.watches() {
            for (id, watched) in &mut watches.watched {
                watched.share(*id);
                if watched.save_state.unread.is_due(now) {
                    due.push((*id, Arc::clone(&watched.save_state)));
                }
            }
        }
        for (workspace, save_state) in due {
            save_state.unread.put_off(now);
            let nothing_new = Scope::Touched(Touched::default());
            if let Err(error) = self.save_scope(workspace, nothing_new, &save_state) {
                tracing::debug!(%workspace, %error, "what could not be read is tried again later");
            }
        }
    }
}
