//! `undercroft completions`: what a shell needs to complete command lines.

use std::path::Path;

use clap::Args;
use clap_complete::Shell;
use undercroft_foundation::{IoContext, Result};

use crate::exit_status::ExitStatus;
use crate::session::Session;

/// The shells that there are completions for.
const SHELLS: [Shell; 5] = [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh];

/// Print the completions of a shell
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, session: &Session, mut grammar: clap::Command) -> Result<ExitStatus> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut grammar, "undercroft", &mut text);
        session.out.raw(&text);
        Ok(ExitStatus::Done)
    }
}

/// Writes the completions of every shell into a folder.
pub(crate) fn write_completions(grammar: &clap::Command, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).at("make", folder)?;
    for shell in SHELLS {
        clap_complete::generate_to(shell, &mut grammar.clone(), "undercroft", folder)
            .at("write completions to", folder)?;
    }
    Ok(())
}
