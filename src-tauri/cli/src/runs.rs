//! `undercroft run`: what was done.

use clap::{Args, Subcommand};
use undercroft_api::wire::{JobState, Run, RunFilter};
use undercroft_foundation::Result;

use crate::ending::Ending;
use crate::output::Output;
use crate::session::Session;
use crate::table::{Align, Table};
use crate::words::moment;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List what was done, newest first
    List(List),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only what was done with this project
    project: Option<String>,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u32,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<Ending> {
        let Self::List(List { project, limit }) = self;
        let out = &session.out;
        let runs = session.api()?.run_list(RunFilter {
            project,
            limit: Some(limit),
            ..RunFilter::default()
        })?;
        out.show(&runs, |runs| print_list(runs, out));
        Ok(Ending::Done)
    }
}

pub(crate) fn print_list(runs: &[Run], out: &Output) {
    let mut table = Table::new(&[
        ("TIME", Align::Left),
        ("STATE", Align::Left),
        ("WHAT", Align::Left),
        ("OUTCOME", Align::Left),
    ]);
    for run in runs {
        let outcome = run.outcome.as_ref().map(|outcome| outcome.summary.clone());
        table.row([
            moment(run.started),
            state_name(run.state).to_owned(),
            run.title.clone(),
            outcome.unwrap_or_default(),
        ]);
    }
    table.print(out, "Nothing was done yet");
}

pub(crate) fn state_name(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "queued",
        JobState::Running => "running",
        JobState::Succeeded => "succeeded",
        JobState::Warnings => "warnings",
        JobState::Failed => "failed",
        JobState::Cancelled => "cancelled",
    }
}
