//! `undercroft workspace`: the folders that a project is worked on in.

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{
    Current, Nothing, ProjectRef, WatchStatus, Workspace, WorkspaceDescribe, WorkspaceOpen,
    WorkspaceRef,
};
use undercroft_foundation::{Code, Error, Result};

use crate::exit_status::{self, ExitStatus};
use crate::format::{grouped, local_time};
use crate::options::OptionalTarget;
use crate::output::Output;
use crate::session::{self, Session};
use crate::table::{Align, Table};
use crate::{progress, version};

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
    /// What it is for
    text: String,
}

/// The workspace that is named, or the current one.
pub(crate) fn or_current(api: &Api, named: Option<String>) -> Result<String> {
    if let Some(named) = named {
        return Ok(named);
    }
    api.current(Nothing {})?.workspace.ok_or_else(|| {
        Error::new(Code::Invalid, "No workspace is named")
            .why("There is no current one that could be meant")
            .next("Name a project, or choose one with undercroft workspace switch PROJECT")
    })
}

impl Named {
    fn request(self, api: &Api) -> Result<WorkspaceRef> {
        Ok(WorkspaceRef { workspace: or_current(api, self.workspace)? })
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
        let to = self.target.target.map(|folder| session::place(api, &folder)).transpose()?;
        let version = version::spec(api, self.version)?;
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

/// The state of the watch over changes, in a word.
pub(crate) fn watch_name(status: WatchStatus) -> &'static str {
    match status {
        WatchStatus::Off => "not watched",
        WatchStatus::Importing => "first version is being made",
        WatchStatus::Watching => "watched",
        WatchStatus::Limited => "watched in part",
        WatchStatus::Paused => "paused",
        WatchStatus::Missing => "folder is not there",
    }
}
