//! What the user should hear of although the window is hidden: work that did not come off, alerts,
//! projects that nobody backs up any more, and, by choice, what went well.

use std::collections::HashSet;

use tauri::{AppHandle, Manager};
use undercroft_api::wire::{BackendEvent, Event, JobKind, JobState, JobView};

use crate::desk::Desk;
use crate::{notification, window};

/// The events that are told as they are.
const TOLD_EVENTS: [&str; 2] = ["guard.alert", "backup.overdue"];

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Nothing,
    Problems,
    All,
}

/// The jobs whose end was told already.
#[derive(Debug, Default)]
pub(crate) struct News(HashSet<String>);

impl News {
    /// Tells of a job that is over, once, and of what happened, unless the window shows it.
    pub(crate) fn hear(&mut self, app: &AppHandle, event: &BackendEvent) {
        let worth = match event {
            BackendEvent::Job { job } => worth_of(job),
            BackendEvent::Event { event } if TOLD_EVENTS.contains(&event.kind.as_str()) => {
                Some(Wish::Problems)
            }
            _ => None,
        };
        let Some(worth) = worth.filter(|_| !is_in_sight(app)) else { return };
        let wish = wish(&app.state::<Desk>());
        if wish == Wish::Nothing || (worth == Wish::All && wish != Wish::All) {
            return;
        }
        match event {
            BackendEvent::Job { job } if self.0.insert(job.id.clone()) => tell_of_job(job),
            BackendEvent::Event { event } => tell_of_event(event),
            _ => {}
        }
    }
}

/// From which wish on the end of a job is told; nothing while it goes on, or when it is small.
fn worth_of(job: &JobView) -> Option<Wish> {
    let is_backup = matches!(job.kind, JobKind::Plan | JobKind::Backup | JobKind::Restore);
    match job.state {
        JobState::Failed => Some(Wish::Problems),
        JobState::Warnings if job.kind == JobKind::Plan => Some(Wish::Problems),
        JobState::Succeeded | JobState::Warnings if is_backup => Some(Wish::All),
        _ => None,
    }
}

fn tell_of_job(job: &JobView) {
    let how = match job.state {
        JobState::Failed => "failed",
        JobState::Warnings => "done in part",
        _ => "done",
    };
    notification::show(&format!("{}: {how}", job.title), &reason(job));
}

fn tell_of_event(event: &Event) {
    notification::show("Undercroft", &event.text);
}

fn is_in_sight(app: &AppHandle) -> bool {
    app.get_webview_window(window::LABEL).is_some_and(|window| window.is_visible().unwrap_or(false))
}

fn wish(desk: &Desk) -> Wish {
    let settings = desk.settings().ok();
    let setting = settings.iter().flat_map(|it| &it.all).find(|it| it.key == "notifications");
    match setting.map(|setting| setting.value.as_str()) {
        Some("off") => Wish::Nothing,
        Some("all") => Wish::All,
        _ => Wish::Problems,
    }
}

fn reason(job: &JobView) -> String {
    let Some(outcome) = &job.outcome else { return String::new() };
    match &outcome.error {
        Some(error) => format!("{}. {}.", error.why, error.next),
        None => format!("{}.", outcome.summary),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn worth(kind: &str, state: &str) -> Option<Wish> {
        let job = serde_json::from_value(json!({
            "id": "j", "kind": kind, "title": "T", "state": state, "current": "",
            "progress": {
                "bytesDone": 0, "bytesTotal": 0, "filesDone": 0, "filesTotal": 0,
                "totalsSettled": false, "bytesPerSecond": 0,
            },
            "started": "2026-01-02T03:04:05Z",
        }));
        worth_of(&job.unwrap())
    }

    #[test]
    fn what_fails_is_told_and_what_goes_well_by_choice() {
        assert_eq!(worth("save", "failed"), Some(Wish::Problems));
        assert_eq!(worth("plan", "warnings"), Some(Wish::Problems));
        assert_eq!(worth("plan", "succeeded"), Some(Wish::All));
        assert_eq!(worth("save", "succeeded"), None);
        assert_eq!(worth("plan", "running"), None);
    }
}
