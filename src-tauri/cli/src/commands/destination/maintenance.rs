//! Destinations proven, mended, cleaned up, and shown as folders.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire::{
    CheckRequest, CleanupPlan, DestinationProof, DestinationRef, MountRef, Nothing, ParityChange,
    RepairKind, RepairRequest,
};
use undercroft_foundation::{Code, Error, Result};

use crate::exit_status::{self, ExitStatus};
use crate::jobs::{interrupt, progress};
use crate::options::DryRun;
use crate::output::format::{local_time, size};
use crate::output::{Align, Output, Table};
use crate::resolve;
use crate::session::Session;

/// The time between two looks whether a mount is to end.
const PERIOD: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    /// How much of its data is read back, in percent: 100 for all
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    percent: f64,
}

#[derive(Debug, Args)]
pub(crate) struct Repair {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    /// The part to repair
    #[arg(value_enum)]
    what: What,
}

/// The part of a destination to repair.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// Damaged files, from parity
    Parity,
    /// The index, from the packs
    Index,
    /// Damaged packs: what can be read of them is saved
    Packs,
    /// Backups that miss content: what is lost is left out of them
    Snapshots,
}

#[derive(Debug, Args)]
pub(crate) struct Parity {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    /// How much is added, in percent of what is stored; 0 for none
    percent: u8,
}

#[derive(Debug, Args)]
pub(crate) struct CleanUp {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    #[command(flatten)]
    dry_run: DryRun,
}

#[derive(Debug, Args)]
pub(crate) struct Mount {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    /// An empty folder
    path: PathBuf,
}

impl Check {
    pub(crate) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        if !(0.0..=100.0).contains(&self.percent) {
            return Err(Error::new(Code::Invalid, format!("Cannot read {} %", self.percent))
                .next("Give a number from 0 to 100"));
        }
        let permille = (self.percent * 10.0).round() as u16;
        let request = CheckRequest { destination: self.destination, permille };
        exit_status::of_job(&progress::run(session, api, || api.destination_check(request))?)
    }
}

impl Repair {
    pub(crate) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let what = match self.what {
            What::Parity => RepairKind::Parity,
            What::Index => RepairKind::Index,
            What::Packs => RepairKind::Packs,
            What::Snapshots => RepairKind::Snapshots,
        };
        let request = RepairRequest { destination: self.destination, what };
        exit_status::of_job(&progress::run(session, api, || api.destination_repair(request))?)
    }
}

impl Parity {
    pub(crate) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let request = ParityChange { destination: self.destination, percent: self.percent };
        exit_status::of_job(&progress::run(session, api, || api.parity_change(request))?)
    }
}

impl CleanUp {
    pub(crate) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let request = DestinationRef { destination: self.destination };
        if self.dry_run.dry_run {
            let plan = api.cleanup_preview(request)?;
            session.out.show(&plan, |plan| print_cleanup(plan, &session.out));
            return Ok(ExitStatus::Done);
        }
        exit_status::of_job(&progress::run(session, api, || api.cleanup(request))?)
    }
}

impl Mount {
    /// Shows the destination until Ctrl-C, or until somebody unmounts it.
    pub(crate) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let place = resolve::place(api, &self.path)?;
        let request = MountRef { destination: self.destination, place: Some(place.id) };
        let mount = api.mount_start(request.clone())?;
        session.out.show(&mount, |mount| {
            session.out.line(format!("{} shows the backups until Ctrl-C", mount.path));
        });
        interrupt::watch();
        while !interrupt::is_stopped() && !api.mount_list(Nothing {})?.is_empty() {
            session.world.clock.sleep(PERIOD);
        }
        api.mount_stop(request)?;
        Ok(ExitStatus::Done)
    }
}

pub(crate) fn drill(session: &Session, api: &Api, destination: String) -> Result<ExitStatus> {
    let request = DestinationRef { destination };
    exit_status::of_job(&progress::run(session, api, || api.drill(request))?)
}

pub(crate) fn print_proofs(proofs: &[DestinationProof], out: &Output) {
    let mut table = Table::new(&[
        ("NAME", Align::Left),
        ("LAST PROVEN", Align::Left),
        ("LAST READ", Align::Left),
        ("THIS ROUND", Align::Right),
        ("WHOLE ROUND", Align::Left),
        ("PARITY", Align::Right),
    ]);
    let when = |time: Option<jiff::Timestamp>| time.map_or_else(|| "never".to_owned(), local_time);
    for proof in proofs {
        table.row([
            proof.name.clone(),
            when(proof.last_proven),
            when(proof.last_read),
            format!("{}.{} %", proof.round_permille / 10, proof.round_permille % 10),
            when(proof.last_round),
            proof.parity_percent.map_or_else(|| "none".to_owned(), |it| format!("{it} %")),
        ]);
    }
    table.print(out, "No destinations yet: undercroft destination add PATH");
    for proof in proofs {
        for problem in &proof.problems {
            out.line(format!("{}: {problem}", proof.name));
        }
    }
}

fn print_cleanup(plan: &CleanupPlan, out: &Output) {
    out.line(format!("Not needed any more  {}", size(plan.unused_bytes)));
    out.line(format!("Would be freed       {}", size(plan.frees_bytes)));
    out.line(format!("Written anew first   {}", size(plan.rewrites_bytes)));
    out.line(format!("Free room needed     {}", size(plan.needs_free_bytes)));
}
