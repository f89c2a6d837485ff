//! The text of the tray, made from the dashboard, the jobs and the plans.

use undercroft_api::wire::{
    Dashboard, Health, JobKind, JobState, JobView, Plan, Project, Run, WatchState,
};

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
    pub(crate) sentence: String,
    /// The backups that the menu offers.
    pub(crate) offers: Offers,
    /// Whether backups pause.
    pub(crate) paused: bool,
    /// Whether they do because a setting says so.
    pub(crate) is_off: bool,
    /// The workspaces whose versions are kept, the newest first: their ids and their names.
    pub(crate) kept: Vec<(String, String)>,
    /// The last runs: their ids, and lines of the menu.
    pub(crate) recent: Vec<(String, String)>,
    /// The text after "Quit" about what quitting stops.
    pub(crate) quitting: &'static str,
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
            sentence: "Starting".to_owned(),
            offers: Offers::Nothing,
            paused: false,
            is_off: false,
            kept: Vec::new(),
            recent: Vec::new(),
            quitting: "",
        }
    }

    /// The state now.
    pub(crate) fn of(dashboard: &Dashboard, jobs: &[JobView], plans: &[Plan]) -> Self {
        let running = running_sentence(jobs).filter(|_| dashboard.health == Health::Running);
        let sentence = running.unwrap_or_else(|| resting_sentence(dashboard, plans));
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
                (Health::Running, _) => ", stopping what runs",
                (_, true) => ", without backups until the next start",
                _ => "",
            },
        }
    }

    /// Whether a backup may be asked for now.
    pub(crate) fn can_back_up(&self) -> bool {
        self.offers != Offers::Nothing && self.health != Health::Running
    }
}

/// The workspaces to save versions of, those with the newest version first.
pub(crate) fn kept_work(watched: &[WatchState], projects: &[Project]) -> Vec<(String, String)> {
    let mut watched: Vec<&WatchState> = watched.iter().collect();
    watched.sort_by_key(|one| std::cmp::Reverse(one.last_version));
    let several = |project: &str| watched.iter().filter(|one| one.project == project).count() > 1;
    let named = watched.iter().filter_map(|one| {
        let project = projects.iter().find(|project| project.id == one.project)?;
        let name = match several(&one.project) {
            true => format!("{} · {}", project.name, one.name),
            false => project.name.clone(),
        };
        Some((one.workspace.clone(), name))
    });
    named.take(KEPT).collect()
}

fn named(plan: &Plan) -> (String, String) {
    (plan.id.clone(), plan.draft.name.clone())
}

/// The running jobs, with their progress.
fn running_sentence(jobs: &[JobView]) -> Option<String> {
    let running: Vec<&JobView> = jobs.iter().filter(|job| is_under_way(job)).collect();
    let what = match running.as_slice() {
        [] => return None,
        [job] => job.title.clone(),
        several => format!("{} jobs running", several.len()),
    };
    Some(match percent(&running) {
        Some(percent) => format!("{what}, {percent} %"),
        None => what,
    })
}

/// A sentence for when nothing runs: the reason why a plan waits says more than a count of
/// projects.
fn resting_sentence(dashboard: &Dashboard, plans: &[Plan]) -> String {
    let waiting = plans.iter().find_map(|plan| Some((plan, plan.waiting.as_ref()?)));
    match (dashboard.health, waiting) {
        (Health::Paused, _) if dashboard.schedule.by_setting => {
            format!("Backups are off in the settings. {}", dashboard.sentence)
        }
        (Health::Paused, _) => format!("Backups pause. {}", dashboard.sentence),
        (Health::Waiting, Some((plan, waiting))) => {
            format!("{} {}", plan.draft.name, waiting.text)
        }
        _ => dashboard.sentence.clone(),
    }
}

/// Looking at a folder anew is nothing that anybody asks after.
fn recent_lines(runs: &[Run]) -> Vec<(String, String)> {
    let told = runs.iter().filter(|run| run.kind != JobKind::Refresh);
    told.take(RECENT).map(|run| (run.id.clone(), line_of(run))).collect()
}

fn line_of(run: &Run) -> String {
    let how = match run.state {
        JobState::Succeeded => "done",
        JobState::Warnings => "done in part",
        JobState::Failed => "failed",
        JobState::Cancelled => "cancelled",
        JobState::Queued | JobState::Running => "running",
    };
    format!("{}: {how}", run.title)
}

fn is_under_way(job: &JobView) -> bool {
    matches!(job.state, JobState::Queued | JobState::Running)
        && !matches!(job.kind, JobKind::Refresh)
}

/// The progress of all of them together, once each knows how much it has to do.
fn percent(jobs: &[&JobView]) -> Option<u64> {
    let total: u64 = jobs.iter().map(|job| job.progress.bytes_total).sum();
    let done: u64 = jobs.iter().map(|job| job.progress.bytes_done).sum();
    if total == 0 || jobs.iter().any(|job| !job.progress.totals_settled) {
        return None;
    }
    Some((done.min(total) * 100) / total)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn job(kind: &str, state: &str, done: u64, total: u64, settled: bool) -> JobView {
        serde_json::from_value(json!({
            "id": "j", "kind": kind, "title": "Back up Atlas to Shelf", "state": state,
            "progress": {
                "bytesDone": done, "bytesTotal": total, "filesDone": 0, "filesTotal": 0,
                "totalsSettled": settled, "bytesPerSecond": 0,
            },
            "current": "", "started": "2026-01-02T03:04:05Z",
        }))
        .unwrap()
    }

    fn dashboard(health: &str, next: bool) -> Dashboard {
        let next = next.then(|| json!({"plan": "p", "name": "N", "at": "2026-01-02T03:04:05Z"}));
        serde_json::from_value(json!({
            "health": health, "sentence": "How it is", "protectedProjects": 0,
            "runningJobs": 0, "projects": 1, "sizeBytes": 0,
            "schedule": {"paused": health == "paused", "next": next},
            "destinations": [], "concerns": [], "upcoming": [], "recentRuns": [],
        }))
        .unwrap()
    }

    #[test]
    fn one_job_is_named_with_its_percentage_once_the_total_is_known() {
        let counting = [job("backup", "running", 5, 10, false)];
        assert_eq!(running_sentence(&counting).unwrap(), "Back up Atlas to Shelf");
        let counted = [job("backup", "running", 5, 10, true)];
        assert_eq!(running_sentence(&counted).unwrap(), "Back up Atlas to Shelf, 50 %");
    }

    #[test]
    fn several_jobs_are_counted_and_weighed_together() {
        let jobs = [
            job("backup", "running", 10, 10, true),
            job("restore", "queued", 0, 30, true),
            job("backup", "succeeded", 7, 7, true),
        ];
        assert_eq!(running_sentence(&jobs).unwrap(), "2 jobs running, 25 %");
    }

    #[test]
    fn looking_at_a_folder_anew_is_no_news() {
        assert_eq!(running_sentence(&[job("refresh", "running", 0, 0, false)]), None);
    }

    #[test]
    fn quitting_says_what_stops() {
        let quitting = |health, next| Status::of(&dashboard(health, next), &[], &[]).quitting;
        assert_eq!(quitting("running", true), ", stopping what runs");
        assert_eq!(quitting("protected", true), ", without backups until the next start");
        assert_eq!(quitting("protected", false), "");
    }

    #[test]
    fn work_is_named_by_its_project_the_newest_first() {
        let watched = |project: &str, name: &str, last: &str| -> WatchState {
            serde_json::from_value(json!({
                "project": project, "workspace": format!("{project}-{name}"), "name": name,
                "state": "watching", "pendingChanges": 0, "lastVersion": last,
            }))
            .unwrap()
        };
        let project = |id: &str, name: &str| -> Project {
            serde_json::from_value(json!({
                "id": id, "name": name, "kind": "other", "status": "active", "path": "/",
                "present": true, "languages": [], "frameworks": [], "tags": [], "gitRemote": null,
                "files": 0, "sizeBytes": 0, "created": "2026-01-02T03:04:05Z",
                "updated": "2026-01-02T03:04:05Z", "managed": false,
                "protection": {"state": "protected", "reason": "", "lastBackup": null, "destinations": 1},
            }))
            .unwrap()
        };
        let all = [
            watched("a", "main", "2026-01-02T03:04:05Z"),
            watched("b", "main", "2026-01-03T03:04:05Z"),
            watched("b", "try", "2026-01-01T03:04:05Z"),
            watched("gone", "main", "2026-01-05T03:04:05Z"),
        ];
        let kept = kept_work(&all, &[project("a", "Atlas"), project("b", "Birch")]);
        let names: Vec<_> = kept.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["Birch · main", "Atlas", "Birch · try"]);
        assert_eq!(kept[1].0, "a-main");
    }

    #[test]
    fn a_pause_is_told_before_the_rest() {
        let paused = Status::of(&dashboard("paused", false), &[], &[]);
        assert_eq!(paused.sentence, "Backups pause. How it is");
        assert!(paused.paused && !paused.can_back_up());
        let mut off = dashboard("paused", false);
        off.schedule.by_setting = true;
        let off = Status::of(&off, &[], &[]);
        assert_eq!(off.sentence, "Backups are off in the settings. How it is");
        assert!(off.is_off);
    }
}
