//! Finding projects by what people type.

use undercroft_foundation::{Candidate, Code, Result, escape_path, find_by_name};

use super::{Project, ProjectStatus};

/// The projects to list; what is not given does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectFilter {
    /// Words that must all be in its name, path or tags, in upper or lower case.
    pub text: Option<String>,
    /// Its status; when none is given, all but the forgotten ones.
    pub status: Option<ProjectStatus>,
    /// A language, in upper or lower case.
    pub language: Option<String>,
    /// A framework, in upper or lower case.
    pub framework: Option<String>,
    /// A tag.
    pub tag: Option<String>,
    /// The least size of its files together.
    pub min_bytes: Option<u64>,
    /// The largest size of its files together.
    pub max_bytes: Option<u64>,
}

impl ProjectFilter {
    /// Whether the project passes.
    pub fn accepts(&self, project: &Project) -> bool {
        let has = |list: &[String], wanted: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| {
                list.iter().any(|item| item.to_lowercase() == wanted.trim().to_lowercase())
            })
        };
        self.status.map_or(project.status != ProjectStatus::Trashed, |s| s == project.status)
            && self.min_bytes.is_none_or(|least| project.size_bytes >= least)
            && self.max_bytes.is_none_or(|most| project.size_bytes <= most)
            && has(&project.languages, &self.language)
            && has(&project.frameworks, &self.framework)
            && has(&project.tags, &self.tag)
            && self.text.as_ref().is_none_or(|text| has_words(project, text))
    }
}

fn has_words(project: &Project, text: &str) -> bool {
    let about =
        format!("{}\n{}\n{}", project.name, escape_path(&project.root), project.tags.join("\n"))
            .to_lowercase();
    text.to_lowercase().split_whitespace().all(|word| about.contains(word))
}

/// The project that `text` means: those at hand win over forgotten ones.
pub(super) fn find(projects: &[Project], text: &str) -> Result<Project> {
    let candidate = |project: &Project| Candidate {
        id: project.id.to_string(),
        name: Some(project.name.clone()),
        about: escape_path(&project.root),
    };
    let is_forgotten = |project: &Project| project.status == ProjectStatus::Trashed;
    let (forgotten, at_hand): (Vec<_>, Vec<_>) = projects.iter().cloned().partition(is_forgotten);
    let found = find_by_name("project", text, &at_hand, candidate);
    match found {
        Err(unknown) if unknown.code() == Code::NotFound => {
            match find_by_name("project", text, &forgotten, candidate) {
                Err(error) if error.code() == Code::NotFound => Err(unknown),
                found => found.cloned(),
            }
        }
        found => found.cloned(),
    }
}
