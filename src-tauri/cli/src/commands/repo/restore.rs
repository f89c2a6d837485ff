//! `undercroft repo restore`: get a snapshot, or a part of it, back.

use std::ffi::OsString;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use serde_json::json;
use undercroft_foundation::{Job, Result, escape_path};
use undercroft_repository::{NodeKind, Repository, RestoreRequest, Snapshot};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::options::{DryRun, Overwrite, Target};
use crate::output::format::{count, size};
use crate::repository::{Filter, Spec};
use crate::session::Session;

/// Get a snapshot, or a part of it, back
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The snapshot: its id, the beginning of it, or `latest`; `SNAPSHOT:PATH` for what is in a
    /// folder of it
    snapshot: OsString,
    #[command(flatten)]
    target: Target,
    /// Only what matches this pattern (again for more)
    #[arg(long, short, value_name = "PATTERN")]
    include: Vec<String>,
    /// Leave out what matches this pattern (again for more)
    #[arg(long, short, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// How existing files are treated
    #[arg(long, value_enum, default_value = "always")]
    overwrite: Overwrite,
    #[command(flatten)]
    dry_run: DryRun,
    /// Leave runs of zeros as holes
    #[arg(long)]
    sparse: bool,
    /// Read every file back after it was written
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    filter: Filter,
}

impl Restore {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let spec = Spec::parse(&self.snapshot)?;
        let mut snapshot = spec.find(repository, self.filter)?;
        let mut request = RestoreRequest {
            target: self.target.target,
            include: self.include,
            exclude: self.exclude,
            sparse: self.sparse,
            verify: self.verify,
            overwrite: self.overwrite.into(),
            ..RestoreRequest::default()
        };
        // What is in a folder lands in the target itself, as with restic; a file lands by its name.
        match repository.find_node(&snapshot, spec.path())? {
            Some(node) if node.kind == NodeKind::Dir => {
                snapshot.tree = node.subtree.unwrap_or(snapshot.tree);
            }
            Some(_) => request.subpath = spec.path().to_vec(),
            None => {}
        }
        if self.dry_run.dry_run {
            return plan(session, repository, &snapshot, &request);
        }
        let warned = AtomicUsize::new(0);
        let summary = progress::work(session, "Restoring", |job: &Job| {
            let summary = repository.restore(&snapshot, &request, job);
            warned.store(job.warnings().len(), Ordering::Relaxed);
            summary
        })?;
        let warned = warned.into_inner();
        let out = &session.out;
        if out.is_json() {
            out.record(&json!({
                "message_type": "summary",
                "files_restored": summary.files_restored,
                "files_skipped": summary.files_skipped,
                "files_identical": summary.files_identical,
                "others_restored": summary.others_restored,
                "bytes_restored": summary.bytes_restored,
                "failures": warned,
            }));
        } else {
            out.line(format!(
                "Restored {}, {}, to {} ({} as they were, {} left)",
                count(summary.files_restored, "file"),
                size(summary.bytes_restored),
                escape_path(&request.target),
                summary.files_identical,
                summary.files_skipped
            ));
        }
        Ok(if warned > 0 { ExitStatus::Incomplete } else { ExitStatus::Done })
    }
}

/// Previews a restore; nothing is written.
fn plan(
    session: &Session,
    repository: &Repository,
    snapshot: &Snapshot,
    request: &RestoreRequest,
) -> Result<ExitStatus> {
    let (plan, warned) = progress::work(session, "Looking", |job: &Job| {
        let plan = repository.plan_restore(snapshot, request, job)?;
        Ok((plan, !job.warnings().is_empty()))
    })?;
    let out = &session.out;
    let replaced: Vec<_> = plan.replaced.iter().map(|path| escape_path(path)).collect();
    if out.is_json() {
        out.record(&json!({
            "message_type": "summary",
            "dry_run": true,
            "create": plan.create,
            "replace": plan.replace,
            "keep": plan.keep,
            "bytes": plan.bytes,
            "replaced": replaced,
        }));
    } else {
        replaced.iter().for_each(|path| out.line(format!("would replace {path}")));
        let more = plan.replace.saturating_sub(replaced.len() as u64);
        if more > 0 {
            out.line(format!("… and {more} more"));
        }
        out.line(format!(
            "Would make {}, replace {} and leave {} as they are: {} to write to {}",
            plan.create,
            plan.replace,
            plan.keep,
            size(plan.bytes),
            escape_path(&request.target)
        ));
    }
    Ok(if warned { ExitStatus::Incomplete } else { ExitStatus::Done })
}
