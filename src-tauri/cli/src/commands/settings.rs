//! `undercroft settings`: show and change settings.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use undercroft_api::wire::{
    Nothing, SettingsChange, SettingsExport, SettingsImport, SettingsImportPlan, SettingsSource,
    SettingsView,
};
use undercroft_foundation::{Result, read_input};

use crate::exit_status::ExitStatus;
use crate::output::{Align, Output, Table};
use crate::session::Session;

/// No file of settings comes near it.
const MOST_IMPORTED_BYTES: u64 = 1 << 20;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the settings, and where each comes from
    Show,
    /// Change a setting
    Set(Set),
    /// Set a setting back to its default
    Reset(Reset),
    /// Print all settings as a file that can be imported elsewhere; no password is in it
    Export,
    /// Change the settings to those of a file that was exported
    Import(Import),
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The setting
    key: String,
    /// Its new value
    value: String,
}

#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// The setting
    key: String,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file
    file: PathBuf,
    /// Only say what would be done
    #[arg(long, short = 'n')]
    dry_run: bool,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        let settings = match self {
            Self::Show => api.settings_show(Nothing {})?,
            Self::Set(set) => api.settings_change(set.into())?,
            Self::Reset(reset) => api.settings_change(reset.into())?,
            Self::Export => {
                let exported = api.settings_export(SettingsExport::default())?;
                out.raw(exported.text.as_bytes());
                return Ok(ExitStatus::Done);
            }
            Self::Import(Import { file, dry_run }) => {
                let text = read_input(&file, MOST_IMPORTED_BYTES)?;
                let text = String::from_utf8_lossy(&text).into_owned();
                let plan = api.settings_import_preview(SettingsImport { text: text.clone() })?;
                if dry_run {
                    out.show(&plan, |plan| print_plan(plan, out));
                    return Ok(ExitStatus::Done);
                }
                let settings = api.settings_import(SettingsImport { text })?;
                out.show(&settings, |_| print_plan(&plan, out));
                return Ok(ExitStatus::Done);
            }
        };
        out.show(&settings, |settings| print(settings, out));
        Ok(ExitStatus::Done)
    }
}

impl From<Set> for SettingsChange {
    fn from(Set { key, value }: Set) -> Self {
        Self { set: [(key, Some(value))].into(), ..Self::default() }
    }
}

impl From<Reset> for SettingsChange {
    fn from(Reset { key }: Reset) -> Self {
        Self { set: [(key, None)].into(), ..Self::default() }
    }
}

fn print(settings: &SettingsView, out: &Output) {
    let mut table = Table::new(&[
        ("KEY", Align::Left),
        ("VALUE", Align::Left),
        ("FROM", Align::Left),
        ("WHAT FOR", Align::Left),
    ]);
    for setting in &settings.all {
        let source = match setting.source {
            SettingsSource::Default => "default",
            SettingsSource::File => "file",
            SettingsSource::Environment => "environment",
            SettingsSource::Flag => "flag",
        };
        let row = [&setting.key, &setting.value, source, &setting.purpose];
        table.row(row.map(str::to_owned));
    }
    table.print(out, "There are no settings");
    out.note(format!("Settings file: {}", settings.settings_file));
}

fn print_plan(plan: &SettingsImportPlan, out: &Output) {
    let mut table = Table::new(&[("KEY", Align::Left), ("NOW", Align::Left), ("NEW", Align::Left)]);
    for it in &plan.changes {
        table.row([it.key.clone(), it.from.clone(), it.to.clone()]);
    }
    table.print(out, "Nothing changes: the settings are those of the file");
    for key in &plan.fixed {
        out.note(format!("{key} stays: it is set by the environment or a flag"));
    }
    for key in &plan.unknown {
        out.note(format!("{key} is not known here and is left out"));
    }
}
