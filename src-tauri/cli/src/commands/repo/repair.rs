//! `undercroft repo repair`: make the best of what is left of a damaged repository.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use undercroft_foundation::Result;
use undercroft_repository::repair::{
    IndexRepair, PackRepair, SnapshotRepair, SnapshotRepairOptions,
};
use undercroft_repository::{PackId, Repository, SnapshotFilter, SnapshotId};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::options::DryRun;
use crate::output::Output;
use crate::output::format::count;
use crate::repository::Filter;
use crate::session::Session;

/// The number of broken paths of a snapshot that are shown.
const SHOWN_PATHS: usize = 5;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the index anew from the packs
    Index(Index),
    /// Save what is sound of damaged packs, and set them aside
    Packs(Packs),
    /// Write snapshots anew without what is lost
    Snapshots(Snapshots),
}

/// Make the index anew from the packs
#[derive(Debug, Args)]
pub(crate) struct Index {
    /// Read the headers of all packs, even of those that the index lists rightly
    #[arg(long)]
    read_all_packs: bool,
}

/// Save what is sound of damaged packs, and set them aside
#[derive(Debug, Args)]
pub(crate) struct Packs {
    /// The packs, as a check names them
    #[arg(value_name = "PACK", required = true, value_parser = parse_pack)]
    packs: Vec<PackId>,
}

/// Write snapshots anew without what is lost
#[derive(Debug, Args)]
pub(crate) struct Snapshots {
    #[command(flatten)]
    filter: Filter,
    /// Move the broken snapshots into the trash
    #[arg(long)]
    forget: bool,
    #[command(flatten)]
    dry_run: DryRun,
    /// The snapshots: ids, beginnings of ids, or latest; all that fit when none is named
    #[arg(value_name = "SNAPSHOT")]
    snapshots: Vec<String>,
}

/// The id alone, or as a check says it: `data/3f/3f2a…`.
fn parse_pack(text: &str) -> std::result::Result<PackId, String> {
    let id = text.rsplit('/').next().unwrap_or(text);
    id.parse().map_err(|_| format!("{text:?} is not the id of a pack"))
}

impl Command {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        match self {
            Self::Index(index) => index.run(session, repository),
            Self::Packs(packs) => packs.run(session, repository),
            Self::Snapshots(snapshots) => snapshots.run(session, repository),
        }
    }
}

impl Index {
    fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let all = self.read_all_packs;
        let report = progress::work(session, "Repairing", |job| repository.repair_index(all, job))?;
        session.out.show(&index_json(&report), |_| print_index(&session.out, &report));
        Ok(ExitStatus::Done)
    }
}

fn print_index(out: &Output, report: &IndexRepair) {
    for pack in &report.packs_missing {
        out.line(format!("pack {pack} is missing, and listed no longer"));
    }
    for pack in &report.packs_unreadable {
        out.line(format!("pack {pack} does not say what it holds: repair it"));
    }
    for index in &report.indexes_damaged {
        out.line(format!("index {index} is damaged, and was set aside"));
    }
    out.note(format!(
        "Read {}; wrote {} in place of {}",
        count(report.packs_read, "pack"),
        count(report.indexes_written, "index file"),
        report.indexes_removed
    ));
    out.line(format!("The index lists {}", count(report.packs_listed, "pack")));
}

fn index_json(report: &IndexRepair) -> Value {
    let text = |packs: &[PackId]| packs.iter().map(PackId::to_string).collect::<Vec<_>>();
    let damaged = report.indexes_damaged.iter().map(|id| id.to_string());
    json!({
        "message_type": "summary",
        "packs_listed": report.packs_listed,
        "packs_read": report.packs_read,
        "packs_missing": text(&report.packs_missing),
        "packs_unreadable": text(&report.packs_unreadable),
        "indexes_damaged": damaged.collect::<Vec<_>>(),
        "indexes_written": report.indexes_written,
        "indexes_removed": report.indexes_removed,
    })
}

impl Packs {
    fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let packs = self.packs;
        let report =
            progress::work(session, "Repairing", |job| repository.repair_packs(&packs, job))?;
        session.out.show(&packs_json(&report), |_| print_packs(&session.out, &report));
        Ok(if report.blobs_lost.is_empty() { ExitStatus::Done } else { ExitStatus::Incomplete })
    }
}

fn print_packs(out: &Output, report: &PackRepair) {
    for (kind, id) in &report.blobs_lost {
        out.line(format!("{} {id} is lost", kind.name()));
    }
    out.note(format!(
        "Set {} aside in the folder damaged; {} were missing",
        count(report.packs_set_aside, "pack"),
        report.packs_missing
    ));
    let lost = report.blobs_lost.len();
    out.line(format!("Saved {}; {lost} are lost", count(report.blobs_saved, "blob")));
    if lost > 0 {
        out.note("Back up again what may still hold them, then repair the snapshots");
    }
}

fn packs_json(report: &PackRepair) -> Value {
    let lost = report.blobs_lost.iter();
    let lost = lost.map(|(kind, id)| json!({"type": kind.name(), "id": id.to_string()}));
    json!({
        "message_type": "summary",
        "packs_set_aside": report.packs_set_aside,
        "packs_missing": report.packs_missing,
        "packs_written": report.packs_written,
        "blobs_saved": report.blobs_saved,
        "blobs_lost": lost.collect::<Vec<_>>(),
    })
}

impl Snapshots {
    fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let wanted = self.find(repository)?;
        let options = SnapshotRepairOptions { forget: self.forget, dry_run: self.dry_run.dry_run };
        let report = progress::work(session, "Repairing", |job| {
            repository.repair_snapshots(&wanted, &options, job)
        })?;
        let print = |_: &Value| print_snapshots(&session.out, &report, &options);
        session.out.show(&snapshots_json(&report, &options), print);
        Ok(ExitStatus::Done)
    }

    fn find(&self, repository: &Repository) -> Result<Vec<SnapshotId>> {
        let filter: SnapshotFilter = self.filter.clone().into();
        if self.snapshots.is_empty() {
            let all = repository.snapshots()?.into_iter();
            return Ok(all.filter(|each| filter.accepts(each)).map(|each| each.id).collect());
        }
        let find = |spec: &String| repository.find_snapshot(spec, &filter).map(|found| found.id);
        self.snapshots.iter().map(find).collect()
    }
}

fn print_snapshots(out: &Output, report: &SnapshotRepair, options: &SnapshotRepairOptions) {
    for broken in &report.broken {
        let id = broken.id.short();
        out.line(match broken.repaired {
            Some(repaired) => format!("snapshot {id} is repaired as {}", repaired.short()),
            None if options.dry_run => format!("snapshot {id} would be repaired"),
            None => format!("snapshot {id}: nothing of it is left"),
        });
        for path in broken.paths.iter().take(SHOWN_PATHS) {
            out.line(format!("  {path}"));
        }
        let more = broken.paths_total.saturating_sub(SHOWN_PATHS as u64);
        if more > 0 {
            out.line(format!("  and {more} more"));
        }
    }
    let trash = if options.forget && !options.dry_run { "; they are in the trash" } else { "" };
    out.line(format!(
        "{} lack something{trash}; {} lack nothing",
        count(report.broken.len() as u64, "snapshot"),
        report.sound
    ));
}

fn snapshots_json(report: &SnapshotRepair, options: &SnapshotRepairOptions) -> Value {
    let broken = report.broken.iter().map(|broken| {
        json!({
            "snapshot": broken.id.to_string(),
            "repaired": broken.repaired.map(|id| id.to_string()),
            "paths": broken.paths,
            "paths_total": broken.paths_total,
        })
    });
    json!({
        "message_type": "summary",
        "dry_run": options.dry_run,
        "broken": broken.collect::<Vec<_>>(),
        "sound": report.sound,
    })
}
