//! The top of the grammar: the options that every command takes, and the commands.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, Args, CommandFactory, Parser};

use crate::commands::Command;
use crate::exit_status;
use crate::output::Output;
use crate::session::Session;

/// The heading under which the help texts list what every command takes.
const HEADING: &str = "Options of every command";

/// Keeps every version of every project you work on, and gives it all back.
#[derive(Debug, Parser)]
#[command(name = "undercroft", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = exit_status::HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// The options of every command.
#[derive(Debug, Clone, Args)]
struct Global {
    /// The library's folder, instead of the one below your data folder
    #[arg(long, value_name = "DIR", env = "UNDERCROFT_HOME", hide_env_values = true)]
    #[arg(global = true, help_heading = HEADING)]
    library: Option<PathBuf>,
    /// Print JSON, for programs
    #[arg(long, global = true, help_heading = HEADING)]
    json: bool,
    /// Print nothing but results and errors
    #[arg(long, short, global = true, help_heading = HEADING)]
    quiet: bool,
    /// Say more on standard error about what is being done (twice for everything)
    #[arg(long, short, global = true, help_heading = HEADING, action = ArgAction::Count)]
    verbose: u8,
}

impl Arguments {
    /// Does what the command says, and reports how it ended.
    pub(crate) fn run(self) -> ExitCode {
        let Global { library, json, quiet, verbose } = self.global;
        let session = Session::new(library, Output::new(json, quiet), verbose);
        match self.command.run(&session, Self::command) {
            Ok(status) => status.into(),
            Err(error) => {
                session.out.failure(&error);
                exit_status::exit_code(error.code()).into()
            }
        }
    }
}
