//! `undercroft diagnostics`: what helps to find out what is wrong, as one zip.

use std::path::PathBuf;

use clap::Args;
use undercroft_api::wire::{Diagnostics as Shown, DiagnosticsAsk, DiagnosticsSave};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::options::DryRun;
use crate::output::Output;
use crate::resolve;
use crate::session::Session;

/// Save what helps to find out what is wrong, as one zip: no secrets, no names unless you ask for
/// them
#[derive(Debug, Args)]
pub(crate) struct Diagnostics {
    /// The file to make, or a folder that receives it
    file: PathBuf,
    /// Keep the names of projects, folders and files in it
    #[arg(long)]
    with_names: bool,
    #[command(flatten)]
    dry_run: DryRun,
}

impl Diagnostics {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        let shown = api.diagnostics_show(DiagnosticsAsk { names: self.with_names })?;
        if self.dry_run.dry_run {
            out.show(&shown, |shown| print(shown, out));
            return Ok(ExitStatus::Done);
        }
        let place = resolve::place(&api, &self.file)?.id;
        let saved = api.diagnostics_save(DiagnosticsSave { shown: shown.shown, place })?;
        out.show(&saved, |saved| {
            out.line(format!("{} has {} files", saved.display, shown.members.len()));
            out.note("Look through it before you send it to anybody: --dry-run shows it");
        });
        Ok(ExitStatus::Done)
    }
}

fn print(shown: &Shown, out: &Output) {
    for member in &shown.members {
        out.line(format!("== {} ==", member.name));
        member.text.lines().for_each(|line| out.text_line(line));
        out.line("");
    }
}
