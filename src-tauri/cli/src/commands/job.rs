//! `undercroft job`: what is being done.

use clap::Subcommand;
use undercroft_api::wire::Nothing;
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::output::format::{local_time, size};
use crate::output::{Align, Table, job_state_name};
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the jobs that run, and those that ended lately
    List,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let Self::List = self;
        let out = &session.out;
        out.show(&session.api()?.job_list(Nothing {})?, |jobs| {
            let mut table = Table::new(&[
                ("STARTED", Align::Left),
                ("STATE", Align::Left),
                ("DONE", Align::Right),
                ("WHAT", Align::Left),
            ]);
            for job in jobs {
                table.row([
                    local_time(job.started),
                    job_state_name(job.state).to_owned(),
                    size(job.progress.bytes_done),
                    job.title.to_string(),
                ]);
            }
            table.print(out, "Nothing is being done");
        });
        Ok(ExitStatus::Done)
    }
}
