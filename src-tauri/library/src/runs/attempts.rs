//! The outcome of the newest attempt to back each project up, wherever it is written: in a run of
//! its own, or in the parts of a plan's.

use std::collections::BTreeMap;

use rusqlite::Connection;
use undercroft_foundation::{JobState, ProjectId, Result, RunId, Text, TextValue, text};

use super::{Run, parts, table};
use crate::catalog::{Column, SqlContext};
use crate::jobs::JobKind;

/// An attempt to back a project up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The project.
    pub project: ProjectId,
    /// The run that it belongs to.
    pub run: RunId,
    /// Its state. To several destinations, it failed only if it failed for all.
    pub state: JobState,
    /// Why it failed, or what it left out; empty where it did neither.
    pub why: Text,
}

/// The newest of each project.
pub(super) fn newest(connection: &Connection) -> Result<Vec<Attempt>> {
    let mut newest = BTreeMap::new();
    for (project, seq, run) in own_runs(connection)? {
        newest.insert(project, (seq, of_run(project, &run)));
    }
    for (project, seq, id) in runs_of_plans(connection)? {
        if newest.get(&project).is_some_and(|(known, _)| *known > seq) {
            continue;
        }
        newest.insert(project, (seq, of_parts(connection, project, id)?));
    }
    Ok(newest.into_values().map(|(_, attempt)| attempt).collect())
}

fn own_runs(connection: &Connection) -> Result<Vec<(ProjectId, i64, Run)>> {
    let query = format!(
        "SELECT {}, seq FROM runs WHERE seq IN (
             SELECT max(seq) FROM runs
             WHERE kind = ?1 AND state <> ?2 AND project IS NOT NULL GROUP BY project
         )",
        table::COLUMNS
    );
    let mut statement = connection.prepare_cached(&query).sql("read the newest runs")?;
    let names = (JobKind::Backup.name(), JobState::Cancelled.name());
    let rows = statement.query_map(names, |row| Ok((table::from_row(row)?, row.get(14)?)));
    let rows: Vec<(Run, i64)> = rows.and_then(Iterator::collect).sql("read the newest runs")?;
    Ok(rows.into_iter().filter_map(|(run, seq)| Some((run.project?, seq, run))).collect())
}

/// For each project the newest run of a plan that has come as far as to it.
fn runs_of_plans(connection: &Connection) -> Result<Vec<(ProjectId, i64, RunId)>> {
    let query = "SELECT run_parts.project, max(runs.seq), runs.id
                 FROM run_parts JOIN runs ON runs.id = run_parts.run
                 WHERE run_parts.project IS NOT NULL AND run_parts.state <> ?1 AND runs.kind = ?2
                 GROUP BY run_parts.project";
    let mut statement = connection.prepare_cached(query).sql("read the newest runs")?;
    let names = (JobState::Cancelled.name(), JobKind::Plan.name());
    let rows = statement.query_map(names, |row| {
        Ok((row.get::<_, Column<_>>(0)?.0, row.get(1)?, row.get::<_, Column<_>>(2)?.0))
    });
    rows.and_then(Iterator::collect).sql("read the newest runs")
}

fn of_run(project: ProjectId, run: &Run) -> Attempt {
    let why = run.outcome.as_ref().map(|outcome| match (&outcome.error, outcome.warnings_total) {
        (Some(error), _) => error.why.clone(),
        (None, 0) => Text::default(),
        (None, count) => {
            text!(
                "The last backup had to leave out {things}",
                things = TextValue::count(count, "thing")
            )
        }
    });
    let unknown = || match run.state {
        JobState::Failed => text!("it is not known why"),
        _ => Text::default(),
    };
    Attempt { project, run: run.id, state: run.state, why: why.unwrap_or_else(unknown) }
}

fn of_parts(connection: &Connection, project: ProjectId, run: RunId) -> Result<Attempt> {
    let parts = parts::of_run(connection, run)?;
    let mut own: Vec<_> = parts.into_iter().filter(|part| part.project == Some(project)).collect();
    // The one that says most about how safe the project is comes first.
    own.sort_by_key(|part| match part.state {
        JobState::Queued | JobState::Running => 0,
        JobState::Warnings => 1,
        JobState::Succeeded => 2,
        JobState::Failed => 3,
        JobState::Cancelled => 4,
    });
    let first = own.into_iter().next();
    let (state, summary) = first.map_or((JobState::Failed, Text::default()), |part| {
        let says = matches!(part.state, JobState::Failed | JobState::Warnings);
        (part.state, if says { part.summary } else { Text::default() })
    });
    Ok(Attempt { project, run, state, why: summary })
}
