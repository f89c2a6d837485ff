//! Desktop notifications while the window is hidden: work that did not come off, alerts, projects
//! that nobody backs up any more, and, by choice, what went well.

pub(crate) mod desktop;

use std::collections::HashSet;

use tauri::{AppHandle, Manager};
use undercroft_api::wire::{BackendEvent, Event, JobKind, JobState, JobView};
use undercroft_foundation::{Text, text};

use crate::state::AppState;
use crate::window;

/// The events that are told as they are.
const TOLD_EVENTS: [&str; 2] = ["guard.alert", "backup.overdue"];

/// The amount that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Nothing,
    Problems,
    All,
}

/// The jobs whose end was told already.
#[derive(Debug, Default)]
pub(crate) struct Notifications(HashSet<String>);

impl Notifications {
    /// Tells of a job that is over, once, and of what happened, unless the window shows it.
    pub(crate) fn on_event(&mut self, app: &AppHandle, event: &BackendEvent) {
        let level = match event {
            BackendEvent::Job { job } => level_of(job),
            BackendEvent::Event { event } if TOLD_EVENTS.contains(&event.kind.as_str()) => {
                Some(Level::Problems)
            }
            _ => None,
        };
        let Some(level) = level.filter(|_| !is_in_sight(app)) else { return };
        let state = app.state::<AppState>();
        let chosen = chosen_level(&state);
        if chosen == Level::Nothing || (level == Level::All && chosen != Level::All) {
            return;
        }
        match event {
            BackendEvent::Job { job } if self.0.insert(job.id.clone()) => tell_of_job(&state, job),
            BackendEvent::Event { event } => tell_of_event(&state, event),
            _ => {}
        }
    }
}

/// The level from which on the end of a job is told; nothing while it goes on, or when it is small.
fn level_of(job: &JobView) -> Option<Level> {
    let is_backup = matches!(job.kind, JobKind::Plan | JobKind::Backup | JobKind::Restore);
    match job.state {
        JobState::Failed => Some(Level::Problems),
        JobState::Warnings if job.kind == JobKind::Plan => Some(Level::Problems),
        JobState::Succeeded | JobState::Warnings if is_backup => Some(Level::All),
        _ => None,
    }
}

fn tell_of_job(state: &AppState, job: &JobView) {
    let title = &job.title;
    let what = match job.state {
        JobState::Failed => text!("{title}: failed", title),
        JobState::Warnings => text!("{title}: done in part", title),
        _ => text!("{title}: done", title),
    };
    desktop::notify(&state.say(&what), &state.say(&reason(job)));
}

fn tell_of_event(state: &AppState, event: &Event) {
    desktop::notify("Undercroft", &state.say(&event.text));
}

fn is_in_sight(app: &AppHandle) -> bool {
    window::find(app).is_some_and(|window| window.is_visible().unwrap_or(false))
}

fn chosen_level(state: &AppState) -> Level {
    let settings = state.settings().ok();
    let setting = settings.iter().flat_map(|it| &it.all).find(|it| it.key == "notifications");
    match setting.map(|setting| setting.value.as_str()) {
        Some("off") => Level::Nothing,
        Some("all") => Level::All,
        _ => Level::Problems,
    }
}

fn reason(job: &JobView) -> Text {
    let Some(outcome) = &job.outcome else { return Text::default() };
    match &outcome.error {
        Some(error) => text!("{why}. {next}.", why = error.why, next = error.next),
        None => text!("{summary}.", summary = outcome.summary),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn level(kind: &str, state: &str) -> Option<Level> {
        let job = serde_json::from_value(json!({
            "id": "j", "kind": kind, "title": "T", "state": state, "current": "",
            "progress": {
                "bytesDone": 0, "bytesTotal": 0, "filesDone": 0, "filesTotal": 0,
                "totalsSettled": false, "bytesPerSecond": 0,
            },
            "started": "2026-01-02T03:04:05Z",
        }));
        level_of(&job.unwrap())
    }

    #[test]
    fn what_fails_is_told_and_what_goes_well_by_choice() {
        assert_eq!(level("save", "failed"), Some(Level::Problems));
        assert_eq!(level("plan", "warnings"), Some(Level::Problems));
        assert_eq!(level("plan", "succeeded"), Some(Level::All));
        assert_eq!(level("save", "succeeded"), None);
        assert_eq!(level("plan", "running"), None);
    }
}
