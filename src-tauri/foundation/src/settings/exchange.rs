//! A file of settings that is taken to another library: complete, versioned, without a secret.

use toml_edit::{DocumentMut, Item, Table, value};

use super::rules;
use super::{Setting, Settings, file};
use crate::{Code, Error, Result};

/// The name by which a file of settings is told from any other.
const FORMAT: &str = "undercroft-settings";
/// The newest form of the file that is understood.
const VERSION: i64 = 1;
/// No file of settings comes near it.
const MOST_BYTES: usize = 256 * 1024;
/// Settings that only this library knows of its user, and no other needs.
const NOT_EXPORTED: &[&str] = &["tray-hint-shown", "tray-language"];

/// The settings that a file brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedSettings {
    /// Keys, each with its value as text, in the order of the rules.
    pub values: Vec<(&'static str, String)>,
    /// Keys that mean nothing here.
    pub unknown: Vec<String>,
}

impl Settings {
    /// All settings as a file for [`ImportedSettings::read`].
    pub fn export(&self) -> String {
        let mut table = Table::new();
        for Setting { rule, value, .. } in self.iter() {
            if !NOT_EXPORTED.contains(&rule.key) {
                table.insert(rule.key, file::item_of(value));
            }
        }
        let mut document = DocumentMut::new();
        document.insert("format", value(FORMAT));
        document.insert("version", value(VERSION));
        document.insert("settings", Item::Table(table));
        format!(
            "# Settings of Undercroft, to be imported elsewhere. No password is in here.\n{document}"
        )
    }
}

impl ImportedSettings {
    /// Reads what [`Settings::export`] wrote.
    ///
    /// # Errors
    /// [`Code::Invalid`] for anything else: another kind of file, a newer form, a value that its
    /// key does not allow.
    pub fn read(text: &str) -> Result<Self> {
        if text.len() > MOST_BYTES {
            return Err(foreign("It is larger than any file of settings"));
        }
        let document: DocumentMut =
            text.parse().map_err(|_| foreign("It is not in the form of a file of settings"))?;
        if document.get("format").and_then(Item::as_str) != Some(FORMAT) {
            return Err(foreign("It does not say that it is one"));
        }
        match document.get("version").and_then(Item::as_integer) {
            Some(1..=VERSION) => {}
            Some(newer) if newer > VERSION => return Err(too_new()),
            _ => return Err(foreign("It does not say which form it has")),
        }
        let table = document.get("settings").and_then(Item::as_table_like);
        let table = table.ok_or_else(|| foreign("There are no settings in it"))?;
        let mut read = Self { values: Vec::new(), unknown: Vec::new() };
        for rule in rules::SETTING_RULES {
            let Some(item) = table.get(rule.key) else { continue };
            let found = || item.to_string().trim().chars().take(100).collect::<String>();
            let value = rule.accept(item).ok_or_else(|| rule.refuse("the file", &found()))?;
            if !NOT_EXPORTED.contains(&rule.key) {
                read.values.push((rule.key, value.to_string()));
            }
        }
        let unknown = table.iter().filter(|(key, _)| rules::find(key).is_err());
        read.unknown = unknown.map(|(key, _)| crate::escape_name(key.as_bytes())).collect();
        Ok(read)
    }
}

fn foreign(why: &str) -> Error {
    Error::new(Code::Invalid, "This is not a file of Undercroft's settings")
        .why(why)
        .next("Choose a file that Undercroft exported; nothing was changed")
}

fn too_new() -> Error {
    Error::new(Code::Invalid, "These settings are from a newer Undercroft")
        .why("The form of the file is not known here")
        .next("Update Undercroft, then import again; nothing was changed")
}
