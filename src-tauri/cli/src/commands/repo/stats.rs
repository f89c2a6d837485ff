//! `undercroft repo stats`: how much there is.

use clap::{Args, ValueEnum};
use serde_json::json;
use undercroft_foundation::Result;
use undercroft_repository::usage::{Stats as Counted, StatsMode};
use undercroft_repository::{Repository, SnapshotFilter};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::output::Output;
use crate::output::format::{grouped, size};
use crate::repository::{Filter, chosen};
use crate::session::Session;

/// Show how much the snapshots hold
#[derive(Debug, Args)]
pub(crate) struct Stats {
    /// Only these snapshots: ids, or the beginnings of them, or `latest`
    #[arg(value_name = "SNAPSHOT")]
    ids: Vec<String>,
    /// How the size is counted
    #[arg(long, value_enum, default_value = "restore-size")]
    mode: Mode,
    #[command(flatten)]
    filter: Filter,
}

/// The way to count what the snapshots hold.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Mode {
    /// Files that a restore of the snapshots would write
    RestoreSize,
    /// Files, those of the same content once
    FilesByContents,
    /// Pieces of content, once for each path at which they are
    BlobsPerFile,
    /// Data that the repository stores for the snapshots
    RawData,
}

impl From<Mode> for StatsMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::RestoreSize => Self::RestoreSize,
            Mode::FilesByContents => Self::FilesByContents,
            Mode::BlobsPerFile => Self::BlobsPerFile,
            Mode::RawData => Self::RawData,
        }
    }
}

impl Stats {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let filter = SnapshotFilter::from(self.filter);
        let snapshots = chosen(repository, &self.ids, &filter)?;
        let mode = self.mode.into();
        let stats =
            progress::work(session, "Counting", |job| repository.stats(&snapshots, mode, job))?;
        if session.out.is_json() {
            record(&session.out, &stats);
        } else {
            print(&session.out, mode, &stats);
        }
        Ok(ExitStatus::Done)
    }
}

/// As restic prints it.
fn record(out: &Output, stats: &Counted) {
    let mut value = json!({
        "total_size": stats.total_size,
        "snapshots_count": stats.snapshots_count,
    });
    let counts = [
        ("total_file_count", stats.total_file_count),
        ("total_blob_count", stats.total_blob_count),
        ("total_uncompressed_size", stats.total_uncompressed_size),
    ];
    for (name, counted) in counts.into_iter().filter(|(_, counted)| *counted > 0) {
        value[name] = json!(counted);
    }
    if stats.total_uncompressed_size > 0 {
        value["compression_ratio"] = json!(stats.compression_ratio());
        value["compression_progress"] = json!(stats.compression_progress());
        value["compression_space_saving"] = json!(stats.compression_space_saving());
    }
    out.record(&value);
}

fn print(out: &Output, mode: StatsMode, stats: &Counted) {
    let line = |label: &str, value: String| out.line(format!("{label:>14}: {value}"));
    line("Snapshots", grouped(stats.snapshots_count));
    if stats.total_file_count > 0 {
        let label = if mode == StatsMode::RestoreSize { "Entries" } else { "Files" };
        line(label, grouped(stats.total_file_count));
    }
    if stats.total_blob_count > 0 {
        line("Pieces", grouped(stats.total_blob_count));
    }
    line("Size", size(stats.total_size));
    if stats.total_uncompressed_size > 0 {
        line("Uncompressed", size(stats.total_uncompressed_size));
        line("Saved", format!("{:.1} %", stats.compression_space_saving()));
    }
}
