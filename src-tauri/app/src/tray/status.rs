//! What the tray says, made from the dashboard and the jobs.

use undercroft_api::wire::{Dashboard, JobKind, JobState, JobView};

/// The shape of the icon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nothing to keep yet.
    #[default]
    Idle,
    /// All is kept.
    Protected,
    /// Something runs.
    Running,
    /// Somebody should look.
    Attention,
}

/// What the tray shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    /// The shape of the icon.
    pub(crate) shape: Shape,
    /// How things stand: the tooltip and the first line of the menu.
    pub(crate) sentence: String,
    /// Whether there is anything to back up, and somewhere to.
    pub(crate) can_back_up: bool,
}

impl Status {
    /// While nothing is known yet.
    pub(crate) fn unknown() -> Self {
        Self { shape: Shape::Idle, sentence: "Starting".to_owned(), can_back_up: false }
    }

    /// While jobs run; nothing when none does that concerns the user.
    pub(crate) fn of_jobs(jobs: &[JobView]) -> Option<Self> {
        let running: Vec<&JobView> = jobs.iter().filter(|job| is_under_way(job)).collect();
        let what = match running.as_slice() {
            [] => return None,
            [job] => job.title.clone(),
            several => format!("{} jobs running", several.len()),
        };
        let sentence = match percent(&running) {
            Some(percent) => format!("{what}, {percent} %"),
            None => what,
        };
        Some(Self { shape: Shape::Running, sentence, can_back_up: false })
    }

    /// While nothing runs.
    pub(crate) fn of_dashboard(dashboard: &Dashboard) -> Self {
        let shape = match dashboard {
            dashboard if dashboard.attention_projects > 0 => Shape::Attention,
            dashboard if dashboard.protected_projects > 0 => Shape::Protected,
            _ => Shape::Idle,
        };
        let can_back_up = dashboard.projects > 0 && !dashboard.destinations.is_empty();
        Self { shape, sentence: dashboard.sentence.clone(), can_back_up }
    }
}

fn is_under_way(job: &JobView) -> bool {
    matches!(job.state, JobState::Queued | JobState::Running)
        && !matches!(job.kind, JobKind::Refresh)
}

/// How far all of them are together, once each knows how much it has to do.
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

    fn dashboard(protected: u64, attention: u64) -> Dashboard {
        serde_json::from_value(json!({
            "sentence": "How it is", "protectedProjects": protected,
            "attentionProjects": attention, "runningJobs": 0, "projects": protected + attention,
            "sizeBytes": 0, "destinations": [], "attention": [], "recentRuns": [],
        }))
        .unwrap()
    }

    #[test]
    fn one_job_is_named_with_its_percentage_once_the_total_is_known() {
        let counting = [job("backup", "running", 5, 10, false)];
        assert_eq!(Status::of_jobs(&counting).unwrap().sentence, "Back up Atlas to Shelf");
        let counted = [job("backup", "running", 5, 10, true)];
        assert_eq!(Status::of_jobs(&counted).unwrap().sentence, "Back up Atlas to Shelf, 50 %");
    }

    #[test]
    fn several_jobs_are_counted_and_weighed_together() {
        let jobs = [
            job("backup", "running", 10, 10, true),
            job("restore", "queued", 0, 30, true),
            job("backup", "succeeded", 7, 7, true),
        ];
        assert_eq!(Status::of_jobs(&jobs).unwrap().sentence, "2 jobs running, 25 %");
    }

    #[test]
    fn looking_at_a_folder_anew_is_no_news() {
        assert_eq!(Status::of_jobs(&[job("refresh", "running", 0, 0, false)]), None);
    }

    #[test]
    fn attention_outweighs_protection_and_an_empty_library_is_neither() {
        assert_eq!(Status::of_dashboard(&dashboard(3, 1)).shape, Shape::Attention);
        assert_eq!(Status::of_dashboard(&dashboard(3, 0)).shape, Shape::Protected);
        assert_eq!(Status::of_dashboard(&dashboard(0, 0)).shape, Shape::Idle);
    }
}
