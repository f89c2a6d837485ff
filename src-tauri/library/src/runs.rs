//! The table of runs: what was executed, by whom, and how it ended.

mod outcome;

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use undercroft_foundation::{
    Code, DestinationId, Error, JobState, Progress, ProjectId, Result, RunId, World,
};

use crate::catalog::{Catalog, Column, Migration, Moment, SqlContext};
use crate::events::{self, NewEvent};
use crate::presence::Presence;

pub use outcome::{Failure, Outcome};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "runs",
    version: 1,
    sql: "CREATE TABLE runs (
              seq INTEGER PRIMARY KEY AUTOINCREMENT,
              id TEXT NOT NULL UNIQUE,
              kind TEXT NOT NULL,
              title TEXT NOT NULL,
              project TEXT REFERENCES projects (id),
              destination TEXT,
              state TEXT NOT NULL,
              process TEXT NOT NULL,
              started TEXT NOT NULL,
              ended TEXT,
              outcome TEXT,
              files_done INTEGER NOT NULL DEFAULT 0,
              bytes_done INTEGER NOT NULL DEFAULT 0
          ) STRICT;
          CREATE INDEX runs_by_project ON runs (project, seq);
          CREATE INDEX runs_unfinished ON runs (state) WHERE ended IS NULL;",
}];

const COLUMNS: &str = "id, kind, title, project, destination, state, started, ended, outcome, \
                       files_done, bytes_done";

/// One execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// What kind of work: `backup`.
    pub kind: String,
    /// What it does, for people.
    pub title: String,
    /// The project that it works on.
    pub project: Option<ProjectId>,
    /// The destination that it works with.
    pub destination: Option<DestinationId>,
    /// Where it stands.
    pub state: JobState,
    /// When it was asked for.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// How many files it did.
    pub files_done: u64,
    /// How many bytes it did.
    pub bytes_done: u64,
}

/// An execution that is to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// What kind of work: `backup`.
    pub kind: String,
    /// What it does, for people.
    pub title: String,
    /// The project that it works on.
    pub project: Option<ProjectId>,
    /// The destination that it works with.
    pub destination: Option<DestinationId>,
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

    /// Keeps a run that waits for its turn.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn queue(&self, new: &NewRun) -> Result<Run> {
        let process = self.presence.name(&self.world)?;
        let run = Run {
            id: RunId::new(&*self.world.clock, &*self.world.random),
            kind: new.kind.clone(),
            title: new.title.clone(),
            project: new.project,
            destination: new.destination,
            state: JobState::Queued,
            started: Moment::of(self.world.clock.now()).0,
            ended: None,
            outcome: None,
            files_done: 0,
            bytes_done: 0,
        };
        self.catalog.write(|transaction| insert(transaction, &run, &process))?;
        Ok(run)
    }

    /// Says that a run has begun, and tells the event `backup.started` (for a backup).
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn start(&self, run: &Run) -> Result<()> {
        self.catalog.write(|transaction| {
            transaction
                .execute(
                    "UPDATE runs SET state = ?2 WHERE id = ?1",
                    (Column(run.id), JobState::Running.name()),
                )
                .sql("start a run")?;
            self.tell(transaction, run, "started", &format!("{}: started", run.title))
        })
    }

    /// Keeps how a run ended, and tells the event `backup.succeeded` (or `.warnings`, `.failed`,
    /// `.cancelled`).
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn finish(
        &self,
        run: &Run,
        state: JobState,
        outcome: &Outcome,
        progress: Progress,
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
            update_end(transaction, &finished)?;
            let text = format!("{}: {}", run.title, outcome.summary);
            self.tell(transaction, run, state.name(), &text)
        })?;
        Ok(finished)
    }

    /// Up to `limit` runs, newest first; of one project, or of all.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn list(&self, project: Option<ProjectId>, limit: usize) -> Result<Vec<Run>> {
        self.catalog.read(|connection| list(connection, project, limit))
    }

    /// Each project's newest run of this kind that was not cancelled.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn newest_of_each_project(&self, kind: &str) -> Result<Vec<Run>> {
        self.catalog.read(|connection| newest_of_each_project(connection, kind))
    }

    /// One run.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn get(&self, id: RunId) -> Result<Run> {
        self.catalog.read(|connection| {
            let query = format!("SELECT {COLUMNS} FROM runs WHERE id = ?1");
            let found = connection.query_row(&query, [Column(id)], from_row).optional();
            found
                .sql("read a run")?
                .ok_or_else(|| Error::new(Code::NotFound, format!("There is no run {id}")))
        })
    }

    /// Marks as failed the runs whose process ended without finishing them, and says how many
    /// those were. Runs of living processes are left alone.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read or written.
    pub fn sweep_interrupted(&self) -> Result<usize> {
        let dead = |connection: &Connection| -> Result<Vec<Run>> {
            let runs = unfinished(connection)?;
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
                let outcome = Outcome::interrupted(&run.title);
                let text = format!("{}: {}", run.title, outcome.summary);
                let finished = Run {
                    state: JobState::Failed,
                    ended: Some(ended),
                    outcome: Some(outcome),
                    ..run.clone()
                };
                update_end(transaction, &finished)?;
                self.tell(transaction, run, JobState::Failed.name(), &text)?;
            }
            Ok(runs.len())
        })?;
        self.presence.sweep();
        Ok(swept)
    }

    fn tell(&self, transaction: &Transaction<'_>, run: &Run, what: &str, text: &str) -> Result<()> {
        let event = NewEvent::new(format!("{}.{what}", run.kind), text)
            .of_project(run.project)
            .of_destination(run.destination);
        events::append(transaction, &self.world, &event).map(drop)
    }
}

fn insert(transaction: &Transaction<'_>, run: &Run, process: &str) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO runs (id, kind, title, project, destination, state, process, started)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                Column(run.id),
                &run.kind,
                &run.title,
                run.project.map(Column),
                run.destination.map(Column),
                run.state.name(),
                process,
                Moment(run.started),
            ),
        )
        .sql("keep a run")
        .map(drop)
}

fn update_end(transaction: &Transaction<'_>, run: &Run) -> Result<()> {
    transaction
        .execute(
            "UPDATE runs SET state = ?2, ended = ?3, outcome = ?4, files_done = ?5, bytes_done = ?6
             WHERE id = ?1",
            (
                Column(run.id),
                run.state.name(),
                run.ended.map(Moment),
                run.outcome.as_ref().map(Outcome::to_json),
                i64::try_from(run.files_done).unwrap_or(i64::MAX),
                i64::try_from(run.bytes_done).unwrap_or(i64::MAX),
            ),
        )
        .sql("keep how a run ended")
        .map(drop)
}

fn list(connection: &Connection, project: Option<ProjectId>, limit: usize) -> Result<Vec<Run>> {
    let query = format!(
        "SELECT {COLUMNS} FROM runs WHERE ?1 IS NULL OR project = ?1 ORDER BY seq DESC LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&query).sql("list the runs")?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map((project.map(Column), limit), from_row);
    rows.and_then(Iterator::collect).sql("list the runs")
}

fn newest_of_each_project(connection: &Connection, kind: &str) -> Result<Vec<Run>> {
    let query = format!(
        "SELECT {COLUMNS} FROM runs WHERE seq IN (
             SELECT max(seq) FROM runs
             WHERE kind = ?1 AND state <> 'cancelled' AND project IS NOT NULL GROUP BY project
         )"
    );
    let mut statement = connection.prepare_cached(&query).sql("read the newest runs")?;
    let rows = statement.query_map([kind], from_row);
    rows.and_then(Iterator::collect).sql("read the newest runs")
}

fn unfinished(connection: &Connection) -> Result<Vec<(Run, String)>> {
    let query = format!("SELECT {COLUMNS}, process FROM runs WHERE ended IS NULL ORDER BY seq");
    let mut statement = connection.prepare_cached(&query).sql("look for unfinished runs")?;
    let rows = statement.query_map((), |row| Ok((from_row(row)?, row.get(11)?)));
    rows.and_then(Iterator::collect).sql("look for unfinished runs")
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Run> {
    let outcome: Option<String> = row.get(8)?;
    let state: String = row.get(5)?;
    Ok(Run {
        id: row.get::<_, Column<_>>(0)?.0,
        kind: row.get(1)?,
        title: row.get(2)?,
        project: row.get::<_, Option<Column<_>>>(3)?.map(|id| id.0),
        destination: row.get::<_, Option<Column<_>>>(4)?.map(|id| id.0),
        state: JobState::from_name(&state).ok_or(rusqlite::Error::IntegralValueOutOfRange(5, 0))?,
        started: row.get::<_, Moment>(6)?.0,
        ended: row.get::<_, Option<Moment>>(7)?.map(|time| time.0),
        outcome: outcome.map(|json| Outcome::from_json(&json)),
        files_done: u64::try_from(row.get::<_, i64>(9)?).unwrap_or_default(),
        bytes_done: u64::try_from(row.get::<_, i64>(10)?).unwrap_or_default(),
    })
}
