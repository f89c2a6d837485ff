//! `undercroft repo backup`: back folders and files up.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::json;
use undercroft_foundation::{Code, Error, Job, Result, read_text_input};
use undercroft_repository::exclude::TagFile;
use undercroft_repository::{BackupRequest, BackupSummary, Parent, Repository, SnapshotFilter};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::options::DryRun;
use crate::output::Output;
use crate::output::format::{count, grouped, size};
use crate::session::Session;

/// A longer file holds no patterns.
const MAX_PATTERNS: u64 = 16 << 20;

/// Back folders and files up
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The folders and files
    #[arg(required = true, value_name = "PATH")]
    sources: Vec<PathBuf>,
    /// Label the snapshot with this tag (again, or tag,tag, for more)
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    tag: Vec<String>,
    /// Leave out what matches this pattern (again for more)
    #[arg(long, short, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// The same, with upper and lower case as one
    #[arg(long, value_name = "PATTERN")]
    iexclude: Vec<String>,
    /// Read patterns from this file, one a line
    #[arg(long, value_name = "FILE")]
    exclude_file: Vec<PathBuf>,
    /// Leave out what is in a folder that holds this file: NAME, or NAME:HEADER
    #[arg(long, value_name = "NAME[:HEADER]")]
    exclude_if_present: Vec<String>,
    /// Leave out what is in folders that are marked as caches (CACHEDIR.TAG)
    #[arg(long)]
    exclude_caches: bool,
    /// Stay on the file systems that the paths are on
    #[arg(long, short = 'x')]
    one_file_system: bool,
    /// Keep when each file was last read
    #[arg(long)]
    with_atime: bool,
    /// The machine's name in the snapshot
    #[arg(long, short = 'H', value_name = "HOST")]
    host: Option<String>,
    /// Compare with this snapshot, instead of the newest of the same machine and paths
    #[arg(long, value_name = "SNAPSHOT", conflicts_with = "force")]
    parent: Option<String>,
    /// Compare with no snapshot: read every file
    #[arg(long, short)]
    force: bool,
    /// The snapshot's time, if not now: 2026-01-31 12:00:00
    #[arg(long, value_name = "TIME")]
    time: Option<String>,
    #[command(flatten)]
    dry_run: DryRun,
    /// Count nothing beforehand: quicker to start, but no time left is told
    #[arg(long)]
    no_scan: bool,
}

impl Backup {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let warned = std::sync::atomic::AtomicBool::new(false);
        let request = self.request(repository, session.out.is_quiet())?;
        let dry_run = request.dry_run;
        let started = session.world.clock.steady();
        let summary = progress::work(session, "Backing up", |job: &Job| {
            let summary = repository.backup(&request, job);
            warned.store(!job.warnings().is_empty(), std::sync::atomic::Ordering::Relaxed);
            summary
        })?;
        let seconds = session.world.clock.steady().saturating_sub(started).as_secs_f64();
        print(&session.out, &summary, seconds, dry_run);
        Ok(if warned.into_inner() { ExitStatus::Incomplete } else { ExitStatus::Done })
    }

    fn request(self, repository: &Repository, quiet: bool) -> Result<BackupRequest> {
        let parent = match (&self.parent, self.force) {
            (Some(spec), _) => {
                Parent::Id(repository.find_snapshot(spec, &SnapshotFilter::default())?.id)
            }
            (None, true) => Parent::None,
            (None, false) => Parent::Auto,
        };
        let mut exclude = self.exclude;
        for file in &self.exclude_file {
            exclude.extend(read_patterns(file)?);
        }
        let mut tag_files = Vec::new();
        for text in &self.exclude_if_present {
            tag_files.push(TagFile::parse(text)?);
        }
        if self.exclude_caches {
            tag_files.push(TagFile::cache());
        }
        Ok(BackupRequest {
            sources: self.sources,
            tags: self.tag,
            host: self.host,
            exclude,
            exclude_ignoring_case: self.iexclude,
            exclude_if_present: tag_files,
            one_file_system: self.one_file_system,
            with_access_time: self.with_atime,
            parent,
            dry_run: self.dry_run.dry_run,
            time: self.time.as_deref().map(parse_time).transpose()?,
            estimate: !self.no_scan && !quiet,
            ..BackupRequest::default()
        })
    }
}

/// One pattern a line; empty lines and those that begin with `#` say nothing, and `$NAME` is the
/// environment's, as restic has it.
fn read_patterns(file: &Path) -> Result<Vec<String>> {
    let text = read_text_input(file, MAX_PATTERNS)?;
    let lines = text.lines().map(str::trim);
    Ok(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect())
}

fn parse_time(text: &str) -> Result<Timestamp> {
    let refuse = |source: jiff::Error| {
        Error::new(Code::Invalid, format!("{text:?} is not a time"))
            .why("It is neither like 2026-01-31 12:00:00 nor RFC 3339")
            .next("Write it like 2026-01-31 12:00:00")
            .because(source)
    };
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let local: DateTime = text.parse().map_err(refuse)?;
    Ok(local.to_zoned(TimeZone::system()).map_err(refuse)?.timestamp())
}

fn print(out: &Output, summary: &BackupSummary, seconds: f64, dry_run: bool) {
    let counts = &summary.counts;
    if out.is_json() {
        return out.record(&json!({
            "message_type": "summary",
            "dry_run": dry_run,
            "files_new": counts.files_new,
            "files_changed": counts.files_changed,
            "files_unmodified": counts.files_unmodified,
            "dirs_new": counts.dirs_new,
            "dirs_changed": counts.dirs_changed,
            "dirs_unmodified": counts.dirs_unmodified,
            "data_blobs": counts.data_blobs,
            "tree_blobs": counts.tree_blobs,
            "data_added": counts.data_added,
            "data_added_packed": counts.data_added_packed,
            "total_files_processed": counts.total_files_processed,
            "total_bytes_processed": counts.total_bytes_processed,
            "total_duration": seconds,
            "snapshot_id": summary.snapshot.map(|id| id.to_string()),
        }));
    }
    out.note(format!(
        "Files: {} new, {} changed, {} unmodified",
        grouped(counts.files_new),
        grouped(counts.files_changed),
        grouped(counts.files_unmodified)
    ));
    out.note(format!(
        "{} {} ({} stored); looked at {}, {}, in {:.1} s",
        if dry_run { "Would add" } else { "Added" },
        size(counts.data_added),
        size(counts.data_added_packed),
        count(counts.total_files_processed, "file"),
        size(counts.total_bytes_processed),
        seconds
    ));
    if let Some(id) = &summary.snapshot {
        out.line(format!("snapshot {} saved", id.short()));
    }
}
