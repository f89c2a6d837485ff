//! Settings: layers, bad values, and a file that people and Undercroft both write.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "these are tests")]

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;
use undercroft_foundation::{
    Code, ImportedSettings, SETTING_RULES, SettingKind, SettingValue, Settings, SettingsLayer,
    SettingsOverrides,
};

struct Home {
    folder: TempDir,
}

impl Home {
    fn new(text: &str) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(home.path(), text).unwrap();
        home
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("settings.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    fn load(&self) -> undercroft_foundation::Result<Settings> {
        Settings::load(&self.path(), &SettingsOverrides::default())
    }

    fn change(&self, changes: &[(&str, Option<&str>)]) -> undercroft_foundation::Result<Settings> {
        Settings::change(&self.path(), &SettingsOverrides::default(), changes)
    }
}

fn overrides(environment: &[(&str, &str)], flags: &[(&str, &str)]) -> SettingsOverrides {
    let variable = |name: &str| {
        environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let flags = flags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    SettingsOverrides::new(variable, flags)
}

#[test]
fn a_later_layer_wins_and_each_value_knows_its_own() {
    let home = Home::new("theme = \"light\"\nthreads = 3\nclose-to-tray = false\n");
    let over = overrides(
        &[("UNDERCROFT_THREADS", "4"), ("UNDERCROFT_CLOSE_TO_TRAY", "on"), ("UNDERCROFT_X", "y")],
        &[("threads", "5")],
    );
    let settings = Settings::load(&home.path(), &over).unwrap();
    assert_eq!(settings.theme(), "light");
    assert_eq!(settings.threads(), 5);
    assert!(settings.close_to_tray());
    assert_eq!(settings.compression(), "auto");
    assert!(!settings.tray_hint_shown());
    let layer = |key: &str| settings.get(key).unwrap().layer.name();
    let keys = ["theme", "close-to-tray", "tray-hint-shown", "threads", "compression"];
    assert_eq!(keys.map(layer), ["file", "environment", "default", "flag", "default"]);
    assert_eq!(settings.get("threads").unwrap().value, SettingValue::Number(5));
    assert_eq!(settings.get("thread").unwrap_err().code(), Code::NotFound);
}

#[test]
fn backups_are_set_by_the_file_and_above_it_by_the_environment() {
    let home = Home::new(
        "backup = false\nbackup-schedule = \"0  6 * * *\"\nbackup-retention-days = 30\n\
         backup-destination = \"Blue disk\"\ncompression = \"max\"\n",
    );
    let settings = home.load().unwrap();
    assert!(!settings.backup());
    assert_eq!(settings.backup_schedule(), "0 6 * * *");
    assert_eq!(settings.backup_retention_days(), Some(30));
    assert_eq!(settings.backup_destination(), Some("Blue disk"));
    let over = overrides(
        &[
            ("UNDERCROFT_BACKUP", "on"),
            ("UNDERCROFT_BACKUP_SCHEDULE", "15 7 * * 1-5"),
            ("UNDERCROFT_BACKUP_RETENTION_DAYS", "0"),
            ("UNDERCROFT_BACKUP_DESTINATION", " Shelf "),
            ("UNDERCROFT_COMPRESSION", "off"),
        ],
        &[],
    );
    let settings = Settings::load(&home.path(), &over).unwrap();
    assert!(settings.backup());
    assert_eq!(settings.backup_schedule(), "15 7 * * 1-5");
    assert_eq!(settings.backup_retention_days(), None);
    assert_eq!(settings.backup_destination(), Some("Shelf"));
    assert_eq!(settings.compression(), "off");
    fs::remove_file(home.path()).unwrap();
    let usual = home.load().unwrap();
    assert!(usual.backup() && usual.backup_destination().is_none());
    assert_eq!(usual.backup_schedule(), "30 12 * * *");
    for (key, wrong) in [("BACKUP_SCHEDULE", "daily"), ("BACKUP_DESTINATION", "a\nb")] {
        let variable = format!("UNDERCROFT_{key}");
        let over = overrides(&[(&variable, wrong)], &[]);
        let refused = Settings::load(&home.path(), &over).unwrap_err();
        assert_eq!(refused.code(), Code::Invalid, "{key}");
    }
}

#[test]
fn without_a_file_there_are_the_defaults() {
    let home = Home::new("");
    fs::remove_file(home.path()).unwrap();
    assert!(home.load().unwrap().iter().all(|setting| setting.layer == SettingsLayer::Default));
    assert!(!home.path().exists());
}

#[test]
fn a_bad_value_names_its_key_its_place_and_what_is_allowed() {
    for (text, allowed) in [
        ("theme = \"blue\"", "system, light or dark"),
        ("theme = 3", "system, light or dark"),
        ("close-to-tray = \"yes\"", "true or false"),
        ("threads = -1", "a whole number from 0 to 256"),
        ("threads = 257", "a whole number from 0 to 256"),
        ("threads = 1.5", "a whole number from 0 to 256"),
        ("[compression]\nx = 1", "auto, off or max"),
    ] {
        let home = Home::new(text);
        let error = home.load().unwrap_err();
        assert_eq!(error.code(), Code::Invalid);
        let key = text.trim_start_matches('[').split([' ', ']']).next().unwrap();
        assert!(error.what_text().contains(key), "{error}");
        assert!(error.what_text().contains("settings.toml"), "{error}");
        assert_eq!(error.why_text(), format!("It must be {allowed}"));
        // Neither is it lost by a change of something else.
        let other = if key == "theme" { ("threads", "1") } else { ("theme", "dark") };
        assert_eq!(home.change(&[(other.0, Some(other.1))]).unwrap_err().code(), Code::Invalid);
        assert_eq!(home.text(), text);
    }
}

#[test]
fn a_bad_value_from_elsewhere_says_from_where() {
    let home = Home::new("");
    let of = |environment: &[_], flags: &[_]| {
        Settings::load(&home.path(), &overrides(environment, flags)).unwrap_err()
    };
    let error = of(&[("UNDERCROFT_THEME", "blue")], &[]);
    assert_eq!(error.what_text(), "The setting theme in UNDERCROFT_THEME is blue");
    let error = of(&[], &[("threads", "many")]);
    assert_eq!(error.what_text(), "The setting threads in the command line is many");
    assert_eq!(of(&[], &[("nothing", "x")]).code(), Code::NotFound);
}

#[test]
fn a_bad_value_is_mended_by_setting_it_or_taking_it_out() {
    let home = Home::new("theme = \"blue\" # my favourite\n");
    assert_eq!(home.change(&[("theme", Some("dark"))]).unwrap().theme(), "dark");
    assert_eq!(home.text(), "theme = \"dark\" # my favourite\n");
    let home = Home::new("theme = \"blue\"\n");
    assert_eq!(home.change(&[("theme", None)]).unwrap().theme(), "system");
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line_and_kept() {
    for text in ["theme = \"light\"\nthreads = = 2\n", "theme = \"a\ntheme", "\u{0}"] {
        let home = Home::new(text);
        let error = home.load().unwrap_err();
        assert_eq!(error.code(), Code::Invalid);
        assert!(error.why_text().starts_with("Line "), "{error}");
        assert!(home.change(&[("theme", Some("dark"))]).is_err());
        assert_eq!(home.text(), text);
    }
    let home = Home::new("");
    fs::write(home.path(), [0xff, 0xfe]).unwrap();
    assert_eq!(home.load().unwrap_err().code(), Code::Invalid);
}

#[test]
fn peoples_notes_and_unknown_keys_survive() {
    let text = "# mine\n\nthreads = 3 # three\n\n[future]\nkey = [1, 2] # unknown\n";
    let home = Home::new(text);
    let settings = home.change(&[("threads", Some("4")), ("theme", Some("dark"))]).unwrap();
    assert_eq!(settings.unknown_keys(), ["future"]);
    let changed = home.text();
    assert!(changed.starts_with("# mine\n\nthreads = 4 # three\n"), "{changed}");
    assert!(changed.contains("[future]\nkey = [1, 2] # unknown\n"), "{changed}");
    assert!(changed.contains("\n# The look of the window"), "{changed}");
    assert!(changed.contains("theme = \"dark\"\n"), "{changed}");
    assert_eq!(home.load().unwrap().theme(), "dark");
}

#[test]
fn a_new_file_explains_itself_and_keeps_its_explanation_on_top() {
    let home = Home::new("");
    fs::remove_file(home.path()).unwrap();
    Settings::create_file(&home.path()).unwrap();
    let explanation = home.text();
    for rule in SETTING_RULES {
        assert!(explanation.contains(rule.key));
    }
    home.change(&[("theme", Some("dark"))]).unwrap();
    assert!(home.text().starts_with(&explanation), "{}", home.text());
    Settings::create_file(&home.path()).unwrap();
    assert_eq!(home.load().unwrap().theme(), "dark");
}

#[test]
fn a_key_that_is_taken_out_leaves_the_notes_around_it() {
    for (text, left) in [
        ("# top\ntheme = \"dark\"\nthreads = 1\n", "# top\nthreads = 1\n"),
        ("# top\ntheme = \"dark\"\n# end\n", "# top\n\n# end\n"),
        ("# top\ntheme = \"dark\"\n[x]\ny = 1\n", "# top\n\n[x]\ny = 1\n"),
        ("threads = 1\ntheme = \"dark\"\n", "threads = 1\n"),
    ] {
        let home = Home::new(text);
        home.change(&[("theme", None)]).unwrap();
        assert_eq!(home.text(), left);
    }
}

#[test]
fn what_is_refused_is_not_written() {
    let home = Home::new("# mine\n");
    for (key, value) in [("theme", "blue"), ("threads", "x"), ("nothing", "1")] {
        assert!(home.change(&[("compression", Some("max")), (key, Some(value))]).is_err());
        assert_eq!(home.text(), "# mine\n");
    }
}

#[test]
fn changes_that_race_lose_nothing() {
    let home = Home::new("");
    let keys =
        [("theme", "dark"), ("threads", "7"), ("compression", "max"), ("close-to-tray", "off")];
    std::thread::scope(|scope| {
        for (key, value) in keys {
            let home = &home;
            scope.spawn(move || home.change(&[(key, Some(value))]).unwrap());
        }
    });
    let settings = home.load().unwrap();
    for (key, _) in keys {
        assert_eq!(settings.get(key).unwrap().layer, SettingsLayer::File);
    }
}

fn any_change() -> impl Strategy<Value = (usize, Option<String>)> {
    (0..SETTING_RULES.len()).prop_flat_map(|index| {
        let value = match SETTING_RULES[index].kind {
            SettingKind::Choice(choices) => {
                (0..choices.len()).prop_map(|n| choices[n].to_owned()).boxed()
            }
            SettingKind::Switch(_) => any::<bool>().prop_map(|on| on.to_string()).boxed(),
            SettingKind::Number { max, .. } => (0..=max).prop_map(|n| n.to_string()).boxed(),
            SettingKind::Name => "[a-z ]{0,20}".prop_map(|name| name.trim().to_owned()).boxed(),
            SettingKind::Schedule(_) => {
                (0..24_u8).prop_map(|hour| format!("30 {hour} * * 1")).boxed()
            }
        };
        (Just(index), proptest::option::of(value))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// The file holds the last of any changes, in any order, and keeps notes.
    #[test]
    fn any_changes_come_back(changes in proptest::collection::vec(any_change(), 1..8)) {
        let home = Home::new("# mine\n");
        for (index, value) in &changes {
            home.change(&[(SETTING_RULES[*index].key, value.as_deref())]).unwrap();
        }
        prop_assert_eq!(home.text().matches("# mine\n").count(), 1);
        let settings = home.load().unwrap();
        for (index, rule) in SETTING_RULES.iter().enumerate() {
            let last = changes.iter().rfind(|(changed, _)| *changed == index);
            let expected = last.and_then(|(_, value)| value.clone());
            let expected = expected.unwrap_or_else(|| rule.default_value().to_string());
            prop_assert_eq!(settings.get(rule.key).unwrap().value.to_string(), expected);
        }
    }
}

#[test]
fn exported_settings_are_read_back_as_they_were() {
    let home = Home::new("theme = \"dark\"\ntrash-days = 9\nbackup-destination = \"Blue disk\"\n");
    let text = home.load().unwrap().export();
    let read = ImportedSettings::read(&text).unwrap();
    let value = |key: &str| read.values.iter().find(|it| it.0 == key).map(|it| it.1.as_str());
    assert_eq!((value("theme"), value("trash-days")), (Some("dark"), Some("9")));
    assert_eq!(value("backup-destination"), Some("Blue disk"));
    assert_eq!(
        (value("tray-hint-shown"), value("tray-language")),
        (None, None),
        "this user's alone"
    );
    assert_eq!(read.values.len(), SETTING_RULES.len() - 2);
    assert!(read.unknown.is_empty());
}

#[test]
fn a_file_that_is_no_file_of_settings_is_refused_in_words() {
    let head = "format = \"undercroft-settings\"\nversion = 1\n";
    let large = "#".repeat(300_000);
    let deep = format!("{head}settings = {}{}", "[".repeat(5000), "]".repeat(5000));
    let texts = [
        "",
        "\0\u{1}PK",
        "{\"theme\": \"dark\"}",
        "theme = \"dark\"",
        "format = \"other\"\nversion = 1\n[settings]\n",
        "format = \"undercroft-settings\"\n[settings]\n",
        "format = \"undercroft-settings\"\nversion = 0\n[settings]\n",
        &format!("{head}settings = 3\n"),
        &deep,
        &large,
    ];
    for text in texts {
        let error = ImportedSettings::read(text).unwrap_err();
        assert_eq!(error.code(), Code::Invalid);
        assert!(error.to_string().contains("not a file of Undercroft's settings"), "{error}");
    }
    let newer = head.replace("= 1", "= 2") + "[settings]\ntheme = \"dark\"\n";
    let error = ImportedSettings::read(&newer).unwrap_err();
    assert!(error.to_string().contains("newer Undercroft"), "{error}");
    for wrong in ["theme = \"pink\"", "threads = -1", "cleanup = \"yes\"", "threads = { a = 1 }"] {
        let error = ImportedSettings::read(&format!("{head}[settings]\n{wrong}\n")).unwrap_err();
        assert_eq!(error.code(), Code::Invalid, "{wrong}");
    }
    let read = ImportedSettings::read(&format!("{head}[settings]\nsoon = 1\n")).unwrap();
    assert_eq!(read.unknown, ["soon"]);
}
