//! `undercroft project`: add, make, list, change and delete projects.

mod deleting;
mod finding;
mod making;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire::{
    JobKind, Nothing, Project, ProjectAdd, ProjectDetail, ProjectFilter, ProjectMove, ProjectRef,
    ProjectRename, ProjectStatus, ProjectTag, ProtectionState,
};
use undercroft_foundation::{Code, Error, Result};

use crate::exit_status::{self, ExitStatus};
use crate::jobs::{interrupt, progress};
use crate::options::{NamedProject, size_with_unit};
use crate::output::format::{count, grouped, local_time, size};
use crate::output::{Align, Output, Table, print_backups, print_runs};
use crate::resolve;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a folder a project; the folder stays where it is
    Add(Add),
    /// Find folders that look like projects and are none yet; nothing is added
    Find(finding::Find),
    /// Make a new project, empty or from a template
    Create(making::Create),
    /// Make a project from an archive, or from a copy of a folder
    Import(making::Import),
    /// Copy a project's files to a folder, whether it is in use or archived
    Extract(making::Extract),
    /// List projects
    List(Box<List>),
    /// Show one project with its backups and what was done with it
    Show(NamedProject),
    /// Add tags (+tag) to a project and remove tags (-tag) from it
    Tag(Tag),
    /// Give a project another name
    Rename(Rename),
    /// Say in which folder a project is now
    ///
    /// Of an empty folder nothing becomes a version: get a version or a backup back into it.
    Move(Move),
    /// Remove a project from the library; its folder and its backups stay as they are
    #[command(alias = "forget")]
    Remove(NamedProject),
    /// Move a project with its folder to the trash
    Trash(NamedProject),
    /// Bring a removed project back, out of the trash too
    Recall(NamedProject),
    /// Delete a project in the trash, off the list or in an archive for good, with its versions
    Delete(deleting::Delete),
    /// Look at a project's folder anew: languages, frameworks, size
    Refresh(NamedProject),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The folder
    path: PathBuf,
    /// The name to give it
    #[arg(long, short_alias = 'n')]
    name: Option<String>,
    /// The tag (again for more)
    #[arg(long, short_alias = 't', value_name = "TAG")]
    tag: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Words that the name, path or tags contain
    text: Option<String>,
    /// Only those of this status; without it, all but the trashed
    #[arg(long, value_enum)]
    status: Option<Status>,
    /// Only those written in this language
    #[arg(long)]
    language: Option<String>,
    /// Only those that use this framework
    #[arg(long)]
    framework: Option<String>,
    /// The tag
    #[arg(long, short_alias = 't', value_name = "TAG")]
    tag: Option<String>,
    /// Only those of at least this size: 200M
    #[arg(long, value_name = "SIZE", value_parser = size_with_unit)]
    min_size: Option<u64>,
    /// Only those of at most this size: 5G
    #[arg(long, value_name = "SIZE", value_parser = size_with_unit)]
    max_size: Option<u64>,
    /// Only those that were not changed for so many days
    #[arg(long, value_name = "DAYS")]
    idle_days: Option<u64>,
    /// Only those that were changed within so many days
    #[arg(long, value_name = "DAYS")]
    active_days: Option<u64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    Active,
    Archived,
    Trashed,
}

#[derive(Debug, Args)]
pub(crate) struct Tag {
    /// The project: its name, its id or the beginning of it
    project: String,
    /// +tag to add it, -tag to remove it
    #[arg(required = true, allow_hyphen_values = true, value_name = "±TAG")]
    changes: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Rename {
    /// The project: its name, its id or the beginning of it
    project: String,
    /// The new name
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Move {
    /// The project: its name, its id or the beginning of it
    project: String,
    /// The folder where it is now
    path: PathBuf,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::Add(add) => return add.run(session, &api),
            Self::Find(find) => find.run(session, &api)?,
            Self::Create(create) => return create.run(session, &api),
            Self::Import(import) => return import.run(session, &api),
            Self::Extract(extract) => return extract.run(session, &api),
            Self::Delete(delete) => return delete.run(session, &api),
            Self::Trash(named) => {
                let trashed = api.project_trash(named.request())?;
                out.show(&trashed, |project| print_trashed(project, out));
            }
            Self::List(list) => {
                out.show(&api.project_list((*list).into())?, |projects| print_list(projects, out));
            }
            Self::Show(named) => {
                out.show(&api.project_show(named.request())?, |detail| print_detail(detail, out));
            }
            Self::Tag(tag) => show_one(&api.project_tag(tag.try_into()?)?, out),
            Self::Rename(rename) => show_one(&api.project_rename(rename.into())?, out),
            Self::Move(Move { project, path }) => {
                let place = resolve::place(&api, &path)?.id;
                show_one(&api.project_move(ProjectMove { project, place })?, out);
            }
            Self::Remove(named) => {
                let forgotten = api.project_forget(named.request())?;
                out.show(&forgotten, |project| print_forgotten(project, out));
            }
            Self::Recall(named) => show_one(&api.project_recall(named.request())?, out),
            Self::Refresh(named) => {
                let job = progress::run(session, &api, || api.project_refresh(named.request()))?;
                return exit_status::of_job(&job);
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl Add {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let place = resolve::place(api, &self.path)?;
        let request = ProjectAdd { place: place.id, name: self.name, tags: self.tag };
        interrupt::watch();
        let project = api.project_add(request)?;
        let counts = api.job_list(Nothing {})?.into_iter().find(|job| {
            job.kind == JobKind::Refresh && job.project.as_deref() == Some(&project.id)
        });
        let counted = counts.map(|job| progress::wait(session, api, &job)).transpose()?;
        let shown = api.project_show(ProjectRef { project: project.id })?.project;
        show_one(&shown, &session.out);
        counted.as_ref().map_or(Ok(ExitStatus::Done), exit_status::of_job)
    }
}

impl From<Rename> for ProjectRename {
    fn from(rename: Rename) -> Self {
        Self { project: rename.project, name: rename.name }
    }
}

impl From<List> for ProjectFilter {
    fn from(list: List) -> Self {
        let status = list.status.map(|status| match status {
            Status::Active => ProjectStatus::Active,
            Status::Archived => ProjectStatus::Archived,
            Status::Trashed => ProjectStatus::Trashed,
        });
        let List { text, language, framework, tag, idle_days, active_days, .. } = list;
        let (min_bytes, max_bytes) = (list.min_size, list.max_size);
        Self {
            text,
            status,
            language,
            framework,
            tag,
            min_bytes,
            max_bytes,
            idle_days,
            active_days,
        }
    }
}

impl TryFrom<Tag> for ProjectTag {
    type Error = Error;

    fn try_from(tag: Tag) -> Result<Self> {
        let mut request = Self { project: tag.project, add: Vec::new(), remove: Vec::new() };
        for change in tag.changes {
            if change.starts_with("--") {
                return Err(Error::new(Code::Invalid, format!("{change} is no tag"))
                    .why("What follows the project are tags, and no tag begins with --")
                    .next(format!("Put {change} before the tags")));
            }
            match (change.strip_prefix('+'), change.strip_prefix('-')) {
                (Some(tag), _) => request.add.push(tag.to_owned()),
                (_, Some(tag)) => request.remove.push(tag.to_owned()),
                _ => {
                    return Err(Error::new(
                        Code::Invalid,
                        format!("{change:?} says not what to do"),
                    )
                    .why("A tag is added with a + before it and removed with a -")
                    .next(format!("Write +{change} to add it")));
                }
            }
        }
        Ok(request)
    }
}

fn show_one(project: &Project, out: &Output) {
    out.show(project, |project| print_one(project, out));
}

fn print_list(projects: &[Project], out: &Output) {
    let mut table = Table::new(&[
        ("NAME", Align::Left),
        ("LANGUAGES", Align::Left),
        ("FILES", Align::Right),
        ("SIZE", Align::Right),
        ("LAST BACKUP", Align::Left),
        ("STATE", Align::Left),
        ("PATH", Align::Left),
    ]);
    for project in projects {
        table.row([
            project.name.clone(),
            project.languages.join(", "),
            grouped(project.files),
            size(project.size_bytes),
            project.protection.last_backup.map_or_else(|| "never".to_owned(), local_time),
            state(project).to_owned(),
            project.path.clone(),
        ]);
    }
    table.print(out, "No projects yet: undercroft project add PATH");
}

fn state(project: &Project) -> &'static str {
    match (project.status, project.protection.state) {
        (ProjectStatus::Archived, _) => "archived",
        (ProjectStatus::Trashed, _) => "trashed",
        (_, ProtectionState::Protected) => "protected",
        (_, ProtectionState::Attention) => "needs attention",
        (_, ProtectionState::Running) => "backing up",
    }
}

fn print_forgotten(project: &Project, out: &Output) {
    out.line(format!("Removed {}; its folder and its backups stay as they are", project.name));
    out.note(format!("To undo: undercroft project recall {}", project.id));
}

fn print_trashed(project: &Project, out: &Output) {
    let until = match project.expires {
        Some(expires) => format!("; a clean-up deletes it after {}", local_time(expires)),
        None => String::new(),
    };
    out.line(format!("Moved {} with its folder to the trash{until}", project.name));
    out.note(format!("To undo: undercroft project recall {}", project.id));
}

fn print_one(project: &Project, out: &Output) {
    out.line(&project.name);
    let fact = |label: &str, value: String| {
        if !value.is_empty() {
            out.line(format!("  {label:<11} {value}"));
        }
    };
    fact("Id", project.id.clone());
    fact("Folder", project.path.clone());
    if !project.present {
        fact("", "The folder is not there now".to_owned());
    }
    fact("Languages", project.languages.join(", "));
    fact("Frameworks", project.frameworks.join(", "));
    fact("Tags", project.tags.join(", "));
    fact("Git remote", project.git_remote.clone().unwrap_or_default());
    fact("Content", format!("{}, {}", count(project.files, "file"), size(project.size_bytes)));
    fact("State", format!("{}: {}", state(project), project.protection.reason));
}

fn print_detail(detail: &ProjectDetail, out: &Output) {
    print_one(&detail.project, out);
    if !detail.snapshots.is_empty() {
        out.line("");
        print_backups(&detail.snapshots, out);
    }
    if !detail.runs.is_empty() {
        out.line("");
        print_runs(&detail.runs, out);
    }
}
