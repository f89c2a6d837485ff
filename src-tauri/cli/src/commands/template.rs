//! `undercroft template`: what new projects begin from.

use clap::{Args, Subcommand};
use undercroft_api::wire::{Nothing, Template, TemplateMake, TemplateRef};
use undercroft_foundation::Result;

use crate::exit_status::ExitStatus;
use crate::options::Setting;
use crate::output::format::{grouped, size};
use crate::output::{Align, Output, Table};
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the templates
    List,
    /// Make a template from a project
    ///
    /// Files in no version of it are left out, and so are files that hold secrets.
    Make(Make),
    /// Remove a template that you made
    Remove(Remove),
}

#[derive(Debug, Args)]
pub(crate) struct Make {
    /// The project: its name, its id or the beginning of it
    project: String,
    /// The template's name: letters, digits, dots, hyphens and underscores
    name: String,
    /// The thing that it makes, in a sentence
    #[arg(long, value_name = "TEXT", default_value = "")]
    about: String,
    /// A text in the project's files that becomes a variable (again for more)
    #[arg(long, value_name = "NAME=TEXT")]
    variable: Vec<Setting>,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// The template
    template: String,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::List => {
                out.show(&api.template_list(Nothing {})?, |templates| print_list(templates, out));
            }
            Self::Make(Make { project, name, about, variable }) => {
                let variables = variable.into_iter().map(|it| (it.name, it.value)).collect();
                let request = TemplateMake { project, name, description: about, variables };
                out.show(&api.template_make(request)?, |made| {
                    let hint = format!("undercroft project create NAME --template {}", made.name);
                    out.line(format!("Made the template {}", made.name));
                    out.note(format!("To use it: {hint}"));
                });
            }
            Self::Remove(Remove { template }) => {
                let name = template.clone();
                out.show(&api.template_remove(TemplateRef { template })?, |_| {
                    out.line(format!("Removed the template {name}"));
                });
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn print_list(templates: &[Template], out: &Output) {
    let mut table = Table::new(&[
        ("NAME", Align::Left),
        ("TITLE", Align::Left),
        ("FILES", Align::Right),
        ("SIZE", Align::Right),
        ("VARIABLES", Align::Left),
        ("OF", Align::Left),
    ]);
    for template in templates {
        let variable = |it: &undercroft_api::wire::TemplateVariable| match it.default.is_empty() {
            true => it.name.clone(),
            false => format!("{}={}", it.name, it.default),
        };
        table.row([
            template.name.clone(),
            template.title.clone(),
            grouped(template.files),
            size(template.size_bytes),
            template.variables.iter().map(variable).collect::<Vec<_>>().join(", "),
            if template.builtin { "Undercroft" } else { "you" }.to_owned(),
        ]);
    }
    table.print(out, "There are no templates");
}
