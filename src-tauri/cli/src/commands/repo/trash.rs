//! `undercroft repo trash`: forgotten snapshots, until they are gone for good.

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::json;
use undercroft_foundation::{Code, Error, Result};
use undercroft_repository::retention::CalendarSpan;
use undercroft_repository::trash::TrashedSnapshot;
use undercroft_repository::{Repository, SnapshotId};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::output::format::{count, local_time};
use crate::output::{Align, Output, Table};
use crate::repository::{match_ids, to_json};
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List what is in the trash
    List,
    /// Take snapshots out of the trash
    Restore(Restore),
    /// Remove what is in the trash for good
    Empty(Empty),
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The snapshots: ids, or the beginnings of them
    #[arg(required = true, value_name = "SNAPSHOT")]
    ids: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Empty {
    /// Only what was forgotten longer ago than this: 30d, or 1y6m
    #[arg(long, value_name = "DURATION")]
    older_than: Option<CalendarSpan>,
}

impl Command {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        match self {
            Self::List => print(&session.out, &repository.trashed()?),
            Self::Restore(Restore { ids }) => {
                let mut there = repository.snapshot_ids()?;
                there.extend(repository.trashed()?.into_iter().map(|it| it.snapshot.id));
                let ids = match_ids(&ids, &there, "in the trash")?;
                let taken = progress::work(session, "Looking whether all of it is there", |job| {
                    repository.restore_from_trash(&ids, job)
                })?;
                tell(&session.out, "Took", &taken, "out of the trash");
            }
            Self::Empty(Empty { older_than }) => {
                let now = session.world.clock.now();
                let before = older_than.map(|span| ago(now, span)).transpose()?;
                let gone = repository.empty_trash(before)?;
                tell(&session.out, "Removed", &gone, "for good; a prune frees what only they held");
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn ago(now: Timestamp, span: CalendarSpan) -> Result<Timestamp> {
    let moment = || {
        let span = Span::new()
            .try_years(span.years)?
            .try_months(span.months)?
            .try_days(span.days)?
            .try_hours(span.hours)?;
        now.to_zoned(TimeZone::system()).checked_sub(span)
    };
    moment().map(|moment| moment.timestamp()).map_err(|source| {
        Error::new(Code::Invalid, format!("{span} is longer ago than can be told")).because(source)
    })
}

fn tell(out: &Output, verb: &str, ids: &[SnapshotId], rest: &str) {
    if out.is_json() {
        let ids: Vec<_> = ids.iter().map(SnapshotId::to_string).collect();
        out.record(&json!({"message_type": "summary", "snapshots": ids}));
    } else {
        out.line(format!("{verb} {} {rest}", count(ids.len() as u64, "snapshot")));
    }
}

fn print(out: &Output, trashed: &[TrashedSnapshot]) {
    if out.is_json() {
        let value = |it: &TrashedSnapshot| {
            let mut value = to_json(&it.snapshot);
            value["trashed"] = json!(it.trashed.map(|time| time.to_string()));
            value
        };
        return out.record(&trashed.iter().map(value).collect::<Vec<_>>());
    }
    let mut table = Table::new(&[
        ("ID", Align::Left),
        ("TIME", Align::Left),
        ("FORGOTTEN", Align::Left),
        ("HOST", Align::Left),
        ("TAGS", Align::Left),
        ("PATHS", Align::Left),
    ]);
    for TrashedSnapshot { snapshot, trashed } in trashed {
        table.row([
            snapshot.id.short(),
            local_time(snapshot.time),
            trashed.map_or_else(|| "unknown".to_owned(), local_time),
            snapshot.hostname.clone(),
            snapshot.tags.join(","),
            snapshot.paths.join(", "),
        ]);
    }
    table.print(out, "The trash is empty");
}
