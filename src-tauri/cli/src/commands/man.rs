//! `undercroft man`: the manual pages, made from the grammar.

use std::path::Path;

use clap::Args;
use clap_mangen::Man as Page;
use undercroft_foundation::{IoContext, Result};

use crate::exit_status::ExitStatus;
use crate::options::OptionalTarget;
use crate::session::Session;

/// Print the manual page, or write all of them to a folder
#[derive(Debug, Args)]
pub(crate) struct Man {
    #[command(flatten)]
    target: OptionalTarget,
}

impl Man {
    pub(crate) fn run(self, session: &Session, grammar: clap::Command) -> Result<ExitStatus> {
        match self.target.target {
            Some(folder) => write_pages(grammar, &folder)?,
            None => {
                let mut text = Vec::new();
                Page::new(grammar).render(&mut text).at("write", Path::new("the manual page"))?;
                session.out.raw(&text);
            }
        }
        Ok(ExitStatus::Done)
    }
}

/// Writes the page of every command into a folder.
pub(crate) fn write_pages(grammar: clap::Command, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).at("make", folder)?;
    clap_mangen::generate_to(grammar, folder).at("write pages to", folder)
}
