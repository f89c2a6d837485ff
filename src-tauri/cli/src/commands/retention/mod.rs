//! `undercroft retention`: how long backups are kept, the trash, and what the guard noticed.

mod alerts;

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{Nothing, RetentionRequest, SnapshotsRef, TrashedSnapshot};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::{NamedDestination, OfProject, RetentionOptions};
use crate::output::format::{count, local_time};
use crate::output::{Align, Output, Table, print_forget_plan};
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a policy keeps, and why, and what it would let go
    Preview(Apply),
    /// Let go what a policy does not keep, to the trash
    Apply(Apply),
    /// List the backups in a destination's trash
    Trash(NamedDestination),
    /// Take backups out of the trash
    Restore(Taken),
    /// Empty a destination's trash
    Empty(NamedDestination),
    /// List what the guard noticed
    Alerts,
    /// Show what is gone by an alert of the guard, and what has it; or bring it back
    Lost(alerts::Lost),
    /// Say whether what the guard noticed was meant
    Answer(alerts::Answer),
}

#[derive(Debug, Args)]
pub(crate) struct Taken {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    /// The backups: their ids, or the beginnings of them
    #[arg(value_name = "BACKUP", required = true)]
    snapshots: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    #[command(flatten)]
    project: OfProject,
    #[command(flatten)]
    policy: RetentionOptions,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::Preview(apply) => {
                out.show(&api.retention_preview(apply.request())?, |plan| {
                    print_forget_plan(plan, out);
                });
            }
            Self::Apply(apply) => {
                let request = apply.request();
                let job = progress::run(session, &api, || api.retention_apply(request))?;
                return exit_status::of_job(&job);
            }
            Self::Trash(named) => {
                out.show(&api.trash_list(named.request())?, |trashed| print_trash(trashed, out));
            }
            Self::Restore(taken) => take(taken, &api, out)?,
            Self::Empty(named) => {
                let job = progress::run(session, &api, || api.trash_empty(named.request()))?;
                return exit_status::of_job(&job);
            }
            Self::Alerts => {
                let alerts = api.guard_list(Nothing {})?;
                out.show(&alerts, |alerts| alerts::print_list(alerts, out));
            }
            Self::Lost(lost) => return lost.run(session, &api),
            Self::Answer(answer) => answer.run(&api, out)?,
        }
        Ok(ExitStatus::Done)
    }
}

impl Apply {
    fn request(self) -> RetentionRequest {
        let Self { destination, project, policy } = self;
        RetentionRequest { destination, policy: Some(policy.into()), project: project.project }
    }
}

fn take(taken: Taken, api: &Api, out: &Output) -> Result<()> {
    let Taken { destination, snapshots } = taken;
    let back = api.trash_restore(SnapshotsRef { destination, snapshots })?;
    out.show(&back, |back| {
        out.line(format!("{} taken out of the trash", count(back.len() as u64, "backup")));
    });
    Ok(())
}

fn print_trash(trashed: &[TrashedSnapshot], out: &Output) {
    let mut table = Table::new(&[
        ("BACKUP", Align::Left),
        ("TIME", Align::Left),
        ("FORGOTTEN", Align::Left),
        ("UNTIL", Align::Left),
        ("OF", Align::Left),
    ]);
    for it in trashed {
        table.row([
            it.snapshot.short_id.clone(),
            local_time(it.snapshot.time),
            local_time(it.trashed),
            local_time(it.expires),
            it.snapshot.paths.join(", "),
        ]);
    }
    table.print(out, "The trash is empty");
}
