//! `undercroft restore`: get a backup, or a part of it, back.

use clap::Args;
use undercroft_api::Api;
use undercroft_api::wire::{self, SnapshotFilter, SnapshotRestorePlan};
use undercroft_foundation::{Code, Error, Result};

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::{DryRun, FromDestination, OfProject, OptionalTarget, Overwrite};
use crate::output::Output;
use crate::output::format::{count, grouped, size};
use crate::resolve::{self, SnapshotPath};
use crate::session::Session;

/// Get a backup, or a part of it, back
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup: its id, the beginning of it, or `latest`, with --project the latest of that;
    /// `BACKUP:PATH` names a file or folder in it
    #[arg(value_name = "BACKUP")]
    snapshot: String,
    /// Files and folders in it; without any, all of it
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    from: FromDestination,
    #[command(flatten)]
    project: OfProject,
    #[command(flatten)]
    target: OptionalTarget,
    /// How existing files are treated
    #[arg(long, value_enum, default_value = "never")]
    overwrite: Overwrite,
    #[command(flatten)]
    dry_run: DryRun,
}

impl Restore {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let from = self.from.from;
        let spec = match (self.project.project, self.snapshot.strip_prefix("latest")) {
            (Some(project), Some(rest)) => latest_of(&api, project, from.clone())? + rest,
            _ => self.snapshot,
        };
        let SnapshotPath { snapshot, path } = resolve::snapshot_path(&api, &from, &spec)?;
        let to = self.target.target.map(|folder| resolve::place(&api, &folder)).transpose()?;
        let named = self.paths.iter().map(|path| resolve::names(path));
        let paths = Some(path).filter(|path| !path.is_empty()).into_iter().chain(named).collect();
        let request = wire::Restore {
            destination: from,
            snapshot,
            paths,
            to: to.map(|place| place.id),
            overwrite: self.overwrite.into(),
        };
        if self.dry_run.dry_run {
            let plan = api.restore_preview(request)?;
            session.out.show(&plan, |plan| print_plan(plan, &session.out));
            return Ok(ExitStatus::Done);
        }
        exit_status::of_job(&progress::run(session, &api, || api.restore(request))?)
    }
}

fn print_plan(plan: &SnapshotRestorePlan, out: &Output) {
    for path in &plan.replaced {
        out.line(format!("replace  {path}"));
    }
    out.line(format!(
        "{} new, {} replaced, {} left as they are; {} to write into {}",
        count(plan.create, "file"),
        grouped(plan.replace),
        grouped(plan.keep),
        size(plan.bytes),
        plan.target
    ));
    if !plan.workspaces.is_empty() {
        out.line("A version is made before, for undercroft undo to go back to");
    }
}

fn latest_of(api: &Api, project: String, destination: String) -> Result<String> {
    let none = Error::new(Code::NotFound, format!("{destination} has no backup of {project}"));
    let filter = SnapshotFilter { project: Some(project), destination: Some(destination) };
    let newest_first = api.snapshot_list(filter)?;
    newest_first.into_iter().next().map(|snapshot| snapshot.id).ok_or(none)
}
