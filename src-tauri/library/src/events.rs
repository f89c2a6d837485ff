//! The table of events: what happened, in the order in which it was committed.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction};
use undercroft_foundation::{DestinationId, ProjectId, Result, Text, World};

use crossbeam_channel::Receiver;

use crate::catalog::{Catalog, Column, Migration, Moment, SqlContext, parts_of, text_of};
use crate::feed::Feed;

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        table: "events",
        version: 1,
        sql: "CREATE TABLE events (
              seq INTEGER PRIMARY KEY AUTOINCREMENT,
              time TEXT NOT NULL,
              kind TEXT NOT NULL,
              text TEXT NOT NULL,
              project TEXT,
              destination TEXT
          ) STRICT;",
    },
    Migration {
        table: "events",
        version: 2,
        sql: "ALTER TABLE events ADD COLUMN text_parts TEXT;",
    },
];

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place in the order of all events of the library.
    pub seq: u64,
    /// When it happened.
    pub time: Timestamp,
    /// The kind of event: `project.added`.
    pub kind: String,
    /// A sentence about what happened.
    pub text: Text,
    /// The project that it concerns.
    pub project: Option<ProjectId>,
    /// The destination that it concerns.
    pub destination: Option<DestinationId>,
}

/// Something to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The kind of event: `project.added`.
    pub kind: String,
    /// A sentence about what happened.
    pub text: Text,
    /// The project that it concerns.
    pub project: Option<ProjectId>,
    /// The destination that it concerns.
    pub destination: Option<DestinationId>,
}

impl NewEvent {
    /// An event that concerns nothing in particular yet.
    pub fn new(kind: impl Into<String>, text: impl Into<Text>) -> Self {
        Self { kind: kind.into(), text: text.into(), project: None, destination: None }
    }

    /// Sets the project that it concerns.
    #[must_use]
    pub fn of_project(mut self, project: Option<ProjectId>) -> Self {
        self.project = project;
        self
    }

    /// Sets the destination that it concerns.
    #[must_use]
    pub fn of_destination(mut self, destination: Option<DestinationId>) -> Self {
        self.destination = destination;
        self
    }
}

/// The events of a library, kept and live.
#[derive(Debug)]
pub struct Events {
    catalog: Catalog,
    world: World,
    feed: Feed,
}

impl Events {
    pub(crate) fn new(catalog: &Catalog, world: &World) -> Self {
        Self { catalog: catalog.clone(), world: world.clone(), feed: Feed::new(catalog) }
    }

    /// Tells an event; it is durable when this returns.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn publish(&self, event: &NewEvent) -> Result<Event> {
        self.catalog.write(|transaction| self.append(transaction, event))
    }

    /// Tells an event as part of a larger change.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn append(&self, transaction: &Transaction<'_>, event: &NewEvent) -> Result<Event> {
        append(transaction, &self.world, event)
    }

    /// Up to `limit` events after the one numbered `seq`, in order.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn after(&self, seq: u64, limit: usize) -> Result<Vec<Event>> {
        self.catalog.read(|connection| after(connection, seq, limit))
    }

    /// The latest `limit` events, in order.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn latest(&self, limit: usize) -> Result<Vec<Event>> {
        self.catalog.read(|connection| {
            let from = last_seq(connection)?.saturating_sub(limit as u64);
            after(connection, from, limit)
        })
    }

    /// All events from now on, of this process and of every other one.
    ///
    /// A receiver that falls some thousands behind misses events; the gap in `seq` tells, and
    /// [`Events::after`] has them.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn subscribe(&self) -> Result<Receiver<Event>> {
        self.feed.subscribe()
    }
}

pub(crate) fn append(
    transaction: &Transaction<'_>,
    world: &World,
    event: &NewEvent,
) -> Result<Event> {
    let time = Moment::of(world.clock.now());
    let NewEvent { kind, text, project, destination } = event.clone();
    transaction
        .execute(
            "INSERT INTO events (time, kind, text, text_parts, project, destination)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (
                time,
                &kind,
                text.as_str(),
                parts_of(&text),
                project.map(Column),
                destination.map(Column),
            ),
        )
        .sql("keep an event")?;
    let seq = u64::try_from(transaction.last_insert_rowid()).unwrap_or_default();
    Ok(Event { seq, time: time.0, kind, text, project, destination })
}

pub(crate) fn after(connection: &Connection, seq: u64, limit: usize) -> Result<Vec<Event>> {
    let mut statement = connection
        .prepare_cached(
            "SELECT seq, time, kind, text, text_parts, project, destination FROM events
             WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        )
        .sql("read the events")?;
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map((seq, limit), from_row);
    rows.and_then(Iterator::collect).sql("read the events")
}

pub(crate) fn last_seq(connection: &Connection) -> Result<u64> {
    let last: i64 = connection
        .query_row("SELECT coalesce(max(seq), 0) FROM events", (), |row| row.get(0))
        .sql("read the events")?;
    Ok(u64::try_from(last).unwrap_or_default())
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        seq: u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default(),
        time: row.get::<_, Moment>(1)?.0,
        kind: row.get(2)?,
        text: text_of(row, 3, 4)?,
        project: row.get::<_, Option<Column<_>>>(5)?.map(|id| id.0),
        destination: row.get::<_, Option<Column<_>>>(6)?.map(|id| id.0),
    })
}
