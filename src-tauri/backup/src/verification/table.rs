//! The tables of what was proven: how far each destination was read back, and the trial restores.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use undercroft_foundation::{DestinationId, Result, Text};
use undercroft_library::{Column, Json, Migration, Moment, SqlContext};
use undercroft_repository::PackId;

use super::drill::Drill;

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        table: "readings",
        version: 1,
        sql: "CREATE TABLE readings (
              destination TEXT PRIMARY KEY NOT NULL
                  REFERENCES destinations (id) ON DELETE CASCADE,
              cursor TEXT,
              round_since TEXT,
              round_bytes INTEGER NOT NULL DEFAULT 0,
              stored_bytes INTEGER NOT NULL DEFAULT 0,
              last_read TEXT,
              last_round TEXT,
              problems TEXT NOT NULL DEFAULT '[]'
          ) STRICT, WITHOUT ROWID;",
    },
    Migration {
        table: "drills",
        version: 1,
        sql: "CREATE TABLE drills (
              seq INTEGER PRIMARY KEY AUTOINCREMENT,
              destination TEXT NOT NULL REFERENCES destinations (id) ON DELETE CASCADE,
              project TEXT,
              time TEXT NOT NULL,
              files INTEGER NOT NULL,
              bytes INTEGER NOT NULL,
              milliseconds INTEGER NOT NULL,
              compared INTEGER NOT NULL,
              problems TEXT NOT NULL
          ) STRICT;
          CREATE INDEX drills_by_destination ON drills (destination, seq);",
    },
];

/// The number of trial restores of a destination that are kept.
const KEPT_DRILLS: i64 = 100;

/// The extent to which a destination was read back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// The last pack that this round has read; none at its beginning.
    pub(super) cursor: Option<PackId>,
    /// When this round began.
    pub(super) round_since: Option<Timestamp>,
    /// Bytes that this round has read.
    pub(super) round_bytes: u64,
    /// Bytes that are stored, as of the last reading.
    pub(super) stored_bytes: u64,
    /// When something was last read and found right.
    pub(super) last_read: Option<Timestamp>,
    /// When the last whole round ended.
    pub(super) last_round: Option<Timestamp>,
    /// The problems that the last reading found.
    pub(super) problems: Vec<Text>,
}

pub(super) fn reading(connection: &Connection, destination: DestinationId) -> Result<Reading> {
    let query = "SELECT cursor, round_since, round_bytes, stored_bytes, last_read, last_round,
                        problems
                 FROM readings WHERE destination = ?1";
    let read = |row: &Row<'_>| {
        Ok(Reading {
            cursor: row.get::<_, Option<Column<_>>>(0)?.map(|id| id.0),
            round_since: moment(row, 1)?,
            round_bytes: number(row, 2)?,
            stored_bytes: number(row, 3)?,
            last_read: moment(row, 4)?,
            last_round: moment(row, 5)?,
            problems: row.get::<_, Json<_>>(6)?.0,
        })
    };
    let found = connection.query_row(query, [Column(destination)], read).optional();
    Ok(found.sql("read how far a destination was read back")?.unwrap_or_default())
}

pub(super) fn keep_reading(
    transaction: &Transaction<'_>,
    destination: DestinationId,
    reading: &Reading,
) -> Result<()> {
    transaction
        .execute(
            "INSERT OR REPLACE INTO readings (destination, cursor, round_since, round_bytes,
                 stored_bytes, last_read, last_round, problems)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                Column(destination),
                reading.cursor.map(Column),
                reading.round_since.map(Moment),
                signed(reading.round_bytes),
                signed(reading.stored_bytes),
                reading.last_read.map(Moment),
                reading.last_round.map(Moment),
                Json(&reading.problems),
            ),
        )
        .sql("keep how far a destination was read back")
        .map(drop)
}

/// The trial restores of a destination, newest first.
pub(super) fn drills(connection: &Connection, destination: DestinationId) -> Result<Vec<Drill>> {
    let query = "SELECT time, project, files, bytes, milliseconds, compared, problems
                 FROM drills WHERE destination = ?1 ORDER BY seq DESC";
    let mut statement = connection.prepare_cached(query).sql("read the trial restores")?;
    let rows = statement.query_map([Column(destination)], |row| {
        Ok(Drill {
            time: row.get::<_, Moment>(0)?.0,
            project: row.get::<_, Option<Column<_>>>(1)?.map(|id| id.0),
            files: number(row, 2)?,
            bytes: number(row, 3)?,
            milliseconds: number(row, 4)?,
            compared_with_disk: number(row, 5)?,
            problems: row.get::<_, Json<_>>(6)?.0,
        })
    });
    rows.and_then(Iterator::collect).sql("read the trial restores")
}

/// When the newest trial restore of each destination that found all right was made.
pub(crate) fn last_proven(connection: &Connection) -> Result<HashMap<DestinationId, Timestamp>> {
    let query = "SELECT destination, time FROM drills WHERE seq IN (
                     SELECT max(seq) FROM drills WHERE problems = '[]' GROUP BY destination)";
    let mut statement = connection.prepare_cached(query).sql("read when backups were proven")?;
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, Column<_>>(0)?.0, row.get::<_, Moment>(1)?.0)));
    rows.and_then(Iterator::collect).sql("read when backups were proven")
}

pub(super) fn keep_drill(
    transaction: &Transaction<'_>,
    destination: DestinationId,
    drill: &Drill,
) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO drills (destination, project, time, files, bytes, milliseconds, compared,
                 problems)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                Column(destination),
                drill.project.map(Column),
                Moment(drill.time),
                signed(drill.files),
                signed(drill.bytes),
                signed(drill.milliseconds),
                signed(drill.compared_with_disk),
                Json(&drill.problems),
            ),
        )
        .sql("keep a trial restore")?;
    transaction
        .execute(
            "DELETE FROM drills WHERE destination = ?1 AND seq NOT IN (
                 SELECT seq FROM drills WHERE destination = ?1 ORDER BY seq DESC LIMIT ?2
             )",
            (Column(destination), KEPT_DRILLS),
        )
        .sql("forget old trial restores")
        .map(drop)
}

fn moment(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<Moment>>(at)?.map(|moment| moment.0))
}

fn number(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or_default())
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
