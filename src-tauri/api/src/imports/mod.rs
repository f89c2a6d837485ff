//! New projects: imported, empty or from templates, and copies of those that are there.
//!
//! - `names`: the names of projects and their folders.
//! - `allowance`: how large a project may be.
//! - `new_project`: from a folder that is filled to a project with its first version.
//! - `looking`: what an import would give.
//! - `extracting`, `templates`: copies of projects, and templates.
//! - `unfinished`: what killed processes left of all that.

mod allowance;
mod extracting;
mod looking;
mod names;
mod new_project;
mod templates;
mod unfinished;
pub(crate) mod wire;

use std::fs;
use std::path::PathBuf;

use undercroft_archive::unpack::{UnpackLimits, UnpackOptions, copy_folder, unpack};
use undercroft_foundation::{IoContext as _, Job, Result, TextValue, escape_path, text};

use crate::Api;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;

use allowance::Allowance;
use looking::{check_folder, look};
use new_project::Order;
use wire::{ImportFormat, ImportLook, ImportPlan, ProjectCreate, ProjectImport};

impl Api {
    /// Shows what importing an archive or a folder would make.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`] for a place that nobody pointed out, and whatever
    /// keeps it from being read.
    pub fn import_look(&self, request: ImportLook) -> Result<ImportPlan> {
        let place = self.place_to_import(&request.place)?;
        let mut plan = look(&place, &UnpackLimits::default(), &Job::new())?;
        if plan.refusal.is_none() {
            let allowance = Allowance::of(&self.0.library, &self.0.overrides, true, &Job::new())?;
            let refused = allowance.check(&plan.name, plan.size_bytes).err();
            plan.refusal = refused.map(|error| error.reason().into());
        }
        Ok(plan)
    }

    /// Makes a project from an archive, or from a copy of a folder.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`] for a place that nobody pointed out,
    /// [`undercroft_foundation::Code::Invalid`] for a name that cannot be one.
    pub fn project_import(&self, request: ProjectImport) -> Result<JobView> {
        let ProjectImport { place, name, target, tags } = request;
        let place = self.place_to_import(&place)?;
        let name = match name {
            Some(name) => name,
            None => looking::name_of(&place, &Job::new())?,
        };
        let order = self.order(name, tags, target)?;
        let title = text!("Import {project}", project = order.name);
        let (library, overrides) = (self.0.library.clone(), self.0.overrides.clone());
        self.make_project(title, order, move |name, folder, is_managed, job| {
            let allowance = Allowance::of(&library, &overrides, is_managed, job)?;
            let plan = look(&place, &UnpackLimits::default(), job)?;
            if plan.format == ImportFormat::Folder {
                check_folder(&place)?;
            }
            allowance.check(name, plan.size_bytes)?;
            let options = UnpackOptions { limits: allowance.limits(), ..UnpackOptions::default() };
            let report = match place.is_dir() {
                true => copy_folder(&place, folder, &options, job),
                false => unpack(&place, folder, &options, job),
            };
            let report = report.map_err(|error| allowance.explain(name, error))?;
            let (files, bytes) =
                (TextValue::count(report.files, "file"), TextValue::Size(report.bytes));
            Ok(text!("{files} ({bytes}) from {place}", files, bytes, place = escape_path(&place)))
        })
    }

    /// Makes a new project, empty or from a template.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a name that cannot be one, and
    /// [`undercroft_foundation::Code::NotFound`] for a place that nobody pointed out.
    pub fn project_create(&self, request: ProjectCreate) -> Result<JobView> {
        let ProjectCreate { name, template, mut values, target, tags } = request;
        let order = self.order(name, tags, target)?;
        if let Some(template) = &template {
            self.require_template(template)?;
        }
        let title = text!("Create {project}", project = order.name);
        let (library, overrides) = (self.0.library.clone(), self.0.overrides.clone());
        let templates = self.templates();
        self.make_project(title, order, move |name, folder, is_managed, job| {
            let allowance = Allowance::of(&library, &overrides, is_managed, job)?;
            let Some(template) = template else {
                allowance.check(name, 0)?;
                fs::create_dir(folder).at("create", folder)?;
                return Ok(text!("An empty folder"));
            };
            let known = templates.list()?.into_iter().find(|known| known.name == template);
            allowance.check(name, known.map_or(0, |known| known.size_bytes))?;
            values.entry("name".to_owned()).or_insert_with(|| name.to_owned());
            let report = templates.instantiate(&template, folder, &values, job)?;
            Ok(text!(
                "{files} from the template {template}",
                files = TextValue::count(report.files, "file"),
                template
            ))
        })
    }

    /// The path of a place that is to be imported.
    fn place_to_import(&self, place: &str) -> Result<PathBuf> {
        let asked_for = self.0.places.resolve(place, PlacePurpose::Import);
        asked_for.or_else(|_| self.0.places.resolve(place, PlacePurpose::Project))
    }

    /// The path of a folder that receives new folders.
    fn place_to_fill(&self, place: &str) -> Result<PathBuf> {
        let asked_for = self.0.places.resolve(place, PlacePurpose::Restore);
        asked_for.or_else(|_| self.0.places.resolve(place, PlacePurpose::Project))
    }

    fn order(&self, name: String, tags: Vec<String>, target: Option<String>) -> Result<Order> {
        let name = self.0.library.projects().check_names(&name, &tags)?;
        let target = target.map(|place| self.place_to_fill(&place)).transpose()?;
        Ok(Order { name, tags, target })
    }
}
