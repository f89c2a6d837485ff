//! New projects on the wire: from archives of other programs, from templates, and copies of those
//! that are there.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use std::collections::BTreeMap;

use crate::base::sentence::Sentence;

/// A file that is to be imported.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportLook {
    /// The place: a `.tar`, `.tar.gz`, `.tar.xz`, `.tar.zst` or `.zip`, or a folder.
    pub place: String,
}

/// The result that an import would have.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportPlan {
    /// The name that the project would have.
    pub name: String,
    /// The format of the file.
    pub format: ImportFormat,
    /// The number of files and folders in it; as far as the file says.
    #[specta(type = Number)]
    pub entries: u64,
    /// Their size together; as far as the file says.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// The size of the file.
    #[specta(type = Number)]
    pub file_bytes: u64,
    /// The entries that would be left out, and why, a sentence each; at most two hundred.
    pub warnings: Vec<String>,
    /// Why it cannot be imported, a sentence.
    #[serde(default)]
    pub refusal: Option<Sentence>,
}

/// The format of what is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ImportFormat {
    /// A folder.
    Folder,
    /// A tar.
    Tar,
    /// A tar compressed by gzip.
    TarGz,
    /// A tar compressed by xz.
    TarXz,
    /// A tar compressed by zstd.
    TarZst,
    /// A zip.
    Zip,
}

/// Makes a project from an archive or a copy of a folder.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectImport {
    /// The place of the archive or folder.
    pub place: String,
    /// The project's name; made from the archive's when left out.
    #[serde(default)]
    pub name: Option<String>,
    /// The place that receives the project's folder; in the library when left out.
    #[serde(default)]
    pub target: Option<String>,
    /// The project's tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// Copies a project's files to a place.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectExtract {
    /// The project, in use or archived.
    pub project: String,
    /// The place: the files go into a new folder in it.
    pub place: String,
}

/// Something that new projects begin from.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// Its name: `backend`.
    pub name: String,
    /// Its title, for people.
    pub title: String,
    /// The thing that it makes, in a sentence or two.
    pub description: String,
    /// Whether it comes with Undercroft.
    pub builtin: bool,
    /// The variables that it asks for, besides the project's name.
    pub variables: Vec<TemplateVariable>,
    /// The number of its files.
    #[specta(type = Number)]
    pub files: u64,
    /// Their size together.
    #[specta(type = Number)]
    pub size_bytes: u64,
}

/// Something that a template asks for.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TemplateVariable {
    /// Its name, as it stands between double braces: `port`.
    pub name: String,
    /// The question, for people.
    pub prompt: String,
    /// The value when none is given.
    pub default: String,
}

/// Makes a template from a project.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplateMake {
    /// The project.
    pub project: String,
    /// The template's name.
    pub name: String,
    /// The thing that it makes.
    #[serde(default)]
    pub description: String,
    /// Texts in the project's files that become variables: the text by the variable's name.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

/// A template by its name.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplateRef {
    /// The template.
    pub template: String,
}

/// Makes a new project.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProjectCreate {
    /// Its name.
    pub name: String,
    /// The template that it begins from; an empty folder when left out.
    #[serde(default)]
    pub template: Option<String>,
    /// The values of the template's variables, by name.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// The place that receives the project's folder; in the library when left out.
    #[serde(default)]
    pub target: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
}
