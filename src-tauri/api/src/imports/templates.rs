//! Templates: listed, made from projects, and removed.

use std::path::Path;

use undercroft_foundation::{Code, Error, Job, Result, TreePath, text};
use undercroft_history::rules::{LeaveOut, ProjectRules, is_secret};
use undercroft_templates as templates;
use undercroft_templates::Templates;

use super::wire::{Template, TemplateMake, TemplateRef, TemplateVariable};
use crate::Api;
use crate::base::wire::Nothing;

impl Api {
    /// Lists the templates.
    ///
    /// # Errors
    /// Whatever keeps the folder of the templates from being read.
    pub fn template_list(&self, _: Nothing) -> Result<Vec<Template>> {
        Ok(self.templates().list()?.into_iter().map(Into::into).collect())
    }

    /// Makes a template from a project.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::SourceMissing`] where the project's folder is away, and the
    /// errors of [`Templates::make`].
    pub fn template_make(&self, request: TemplateMake) -> Result<Template> {
        let TemplateMake { project, name, description, variables } = request;
        let project = self.find_project(&project)?;
        let folder = project.folder();
        if !folder.is_dir() {
            return Err(Error::new(
                Code::SourceMissing,
                text!("Cannot make a template of {project}", project = project.name),
            ));
        }
        let rules = ProjectRules::load(self.root(), project.id)?.compile()?;
        let decide = LeaveOut::new(&folder, &rules);
        // The files that are in no version, and those that are nobody else's business.
        let leave_out = |path: &Path, is_folder: bool| {
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            let below = TreePath::new(path.as_os_str().as_encoded_bytes());
            is_secret(name) || below.is_ok_and(|path| !decide.is_included(&path, is_folder))
        };
        let made = self.templates().make(
            &name,
            &project.name,
            &description,
            &folder,
            &variables,
            &leave_out,
            &Job::new(),
        )?;
        Ok(made.into())
    }

    /// Removes a template that the user made.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for one that comes with Undercroft.
    pub fn template_remove(&self, request: TemplateRef) -> Result<Nothing> {
        self.templates().remove(&request.template).map(|()| Nothing {})
    }

    pub(super) fn templates(&self) -> Templates {
        Templates::new(self.root().join("templates"))
    }

    /// Goes on with a template that there is.
    pub(super) fn require_template(&self, name: &str) -> Result<()> {
        if self.templates().list()?.iter().any(|known| known.name == name) {
            return Ok(());
        }
        Err(Error::new(Code::NotFound, text!("There is no template {name}", name))
            .next("List the templates to see what there is"))
    }
}

impl From<templates::Template> for Template {
    fn from(template: templates::Template) -> Self {
        let variable = |it: templates::Variable| TemplateVariable {
            name: it.name,
            prompt: it.prompt,
            default: it.default,
        };
        Self {
            name: template.name,
            title: template.title,
            description: template.description,
            builtin: template.builtin,
            variables: template.variables.into_iter().map(variable).collect(),
            files: template.files,
            size_bytes: template.size_bytes,
        }
    }
}
