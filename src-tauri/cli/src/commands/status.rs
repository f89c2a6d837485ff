//! `undercroft status`: the whole at a glance.

use clap::Args;
use undercroft_api::wire::{ConcernKnown, Dashboard, Nothing};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::output::format::{count, local_time, size};
use crate::output::{Output, print_runs};
use crate::session::Session;

/// The number of runs that are listed.
const SHOWN_RUNS: usize = 10;

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Say that a concern is known, by its key, so that it is not told of again
    #[arg(long, value_name = "CONCERN")]
    dismiss: Option<String>,
    /// Be told of such a concern again
    #[arg(long, value_name = "CONCERN", conflicts_with = "dismiss")]
    recall: Option<String>,
}

impl Status {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let (api, out) = (session.api()?, &session.out);
        let dashboard = match (self.dismiss, self.recall) {
            (Some(concern), _) => api.concern_known(ConcernKnown { concern, known: true })?,
            (None, Some(concern)) => api.concern_known(ConcernKnown { concern, known: false })?,
            (None, None) => api.dashboard(Nothing {})?,
        };
        out.show(&dashboard, |dashboard| print(dashboard, out));
        Ok(ExitStatus::Done)
    }
}

fn print(dashboard: &Dashboard, out: &Output) {
    out.line(&dashboard.sentence);
    if let Some(running) = &dashboard.running {
        out.line(running);
    }
    for concern in &dashboard.concerns {
        out.line(format!("  {}: {}", concern.subject, concern.reason));
        if concern.can_be_known {
            out.line(format!("    If you know: undercroft status --dismiss {}", concern.key));
        }
    }
    if dashboard.projects > 0 {
        let projects = count(dashboard.projects, "project");
        out.line(format!("{projects}, {}", size(dashboard.size_bytes)));
    }
    for destination in &dashboard.destinations {
        let last = match destination.last_backup {
            Some(time) => format!("last {}", local_time(time)),
            None => "none yet".to_owned(),
        };
        let away = if destination.present { "" } else { "; it is not there now" };
        let backups = count(destination.snapshots, "backup");
        out.line(format!("{}: {backups}, {last}{away}", destination.name));
    }
    if !dashboard.recent_runs.is_empty() {
        out.line("");
        let runs = &dashboard.recent_runs;
        print_runs(&runs[..runs.len().min(SHOWN_RUNS)], out);
    }
}
