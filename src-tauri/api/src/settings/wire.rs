//! Settings on the wire.

use std::collections::BTreeMap;
use undercroft_foundation as foundation;

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::mirror::mirror;
use crate::host::wire::Place;

/// How the window is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system says.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Changes settings; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SettingsChange {
    /// How the window is coloured.
    pub theme: Option<Theme>,
    /// Whether closing the window leaves the program in the tray.
    pub close_to_tray: Option<bool>,
    /// Whether the user was told that it stays in the tray.
    pub tray_hint_shown: Option<bool>,
    /// Any setting by its key, `close-to-tray`; null puts it back to its default.
    pub set: BTreeMap<String, Option<String>>,
}

/// The settings as they are in force, and where each comes from.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// How the window is coloured.
    pub theme: Theme,
    /// Whether closing the window leaves the program in the tray.
    pub close_to_tray: bool,
    /// Whether the user was told that it stays in the tray.
    pub tray_hint_shown: bool,
    /// The library's folder, to show.
    pub library_path: String,
    /// The file that keeps the settings, to show.
    pub settings_file: String,
    /// The source of each setting's value, by the setting's name in camel case.
    pub sources: BTreeMap<String, SettingsSource>,
    /// Every setting there is, as text.
    pub all: Vec<Setting>,
}

/// One setting as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// The key in the file and on the command line: `close-to-tray`.
    pub key: String,
    /// Its value.
    pub value: String,
    /// The value that it has when nobody sets it.
    pub default: String,
    /// The kind of its values.
    pub kind: SettingKind,
    /// The values that it may have, in words: `system, light or dark`.
    pub allowed: String,
    /// Its purpose, in one sentence without its full stop.
    pub purpose: String,
    /// The source of its value.
    pub source: SettingsSource,
}

/// The kind of values that a setting has; all of them travel as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum SettingKind {
    /// One of a few words.
    Choice {
        /// The words.
        choices: Vec<String>,
    },
    /// `true` or `false`.
    Switch,
    /// A whole number from 0.
    Number {
        /// The greatest.
        #[specta(type = Number)]
        max: u64,
    },
    /// Five fields of cron.
    Schedule,
    /// A name in one line, or nothing.
    Name,
}

/// Asks for the settings as a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SettingsExport {
    /// The folder that it is written into; none gives the text alone.
    pub place: Option<String>,
}

/// The settings as a file, without any password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingsExported {
    /// A name for the file.
    pub file_name: String,
    /// Its content.
    pub text: String,
    /// The file, where it was written.
    pub saved: Option<Place>,
}

/// Names a file of settings by its content.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettingsImport {
    /// The content of the file.
    pub text: String,
}

/// The changes that a file of settings would make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingsImportPlan {
    /// The settings that would change.
    pub changes: Vec<SettingDifference>,
    /// The number of those that are as in the file already.
    pub same: u32,
    /// The keys that the environment or a flag sets here, and that therefore stay.
    pub fixed: Vec<String>,
    /// The keys in the file that mean nothing here.
    pub unknown: Vec<String>,
}

/// One setting that would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingDifference {
    /// The key of the setting.
    pub key: String,
    /// Its purpose, in one sentence without its full stop.
    pub purpose: String,
    /// Its value now.
    pub from: String,
    /// The value that the file has.
    pub to: String,
}

mirror! {
    /// The source of a setting's value; later ones win.
    #[serde(rename_all = "camelCase")]
    pub enum SettingsSource = foundation::SettingsLayer {
        /// Built in.
        Default,
        /// The file in the library.
        File,
        /// An environment variable.
        Environment,
        /// A flag on the command line.
        Flag,
    }
}
