//! Commands in words: `create project atlas`, `storage status`. Each is one of the use cases, and
//! its answer is words and a link.

mod grammar;
pub(crate) mod wire;

use undercroft_foundation::{
    Code, ProjectId, Result, Text, TextValue, WorkspaceId, escape_name, escape_path, text,
};
use undercroft_library as library;
use undercroft_library::ProjectStatus;

use crate::Api;
use crate::base::sentence::{Sentence, language};
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
            Meant::Create(name) => {
                Ok(ConsoleAnswer::ready(text!("Create the project {name}", name)))
            }
            Meant::Switch { project, name, .. } => {
                let link = ConsoleLink::Project { project: project.to_string() };
                let ready = ConsoleAnswer::ready(text!("Switch to {name}", name));
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
                let answer = ConsoleAnswer::done(text!("Creating the project {name}", name));
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
                let answer = ConsoleAnswer::done(text!("{name} is the current project", name));
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
        let sentence = text!("There is a project {there} already, at {at}", there = there.name, at);
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
                let answer = ConsoleAnswer::near(error.what(), near);
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
            let size = TextValue::Size(project.size_bytes);
            ConsoleLine {
                about: match is_current {
                    true => text!("current, {size}", size).into(),
                    false => text!("{size}", size).into(),
                },
                text: project.name,
                link: Some(ConsoleLink::Project { project: project.id }),
            }
        };
        let sentence = match all.len() {
            0 => text!("There are no projects yet"),
            count => text!("{projects}", projects = TextValue::count(count as u64, "project")),
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
            true => text!("{name} is the current project", name),
            false => text!(
                "{workspace} of {name} is the current workspace",
                workspace = workspace.name,
                name
            ),
        };
        let link = ConsoleLink::Project { project: workspace.project };
        let line = ConsoleLine {
            text: workspace.path,
            about: text!("{versions}", versions = TextValue::count(workspace.versions, "version"))
                .into(),
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
        Ok(ConsoleAnswer::near(text!("No project is the current one"), near))
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
            0 => text!("{place} is empty", place),
            _ => text!("{items} in {place}", items = TextValue::count(count, "item"), place),
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
        let line = |text: &Text, about: Text| {
            let text = text.said_in(language()).into_owned();
            ConsoleLine { text, about: about.into(), link: None }
        };
        let size = |bytes: u64| text!("{size}", size = TextValue::Size(bytes));
        let mut lines = Vec::new();
        if usage.scanned.is_some() {
            lines.push(line(&text!("Library"), size(usage.library_bytes)));
            lines.push(line(&text!("Can be freed"), size(usage.reclaimable_bytes)));
        }
        if let Some(quota) = usage.quota_bytes {
            lines.push(line(&text!("Quota"), size(quota)));
        }
        if let Some(disk) = usage.disk {
            let (free, all) =
                (TextValue::Size(disk.free_bytes), TextValue::Size(disk.capacity_bytes));
            lines.push(line(&text!("Free on this disk"), text!("{free} of {all}", free, all)));
        }
        lines.extend(usage.destinations.into_iter().map(|it| {
            let about = match (it.present, it.bytes) {
                (false, _) => text!("not connected"),
                (true, Some(bytes)) => size(bytes),
                (true, None) => text!("not counted yet"),
            };
            line(&it.name.into(), about)
        }));
        let sentence = usage.sentence.said_in(language());
        let sentence = Text::from(sentence.trim_end_matches('.'));
        Ok(ConsoleAnswer::done(sentence).with_lines(lines.into_iter(), ConsoleLink::Storage))
    }

    fn tell_unnamed(&self, missing: &'static Form) -> Result<ConsoleAnswer> {
        let sentence = text!(
            "“{missing}” needs a name: {missing} {name}",
            missing = missing.text(),
            name = missing.name
        );
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
    fn done(sentence: Text) -> Self {
        Self {
            state: ConsoleState::Done,
            sentence: sentence.into(),
            lines: Vec::new(),
            more: 0,
            link: None,
            suggestions: Vec::new(),
            job: None,
        }
    }

    fn ready(sentence: Text) -> Self {
        Self { state: ConsoleState::Ready, ..Self::done(sentence) }
    }

    fn near(sentence: Text, suggestions: Vec<ConsoleSuggestion>) -> Self {
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
    let sentence = text!("“{said}” is not a command", said);
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
        about: Text::from(form.about).into(),
        link: None,
    };
    let answer = ConsoleAnswer::done(text!("These commands are understood"));
    ConsoleAnswer { lines: FORMS.iter().map(line).collect(), ..answer }
}

/// A command with what is known of its name.
fn form(form: &Form, rest: &str) -> ConsoleSuggestion {
    let rest = if form.name.is_empty() { "" } else { rest };
    ConsoleSuggestion {
        text: format!("{} {rest}", form.text()).trim_end().to_owned(),
        missing: if rest.is_empty() { form.name.to_owned() } else { String::new() },
        about: Text::from(form.about).into(),
    }
}

fn switch_to(project: &library::Project) -> ConsoleSuggestion {
    ConsoleSuggestion {
        text: format!("switch to {}", project.name),
        missing: String::new(),
        about: Text::from(escape_path(&project.root)).into(),
    }
}

fn file(entry: FileEntry) -> ConsoleLine {
    let is_folder = entry.kind == EntryKind::Folder;
    ConsoleLine {
        text: if is_folder { format!("{}/", entry.name) } else { entry.name },
        about: match is_folder {
            true => Sentence::default(),
            false => text!("{size}", size = TextValue::Size(entry.size_bytes)).into(),
        },
        link: None,
    }
}
