//! `template.toml`: the title, the description and the variables of a template.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, Result, text};

use crate::names::check_variable;

/// The name of the file.
pub(crate) const MANIFEST: &str = "template.toml";
/// The variable that every template has: the project's name.
pub(crate) const NAME: &str = "name";

/// A template that projects can begin from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its name, unique among all.
    pub name: String,
    /// The title for people.
    pub title: String,
    /// The description, in a sentence.
    pub description: String,
    /// Whether it comes with the program.
    pub builtin: bool,
    /// Its variables, besides `name`, which every template has.
    pub variables: Vec<Variable>,
    /// The number of its files.
    pub files: u64,
    /// The size of its files.
    pub size_bytes: u64,
}

/// A variable: `{{name}}` in texts and file names becomes its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Its name between the braces.
    pub name: String,
    /// The question for its value.
    pub prompt: String,
    /// The value without an answer.
    #[serde(default)]
    pub default: String,
}

/// The content of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) variables: Vec<Variable>,
}

impl Manifest {
    /// Reads the file of the template `name`.
    pub(crate) fn read(text: &str, name: &str) -> Result<Self> {
        let what = || format!("Cannot read the template {name}");
        let manifest: Self = toml::from_str(text).map_err(|error| {
            Error::new(Code::Invalid, what())
                .why(text!(
                    "Its {manifest} is not as it should be: {message}",
                    manifest = MANIFEST,
                    message = error.message()
                ))
                .next(text!("Correct its {manifest}", manifest = MANIFEST))
        })?;
        let mut seen = BTreeSet::from([NAME]);
        for variable in &manifest.variables {
            check_variable(&variable.name)?;
            if !seen.insert(&variable.name) {
                return Err(Error::new(Code::Invalid, what())
                    .why(text!(
                        "The variable {variable} comes twice, or is built in",
                        variable = variable.name
                    ))
                    .next(text!("Correct its {manifest}", manifest = MANIFEST)));
            }
        }
        Ok(manifest)
    }

    pub(crate) fn describe(self, name: &str, builtin: bool, files: u64, bytes: u64) -> Template {
        Template {
            name: name.to_owned(),
            title: self.title,
            description: self.description,
            builtin,
            variables: self.variables,
            files,
            size_bytes: bytes,
        }
    }

    /// The value of each variable: as given, or by default.
    pub(crate) fn values(
        &self,
        given: &BTreeMap<String, String>,
        project: &str,
    ) -> Result<BTreeMap<String, String>> {
        let mut values = BTreeMap::from([(NAME.to_owned(), project.to_owned())]);
        for variable in &self.variables {
            values.insert(variable.name.clone(), variable.default.clone());
        }
        for (name, value) in given {
            let Some(place) = values.get_mut(name) else {
                return Err(Error::new(
                    Code::Invalid,
                    text!("Cannot set the variable {name}", name),
                )
                .why("The template has no such variable")
                .next("Leave it out, or check its name"));
            };
            value.clone_into(place);
        }
        Ok(values)
    }
}
