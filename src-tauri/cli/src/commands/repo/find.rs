//! `undercroft repo find`: find files in all snapshots.

use clap::Args;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use undercroft_foundation::{Result, escape_name};
use undercroft_repository::find::FindRequest;
use undercroft_repository::{Node, NodeKind, Repository, Snapshot, SnapshotId};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::output::Output;
use crate::output::format::local_time;
use crate::repository::{Filter, long, permissions};
use crate::session::Session;

/// Find files and folders in all snapshots
#[derive(Debug, Args)]
pub(crate) struct Find {
    /// The name, path, or pattern with `*` and `?` to find; one of several is enough
    #[arg(required = true, value_name = "PATTERN")]
    patterns: Vec<String>,
    /// `A` and `a` are the same
    #[arg(long, short)]
    ignore_case: bool,
    /// Only what was changed then or later: `2026-01-31`, `2026-01-31 14:05`
    #[arg(long, short = 'O', value_name = "TIME", value_parser = time)]
    oldest: Option<Timestamp>,
    /// Only what was changed then or earlier
    #[arg(long, short = 'N', value_name = "TIME", value_parser = time)]
    newest: Option<Timestamp>,
    /// Only in this snapshot (again for more)
    #[arg(long, short, value_name = "SNAPSHOT")]
    snapshot: Vec<String>,
    /// Show permissions, owner, size and time
    #[arg(long, short)]
    long: bool,
    #[command(flatten)]
    filter: Filter,
}

impl Find {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let request = FindRequest {
            patterns: self.patterns,
            ignore_case: self.ignore_case,
            oldest: self.oldest,
            newest: self.newest,
            snapshots: self.snapshot,
            filter: self.filter.into(),
            ..FindRequest::default()
        };
        let out = &session.out;
        let mut printer = Printer { out, long: self.long, current: None, hits: 0 };
        let warned = progress::work(session, "Finding", |job| {
            repository.find(&request, job, &mut |snapshot, path, node| {
                printer.print(snapshot, path, node);
                // Nobody reads on: `undercroft repo find … | head` must end.
                !out.is_closed()
            })?;
            Ok(!job.warnings().is_empty())
        })?;
        printer.finish();
        Ok(if warned { ExitStatus::Incomplete } else { ExitStatus::Done })
    }
}

/// A day, a moment of a day, or a moment with its zone.
fn time(text: &str) -> std::result::Result<Timestamp, String> {
    let local = |time: DateTime| time.to_zoned(TimeZone::system()).map(|time| time.timestamp());
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from));
    civil.and_then(local).map_err(|_| "a time is written 2026-01-31 or 2026-01-31 14:05".to_owned())
}

/// Prints what is found as it comes: programs get one list, as restic prints it.
struct Printer<'a> {
    out: &'a Output,
    long: bool,
    /// The snapshot whose entries are being printed.
    current: Option<SnapshotId>,
    hits: u64,
}

impl Printer<'_> {
    fn print(&mut self, snapshot: &Snapshot, path: &[u8], node: &Node) {
        if self.current != Some(snapshot.id) {
            self.begin(snapshot);
        }
        let shown = escape_name(path);
        if self.out.is_json() {
            let comma = if self.hits > 0 { "," } else { "" };
            self.out.raw(format!("{comma}{}", record(node, &shown)).as_bytes());
        } else if self.long {
            self.out.line(long(node, &shown));
        } else {
            self.out.line(shown);
        }
        self.hits += 1;
    }

    fn begin(&mut self, snapshot: &Snapshot) {
        if self.out.is_json() {
            let before = if self.current.is_some() { self.end() + "," } else { "[".to_owned() };
            self.out.raw(format!("{before}{{\"matches\":[").as_bytes());
        } else {
            let (id, time) = (snapshot.id.short(), local_time(snapshot.time));
            self.out.note(format!("In snapshot {id} of {time}:"));
        }
        self.current = Some(snapshot.id);
        self.hits = 0;
    }

    /// The end of a snapshot's record.
    fn end(&self) -> String {
        let id = self.current.map(|id| id.to_string()).unwrap_or_default();
        format!("],\"hits\":{},\"snapshot\":\"{id}\"}}", self.hits)
    }

    fn finish(&self) {
        match (self.out.is_json(), self.current) {
            (true, Some(_)) => self.out.raw(format!("{}]\n", self.end()).as_bytes()),
            (true, None) => self.out.raw(b"[]\n"),
            (false, Some(_)) => {}
            (false, None) => self.out.note("Nothing was found"),
        }
    }
}

fn record(node: &Node, path: &str) -> Value {
    let mut value = json!({
        "path": path,
        "permissions": permissions(&node.kind, node.mode),
        "type": node.kind.name(),
        "mode": node.mode,
        "mtime": node.mtime.timestamp().to_string(),
        "atime": node.atime.timestamp().to_string(),
        "ctime": node.ctime.timestamp().to_string(),
        "uid": node.uid,
        "gid": node.gid,
        "user": node.user,
        "group": node.group,
        "inode": node.inode,
        "device_id": node.device_id,
        "size": node.size,
        "links": node.links,
    });
    if node.kind == NodeKind::Symlink {
        value["linktarget"] = json!(escape_name(&node.linktarget));
    }
    value
}
