//! `undercroft memory`: what is held in memory, and session work copied out and in.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{MemoryStats, MemoryTransfer, MemoryTransferred, Nothing};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::output::Output;
use crate::output::format::{count, grouped, size};
use crate::resolve;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show how the memory is used
    Stats,
    /// Copy all session work to a new file
    Export(File),
    /// Bring session work back from such a file
    Import(File),
}

#[derive(Debug, Args)]
pub(crate) struct File {
    /// The file
    path: PathBuf,
}

impl File {
    fn request(&self, api: &Api) -> Result<MemoryTransfer> {
        Ok(MemoryTransfer { place: resolve::place(api, &self.path)?.id })
    }
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::Stats => {
                out.show(&api.memory_stats(Nothing {})?, |stats| print_stats(stats, out));
            }
            Self::Export(file) => {
                let exported = api.memory_export(file.request(&api)?)?;
                out.show(&exported, |done| print_done("Exported", done, out));
            }
            Self::Import(file) => {
                let imported = api.memory_import(file.request(&api)?)?;
                out.show(&imported, |done| print_done("Imported", done, out));
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn print_done(what: &str, done: &MemoryTransferred, out: &Output) {
    let left = match done.left {
        0 => String::new(),
        count => format!("; {count} left, as what is here is as new, or newer"),
    };
    out.line(format!("{what} {}{left}", count(done.drafts, "draft")));
}

fn print_stats(stats: &MemoryStats, out: &Output) {
    let MemoryStats { capacity_bytes, used_bytes, entries, hits, misses, evictions, .. } = stats;
    out.line(format!(
        "Content: {} of {} used by {}",
        size(*used_bytes),
        size(*capacity_bytes),
        count(*entries, "file")
    ));
    out.line(format!(
        "Asked for: {} times there, {} times not, {} gone for others",
        grouped(*hits),
        grouped(*misses),
        grouped(*evictions)
    ));
    out.line(format!(
        "Session work: {} ({}), {} in the journal",
        count(stats.drafts, "draft"),
        size(stats.draft_bytes),
        size(stats.journal_bytes)
    ));
}
