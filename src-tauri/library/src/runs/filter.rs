//! The runs that are wanted.

use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::params;
use undercroft_foundation::{DestinationId, JobState, PlanId, ProjectId, Result};

use super::{Run, table};
use crate::catalog::{Column, Moment, SqlContext};
use crate::jobs::JobKind;

/// The runs that are wanted; what is not said matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// With this project, also as one of its parts.
    pub project: Option<ProjectId>,
    /// With this destination, also as one of its parts.
    pub destination: Option<DestinationId>,
    /// Of this plan.
    pub plan: Option<PlanId>,
    /// Of this kind.
    pub kind: Option<JobKind>,
    /// That stand or ended so.
    pub state: Option<JobState>,
    /// Begun at this moment or later.
    pub since: Option<Timestamp>,
    /// Begun before this moment.
    pub until: Option<Timestamp>,
    /// The most that are given.
    pub limit: Option<usize>,
}

pub(super) fn find(connection: &Connection, filter: &RunFilter) -> Result<Vec<Run>> {
    let query = format!(
        "SELECT {} FROM runs
         WHERE (?1 IS NULL OR project = ?1 OR EXISTS
                (SELECT 1 FROM run_parts WHERE run = runs.id AND run_parts.project = ?1))
           AND (?2 IS NULL OR destination = ?2 OR EXISTS
                (SELECT 1 FROM run_parts WHERE run = runs.id AND run_parts.destination = ?2))
           AND (?3 IS NULL OR plan = ?3)
           AND (?4 IS NULL OR kind = ?4)
           AND (?5 IS NULL OR state = ?5)
           AND (?6 IS NULL OR started >= ?6)
           AND (?7 IS NULL OR started < ?7)
         ORDER BY seq DESC LIMIT ?8",
        table::COLUMNS
    );
    let mut statement = connection.prepare_cached(&query).sql("list the runs")?;
    let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = statement.query_map(
        params![
            filter.project.map(Column),
            filter.destination.map(Column),
            filter.plan.map(Column),
            filter.kind.map(JobKind::name),
            filter.state.map(JobState::name),
            filter.since.map(Moment),
            filter.until.map(Moment),
            limit,
        ],
        table::from_row,
    );
    rows.and_then(Iterator::collect).sql("list the runs")
}
