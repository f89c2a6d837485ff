//! `undercroft workspace`: the folders that a project is worked on in.

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{
    Current, Nothing, ProjectRef, Workspace, WorkspaceDescribe, WorkspaceOpen, WorkspaceRef,
};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::OptionalTarget;
use crate::output::format::{grouped, local_time};
use crate::output::{Align, Output, Table, watch_name};
use crate::resolve;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the workspaces of a project
    List(List),
    /// Open a version as another workspace, in the library or in a folder of its own
    Open(Open),
    /// Show one workspace
    Show(Named),
    /// Make a workspace the current one, which commands use that are given none
    Switch(Named),
    /// Look through all of a workspace for changes that nobody noticed
    Refresh(Named),
    /// Close another workspace after a last version of it
    Close(Named),
    /// Say what a workspace is for
    Describe(Describe),
    /// Show the current project and workspace
    Current,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// The project: its name, its id or the beginning of it
    project: String,
}

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The version: its id, the beginning or end of it, its name, `latest`, or WORKSPACE@TIME
    #[arg(id = "of", value_name = "VERSION")]
    version: String,
    /// The name of the new workspace
    name: String,
    #[command(flatten)]
    target: OptionalTarget,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The workspace: PROJECT, PROJECT/NAME or its id; without it, the current one
    workspace: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Describe {
    /// The workspace: PROJECT, PROJECT/NAME or its id
    workspace: String,
    /// The description; empty to remove it
    text: String,
}

impl Named {
    fn request(self, api: &Api) -> Result<WorkspaceRef> {
        Ok(WorkspaceRef { workspace: resolve::workspace(api, self.workspace)? })
    }
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::List(List { project }) => {
                let workspaces = api.workspace_list(ProjectRef { project })?;
                out.show(&workspaces, |workspaces| print_list(workspaces, out));
            }
            Self::Open(open) => {
                let request = open.request(&api)?;
                let job = progress::run(session, &api, || api.workspace_open(request))?;
                return exit_status::of_job(&job);
            }
            Self::Show(named) => show_one(&api.workspace_show(named.request(&api)?)?, out),
            Self::Switch(named) => show_one(&api.workspace_switch(named.request(&api)?)?, out),
            Self::Refresh(named) => {
                let request = named.request(&api)?;
                let job = progress::run(session, &api, || api.workspace_refresh(request))?;
                return exit_status::of_job(&job);
            }
            Self::Close(named) => {
                let request = named.request(&api)?;
                let job = progress::run(session, &api, || api.workspace_close(request))?;
                return exit_status::of_job(&job);
            }
            Self::Describe(Describe { workspace, text }) => {
                show_one(&api.workspace_describe(WorkspaceDescribe { workspace, text })?, out);
            }
            Self::Current => {
                let current = api.current(Nothing {})?;
                let shown = shown_current(&api, &current)?;
                out.show(&current, |_| out.line(shown));
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl Open {
    fn request(self, api: &Api) -> Result<WorkspaceOpen> {
        let to = self.target.target.map(|folder| resolve::place(api, &folder)).transpose()?;
        let version = resolve::version(api, self.version)?;
        Ok(WorkspaceOpen { version, name: self.name, to: to.map(|place| place.id) })
    }
}

fn shown_current(api: &Api, current: &Current) -> Result<String> {
    let Some(workspace) = current.workspace.clone() else {
        return Ok("There is no current workspace".to_owned());
    };
    let workspace = api.workspace_show(WorkspaceRef { workspace })?;
    Ok(format!("{}/{} at {}", workspace.project_name, workspace.name, workspace.path))
}

fn show_one(workspace: &Workspace, out: &Output) {
    out.show(workspace, |workspace| print_one(workspace, out));
}

fn print_list(workspaces: &[Workspace], out: &Output) {
    let mut table = Table::new(&[
        ("NAME", Align::Left),
        ("VERSIONS", Align::Right),
        ("LAST VERSION", Align::Left),
        ("CHANGES", Align::Left),
        ("PATH", Align::Left),
        ("FOR", Align::Left),
    ]);
    for workspace in workspaces {
        let mark = if workspace.current { "*" } else { "" };
        table.row([
            format!("{}{mark}", workspace.name),
            grouped(workspace.versions),
            workspace.last_version.map_or_else(|| "none yet".to_owned(), local_time),
            watch_name(workspace.watch).to_owned(),
            workspace.path.clone(),
            workspace.description.clone(),
        ]);
    }
    table.print(out, "No workspaces");
}

fn print_one(workspace: &Workspace, out: &Output) {
    out.line(format!("{}/{}", workspace.project_name, workspace.name));
    let fact = |label: &str, value: &str| {
        if !value.is_empty() {
            out.line(format!("  {label:<12} {value}"));
        }
    };
    fact("Id", &workspace.id);
    fact("Folder", &workspace.path);
    if !workspace.present {
        fact("", "The folder is not there now");
    }
    fact("For", &workspace.description);
    fact("Opened from", workspace.opened_from.as_deref().unwrap_or_default());
    let last = workspace
        .last_version
        .map_or_else(String::new, |time| format!(", last {}", local_time(time)));
    fact("Versions", &format!("{}{last}", grouped(workspace.versions)));
    fact("Changes", watch_name(workspace.watch));
    fact("Current", if workspace.current { "yes" } else { "" });
}
