//! Live jobs as other processes read them: JSON in the file that says that a process lives.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use undercroft_foundation::{JobState, Progress, Text};

use super::{JobKind, JobView};

#[derive(Serialize, Deserialize)]
struct Shared {
    id: String,
    run: String,
    kind: String,
    title: Text,
    project: Option<String>,
    destination: Option<String>,
    plan: Option<String>,
    planned: Option<String>,
    state: String,
    is_paused: bool,
    bytes: [u64; 2],
    files: [u64; 2],
    totals_settled: bool,
    current: String,
    elapsed_millis: u64,
    started: String,
}

/// The jobs as text.
pub(super) fn to_text(jobs: &[JobView]) -> String {
    let shared: Vec<_> = jobs.iter().map(Shared::of).collect();
    serde_json::to_string(&shared).unwrap_or_default()
}

/// The jobs of another process; nothing for text that was caught half written, or that only a newer
/// program understands.
pub(super) fn from_text(text: &str) -> Option<Vec<JobView>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let shared: Vec<Shared> = serde_json::from_str(text).ok()?;
    shared.into_iter().map(Shared::view).collect()
}

impl Shared {
    fn of(job: &JobView) -> Self {
        let Progress { bytes_done, bytes_total, files_done, files_total, totals_settled } =
            job.progress;
        Self {
            id: job.id.to_string(),
            run: job.run.to_string(),
            kind: job.kind.name().to_owned(),
            title: job.title.clone(),
            project: job.project.map(|id| id.to_string()),
            destination: job.destination.map(|id| id.to_string()),
            plan: job.plan.map(|id| id.to_string()),
            planned: job.planned.map(|time| time.to_string()),
            state: job.state.name().to_owned(),
            is_paused: job.is_paused,
            bytes: [bytes_done, bytes_total],
            files: [files_done, files_total],
            totals_settled,
            current: job.current.clone(),
            elapsed_millis: u64::try_from(job.elapsed.as_millis()).unwrap_or(u64::MAX),
            started: job.started.to_string(),
        }
    }

    fn view(self) -> Option<JobView> {
        let ([bytes_done, bytes_total], [files_done, files_total]) = (self.bytes, self.files);
        let totals_settled = self.totals_settled;
        Some(JobView {
            id: self.id.parse().ok()?,
            run: self.run.parse().ok()?,
            kind: JobKind::from_name(&self.kind)?,
            title: self.title,
            project: self.project.and_then(|id| id.parse().ok()),
            destination: self.destination.and_then(|id| id.parse().ok()),
            plan: self.plan.and_then(|id| id.parse().ok()),
            planned: self.planned.and_then(|time| time.parse().ok()),
            state: JobState::from_name(&self.state)?,
            is_paused: self.is_paused,
            is_elsewhere: true,
            progress: Progress { bytes_done, bytes_total, files_done, files_total, totals_settled },
            current: self.current,
            elapsed: Duration::from_millis(self.elapsed_millis),
            started: self.started.parse().ok()?,
            ended: None,
            outcome: None,
        })
    }
}
