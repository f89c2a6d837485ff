//! `undercroft draft`: session work that is in no version yet.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clap::{Args, Subcommand};
use undercroft_api::wire::{Draft, DraftKind, DraftRef, DraftSave, ProjectRef};
use undercroft_foundation::{Code, Error, Result};

use crate::exit_status::ExitStatus;
use crate::options::Input;
use crate::output::format::{local_time, size};
use crate::output::{Align, Output, Table};
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Keep a draft
    Save(Save),
    /// List the drafts of a project
    List(List),
    /// Print the content of a draft
    Read(Named),
    /// Throw a draft away
    Delete(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Save {
    /// The project: its name, its id or the beginning of it
    project: String,
    /// The draft's name: a path, or any name for a scratch file
    name: String,
    #[command(flatten)]
    input: Input,
    /// It is a scratch file, of no workspace
    #[arg(long)]
    scratch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// The project: its name, its id or the beginning of it
    project: String,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The project: its name, its id or the beginning of it
    project: String,
    /// The draft's name
    name: String,
    /// It is a scratch file, of no workspace
    #[arg(long)]
    scratch: bool,
}

fn kind(scratch: bool) -> DraftKind {
    if scratch { DraftKind::Scratch } else { DraftKind::Draft }
}

impl Named {
    fn request(self) -> DraftRef {
        DraftRef { project: self.project, name: self.name, kind: kind(self.scratch) }
    }
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::Save(Save { project, name, input, scratch }) => {
                let base64 = BASE64_STANDARD.encode(input.read()?);
                let request = DraftSave { project, name, kind: kind(scratch), base64 };
                out.show(&api.draft_save(request)?, |draft| {
                    out.line(format!("Kept {} ({})", draft.name, size(draft.size_bytes)));
                });
            }
            Self::List(List { project }) => {
                let drafts = api.draft_list(ProjectRef { project })?;
                out.show(&drafts, |drafts| print_list(drafts, out));
            }
            Self::Read(named) => {
                let content = api.draft_read(named.request())?;
                let bytes = BASE64_STANDARD.decode(&content.base64).map_err(|source| {
                    Error::new(Code::Internal, "The draft came in another form than it must")
                        .because(source)
                })?;
                out.show(&content, |_| out.raw(&bytes));
            }
            Self::Delete(named) => {
                let name = named.name.clone();
                let done = api.draft_delete(named.request())?;
                out.show(&done, |_| out.line(format!("Threw {name} away")));
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn print_list(drafts: &[Draft], out: &Output) {
    let mut table = Table::new(&[
        ("NAME", Align::Left),
        ("KIND", Align::Left),
        ("SIZE", Align::Right),
        ("KEPT", Align::Left),
        ("MAY GO", Align::Left),
    ]);
    for draft in drafts {
        table.row([
            draft.name.clone(),
            if draft.kind == DraftKind::Scratch { "scratch" } else { "draft" }.to_owned(),
            size(draft.size_bytes),
            local_time(draft.saved),
            local_time(draft.expires),
        ]);
    }
    table.print(out, "No drafts");
}
