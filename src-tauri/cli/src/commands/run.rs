//! `undercroft run`: what was done, with its parts and its log.

use clap::{Args, Subcommand, ValueEnum};
use undercroft_api::wire::{JobKind, JobState, LogLevel, RunDetail, RunExport, RunFilter, RunRef};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::output::format::{duration, local_time, size};
use crate::output::{Output, job_state_name, print_runs};
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List what was done, newest first
    List(List),
    /// Show a run with its parts and its log
    Show(Named),
    /// Print a run's log, to be kept
    Export(Named),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// The project: its name, its id or the beginning of it
    project: Option<String>,
    /// The destination: its name, its id or the beginning of it
    #[arg(long)]
    destination: Option<String>,
    /// The plan: its name, its id or the beginning of it
    #[arg(long)]
    plan: Option<String>,
    /// Only what ended so
    #[arg(long, value_enum)]
    state: Option<Ended>,
    /// Only the runs of plans
    #[arg(long)]
    plans: bool,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u32,
}

/// The outcome of a run.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Ended {
    Succeeded,
    Warnings,
    Failed,
    Cancelled,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The run: its id, or the beginning of it
    run: String,
}

impl List {
    fn filter(self) -> RunFilter {
        let Self { project, destination, plan, state, plans, limit } = self;
        let state = state.map(|state| match state {
            Ended::Succeeded => JobState::Succeeded,
            Ended::Warnings => JobState::Warnings,
            Ended::Failed => JobState::Failed,
            Ended::Cancelled => JobState::Cancelled,
        });
        let kind = plans.then_some(JobKind::Plan);
        let limit = Some(limit);
        RunFilter { project, destination, plan, state, kind, limit, ..RunFilter::default() }
    }
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::List(list) => {
                out.show(&api.run_list(list.filter())?, |runs| print_runs(runs, out));
            }
            Self::Show(named) => {
                let detail = api.run_show(RunRef { run: named.run })?;
                out.show(&detail, |detail| print_detail(detail, out));
            }
            Self::Export(named) => {
                let export = RunExport { run: named.run, json: out.is_json() };
                out.raw(api.run_export(export)?.text.as_bytes());
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn print_detail(detail: &RunDetail, out: &Output) {
    let run = &detail.run;
    out.line(format!("{} ({})", run.title, run.id));
    out.line(format!("  {}, begun {}", job_state_name(run.state), local_time(run.started)));
    if let Some(planned) = run.planned {
        out.line(format!("  planned for {}", local_time(planned)));
    }
    if let Some(outcome) = &run.outcome {
        out.line(format!("  {}", outcome.summary));
    }
    for part in &detail.parts {
        let (state, took) = (job_state_name(part.state), duration(part.milliseconds / 1000));
        let added = size(part.added_bytes);
        out.line(format!("{state:<10} {}  {took}  {added}  {}", part.title, part.summary));
    }
    for line in &detail.log {
        let level = match line.level {
            LogLevel::Info => "",
            LogLevel::Warning => "warning: ",
            LogLevel::Error => "error: ",
        };
        out.line(format!("{}  {level}{}", local_time(line.time), line.text));
    }
}
