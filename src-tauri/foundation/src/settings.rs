//! Settings in layers: defaults < file < environment < flags. Every value knows its layer.
//!
//! To add a setting, add one rule to [`SETTING_RULES`]: file, environment variable, flag, checks
//! and the comment in the file follow from it.

mod exchange;
mod file;
mod rules;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml_edit::DocumentMut;

use crate::{Code, Error, Result, escape_path, reach_write_point, replace_file, text};

pub use exchange::ImportedSettings;
pub use rules::{SETTING_RULES, SettingKind, SettingRule, SettingValue};

/// The bytes of a gigabyte, as makers of disks count them.
const GIGABYTE: u64 = 1_000_000_000;

/// The source of a setting's value; a later one wins over an earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SettingsLayer {
    /// Nobody set it.
    Default,
    /// The library's `settings.toml`.
    File,
    /// An environment variable, `UNDERCROFT_` and the key in capitals.
    Environment,
    /// The command line.
    Flag,
}

impl SettingsLayer {
    /// The stable name: `environment`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }
}

/// The values that win over the file: pairs of a setting's key and its value as text.
#[derive(Debug, Clone, Default)]
pub struct SettingsOverrides {
    environment: Vec<(&'static str, String)>,
    flags: Vec<(String, String)>,
}

impl SettingsOverrides {
    /// Picks the settings out of the environment (asked for one variable at a time, so that a
    /// test can be its own) and puts the command line's above them.
    pub fn new(
        variable: impl Fn(&str) -> Option<String>,
        flags: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let environment = SETTING_RULES
            .iter()
            .filter_map(|rule| Some((rule.key, variable(&rule.variable())?)))
            .collect();
        Self { environment, flags: flags.into_iter().collect() }
    }

    /// The overrides of this process: its environment, and flags.
    pub fn of_process(flags: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::new(
            |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()),
            flags,
        )
    }
}

/// One setting as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its rule: key, kind, default, comment.
    pub rule: &'static SettingRule,
    /// Its value.
    pub value: SettingValue,
    /// The source of the value.
    pub layer: SettingsLayer,
}

/// All settings as they stand, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    values: BTreeMap<&'static str, Setting>,
    unknown: Vec<String>,
    path: PathBuf,
}

impl Settings {
    /// Reads the file at `path` (an absent one sets nothing) and lays the overrides above it.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a value that its key does not allow, wherever it comes from; the
    /// file is left as it is.
    pub fn load(path: &Path, overrides: &SettingsOverrides) -> Result<Self> {
        Self::from_document(path, &file::read(path)?, overrides)
    }

    /// Changes keys in the file (`None`: back to the default), keeping everything else in it as
    /// it is, notes included, and reads the settings anew.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an unknown key, [`Code::Invalid`] for a value that it does not
    /// allow or a file that holds another such; nothing is written then.
    pub fn change(
        path: &Path,
        overrides: &SettingsOverrides,
        changes: &[(&str, Option<&str>)],
    ) -> Result<Self> {
        let _lock = file::lock(path)?;
        let mut document = file::read(path)?;
        for (key, text) in changes {
            let rule = rules::find(key)?;
            match text {
                Some(text) => {
                    let value = rule.parse(text).ok_or_else(|| rule.refuse("the request", text))?;
                    file::set(&mut document, rule, &value);
                }
                None => file::unset(&mut document, rule),
            }
        }
        let settings = Self::from_document(path, &document, overrides)?;
        replace_file(path, document.to_string().as_bytes(), 0o600)?;
        reach_write_point("settings.written");
        Ok(settings)
    }

    /// Writes a file that only explains itself, where there is none yet.
    ///
    /// # Errors
    /// Whatever keeps the file from being written.
    pub fn create_file(path: &Path) -> Result<()> {
        let _lock = file::lock(path)?;
        if path.symlink_metadata().is_ok() {
            return Ok(());
        }
        replace_file(path, file::explanation().as_bytes(), 0o600)?;
        reach_write_point("settings.written");
        Ok(())
    }

    fn from_document(
        path: &Path,
        document: &DocumentMut,
        overrides: &SettingsOverrides,
    ) -> Result<Self> {
        let mut settings = Self { values: defaults(), unknown: Vec::new(), path: path.to_owned() };
        for (key, item) in document.iter() {
            match rules::find(key) {
                Ok(rule) => {
                    let found = || item.to_string().trim().to_owned();
                    let value = rule
                        .accept(item)
                        .ok_or_else(|| rule.refuse(&escape_path(path), &found()))?;
                    settings.put(rule, value, SettingsLayer::File);
                }
                // A newer Undercroft may have written it: it stays, and is told.
                Err(_) => settings.unknown.push(key.to_owned()),
            }
        }
        for (key, text) in &overrides.environment {
            let rule = rules::find(key)?;
            let value = rule.parse(text).ok_or_else(|| rule.refuse(&rule.variable(), text))?;
            settings.put(rule, value, SettingsLayer::Environment);
        }
        for (key, text) in &overrides.flags {
            let rule = rules::find(key)?;
            let value = rule.parse(text).ok_or_else(|| rule.refuse("the command line", text))?;
            settings.put(rule, value, SettingsLayer::Flag);
        }
        Ok(settings)
    }

    fn put(&mut self, rule: &'static SettingRule, value: SettingValue, layer: SettingsLayer) {
        self.values.insert(rule.key, Setting { rule, value, layer });
    }

    /// Every setting, in the order of the rules.
    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        SETTING_RULES.iter().filter_map(|rule| self.values.get(rule.key))
    }

    /// One setting by its key.
    ///
    /// # Errors
    /// [`Code::NotFound`] with the keys that there are.
    pub fn get(&self, key: &str) -> Result<&Setting> {
        let rule = rules::find(key)?;
        self.values.get(rule.key).ok_or_else(|| {
            Error::new(Code::Internal, text!("The setting {key} has no value", key = rule.key))
        })
    }

    /// The file they were read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keys in the file that mean nothing here: a slip, or a newer version's.
    pub fn unknown_keys(&self) -> &[String] {
        &self.unknown
    }

    /// `system`, `light` or `dark`.
    pub fn theme(&self) -> &'static str {
        self.choice("theme")
    }

    /// Whether closing the window hides it to the tray.
    pub fn close_to_tray(&self) -> bool {
        self.switch("close-to-tray")
    }

    /// Whether the program starts when the user logs in.
    pub fn start_at_login(&self) -> bool {
        self.switch("start-at-login")
    }

    /// Whether the user was told that the window hides to the tray.
    pub fn tray_hint_shown(&self) -> bool {
        self.switch("tray-hint-shown")
    }

    /// The number of threads that may work at once; 0 for as many as the machine has.
    pub fn threads(&self) -> u64 {
        self.number("threads")
    }

    /// After how many days without a backup people are warned; 0 for never.
    pub fn warn_after_days(&self) -> u64 {
        self.number("warn-after-days")
    }

    /// Whether histories are thinned and compacted by themselves.
    pub fn maintain_histories(&self) -> bool {
        self.switch("maintain-histories")
    }

    /// `auto`, `off` or `max`.
    pub fn compression(&self) -> &'static str {
        self.choice("compression")
    }

    /// `auto`, `keyring` or `file`.
    pub fn password_keeper(&self) -> &'static str {
        self.choice("password-keeper")
    }

    /// After how many days without a change a project is idle; 0 for never.
    pub fn archive_after_days(&self) -> u64 {
        self.number("archive-after-days")
    }

    /// Whether the clean-up archives idle projects by itself.
    pub fn archive_idle(&self) -> bool {
        self.switch("archive-idle")
    }

    /// `balanced`, `fast` or `best`.
    pub fn archive_compression(&self) -> &'static str {
        self.choice("archive-compression")
    }

    /// Whether the library is cleaned up by itself.
    pub fn cleanup(&self) -> bool {
        self.switch("cleanup")
    }

    /// When the library is cleaned up: five fields of cron.
    pub fn cleanup_schedule(&self) -> &str {
        self.text("cleanup-schedule")
    }

    /// Whether plans run by themselves.
    pub fn backup(&self) -> bool {
        self.switch("backup")
    }

    /// When plans run that have no schedule of their own: five fields of cron.
    pub fn backup_schedule(&self) -> &str {
        self.text("backup-schedule")
    }

    /// For how many days plans without rules of their own keep backups; nothing for the usual rules.
    pub fn backup_retention_days(&self) -> Option<u64> {
        Some(self.number("backup-retention-days")).filter(|days| *days > 0)
    }

    /// The name of the destination of new plans and of backups that name none.
    pub fn backup_destination(&self) -> Option<&str> {
        Some(self.text("backup-destination")).filter(|name| !name.is_empty())
    }

    /// After how many days the trash is emptied; 0 for never.
    pub fn trash_days(&self) -> u64 {
        self.number("trash-days")
    }

    /// The largest project that is imported or created, in bytes; nothing for any size.
    pub fn project_limit(&self) -> Option<u64> {
        Some(self.number("project-limit-gb") * GIGABYTE).filter(|limit| *limit > 0)
    }

    /// The most that the library may take, in bytes; nothing for no limit.
    pub fn quota(&self) -> Option<u64> {
        Some(self.number("quota-gb") * GIGABYTE).filter(|quota| *quota > 0)
    }

    fn choice(&self, key: &str) -> &'static str {
        match self.values.get(key).map(|setting| &setting.value) {
            Some(SettingValue::Choice(choice)) => choice,
            _ => "",
        }
    }

    fn text(&self, key: &str) -> &str {
        match self.values.get(key).map(|setting| &setting.value) {
            Some(SettingValue::Schedule(text) | SettingValue::Name(text)) => text,
            _ => "",
        }
    }

    fn number(&self, key: &str) -> u64 {
        match self.values.get(key).map(|setting| &setting.value) {
            Some(SettingValue::Number(number)) => *number,
            _ => 0,
        }
    }

    fn switch(&self, key: &str) -> bool {
        let value = self.values.get(key).map(|setting| &setting.value);
        matches!(value, Some(SettingValue::Switch(true)))
    }
}

fn defaults() -> BTreeMap<&'static str, Setting> {
    let setting = |rule: &'static SettingRule| Setting {
        rule,
        value: rule.default_value(),
        layer: SettingsLayer::Default,
    };
    SETTING_RULES.iter().map(|rule| (rule.key, setting(rule))).collect()
}
