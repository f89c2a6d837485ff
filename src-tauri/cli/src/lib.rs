//! The command line: one command, one file. It parses, calls the use case, and prints the reply
//! as text for people or as JSON for programs. Only `undercroft repo` works without a library: it
//! opens any repository in restic's format by itself.
//!
//! In reading order:
//!
//! - `arguments`: the top of the grammar, and how a call ends;
//! - `commands`: a file or folder for each command, that of `undercroft repo` with its own; no
//!   command uses another;
//! - `options`: the options that several commands take;
//! - `resolve`: the place, workspace, version, destination or path that a word means;
//! - `repository`: a repository opened without a library, for `undercroft repo`;
//! - `jobs`: work followed until it is over, and stopped by Ctrl-C;
//! - `session`: the library behind the use cases, and the output;
//! - `output`: streams, tables, and the lists that several commands print;
//! - `password` and `exit_status`: the sources of a password, and the exit codes.

mod arguments;
mod commands;
mod exit_status;
mod jobs;
mod options;
mod output;
mod password;
mod repository;
mod resolve;
mod session;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use undercroft_foundation::Result;

use arguments::Arguments;

/// The whole grammar of the command line.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Writes the manual page of every command into a folder.
///
/// # Errors
/// Whatever keeps a file from being written.
pub fn write_pages(folder: &Path) -> Result<()> {
    commands::man::write_pages(command(), folder)
}

/// Writes the completions of every shell into a folder.
///
/// # Errors
/// Whatever keeps a file from being written.
pub fn write_completions(folder: &Path) -> Result<()> {
    commands::completions::write_completions(&command(), folder)
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
