//! What the user should hear of although the window is hidden: work that did not come off.

use std::collections::HashSet;

use tauri::{AppHandle, Manager};
use undercroft_api::wire::{BackendEvent, JobState, JobView};

use crate::{notification, window};

/// The jobs whose end was told already.
#[derive(Debug, Default)]
pub(crate) struct News(HashSet<String>);

impl News {
    /// Tells of a job that failed, once, unless the window shows it.
    pub(crate) fn hear(&mut self, app: &AppHandle, event: &BackendEvent) {
        if let BackendEvent::Job { job } = event
            && job.state == JobState::Failed
            && self.0.insert(job.id.clone())
            && !is_in_sight(app)
        {
            notification::show(&format!("{}: failed", job.title), &reason(job));
        }
    }
}

fn is_in_sight(app: &AppHandle) -> bool {
    app.get_webview_window(window::LABEL).is_some_and(|window| window.is_visible().unwrap_or(false))
}

fn reason(job: &JobView) -> String {
    let error = job.outcome.as_ref().and_then(|outcome| outcome.error.as_ref());
    error.map_or_else(String::new, |error| format!("{}. {}.", error.why, error.next))
}
