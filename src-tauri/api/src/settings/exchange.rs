//! Settings as a file: out of one library, into another.

use jiff::tz::TimeZone;
use undercroft_foundation::{
    Code, Error, ImportedSettings, Result, Settings, SettingsLayer, replace_file, text,
};

use super::wire::{
    SettingDifference, SettingsExport, SettingsExported, SettingsImport, SettingsImportPlan,
    SettingsView,
};
use crate::Api;
use crate::host::wire::PlacePurpose;

impl Api {
    /// Gives all settings as a file, in a folder if one is named.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`], and whatever keeps it from being written.
    pub fn settings_export(&self, request: SettingsExport) -> Result<SettingsExported> {
        let text = self.0.library.settings(&self.0.overrides)?.export();
        let now = self.0.library.world().clock.now().to_zoned(TimeZone::system());
        let today = now.strftime("%Y-%m-%d");
        let file_name = format!("undercroft-settings-{today}.toml");
        let Some(place) = request.place else {
            return Ok(SettingsExported { file_name, text, saved: None });
        };
        let path = self.0.places.resolve(&place, PlacePurpose::Save)?.join(&file_name);
        if path.symlink_metadata().is_ok() {
            return Err(Error::new(Code::AlreadyExists, "Cannot write the settings")
                .why(text!("{name} is there already", name = file_name))
                .next("Choose another folder, or remove the old file"));
        }
        replace_file(&path, text.as_bytes(), 0o600)?;
        Ok(SettingsExported { file_name, text, saved: Some(self.0.places.register(&path)) })
    }

    /// Previews what importing a file of settings would change.
    ///
    /// # Errors
    /// The errors of [`ImportedSettings::read`].
    pub fn settings_import_preview(&self, request: SettingsImport) -> Result<SettingsImportPlan> {
        let imported = ImportedSettings::read(&request.text)?;
        plan(&self.0.library.settings(&self.0.overrides)?, imported)
    }

    /// Changes the settings to those of a file, all of them or none.
    ///
    /// # Errors
    /// The errors of [`Api::settings_import_preview`] and [`Api::settings_change`].
    pub fn settings_import(&self, request: SettingsImport) -> Result<SettingsView> {
        let plan = self.settings_import_preview(request)?;
        let changes: Vec<_> =
            plan.changes.iter().map(|it| (it.key.as_str(), Some(it.to.as_str()))).collect();
        self.change_settings(&changes)
    }
}

/// The difference between the settings as they are and those of a file. What the environment or a
/// flag sets is not the file's to change.
fn plan(now: &Settings, imported: ImportedSettings) -> Result<SettingsImportPlan> {
    let ImportedSettings { values, unknown } = imported;
    let mut plan = SettingsImportPlan { changes: Vec::new(), same: 0, fixed: Vec::new(), unknown };
    for (key, to) in values {
        let setting = now.get(key)?;
        let from = setting.value.to_string();
        if from == to {
            plan.same += 1;
        } else if setting.layer > SettingsLayer::File {
            plan.fixed.push(key.to_owned());
        } else {
            let purpose = setting.rule.comment.to_owned();
            plan.changes.push(SettingDifference { key: key.to_owned(), purpose, from, to });
        }
    }
    Ok(plan)
}
