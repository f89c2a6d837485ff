//! The rules: which settings there are, what each may be, and what to tell people about it.

use std::fmt;
use std::str::FromStr as _;

use croner::Cron;
use toml_edit::Item;

use crate::{Code, Error, Result, text};

/// The values that a setting may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// One of these words; the first is the default.
    Choice(&'static [&'static str]),
    /// On or off; the default.
    Switch(bool),
    /// A whole number from 0; the greatest allowed, and the default.
    Number {
        /// The greatest that is allowed.
        max: u64,
        /// The default.
        default: u64,
    },
    /// Times in the form of cron, minute first, in the zone of this machine; the default.
    Schedule(&'static str),
    /// A name in one line, or nothing, which is the default.
    Name,
}

/// One setting: its key, what it may be, and the comment that it gets in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct SettingRule {
    /// The key in the file and on the command line: `close-to-tray`.
    pub key: &'static str,
    /// The values that it may have.
    pub kind: SettingKind,
    /// The purpose, in one line.
    pub comment: &'static str,
}

/// Every setting that there is.
pub static SETTING_RULES: &[SettingRule] = &[
    SettingRule {
        key: "theme",
        kind: SettingKind::Choice(&["system", "light", "dark"]),
        comment: "The look of the window; system follows the desktop",
    },
    SettingRule {
        key: "close-to-tray",
        kind: SettingKind::Switch(true),
        comment: "Whether closing the window hides it to the tray instead of quitting",
    },
    SettingRule {
        key: "tray-hint-shown",
        kind: SettingKind::Switch(false),
        comment: "Whether you have been told that the window hides to the tray",
    },
    SettingRule {
        key: "tray-language",
        kind: SettingKind::Choice(&["system", "en", "de"]),
        comment: "The language of the tray and the notifications; the window makes it its own",
    },
    SettingRule {
        key: "start-at-login",
        kind: SettingKind::Switch(false),
        comment: "Whether Undercroft starts in the tray when you log in",
    },
    SettingRule {
        key: "notifications",
        kind: SettingKind::Choice(&["problems", "all", "off"]),
        comment: "What the desktop tells you of: problems, successful backups too, or nothing",
    },
    SettingRule {
        key: "threads",
        kind: SettingKind::Number { max: 256, default: 0 },
        comment: "How many threads may work at once; 0 takes what the machine has",
    },
    SettingRule {
        key: "warn-after-days",
        kind: SettingKind::Number { max: 3650, default: 7 },
        comment: "After how many days without a backup you are warned; 0 for never",
    },
    SettingRule {
        key: "maintain-histories",
        kind: SettingKind::Switch(true),
        comment: "Whether histories are thinned and compacted by themselves while the machine rests",
    },
    SettingRule {
        key: "archive-after-days",
        kind: SettingKind::Number { max: 3650, default: 90 },
        comment: "After how many days without a change a project is idle; 0 for never",
    },
    SettingRule {
        key: "archive-idle",
        kind: SettingKind::Switch(false),
        comment: "Whether the clean-up archives idle projects by itself",
    },
    SettingRule {
        key: "archive-compression",
        kind: SettingKind::Choice(&["balanced", "fast", "best"]),
        comment: "How hard archives are compressed",
    },
    SettingRule {
        key: "cleanup",
        kind: SettingKind::Switch(true),
        comment: "Whether the library is cleaned up by itself",
    },
    SettingRule {
        key: "cleanup-schedule",
        kind: SettingKind::Schedule("0 4 * * *"),
        comment: "When the library is cleaned up",
    },
    SettingRule {
        key: "trash-days",
        kind: SettingKind::Number { max: 3650, default: 30 },
        comment: "After how many days the clean-up empties the trash; 0 for never",
    },
    SettingRule {
        key: "project-limit-gb",
        kind: SettingKind::Number { max: 1_000_000, default: 0 },
        comment: "The largest project that is imported or created, in GB; 0 for any size",
    },
    SettingRule {
        key: "quota-gb",
        kind: SettingKind::Number { max: 1_000_000, default: 0 },
        comment: "The most that the library may take, in GB; 0 for no limit",
    },
    SettingRule {
        key: "backup",
        kind: SettingKind::Switch(true),
        comment: "Whether plans run by themselves; off leaves backups by hand",
    },
    SettingRule {
        key: "backup-schedule",
        kind: SettingKind::Schedule("30 12 * * *"),
        comment: "When plans run that have no schedule of their own",
    },
    SettingRule {
        key: "backup-retention-days",
        kind: SettingKind::Number { max: 36_500, default: 0 },
        comment: "For how many days plans without rules of their own keep backups; 0 for the usual rules",
    },
    SettingRule {
        key: "backup-destination",
        kind: SettingKind::Name,
        comment: "The destination of new plans and of backups that name none; empty for all",
    },
    SettingRule {
        key: "compression",
        kind: SettingKind::Choice(&["auto", "off", "max"]),
        comment: "How hard new backup data is compressed",
    },
    SettingRule {
        key: "password-keeper",
        kind: SettingKind::Choice(&["auto", "keyring", "file"]),
        comment: "Where passwords of destinations are kept; auto takes the keyring where there is one",
    },
];

/// The rule of a key.
///
/// # Errors
/// [`Code::NotFound`] with the keys that there are.
pub(super) fn find(key: &str) -> Result<&'static SettingRule> {
    SETTING_RULES.iter().find(|rule| rule.key == key).ok_or_else(|| {
        let keys: Vec<_> = SETTING_RULES.iter().map(|rule| rule.key).collect();
        Error::new(Code::NotFound, text!("There is no setting {key}", key = format!("{key:?}")))
            .next(text!("Use one of {values}", values = keys.join(", ")))
    })
}

/// A setting's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// One of the words that the rule allows.
    Choice(&'static str),
    /// On or off.
    Switch(bool),
    /// A whole number.
    Number(u64),
    /// Times in the form of cron.
    Schedule(String),
    /// A name; empty for none.
    Name(String),
}

impl fmt::Display for SettingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Choice(choice) => f.write_str(choice),
            Self::Switch(on) => on.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Schedule(text) | Self::Name(text) => f.write_str(text),
        }
    }
}

impl SettingRule {
    /// The environment variable that sets it: `UNDERCROFT_CLOSE_TO_TRAY`.
    pub fn variable(&self) -> String {
        format!("UNDERCROFT_{}", self.key.to_ascii_uppercase().replace('-', "_"))
    }

    /// The value that it has when nobody sets it.
    pub fn default_value(&self) -> SettingValue {
        match self.kind {
            SettingKind::Choice(choices) => SettingValue::Choice(choices.first().unwrap_or(&"")),
            SettingKind::Switch(on) => SettingValue::Switch(on),
            SettingKind::Number { default, .. } => SettingValue::Number(default),
            SettingKind::Schedule(times) => SettingValue::Schedule(times.to_owned()),
            SettingKind::Name => SettingValue::Name(String::new()),
        }
    }

    /// The allowed values, for people: `system, light or dark`.
    pub fn allowed(&self) -> String {
        match self.kind {
            SettingKind::Choice([all @ .., last]) => format!("{} or {last}", all.join(", ")),
            SettingKind::Choice([]) => String::new(),
            SettingKind::Switch(_) => "true or false".to_owned(),
            SettingKind::Number { max, .. } => format!("a whole number from 0 to {max}"),
            SettingKind::Schedule(_) => {
                "five fields of cron, such as 0 4 * * * for four in the morning".to_owned()
            }
            SettingKind::Name => "a name in one line, or nothing".to_owned(),
        }
    }

    /// A value from text, as the environment and the command line have it.
    pub(super) fn parse(&self, text: &str) -> Option<SettingValue> {
        let text = text.trim();
        match self.kind {
            SettingKind::Choice(_) => self.choice(text),
            SettingKind::Switch(_) => match text {
                "true" | "on" | "yes" | "1" => Some(SettingValue::Switch(true)),
                "false" | "off" | "no" | "0" => Some(SettingValue::Switch(false)),
                _ => None,
            },
            SettingKind::Number { .. } => text.parse().ok().and_then(|number| self.number(number)),
            SettingKind::Schedule(_) => schedule(text),
            SettingKind::Name => name(text),
        }
    }

    /// A value from the file, where it has a type already.
    pub(super) fn accept(&self, item: &Item) -> Option<SettingValue> {
        match self.kind {
            SettingKind::Choice(_) => self.choice(item.as_str()?),
            SettingKind::Switch(_) => item.as_bool().map(SettingValue::Switch),
            SettingKind::Number { .. } => self.number(u64::try_from(item.as_integer()?).ok()?),
            SettingKind::Schedule(_) => schedule(item.as_str()?),
            SettingKind::Name => name(item.as_str()?.trim()),
        }
    }

    fn choice(&self, text: &str) -> Option<SettingValue> {
        let SettingKind::Choice(choices) = self.kind else { return None };
        choices.iter().find(|choice| **choice == text).map(|choice| SettingValue::Choice(choice))
    }

    fn number(&self, number: u64) -> Option<SettingValue> {
        let SettingKind::Number { max, .. } = self.kind else { return None };
        (number <= max).then_some(SettingValue::Number(number))
    }

    /// The error for a value that is not allowed, found at `place`.
    pub(super) fn refuse(&self, place: &str, found: &str) -> Error {
        let found = crate::escape_name(found.as_bytes());
        Error::new(
            Code::Invalid,
            text!("The setting {key} in {place} is {found}", key = self.key, place, found),
        )
        .why(text!("It must be {allowed}", allowed = self.allowed()))
        .next("Correct it, or take it out to have the default")
    }
}

/// Five fields that cron understands, with one space between them.
fn schedule(text: &str) -> Option<SettingValue> {
    let fields: Vec<_> = text.split_ascii_whitespace().collect();
    let times = fields.join(" ");
    let is_cron = fields.len() == 5 && Cron::from_str(&times).is_ok();
    is_cron.then_some(SettingValue::Schedule(times))
}

fn name(text: &str) -> Option<SettingValue> {
    (!text.contains(char::is_control)).then(|| SettingValue::Name(text.to_owned()))
}
