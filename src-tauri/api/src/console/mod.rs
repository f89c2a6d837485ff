//! Commands in words: `create project atlas`, `storage status`. Each is one of the use cases, and
//! its answer is words and a link.

mod grammar;
pub(crate) mod wire;

use undercroft_foundation::{
    Code, ProjectId, Result, WorkspaceId, count_text, escape_name, escape_path, size_text,
};
use undercroft_library as library;
use undercroft_library::ProjectStatus;

use crate::Api;
use crate::base::wire::{EntryKind, Nothing};
use crate::files::wire::{FileAt, FileEntry};
use crate::imports::wire::ProjectCreate;
use crate::projects::wire::ProjectFilter;
use crate::workspaces::wire::WorkspaceRef;

use grammar::{Command, FORMS, Form, Reading};
use wire::{
    ConsoleAnswer, ConsoleLine, ConsoleLink, ConsoleState, ConsoleSuggestion, ConsoleWords,
};

/// The number of lines that an answer has.
const LINES: usize = 50;
/// The number of projects that are proposed where one is meant.
const PROPOSED: usize = 5;

impl Api {
    /// Reads a command in words, and answers one that only asks; nothing is changed.
    ///
    /// # Errors
    /// The errors of the use case that is meant.
    pub fn console_preview(&self, request: ConsoleWords) -> Result<ConsoleAnswer> {
        match self.read_words(&request.text)? {
            Meant::Create(name) => Ok(ConsoleAnswer::ready(format!("Create the project {name}"))),
            Meant::Switch { project, name, .. } => {
                let link = ConsoleLink::Project { project: project.to_string() };
                let ready = ConsoleAnswer::ready(format!("Switch to {name}"));
                Ok(ConsoleAnswer { link: Some(link), ..ready })
            }
            Meant::Answer(answer) => Ok(*answer),
        }
    }

    /// Carries out a command in words, and answers it.
    ///
    /// # Errors
    /// The errors of the use case that is meant.
    pub fn console_run(&self, request: ConsoleWords) -> Result<ConsoleAnswer> {
        match self.read_words(&request.text)? {
            Meant::Create(name) => {
                let answer = ConsoleAnswer::done(format!("Creating the project {name}"));
                let job = self.project_create(ProjectCreate {
                    name,
                    template: None,
                    values: Default::default(),
                    target: None,
                    tags: Vec::new(),
                })?;
                Ok(ConsoleAnswer { job: Some(job), link: Some(ConsoleLink::Projects), ..answer })
            }
            Meant::Switch { workspace, name, .. } => {
                let workspace = WorkspaceRef { workspace: workspace.to_string() };
                let project = self.workspace_switch(workspace)?.project;
                let answer = ConsoleAnswer::done(format!("{name} is the current project"));
                Ok(ConsoleAnswer { link: Some(ConsoleLink::Project { project }), ..answer })
            }
            Meant::Answer(answer) => Ok(*answer),
        }
    }

    fn read_words(&self, text: &str) -> Result<Meant> {
        let answer = match grammar::read(text) {
            Reading::Command(Command::CreateProject(name)) => return self.read_create(name),
            Reading::Command(Command::SwitchTo(project)) => return self.read_switch(project),
            Reading::Command(Command::ListProjects) => self.tell_projects()?,
            Reading::Command(Command::CurrentProject) => self.tell_current()?,
            Reading::Command(Command::ListFiles(folder)) => self.tell_files(folder)?,
            Reading::Command(Command::StorageStatus) => self.tell_storage()?,
            Reading::Command(Command::Help) => help(),
            Reading::Unnamed(form) => self.tell_unnamed(form)?,
            Reading::Near(near) => tell_near(text, &near),
        };
        Ok(Meant::Answer(Box::new(answer)))
    }

    /// A new project has a name of its own, so that words can mean it.
    fn read_create(&self, name: &str) -> Result<Meant> {
        let projects = self.0.library.projects();
        let name = projects.check_names(name, &[])?;
        let all = projects.list(&library::ProjectFilter::default())?;
        let same = |it: &&library::Project| it.name.to_lowercase() == name.to_lowercase();
        let Some(there) = all.iter().find(same) else { return Ok(Meant::Create(name)) };
        let at = escape_path(&there.root);
        let sentence = format!("There is a project {} already, at {at}", there.name);
        let answer = ConsoleAnswer::near(sentence, vec![switch_to(there)]);
        let link = ConsoleLink::Project { project: there.id.to_string() };
        Ok(Meant::Answer(Box::new(ConsoleAnswer { link: Some(link), ..answer })))
    }

    fn read_switch(&self, text: &str) -> Result<Meant> {
        match self.find_project(text) {
            Ok(project) => {
                let workspace = self.0.history.main_workspace(project.id)?.id;
                Ok(Meant::Switch { workspace, project: project.id, name: project.name })
            }
            Err(error) if matches!(error.code(), Code::NotFound | Code::Invalid) => {
                let all = self.working_projects()?;
                let wanted = text.to_lowercase();
                let fits = |it: &&library::Project| it.name.to_lowercase().contains(&wanted);
                let near: Vec<_> = all.iter().filter(fits).take(PROPOSED).collect();
                let same =
                    |it: &library::Project| near.iter().filter(|o| o.name == it.name).count();
                let propose = |it: &&library::Project| match same(it) {
                    1 => switch_to(it),
                    // Two of one name are told apart by their ids.
                    _ => {
                        ConsoleSuggestion { text: format!("switch to {}", it.id), ..switch_to(it) }
                    }
                };
                let near: Vec<_> = near.iter().map(propose).collect();
                let near = if near.is_empty() { vec![form(&FORMS[1], "")] } else { near };
                let answer = ConsoleAnswer::near(error.what_text().to_owned(), near);
                Ok(Meant::Answer(Box::new(answer)))
            }
            Err(error) => Err(error),
        }
    }

    /// The projects that can be worked in.
    fn working_projects(&self) -> Result<Vec<library::Project>> {
        let status = Some(ProjectStatus::Active);
        let filter = library::ProjectFilter { status, ..library::ProjectFilter::default() };
        self.0.library.projects().list(&filter)
    }

    fn tell_projects(&self) -> Result<ConsoleAnswer> {
        let current = self.current(Nothing {})?.project;
        let mut all = self.project_list(ProjectFilter::default())?;
        all.retain(|project| project.trashed.is_none());
        let line = |project: crate::projects::wire::Project| {
            let is_current = current.as_ref() == Some(&project.id);
            let size = size_text(project.size_bytes);
            ConsoleLine {
                about: if is_current { format!("current, {size}") } else { size },
                text: project.name,
                link: Some(ConsoleLink::Project { project: project.id }),
            }
        };
        let sentence = match all.len() {
            0 => "There are no projects yet".to_owned(),
            count => count_text(count as u64, "project"),
        };
        let suggestions = if all.is_empty() { vec![form(&FORMS[0], "")] } else { Vec::new() };
        let answer = ConsoleAnswer { suggestions, ..ConsoleAnswer::done(sentence) };
        Ok(answer.with_lines(all.into_iter().map(line), ConsoleLink::Projects))
    }

    fn tell_current(&self) -> Result<ConsoleAnswer> {
        let Some(workspace) = self.0.history.current_workspace()? else {
            return self.tell_no_current();
        };
        let workspace = self.show_workspace(workspace)?;
        let name = workspace.project_name;
        let sentence = match workspace.main {
            true => format!("{name} is the current project"),
            false => format!("{} of {name} is the current workspace", workspace.name),
        };
        let link = ConsoleLink::Project { project: workspace.project };
        let line = ConsoleLine {
            text: workspace.path,
            about: count_text(workspace.versions, "version"),
            link: None,
        };
        Ok(ConsoleAnswer::done(sentence).with_lines([line].into_iter(), link))
    }

    fn tell_no_current(&self) -> Result<ConsoleAnswer> {
        let projects = self.working_projects()?;
        let mut near: Vec<_> = projects.iter().take(PROPOSED).map(switch_to).collect();
        if near.is_empty() {
            near.push(form(&FORMS[0], ""));
        }
        Ok(ConsoleAnswer::near("No project is the current one".to_owned(), near))
    }

    fn tell_files(&self, folder: &str) -> Result<ConsoleAnswer> {
        let Some(workspace) = self.0.history.current_workspace()? else {
            return self.tell_no_current();
        };
        let path = folder.split('/').filter(|name| !name.is_empty() && *name != ".");
        let path: Vec<String> = path.map(str::to_owned).collect();
        let at = FileAt { version: format!("now:{}", workspace.id), path };
        let listing = self.file_list(at)?;
        let project = self.0.library.projects().get(workspace.project)?;
        let place = [vec![project.name], listing.path.clone()].concat().join("/");
        let count = listing.entries.len() as u64;
        let sentence = match count {
            0 => format!("{place} is empty"),
            _ => format!("{} in {place}", count_text(count, "item")),
        };
        let link = ConsoleLink::Files {
            project: workspace.project.to_string(),
            workspace: workspace.id.to_string(),
            path: listing.path,
        };
        Ok(ConsoleAnswer::done(sentence).with_lines(listing.entries.into_iter().map(file), link))
    }

    fn tell_storage(&self) -> Result<ConsoleAnswer> {
        let usage = self.usage_overview(Nothing {})?;
        let line =
            |text: &str, about: String| ConsoleLine { text: text.to_owned(), about, link: None };
        let mut lines = Vec::new();
        if usage.scanned.is_some() {
            lines.push(line("Library", size_text(usage.library_bytes)));
            lines.push(line("Can be freed", size_text(usage.reclaimable_bytes)));
        }
        if let Some(quota) = usage.quota_bytes {
            lines.push(line("Quota", size_text(quota)));
        }
        if let Some(disk) = usage.disk {
            let (free, all) = (size_text(disk.free_bytes), size_text(disk.capacity_bytes));
            lines.push(line("Free on this disk", format!("{free} of {all}")));
        }
        lines.extend(usage.destinations.into_iter().map(|it| {
            let about = match (it.present, it.bytes) {
                (false, _) => "not connected".to_owned(),
                (true, Some(bytes)) => size_text(bytes),
                (true, None) => "not counted yet".to_owned(),
            };
            line(&it.name, about)
        }));
        let sentence = usage.sentence.trim_end_matches('.').to_owned();
        Ok(ConsoleAnswer::done(sentence).with_lines(lines.into_iter(), ConsoleLink::Storage))
    }

    fn tell_unnamed(&self, missing: &'static Form) -> Result<ConsoleAnswer> {
        let sentence =
            format!("“{}” needs a name: {} {}", missing.text(), missing.text(), missing.name);
        let mut near = vec![form(missing, "")];
        if missing.name == "PROJECT" {
            near.extend(self.working_projects()?.iter().take(PROPOSED).map(switch_to));
        }
        Ok(ConsoleAnswer::near(sentence, near))
    }
}

/// The command that words mean, as far as it may be carried out.
enum Meant {
    /// The project of this name is to be made.
    Create(String),
    /// This workspace of the project is to be the current one.
    Switch { workspace: WorkspaceId, project: ProjectId, name: String },
    /// There is nothing to carry out.
    Answer(Box<ConsoleAnswer>),
}

impl ConsoleAnswer {
    fn done(sentence: String) -> Self {
        Self {
            state: ConsoleState::Done,
            sentence,
            lines: Vec::new(),
            more: 0,
            link: None,
            suggestions: Vec::new(),
            job: None,
        }
    }

    fn ready(sentence: String) -> Self {
        Self { state: ConsoleState::Ready, ..Self::done(sentence) }
    }

    fn near(sentence: String, suggestions: Vec<ConsoleSuggestion>) -> Self {
        Self { state: ConsoleState::Near, suggestions, ..Self::done(sentence) }
    }

    fn with_lines(
        self,
        lines: impl ExactSizeIterator<Item = ConsoleLine>,
        link: ConsoleLink,
    ) -> Self {
        let more = lines.len().saturating_sub(LINES) as u64;
        Self { lines: lines.take(LINES).collect(), more, link: Some(link), ..self }
    }
}

fn tell_near(text: &str, near: &[(&'static Form, &str)]) -> ConsoleAnswer {
    let said: String = escape_name(text.trim().as_bytes()).chars().take(80).collect();
    let sentence = format!("“{said}” is not a command");
    let suggestions = |near: &[(&'static Form, &str)]| -> Vec<_> {
        near.iter().map(|(meant, rest)| form(meant, rest)).collect()
    };
    if !near.is_empty() {
        return ConsoleAnswer::near(sentence, suggestions(near));
    }
    let all: Vec<_> = FORMS.iter().map(|form| (form, "")).collect();
    let state = ConsoleState::Unknown;
    ConsoleAnswer { state, ..ConsoleAnswer::near(sentence, suggestions(&all)) }
}

fn help() -> ConsoleAnswer {
    let line = |form: &Form| ConsoleLine {
        text: format!("{} {}", form.text(), form.name).trim_end().to_owned(),
        about: form.about.to_owned(),
        link: None,
    };
    let answer = ConsoleAnswer::done("These commands are understood".to_owned());
    ConsoleAnswer { lines: FORMS.iter().map(line).collect(), ..answer }
}

/// A command with what is known of its name.
fn form(form: &Form, rest: &str) -> ConsoleSuggestion {
    let rest = if form.name.is_empty() { "" } else { rest };
    ConsoleSuggestion {
        text: format!("{} {rest}", form.text()).trim_end().to_owned(),
        missing: if rest.is_empty() { form.name.to_owned() } else { String::new() },
        about: form.about.to_owned(),
    }
}

fn switch_to(project: &library::Project) -> ConsoleSuggestion {
    ConsoleSuggestion {
        text: format!("switch to {}", project.name),
        missing: String::new(),
        about: escape_path(&project.root),
    }
}

fn file(entry: FileEntry) -> ConsoleLine {
    let is_folder = entry.kind == EntryKind::Folder;
    ConsoleLine {
        text: if is_folder { format!("{}/", entry.name) } else { entry.name },
        about: if is_folder { String::new() } else { size_text(entry.size_bytes) },
        link: None,
    }
}
