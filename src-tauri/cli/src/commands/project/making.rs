//! New projects: created, imported, and copies of those that are there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use undercroft_api::Api;
use undercroft_api::wire::{
    ImportFormat, ImportLook, ImportPlan, ProjectCreate, ProjectExtract, ProjectImport,
};
use undercroft_foundation::{Code, Error, Result};

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::{DryRun, OptionalTarget, Setting};
use crate::output::Output;
use crate::output::format::{grouped, size};
use crate::resolve;
use crate::session::Session;

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The project's name
    name: String,
    /// The template that it begins from; an empty folder without it
    #[arg(long, value_name = "TEMPLATE")]
    template: Option<String>,
    /// The value of one of the template's variables (again for more)
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<Setting>,
    #[command(flatten)]
    target: OptionalTarget,
    /// The tag (again for more)
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// A .tar, .tar.gz, .tar.xz, .tar.zst or .zip, or a folder to copy
    path: PathBuf,
    /// The name to give it
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    target: OptionalTarget,
    /// The tag (again for more)
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    #[command(flatten)]
    dry_run: DryRun,
}

#[derive(Debug, Args)]
pub(crate) struct Extract {
    /// The project: its name, its id or the beginning of it
    project: String,
    /// The folder that receives the copy, as a folder of its own
    path: PathBuf,
}

impl Create {
    pub(super) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let values: BTreeMap<_, _> =
            self.set.into_iter().map(|setting| (setting.name, setting.value)).collect();
        if self.template.is_none() && !values.is_empty() {
            return Err(Error::new(Code::Invalid, "An empty project has no variables")
                .next("Name the template with --template"));
        }
        let target = place_of(api, self.target)?;
        let request = ProjectCreate {
            name: self.name,
            template: self.template,
            values,
            target,
            tags: self.tag,
        };
        exit_status::of_job(&progress::run(session, api, || api.project_create(request))?)
    }
}

impl Import {
    pub(super) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let place = resolve::place(api, &self.path)?.id;
        if self.dry_run.dry_run {
            let mut plan = api.import_look(ImportLook { place })?;
            plan.name = self.name.unwrap_or(plan.name);
            session.out.show(&plan, |plan| print_plan(plan, &session.out));
            return Ok(match plan.refusal {
                Some(_) => ExitStatus::FoundProblems,
                None => ExitStatus::Done,
            });
        }
        let target = place_of(api, self.target)?;
        let request = ProjectImport { place, name: self.name, target, tags: self.tag };
        exit_status::of_job(&progress::run(session, api, || api.project_import(request))?)
    }
}

impl Extract {
    pub(super) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let place = resolve::place(api, &self.path)?.id;
        let request = ProjectExtract { project: self.project, place };
        exit_status::of_job(&progress::run(session, api, || api.project_extract(request))?)
    }
}

fn place_of(api: &Api, target: OptionalTarget) -> Result<Option<String>> {
    let place = |path: PathBuf| resolve::place(api, &path).map(|place| place.id);
    target.target.map(place).transpose()
}

fn print_plan(plan: &ImportPlan, out: &Output) {
    for warning in &plan.warnings {
        out.line(format!("left out  {warning}"));
    }
    let format = match plan.format {
        ImportFormat::Folder => "a folder",
        ImportFormat::Tar => "tar",
        ImportFormat::TarGz => "tar.gz",
        ImportFormat::TarXz => "tar.xz",
        ImportFormat::TarZst => "tar.zst",
        ImportFormat::Zip => "zip",
    };
    match &plan.refusal {
        Some(refusal) => out.line(format!("Cannot be imported: {refusal}")),
        None => out.line(format!(
            "{} ({format}): {} files and folders, {}",
            plan.name,
            grouped(plan.entries),
            size(plan.size_bytes)
        )),
    }
}
