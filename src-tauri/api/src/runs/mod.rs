//! Runs: what was done, with its parts and its log, as pages and as files.

mod convert;
pub(crate) mod wire;

use std::fmt::Write;

use undercroft_foundation::{Code, Error, Result, TextValue};
use undercroft_library as library;

use crate::Api;
use crate::jobs::wire::JobState;

use wire::{LogLevel, Run, RunDetail, RunExport, RunExported, RunFilter, RunRef};

/// The number of runs that are listed when nobody says.
const RUNS: u32 = 50;
/// The most that are listed.
const MOST: u32 = 10_000;

impl Api {
    /// Lists what was done, newest first.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a project or destination that there is not.
    pub fn run_list(&self, request: RunFilter) -> Result<Vec<Run>> {
        let project = request.project.map(|text| self.find_project(&text)).transpose()?;
        let find = |text: String| self.0.backups.destinations().find(&text);
        let destination = request.destination.map(find).transpose()?;
        let filter = library::RunFilter {
            project: project.map(|project| project.id),
            destination: destination.map(|destination| destination.id),
            plan: request
                .plan
                .map(|text| self.0.backups.plans().find(&text))
                .transpose()?
                .map(|plan| plan.id),
            kind: request.kind.map(Into::into),
            state: request.state.map(Into::into),
            since: request.since,
            until: request.until,
            limit: Some(request.limit.unwrap_or(RUNS).min(MOST) as usize),
        };
        let runs = self.0.library.runs().find(&filter)?;
        Ok(runs.into_iter().map(Into::into).collect())
    }

    /// Shows a run with its parts and its log.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] when several runs begin so.
    pub fn run_show(&self, request: RunRef) -> Result<RunDetail> {
        // What works is shown as it is now.
        self.0.library.jobs().keep_reports();
        let runs = self.0.library.runs();
        let found = runs.detail(runs.get_by_text(&request.run)?.id)?;
        Ok(RunDetail {
            run: found.run.into(),
            parts: found.parts.into_iter().map(Into::into).collect(),
            log: found.log.into_iter().map(Into::into).collect(),
        })
    }

    /// Gives a run's log as a file.
    ///
    /// # Errors
    /// The errors of [`Api::run_show`].
    pub fn run_export(&self, request: RunExport) -> Result<RunExported> {
        let detail = self.run_show(RunRef { run: request.run })?;
        let time = detail.run.started.strftime("%Y-%m-%d-%H%M%S");
        let (ending, text) = if request.json {
            let json = serde_json::to_string_pretty(&detail).map_err(|source| {
                Error::new(Code::Internal, "Cannot write the run as JSON").because(source)
            })?;
            ("json", json + "\n")
        } else {
            ("txt", as_text(&detail))
        };
        Ok(RunExported { file_name: format!("undercroft-run-{time}.{ending}"), text })
    }
}

/// A run as a person reads it.
fn as_text(detail: &RunDetail) -> String {
    let run = &detail.run;
    let mut text = format!("{}\nRun {}\n", run.title, run.id);
    // Writing to a string cannot fail.
    let mut line = |what: &str, value: &dyn std::fmt::Display| {
        let _ = writeln!(text, "{what:<10}{value}");
    };
    line("State", &name_of(run.state));
    if let Some(planned) = run.planned {
        line("Planned", &planned);
    }
    line("Began", &run.started);
    if let Some(ended) = run.ended {
        line("Ended", &ended);
    }
    if let Some(outcome) = &run.outcome {
        line("Outcome", &outcome.summary);
    }
    if !detail.parts.is_empty() {
        text.push_str("\nParts\n");
    }
    for part in &detail.parts {
        let _ = writeln!(text, "{:<10}{}: {}", name_of(part.state), part.title, part.summary);
        if let Some(snapshot) = &part.snapshot {
            let added = TextValue::Size(part.added_bytes);
            let _ = writeln!(text, "{:10}backup {snapshot}, {added} added", "");
        }
    }
    text.push_str("\nLog\n");
    for line in &detail.log {
        let level = match line.level {
            LogLevel::Info => "",
            LogLevel::Warning => "warning: ",
            LogLevel::Error => "error: ",
        };
        let _ = writeln!(text, "{}  {level}{}", line.time, line.text);
    }
    text
}

fn name_of(state: JobState) -> &'static str {
    undercroft_foundation::JobState::from(state).name()
}
