//! Deleting a project for good, once its name was typed.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use clap::Args;
use undercroft_api::Api;
use undercroft_api::wire::{DeleteItem, DeleteItemKind, DeletePlan, ProjectDelete, ProjectRef};
use undercroft_foundation::{Code, Error, IoContext, Result};

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::DryRun;
use crate::output::Output;
use crate::output::format::{count, printable, size};
use crate::session::Session;

#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// The project, in the trash or archived: its name, its id or the beginning of it
    project: String,
    /// The project's name as the confirmation, instead of typing it at the terminal
    #[arg(long, value_name = "NAME")]
    confirm_name: Option<String>,
    #[command(flatten)]
    dry_run: DryRun,
}

impl Delete {
    pub(super) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let out = &session.out;
        let plan = api.project_delete_preview(ProjectRef { project: self.project })?;
        if self.dry_run.dry_run {
            out.show(&plan, |plan| print_plan(plan, out));
            return Ok(match plan.refusal {
                Some(_) => ExitStatus::FoundProblems,
                None => ExitStatus::Done,
            });
        }
        let name = match self.confirm_name {
            Some(name) => name,
            None if plan.refusal.is_some() => String::new(),
            None => ask(&plan, out)?,
        };
        let request = ProjectDelete { project: plan.project.id, name };
        exit_status::of_job(&progress::run(session, api, || api.project_delete(request))?)
    }
}

/// Shows what goes, and asks for the name.
fn ask(plan: &DeletePlan, out: &Output) -> Result<String> {
    if !io::stdin().is_terminal() {
        return Err(Error::new(Code::Cancelled, format!("{} was not deleted", plan.project.name))
            .why("Nobody is there to confirm it: the input is no terminal")
            .next("Give the project's name with --confirm-name"));
    }
    print_plan(plan, out);
    let terminal = Path::new("the terminal");
    let mut stderr = io::stderr();
    let name = printable(&plan.project.name);
    write!(stderr, "This cannot be undone. Type {name} to delete it for good: ")
        .and_then(|()| stderr.flush())
        .at("write to", terminal)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).at("read from", terminal)?;
    Ok(answer.trim().to_owned())
}

fn print_plan(plan: &DeletePlan, out: &Output) {
    if let Some(refusal) = &plan.refusal {
        out.line(format!("Cannot be deleted: {refusal}"));
    }
    for item in &plan.goes {
        out.line(format!("goes   {}", describe(item)));
    }
    for item in &plan.stays {
        out.line(format!("stays  {}", describe(item)));
    }
    out.line(format!("{} free again", size(plan.freed_bytes)));
}

fn describe(item: &DeleteItem) -> String {
    let what = match item.kind {
        DeleteItemKind::Folder => format!("{}: {}", item.name, count(item.count, "file")),
        DeleteItemKind::Versions => count(item.count, "version"),
        DeleteItemKind::Archives => count(item.count, "archive"),
        DeleteItemKind::Drafts => count(item.count, "draft"),
        DeleteItemKind::Backups => format!("{} in {}", count(item.count, "backup"), item.name),
    };
    match item.bytes {
        Some(bytes) => format!("{what}, {}", size(bytes)),
        None => what,
    }
}
