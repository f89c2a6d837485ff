//! `undercroft restore`: get a backup, or a part of it, back.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire::{self, SnapshotFilter, SnapshotRestorePlan};
use undercroft_foundation::{Code, Error, Result};

use crate::ending::{self, Ending};
use crate::inside::{self, Inside};
use crate::output::Output;
use crate::progress;
use crate::session::{self, Session};
use crate::words::{count, grouped, size};

/// Get a backup, or a part of it, back
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup: its id, the beginning of it, or `latest`; `BACKUP:PATH` names a file or folder
    /// in it
    #[arg(value_name = "BACKUP")]
    snapshot: String,
    /// The destination that holds the backup
    #[arg(long, value_name = "DESTINATION")]
    from: String,
    /// With `latest`: the latest of this project
    #[arg(long)]
    project: Option<String>,
    /// The folder that receives it
    #[arg(long, short, value_name = "DIR")]
    target: PathBuf,
    /// What to do about files that are there already
    #[arg(long, value_enum, default_value = "never")]
    overwrite: Overwrite,
    /// Only say what would be written
    #[arg(long, short = 'n')]
    dry_run: bool,
}

/// What to do about files that are there already.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Overwrite {
    /// Leave them
    Never,
    /// Replace those whose content differs
    Changed,
    /// Replace them all
    Always,
}

impl From<Overwrite> for wire::Overwrite {
    fn from(overwrite: Overwrite) -> Self {
        match overwrite {
            Overwrite::Never => Self::Never,
            Overwrite::Changed => Self::Changed,
            Overwrite::Always => Self::Always,
        }
    }
}

impl Restore {
    pub(crate) fn run(self, session: &Session) -> Result<Ending> {
        let api = session.api()?;
        let spec = match (self.project, self.snapshot.strip_prefix("latest")) {
            (Some(project), Some(rest)) => latest_of(&api, project, self.from.clone())? + rest,
            _ => self.snapshot,
        };
        let Inside { snapshot, path } = inside::find(&api, &self.from, &spec)?;
        let request = wire::Restore {
            destination: self.from,
            snapshot,
            path,
            to: session::place(&api, &self.target)?.id,
            overwrite: self.overwrite.into(),
        };
        if self.dry_run {
            let plan = api.restore_preview(request)?;
            session.out.show(&plan, |plan| print_plan(plan, &session.out));
            return Ok(Ending::Done);
        }
        ending::of_job(&progress::run(session, &api, || api.restore(request))?)
    }
}

fn print_plan(plan: &SnapshotRestorePlan, out: &Output) {
    for path in &plan.replaced {
        out.line(format!("replace  {path}"));
    }
    out.line(format!(
        "{} new, {} replaced, {} left as they are; {} to write",
        count(plan.create, "file"),
        grouped(plan.replace),
        grouped(plan.keep),
        size(plan.bytes)
    ));
}

fn latest_of(api: &Api, project: String, destination: String) -> Result<String> {
    let none = Error::new(Code::NotFound, format!("{destination} has no backup of {project}"));
    let filter = SnapshotFilter { project: Some(project), destination: Some(destination) };
    let newest_first = api.snapshot_list(filter)?;
    newest_first.into_iter().next().map(|snapshot| snapshot.id).ok_or(none)
}
