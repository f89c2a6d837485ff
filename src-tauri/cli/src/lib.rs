//! The command line: one command, one file. It parses, calls the use case, and prints the reply
//! as text for people or as JSON for programs. Only `undercroft repo` works without a library: it
//! opens any repository in restic's format by itself.

mod arguments;
mod backup;
mod completions;
mod destination;
mod doctor;
mod draft;
mod events;
mod exit_status;
mod file;
mod format;
mod git;
mod history;
mod interrupt;
mod jobs;
mod library;
mod man;
mod memory;
mod options;
mod output;
mod password;
mod plan;
mod progress;
mod project;
mod repo;
mod restore;
mod retention;
mod runs;
mod serve;
mod session;
mod settings;
mod snapshot_path;
mod status;
mod table;
mod undo;
mod version;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::Arguments;
pub use completions::write_completions;
pub use man::write_pages;

/// The whole grammar of the command line.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// Runs the program with these words, of which the first is its name.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments.run(),
        Err(refused) => {
            // There is nobody to tell where not even this can be printed.
            let _ = refused.print();
            ExitCode::from(u8::try_from(refused.exit_code()).unwrap_or(1))
        }
    }
}
