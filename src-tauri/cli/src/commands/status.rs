//! `undercroft status`: the whole at a glance.

use undercroft_api::wire::{Dashboard, Nothing};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::output::format::{count, local_time, size};
use crate::output::{Output, print_runs};
use crate::session::Session;

pub(crate) fn run(session: &Session) -> Result<ExitStatus> {
    let out = &session.out;
    out.show(&session.api()?.dashboard(Nothing {})?, |dashboard| print(dashboard, out));
    Ok(ExitStatus::Done)
}

fn print(dashboard: &Dashboard, out: &Output) {
    out.line(&dashboard.sentence);
    if dashboard.schedule.by_setting {
        out.line("Backups are off: the setting backup says so");
    }
    for concern in &dashboard.concerns {
        out.line(format!("  {}: {}", concern.subject, concern.reason));
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
        print_runs(&dashboard.recent_runs, out);
    }
}
