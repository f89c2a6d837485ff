//! Settings: what is in force, where it comes from, and changing it.

mod exchange;
pub(crate) mod wire;

use undercroft_foundation::{self as foundation, Result, escape_path};

use crate::Api;
use crate::base::wire::Nothing;

use wire::{Setting, SettingKind, SettingsChange, SettingsView, Theme};

impl Api {
    /// Shows the settings, and where each comes from.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a file that cannot be understood.
    pub fn settings_show(&self, _: Nothing) -> Result<SettingsView> {
        Ok(self.view(&self.0.library.settings(&self.0.overrides)?))
    }

    /// Changes settings.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a value that is not allowed.
    pub fn settings_change(&self, request: SettingsChange) -> Result<SettingsView> {
        let mut changes: Vec<(&str, Option<String>)> = Vec::new();
        let SettingsChange { theme, close_to_tray, tray_hint_shown, set } = &request;
        changes.extend(theme.map(|theme| ("theme", Some(theme.name().to_owned()))));
        changes.extend(close_to_tray.map(|on| ("close-to-tray", Some(on.to_string()))));
        changes.extend(tray_hint_shown.map(|on| ("tray-hint-shown", Some(on.to_string()))));
        changes.extend(set.iter().map(|(key, value)| (key.as_str(), value.clone())));
        let changes: Vec<_> = changes.iter().map(|(key, value)| (*key, value.as_deref())).collect();
        self.change_settings(&changes)
    }

    fn change_settings(&self, changes: &[(&str, Option<&str>)]) -> Result<SettingsView> {
        let before = self.0.library.settings(&self.0.overrides).ok();
        let settings = self.0.library.change_settings(&self.0.overrides, changes)?;
        let starts = settings.start_at_login();
        if before.is_some_and(|before| before.start_at_login() != starts)
            && let Err(error) = self.0.host.start_at_login(starts)
        {
            self.0.library.change_settings(&self.0.overrides, &[("start-at-login", None)])?;
            return Err(error);
        }
        self.0.scheduling.wake();
        Ok(self.view(&settings))
    }

    fn view(&self, settings: &foundation::Settings) -> SettingsView {
        let all: Vec<Setting> = settings.iter().map(setting).collect();
        SettingsView {
            theme: Theme::from_name(settings.theme()),
            close_to_tray: settings.close_to_tray(),
            tray_hint_shown: settings.tray_hint_shown(),
            library_path: escape_path(self.0.library.root()),
            settings_file: escape_path(settings.path()),
            sources: all.iter().map(|it| (camel_case(&it.key), it.source)).collect(),
            all,
        }
    }
}

fn setting(setting: &foundation::Setting) -> Setting {
    Setting {
        key: setting.rule.key.to_owned(),
        value: setting.value.to_string(),
        default: setting.rule.default_value().to_string(),
        kind: setting.rule.kind.into(),
        allowed: setting.rule.allowed(),
        purpose: setting.rule.comment.to_owned(),
        source: setting.layer.into(),
    }
}

impl From<foundation::SettingKind> for SettingKind {
    fn from(kind: foundation::SettingKind) -> Self {
        match kind {
            foundation::SettingKind::Choice(choices) => {
                Self::Choice { choices: choices.iter().map(|it| (*it).to_owned()).collect() }
            }
            foundation::SettingKind::Switch(_) => Self::Switch,
            foundation::SettingKind::Number { max, .. } => Self::Number { max },
            foundation::SettingKind::Schedule(_) => Self::Schedule,
            foundation::SettingKind::Name => Self::Name,
        }
    }
}

impl Theme {
    fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn from_name(name: &str) -> Self {
        match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// `close-to-tray` is `closeToTray` on the wire.
fn camel_case(key: &str) -> String {
    let mut words = key.split('-');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(rest);
    }
    name
}
