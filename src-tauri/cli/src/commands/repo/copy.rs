//! `undercroft repo copy`: copy snapshots from another repository into this one.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};
use undercroft_foundation::Result;
use undercroft_providers::{DiskProvider, Provider};
use undercroft_repository::copy::{CopiedSnapshot, CopyOptions, CopyReport, copy};
use undercroft_repository::{Repository, SnapshotFilter, SnapshotId};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::options::DryRun;
use crate::output::Output;
use crate::output::format::{count, size};
use crate::password::{self, Purpose};
use crate::repository::{Filter, missing_repository};
use crate::session::Session;

/// Copy snapshots from another repository into this one
#[derive(Debug, Args)]
pub(crate) struct Copy {
    /// The repository to copy from
    #[arg(long, value_name = "REPOSITORY")]
    #[arg(env = "UNDERCROFT_FROM_REPOSITORY", hide_env_values = true)]
    from_repo: PathBuf,
    /// Read the password of that repository from this file, instead of the terminal
    #[arg(long, value_name = "FILE")]
    #[arg(env = "UNDERCROFT_FROM_PASSWORD_FILE", hide_env_values = true)]
    from_password_file: Option<PathBuf>,
    #[command(flatten)]
    filter: Filter,
    /// Give the copies these tags, instead of those of the snapshots (again for more)
    #[arg(long, value_name = "TAG")]
    set_tag: Vec<String>,
    /// Give the copies this tag besides (again for more)
    #[arg(long, value_name = "TAG")]
    add_tag: Vec<String>,
    #[command(flatten)]
    dry_run: DryRun,
    /// The snapshots: ids, beginnings of ids, or latest; all that fit when none is named
    #[arg(value_name = "SNAPSHOT")]
    snapshots: Vec<String>,
}

impl Copy {
    pub(super) fn run(self, session: &Session, target: &Repository) -> Result<ExitStatus> {
        let source = self.open_source(session)?;
        let wanted = self.find(&source)?;
        let options = CopyOptions {
            set_tags: (!self.set_tag.is_empty()).then_some(self.set_tag),
            add_tags: self.add_tag,
            dry_run: self.dry_run.dry_run,
        };
        let report = progress::work(session, "Copying", |job| {
            copy(&source, target, &wanted, &options, job)
        })?;
        print(&session.out, &report, options.dry_run);
        Ok(ExitStatus::Done)
    }

    fn open_source(&self, session: &Session) -> Result<Repository> {
        let path = &self.from_repo;
        let provider = DiskProvider::open(path).map_err(|error| missing_repository(error, path))?;
        let provider: Arc<dyn Provider> = Arc::new(provider);
        let whose = format!("the repository {} to copy from", provider.location());
        let secret = match &self.from_password_file {
            Some(file) => password::from_file(file)?,
            None => password::ask_anew(Purpose::Open, &whose)?,
        };
        Repository::open(provider, &secret.into_password(), &session.world)
    }

    fn find(&self, source: &Repository) -> Result<Vec<SnapshotId>> {
        let filter: SnapshotFilter = self.filter.clone().into();
        if self.snapshots.is_empty() {
            let all = source.snapshots()?.into_iter();
            return Ok(all.filter(|each| filter.accepts(each)).map(|each| each.id).collect());
        }
        let find = |spec: &String| source.find_snapshot(spec, &filter).map(|found| found.id);
        self.snapshots.iter().map(find).collect()
    }
}

fn print(out: &Output, report: &CopyReport, dry_run: bool) {
    if out.is_json() {
        return out.record(&to_json(report, dry_run));
    }
    for CopiedSnapshot { source, target } in &report.skipped {
        let (source, target) = (source.short(), target.short());
        out.note(format!("snapshot {source} is there already, as {target}"));
    }
    for CopiedSnapshot { source, target } in &report.copied {
        out.line(match dry_run {
            true => format!("snapshot {} would be copied", source.short()),
            false => format!("snapshot {} copied, as {}", source.short(), target.short()),
        });
    }
    out.note(format!(
        "{} {}, {}; {} were there already",
        if dry_run { "Would copy" } else { "Copied" },
        count(report.copied.len() as u64, "snapshot"),
        size(report.bytes),
        report.skipped.len()
    ));
}

fn to_json(report: &CopyReport, dry_run: bool) -> Value {
    let pair = |it: &CopiedSnapshot, is_there: bool| {
        let target = is_there.then(|| it.target.to_string());
        json!({"source": it.source.to_string(), "target": target})
    };
    let copied = report.copied.iter().map(|it| pair(it, !dry_run));
    let skipped = report.skipped.iter().map(|it| pair(it, true));
    json!({
        "message_type": "summary",
        "dry_run": dry_run,
        "copied": copied.collect::<Vec<_>>(),
        "skipped": skipped.collect::<Vec<_>>(),
        "data_blobs": report.data_blobs,
        "tree_blobs": report.tree_blobs,
        "bytes": report.bytes,
    })
}
