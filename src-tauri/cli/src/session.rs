//! The session that every command works with: where to print, and the library behind the use cases.

use std::path::PathBuf;

use undercroft_api::{Abilities, Api, Hook, Host};
use undercroft_foundation::{Result, SettingsOverrides, World};

use crate::output::Output;

/// One call of the program.
#[derive(Debug)]
pub(crate) struct Session {
    /// The output for results, notes and errors.
    pub(crate) out: Output,
    /// The world that the rooms live in.
    pub(crate) world: World,
    library: Option<PathBuf>,
}

/// The command line as a face: its caller names paths.
#[derive(Debug)]
struct CommandLine;

impl Host for CommandLine {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: false, can_type: true, tray: false }
    }

    /// Whoever typed the command, or asked for it to be confirmed, is the user.
    fn confirm_hook(&self, _: &str, _: &Hook) -> Result<bool> {
        Ok(true)
    }
}

impl Session {
    /// A session that prints to `out`, and says so much of what is being done.
    pub(crate) fn new(library: Option<PathBuf>, out: Output, verbose: u8) -> Self {
        log_to_stderr(verbose);
        Self { out, world: World::real(), library }
    }

    /// The library's folder.
    pub(crate) fn library(&self) -> Result<PathBuf> {
        match &self.library {
            Some(folder) => Ok(folder.clone()),
            None => undercroft_api::default_library(),
        }
    }

    /// Opens the library, or makes it on first use.
    pub(crate) fn api(&self) -> Result<Api> {
        self.api_for(CommandLine)
    }

    /// Opens the library for another face.
    pub(crate) fn api_for(&self, host: impl Host + 'static) -> Result<Api> {
        let overrides = SettingsOverrides::of_process([]);
        Api::open(&self.library()?, &self.world, overrides, host)
    }
}

fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("UNDERCROFT_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .without_time()
        .try_init();
}
