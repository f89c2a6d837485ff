//! `undercroft repo prune`: free what no snapshot needs any more.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use undercroft_foundation::Result;
use undercroft_repository::Repository;
use undercroft_repository::prune::{PruneOptions, PrunePlan, PruneReport};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::options::{Amount, DryRun, parse_bytes, parse_span};
use crate::output::Output;
use crate::output::format::{count, size};
use crate::session::Session;

/// Packs smaller than this are joined when it is asked for: four fifths of a full one.
const SMALL_PACK: u64 = (16 << 20) / 5 * 4;

/// Free what no snapshot needs any more
#[derive(Debug, Args)]
pub(crate) struct Prune {
    /// How much of what is stored may stay unused: a percentage, a size, or unlimited
    #[arg(long, value_name = "LIMIT", default_value = "5%", value_parser = Amount::parse)]
    max_unused: Amount,
    /// Copy no more than this (1500M, 20G)
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes)]
    max_repack_size: Option<u64>,
    /// Join all packs that are smaller than they could be
    #[arg(long)]
    repack_small: bool,
    /// Wait this long for others who work in the repository (30s, 5m, 2h)
    #[arg(long, value_name = "TIME", value_parser = parse_span)]
    retry_lock: Option<Duration>,
    #[command(flatten)]
    dry_run: DryRun,
}

impl Prune {
    pub(super) fn run(self, session: &Session, repository: Repository) -> Result<ExitStatus> {
        let repository = repository.with_lock_timeout(self.retry_lock.unwrap_or_default());
        let mut options =
            PruneOptions { max_repack_bytes: self.max_repack_size, ..PruneOptions::default() };
        match self.max_unused {
            Amount::Percent(percent) => options.max_unused_percent = percent,
            Amount::Bytes(bytes) => options.max_unused_bytes = Some(bytes),
        }
        if self.repack_small {
            options.join_packs_below = SMALL_PACK;
        }
        let out = &session.out;
        if self.dry_run.dry_run {
            let plan =
                progress::work(session, "Looking", |job| repository.plan_prune(&options, job))?;
            show(out, &plan, None);
            return Ok(ExitStatus::Done);
        }
        let report = progress::work(session, "Pruning", |job| repository.prune(&options, job))?;
        show(out, &report.plan, Some(&report));
        // It only keeps a later prune from standing before a full disk.
        if let Err(error) = repository.ensure_reserve() {
            out.warning(&repository.location(), &error.to_string());
            return Ok(ExitStatus::Incomplete);
        }
        Ok(ExitStatus::Done)
    }
}

fn show(out: &Output, plan: &PrunePlan, report: Option<&PruneReport>) {
    if out.is_json() {
        return out.record(&to_json(plan, report));
    }
    out.note(format!(
        "{} need {} in {}; {} in {} are unused",
        count(plan.snapshots, "snapshot"),
        size(plan.used_bytes),
        count(plan.used_blobs, "blob"),
        size(plan.unused_bytes),
        count(plan.unused_blobs, "blob"),
    ));
    let (goes, copies) = match report {
        Some(_) => ("Removed", "copied"),
        None => ("Would remove", "copy"),
    };
    out.note(format!(
        "{goes} {} that nobody needs and {} of no index; {copies} {} out of {}",
        count(plan.packs_to_remove.len() as u64, "pack"),
        plan.packs_unlisted.len(),
        size(plan.repack_bytes),
        count(plan.packs_to_repack.len() as u64, "pack"),
    ));
    if plan.packs_without_room > 0 {
        let packs = count(plan.packs_without_room, "pack");
        out.note(format!("There is no room to copy {packs} more"));
    }
    match report {
        Some(report) if report.packs_spared > 0 => {
            let packs = count(report.packs_spared, "pack");
            out.note(format!("Kept {packs} that came to be needed meanwhile"));
        }
        Some(_) => {}
        None => out.note(format!("It needs {} of room meanwhile", size(plan.needs_free_bytes))),
    }
    let frees = if report.is_some() { "Freed" } else { "Would free" };
    out.line(format!("{frees} {}", size(plan.frees_bytes)));
}

fn to_json(plan: &PrunePlan, report: Option<&PruneReport>) -> Value {
    let mut value = json!({
        "message_type": "summary",
        "dry_run": report.is_none(),
        "snapshots": plan.snapshots,
        "used_blobs": plan.used_blobs,
        "used_bytes": plan.used_bytes,
        "unused_blobs": plan.unused_blobs,
        "unused_bytes": plan.unused_bytes,
        "packs_to_remove": plan.packs_to_remove.len(),
        "packs_to_repack": plan.packs_to_repack.len(),
        "packs_without_room": plan.packs_without_room,
        "packs_unlisted": plan.packs_unlisted.len(),
        "repack_bytes": plan.repack_bytes,
        "frees_bytes": plan.frees_bytes,
        "needs_free_bytes": plan.needs_free_bytes,
    });
    if let Some(report) = report {
        value["packs_written"] = json!(report.packs_written);
        value["packs_spared"] = json!(report.packs_spared);
        value["packs_removed"] = json!(report.packs_removed);
        value["indexes_written"] = json!(report.indexes_written);
        value["indexes_removed"] = json!(report.indexes_removed);
    }
    value
}
