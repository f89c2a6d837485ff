//! The list of runs, as a table.

use undercroft_api::wire::Run;

use super::format::local_time;
use super::states::job_state_name;
use super::streams::Output;
use super::table::{Align, Table};

/// Prints runs, each with its outcome.
pub(crate) fn print_runs(runs: &[Run], out: &Output) {
    let mut table = Table::new(&[
        ("TIME", Align::Left),
        ("STATE", Align::Left),
        ("WHAT", Align::Left),
        ("OUTCOME", Align::Left),
    ]);
    for run in runs {
        let outcome = run.outcome.as_ref().map(|outcome| outcome.summary.to_string());
        table.row([
            local_time(run.started),
            job_state_name(run.state).to_owned(),
            run.title.to_string(),
            outcome.unwrap_or_default(),
        ]);
    }
    table.print(out, "Nothing was done yet");
}
