//! Finding projects by what people type.

use undercroft_foundation::{Code, Error, ProjectId, Result, escape_path};

use super::{Project, ProjectStatus};

/// The shortest beginning of an id that is taken for one.
const SHORTEST_PREFIX: usize = 4;

/// Which projects to list; what is not given does not matter.
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

/// The project that `text` means. Names win over beginnings of ids, exact names over those in
/// other case, and projects at hand over forgotten ones.
pub(super) fn find(projects: &[Project], text: &str) -> Result<Project> {
    let text = text.trim();
    if let Ok(id) = text.parse::<ProjectId>()
        && let Some(project) = projects.iter().find(|project| project.id == id)
    {
        return Ok(project.clone());
    }
    let lower = text.to_lowercase();
    let prefix = lower.replace('-', "");
    let is_prefix = prefix.len() >= SHORTEST_PREFIX;
    let ways: [&dyn Fn(&Project) -> bool; 3] = [
        &|project| project.name == text,
        &|project| project.name.to_lowercase() == lower,
        &|project| is_prefix && project.id.to_string().starts_with(&prefix),
    ];
    for way in ways {
        for trashed in [false, true] {
            let fits = |project: &&Project| {
                (project.status == ProjectStatus::Trashed) == trashed && way(project)
            };
            match projects.iter().filter(fits).collect::<Vec<_>>()[..] {
                [] => {}
                [project] => return Ok(project.clone()),
                ref several => return Err(ambiguous(text, several)),
            }
        }
    }
    Err(Error::new(Code::NotFound, format!("There is no project {text:?}"))
        .next("List the projects to see what there is"))
}

fn ambiguous(text: &str, several: &[&Project]) -> Error {
    let one = |project: &&Project| {
        format!("{} ({}, {})", project.id, project.name, escape_path(&project.root))
    };
    let list: Vec<_> = several.iter().take(10).map(one).collect();
    Error::new(Code::Invalid, format!("{text:?} means several projects"))
        .why(format!("It could be {}", list.join(" or ")))
        .next("Use the id, or more of it")
}
