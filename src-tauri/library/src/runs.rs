//! Runs: what was executed, by whom, what it told meanwhile, and how it ended.

mod attempts;
mod filter;
mod lines;
mod outcome;
mod parts;
mod prune;
mod table;

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, Transaction};
use undercroft_foundation::{
    Candidate, DestinationId, JobPart, JobReport, JobState, LogLine, PlanId, Progress, ProjectId,
    Result, RunId, Text, World, find_by_name, text,
};

use crate::catalog::{Catalog, Migration, Moment};
use crate::events::{self, NewEvent};
use crate::presence::Presence;

pub use attempts::Attempt;
pub use filter::RunFilter;
pub use outcome::{Failure, Outcome};

/// The tables of runs.
pub(crate) const MIGRATIONS: [&[Migration]; 3] =
    [table::MIGRATIONS, parts::MIGRATIONS, lines::MIGRATIONS];

/// One execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The kind of work: `backup`.
    pub kind: String,
    /// Its title, for people.
    pub title: Text,
    /// The project that it works on.
    pub project: Option<ProjectId>,
    /// The destination that it works with.
    pub destination: Option<DestinationId>,
    /// The plan that it carries out.
    pub plan: Option<PlanId>,
    /// When it was planned for, where it ran by itself.
    pub planned: Option<Timestamp>,
    /// Its state.
    pub state: JobState,
    /// When it was asked for.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Its outcome.
    pub outcome: Option<Outcome>,
    /// The number of files that it did.
    pub files_done: u64,
    /// The number of bytes that it did.
    pub bytes_done: u64,
}

/// An execution that is to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// The kind of work: `backup`.
    pub kind: String,
    /// Its title, for people.
    pub title: Text,
    /// The project that it works on.
    pub project: Option<ProjectId>,
    /// The destination that it works with.
    pub destination: Option<DestinationId>,
    /// The plan that it carries out.
    pub plan: Option<PlanId>,
    /// When it was planned for, where it runs by itself.
    pub planned: Option<Timestamp>,
}

/// A run with its parts and its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDetail {
    /// The run.
    pub run: Run,
    /// Its parts, in its order.
    pub parts: Vec<JobPart>,
    /// The log, line by line; the last five thousand.
    pub log: Vec<LogLine>,
}

/// The runs of a library.
#[derive(Debug, Clone)]
pub struct Runs {
    catalog: Catalog,
    world: World,
    presence: Arc<Presence>,
}

impl Runs {
    pub(crate) fn new(catalog: &Catalog, world: &World, presence: Presence) -> Self {
        Self { catalog: catalog.clone(), world: world.clone(), presence: Arc::new(presence) }
    }

    /// The processes that live.
    pub(crate) fn presence(&self) -> &Presence {
        &self.presence
    }

    /// Keeps a run that waits for its turn.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn queue(&self, new: &NewRun) -> Result<Run> {
        let process = self.presence.name(&self.world)?;
        let run = self.unrecorded(new);
        self.catalog.write(|transaction| table::insert(transaction, &run, &process))?;
        Ok(run)
    }

    /// A run that waits for its turn and that the catalog does not know.
    pub(crate) fn unrecorded(&self, new: &NewRun) -> Run {
        Run {
            id: RunId::new(&*self.world.clock, &*self.world.random),
            kind: new.kind.clone(),
            title: new.title.clone(),
            project: new.project,
            destination: new.destination,
            plan: new.plan,
            planned: new.planned.map(|time| Moment::of(time).0),
            state: JobState::Queued,
            started: Moment::of(self.world.clock.now()).0,
            ended: None,
            outcome: None,
            files_done: 0,
            bytes_done: 0,
        }
    }

    /// Records that a run has begun, and tells the event `backup.started` (for a backup).
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn start(&self, run: &Run) -> Result<()> {
        self.catalog.write(|transaction| {
            table::set_state(transaction, run.id, JobState::Running)?;
            self.tell(transaction, run, "started", text!("{title}: started", title = &run.title))
        })
    }

    /// Keeps what a run that works has told.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub(crate) fn keep_report(&self, run: RunId, report: &JobReport) -> Result<()> {
        if report.is_empty() {
            return Ok(());
        }
        self.catalog.write(|transaction| keep_report(transaction, run, report))
    }

    /// Keeps how a run ended and what it told last, and tells the event `backup.succeeded` (or
    /// `.warnings`, `.failed`, `.cancelled`).
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn finish(
        &self,
        run: &Run,
        state: JobState,
        outcome: &Outcome,
        progress: Progress,
        report: &JobReport,
    ) -> Result<Run> {
        let ended = Moment::of(self.world.clock.now()).0;
        let finished = Run {
            state,
            ended: Some(ended),
            outcome: Some(outcome.clone()),
            files_done: progress.files_done,
            bytes_done: progress.bytes_done,
            ..run.clone()
        };
        self.catalog.write(|transaction| {
            keep_report(transaction, run.id, report)?;
            table::update_end(transaction, &finished)?;
            let text = ended_text(run, outcome);
            self.tell(transaction, run, state.name(), text)?;
            prune::prune_sometimes(transaction, ended)
        })?;
        Ok(finished)
    }

    /// Up to `limit` runs, newest first; of one project, or of all.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn list(&self, project: Option<ProjectId>, limit: usize) -> Result<Vec<Run>> {
        self.find(&RunFilter { project, limit: Some(limit), ..RunFilter::default() })
    }

    /// The runs that match, newest first.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn find(&self, filter: &RunFilter) -> Result<Vec<Run>> {
        self.catalog.read(|connection| filter::find(connection, filter))
    }

    /// The outcome of the newest attempt to back each project up: by itself, or as a part of a
    /// plan. Attempts that were cancelled do not count.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn newest_attempts(&self) -> Result<Vec<Attempt>> {
        self.catalog.read(attempts::newest)
    }

    /// One run.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn get(&self, id: RunId) -> Result<Run> {
        self.catalog.read(|connection| table::get(connection, id))
    }

    /// The run of this id, or of the id that begins so.
    ///
    /// # Errors
    /// [`Code::NotFound`], or [`Code::Invalid`] when several begin so.
    pub fn get_by_text(&self, text: &str) -> Result<Run> {
        let candidate = |run: &Run| Candidate {
            id: run.id.to_string(),
            name: None,
            about: run.title.to_string(),
        };
        let prefix = text.trim().to_lowercase().replace('-', "");
        let runs = self.catalog.read(|connection| table::beginning_with(connection, &prefix))?;
        find_by_name("run", text, &runs, candidate).cloned()
    }

    /// A run with its parts and its log, as far as they were kept.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn detail(&self, id: RunId) -> Result<RunDetail> {
        self.catalog.read(|connection| {
            Ok(RunDetail {
                run: table::get(connection, id)?,
                parts: parts::of_run(connection, id)?,
                log: lines::of_run(connection, id)?,
            })
        })
    }

    /// Marks as failed the runs whose process ended without finishing them, and says how many
    /// those were. Runs of living processes are left alone.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read or written.
    pub fn sweep_interrupted(&self) -> Result<usize> {
        let dead = |connection: &Connection| -> Result<Vec<Run>> {
            let runs = table::unfinished(connection)?;
            Ok(runs
                .into_iter()
                .filter(|(_, process)| !self.presence.is_alive(process))
                .map(|(run, _)| run)
                .collect())
        };
        // Mostly there is nothing to do, and then nothing is written.
        if self.catalog.read(dead)?.is_empty() {
            self.presence.sweep();
            return Ok(0);
        }
        let ended = Moment::of(self.world.clock.now()).0;
        let swept = self.catalog.write(|transaction| {
            let runs = dead(transaction)?;
            for run in &runs {
                let outcome = Outcome::interrupted(run);
                let text = ended_text(run, &outcome);
                parts::interrupt(transaction, run.id, &outcome.summary)?;
                let finished = Run {
                    state: JobState::Failed,
                    ended: Some(ended),
                    outcome: Some(outcome),
                    ..run.clone()
                };
                table::update_end(transaction, &finished)?;
                self.tell(transaction, run, JobState::Failed.name(), text)?;
            }
            Ok(runs.len())
        })?;
        self.presence.sweep();
        Ok(swept)
    }

    fn tell(&self, transaction: &Transaction<'_>, run: &Run, what: &str, text: Text) -> Result<()> {
        let event = NewEvent::new(format!("{}.{what}", run.kind), text)
            .of_project(run.project)
            .of_destination(run.destination);
        events::append(transaction, &self.world, &event).map(drop)
    }
}

fn ended_text(run: &Run, outcome: &Outcome) -> Text {
    text!("{title}: {summary}", title = &run.title, summary = &outcome.summary)
}

fn keep_report(transaction: &Transaction<'_>, run: RunId, report: &JobReport) -> Result<()> {
    parts::keep(transaction, run, &report.parts)?;
    lines::keep(transaction, run, &report.lines)
}
