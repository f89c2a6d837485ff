//! `undercroft settings`: show and change settings.

use clap::{Args, Subcommand};
use undercroft_api::wire::{Nothing, SettingsChange, SettingsSource, SettingsView};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::output::{Align, Output, Table};
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the settings, and where each comes from
    Show,
    /// Change a setting
    Set(Set),
    /// Set a setting back to its default
    Reset(Reset),
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

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        let settings = match self {
            Self::Show => api.settings_show(Nothing {})?,
            Self::Set(set) => api.settings_change(set.into())?,
            Self::Reset(reset) => api.settings_change(reset.into())?,
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
