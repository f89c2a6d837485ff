//! `undercroft repo parity`: recovery data beside the format, and healing with it.

use clap::Subcommand;
use serde_json::{Value, json};
use undercroft_foundation::Result;
use undercroft_repository::Repository;
use undercroft_repository::parity::{
    HealReport, HealScope, Healed, ParityReport, ParityState, Unhealed,
};

use crate::exit_status::ExitStatus;
use crate::jobs::progress;
use crate::output::Output;
use crate::output::format::{count, size};
use crate::repository::Access;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say how much is protected, and what that takes
    Status,
    /// Set how much of the stored data is added for healing, and add it
    Set {
        /// Percent of what is stored, up to 50; 0 for none
        #[arg(value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(0..=50))]
        percent: u32,
    },
    /// Protect what was added, and let go of what was removed
    Update,
    /// Heal what is damaged or lost; what was damaged is kept in the folder `damaged`
    Heal,
}

impl Command {
    pub(super) fn run(self, session: &Session, access: &Access) -> Result<ExitStatus> {
        match self {
            Self::Status => status(session, &access.open(session)?),
            Self::Set { percent } => {
                let repository = access.open(session)?;
                repository.set_parity(percent)?;
                update(session, &repository)
            }
            Self::Update => update(session, &access.open(session)?),
            Self::Heal => {
                let (repository, opened) = access.open_healing(session)?;
                heal(session, &repository, opened)
            }
        }
    }
}

fn status(session: &Session, repository: &Repository) -> Result<ExitStatus> {
    let state = repository.parity_state()?;
    let out = &session.out;
    if out.is_json() {
        out.record(&json!({
            "message_type": "parity",
            "percent": state.percent,
            "packs": state.packs,
            "packs_protected": state.packs_protected,
            "bytes": state.bytes,
            "bytes_protected": state.bytes_protected,
            "copies": state.copies,
            "bytes_taken": state.bytes_taken,
        }));
    } else {
        print_state(out, &state);
    }
    Ok(ExitStatus::Done)
}

fn print_state(out: &Output, state: &ParityState) {
    if state.percent == 0 {
        out.line("No parity is wanted: damage can be found, but not healed");
    } else {
        out.line(format!("{} % of parity is wanted", state.percent));
    }
    out.line(format!(
        "Protected: {} of {}, {} of {}",
        size(state.bytes_protected),
        size(state.bytes),
        state.packs_protected,
        count(state.packs, "pack")
    ));
    let files = count(state.copies, "small file");
    out.line(format!("It takes {}, copies of {files} among it", size(state.bytes_taken)));
}

fn update(session: &Session, repository: &Repository) -> Result<ExitStatus> {
    let (report, unsound) = progress::work(session, "Protecting", |job| {
        let report = repository.parity_update(job)?;
        Ok((report, !job.warnings().is_empty()))
    })?;
    let out = &session.out;
    let ParityReport { groups_written, groups_removed, packs_unsound } = report;
    if out.is_json() {
        out.record(&json!({
            "message_type": "summary",
            "groups_written": groups_written,
            "groups_removed": groups_removed,
            "packs_unsound": packs_unsound,
        }));
    } else {
        out.note(format!("{} written, {groups_removed} removed", count(groups_written, "group")));
        print_state(out, &repository.parity_state()?);
    }
    Ok(if unsound { ExitStatus::FoundProblems } else { ExitStatus::Done })
}

fn heal(session: &Session, repository: &Repository, opened: HealReport) -> Result<ExitStatus> {
    let mut report = progress::work(session, "Healing", |job| {
        let mut report = repository.heal(&HealScope::All, job)?;
        if report.is_whole() {
            // What was lost of parity itself comes back, too.
            report.renewed += repository.parity_update(job)?.groups_written;
        }
        Ok(report)
    })?;
    report.healed.splice(0..0, opened.healed);
    report.unhealed.splice(0..0, opened.unhealed);
    let out = &session.out;
    if out.is_json() {
        out.record(&to_json(&report));
    } else {
        print_report(out, &report);
    }
    Ok(if report.is_whole() { ExitStatus::Done } else { ExitStatus::FoundProblems })
}

fn print_report(out: &Output, report: &HealReport) {
    for Healed { item, kept } in &report.healed {
        match kept {
            Some(kept) => out.line(format!("healed: {item} (what was there is in {kept})")),
            None => out.line(format!("brought back: {item}")),
        }
    }
    for Unhealed { item, why } in &report.unhealed {
        out.line(format!("error: {item}: {why}"));
    }
    if report.renewed > 0 {
        out.note(format!("Written anew: {}", count(report.renewed, "file of parity")));
    }
    match (report.unhealed.len() as u64, report.healed.len() as u64) {
        (0, 0) => out.line("Nothing that is protected is damaged"),
        (0, healed) => out.line(format!("Healed: {}", count(healed, "file"))),
        (left, _) => out.line(format!(
            "Not healed: {}. Run check to see what that touches",
            count(left, "file")
        )),
    }
}

fn to_json(report: &HealReport) -> Value {
    let healed = report.healed.iter().map(|it| json!({"item": it.item, "kept": it.kept}));
    let unhealed = report.unhealed.iter().map(|it| json!({"item": it.item, "why": it.why}));
    json!({
        "message_type": "summary",
        "healed": healed.collect::<Vec<_>>(),
        "unhealed": unhealed.collect::<Vec<_>>(),
        "renewed": report.renewed,
        "bytes_read": report.bytes_read,
    })
}
