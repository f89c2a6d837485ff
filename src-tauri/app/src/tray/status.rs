//! The text of the tray, made from the dashboard and the plans.

use undercroft_api::wire::{Dashboard, Health, JobKind, JobState, Plan, Run, WatchState};
use undercroft_foundation::{Text, text};

/// The number of runs that the menu lists.
const RECENT: usize = 5;
/// The number of projects that the menu saves versions of.
const KEPT: usize = 8;

/// The state that the tray shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    /// The overall state: the shape of the icon.
    pub(crate) health: Health,
    /// The overall state: the tooltip and the first line of the menu.
    pub(crate) sentence: Text,
    /// The backups that the menu offers.
    pub(crate) offers: Offers,
    /// Whether backups pause.
    pub(crate) paused: bool,
    /// Whether they do because a setting says so.
    pub(crate) is_off: bool,
    /// The workspaces whose versions are kept, the newest first: their ids and their names.
    pub(crate) kept: Vec<(String, String)>,
    /// The last runs: their ids, and lines of the menu.
    pub(crate) recent: Vec<(String, Text)>,
    /// The entry that ends the program, with what that stops.
    pub(crate) quitting: Text,
}

/// The backups that the menu offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Offers {
    /// Nothing: there is nothing to back up, or nowhere to.
    Nothing,
    /// Everything, there being no plan.
    All,
    /// These plans: their ids and names.
    Plans(Vec<(String, String)>),
}

impl Status {
    /// While nothing is known yet.
    pub(crate) fn unknown() -> Self {
        Self {
            health: Health::Empty,
            sentence: text!("Starting"),
            offers: Offers::Nothing,
            paused: false,
            is_off: false,
            kept: Vec::new(),
            recent: Vec::new(),
            quitting: text!("Quit"),
        }
    }

    /// The state now.
    pub(crate) fn of(dashboard: &Dashboard, plans: &[Plan]) -> Self {
        let running = dashboard.running.clone().filter(|_| dashboard.health == Health::Running);
        let sentence = running.unwrap_or_else(|| dashboard.sentence.clone()).to_text();
        let offers = match plans {
            _ if dashboard.projects == 0 || dashboard.destinations.is_empty() => Offers::Nothing,
            [] => Offers::All,
            plans => Offers::Plans(plans.iter().map(named).collect()),
        };
        Self {
            health: dashboard.health,
            sentence,
            offers,
            paused: dashboard.schedule.paused,
            is_off: dashboard.schedule.by_setting,
            kept: Vec::new(),
            recent: recent_lines(&dashboard.recent_runs),
            quitting: match (dashboard.health, dashboard.schedule.next.is_some()) {
                (Health::Running, _) => text!("Quit, stopping what runs"),
                (_, true) => text!("Quit, without backups until the next start"),
                _ => text!("Quit"),
            },
        }
    }

    /// Whether a backup may be asked for now.
    pub(crate) fn can_back_up(&self) -> bool {
        self.offers != Offers::Nothing && self.health != Health::Running
    }
}

/// The workspaces to save versions of, those with the newest version first.
pub(crate) fn kept_work(watched: &[WatchState]) -> Vec<(String, String)> {
    let mut watched: Vec<&WatchState> = watched.iter().collect();
    watched.sort_by_key(|one| std::cmp::Reverse(one.last_version));
    let several = |project: &str| watched.iter().filter(|one| one.project == project).count() > 1;
    let named = watched.iter().map(|one| {
        let name = match several(&one.project) {
            true => format!("{} · {}", one.project_name, one.name),
            false => one.project_name.clone(),
        };
        (one.workspace.clone(), name)
    });
    named.take(KEPT).collect()
}

fn named(plan: &Plan) -> (String, String) {
    (plan.id.clone(), plan.draft.name.clone())
}

/// Looking at a folder anew is nothing that anybody asks after.
fn recent_lines(runs: &[Run]) -> Vec<(String, Text)> {
    let told = runs.iter().filter(|run| run.kind != JobKind::Refresh);
    told.take(RECENT).map(|run| (run.id.clone(), line_of(run))).collect()
}

fn line_of(run: &Run) -> Text {
    let title = &run.title;
    match run.state {
        JobState::Succeeded => text!("{title}: done", title),
        JobState::Warnings => text!("{title}: done in part", title),
        JobState::Failed => text!("{title}: failed", title),
        JobState::Cancelled => text!("{title}: cancelled", title),
        JobState::Queued | JobState::Running => text!("{title}: running", title),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn dashboard(health: &str, next: bool) -> Dashboard {
        let next = next.then(|| json!({"plan": "p", "name": "N", "at": "2026-01-02T03:04:05Z"}));
        serde_json::from_value(json!({
            "health": health, "sentence": "How it is", "protectedProjects": 0,
            "runningJobs": 0, "projects": 1, "sizeBytes": 0,
            "schedule": {"paused": health == "paused", "next": next},
            "standing": "protected", "destinations": [], "concerns": [], "upcoming": [], "recentRuns": [],
        }))
        .unwrap()
    }

    #[test]
    fn quitting_says_what_stops() {
        let quitting = |health, next| Status::of(&dashboard(health, next), &[]).quitting;
        assert_eq!(quitting("running", true), "Quit, stopping what runs");
        assert_eq!(quitting("protected", true), "Quit, without backups until the next start");
        assert_eq!(quitting("protected", false), "Quit");
    }

    #[test]
    fn work_is_named_by_its_project_the_newest_first() {
        let watched = |project: &str, name: &str, last: &str| -> WatchState {
            serde_json::from_value(json!({
                "project": project, "projectName": project.to_uppercase(),
                "workspace": format!("{project}-{name}"), "name": name,
                "state": "watching", "pendingChanges": 0, "lastVersion": last,
            }))
            .unwrap()
        };
        let all = [
            watched("a", "main", "2026-01-02T03:04:05Z"),
            watched("b", "main", "2026-01-03T03:04:05Z"),
            watched("b", "try", "2026-01-01T03:04:05Z"),
        ];
        let kept = kept_work(&all);
        let names: Vec<_> = kept.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["B · main", "A", "B · try"]);
        assert_eq!(kept[1].0, "a-main");
    }

    #[test]
    fn the_sentence_is_the_dashboards_own() {
        let paused = Status::of(&dashboard("paused", false), &[]);
        assert_eq!(paused.sentence, "How it is");
        assert!(paused.paused && !paused.is_off);
        let mut running = dashboard("running", false);
        running.running = Some(Text::from("Back up Atlas, 50 %").into());
        assert_eq!(Status::of(&running, &[]).sentence, "Back up Atlas, 50 %");
    }
}
