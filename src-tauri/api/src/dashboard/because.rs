//! Why something needs attention: a code with its values, which says the English sentence and lets
//! a page say it in another language.

use std::fmt;

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_backup as backup;
use undercroft_foundation::{count_text, size_text};

use crate::projects::wire::ProtectionReason;

/// Why something needs attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Because {
    /// A reading or a trial restore found problems in the backups of a destination.
    Problems {
        /// How many.
        #[specta(type = Number)]
        count: u64,
    },
    /// A destination is on the disk of the projects.
    SameDisk,
    /// No version is kept of a project.
    NoVersions,
    /// Watching a project is paused.
    WatchingPaused,
    /// Changes of a project are not all noticed at once.
    WatchingLimited,
    /// A plan has a command that nobody has confirmed on this machine.
    Unconfirmed,
    /// The password of a destination is not known here.
    NoPassword,
    /// A disk is nearly full.
    NearlyFull {
        /// The bytes that are free.
        #[specta(type = Number)]
        free_bytes: u64,
        /// The bytes that it has.
        #[specta(type = Number)]
        total_bytes: u64,
    },
    /// The file of an archive is gone.
    ArchiveMissing,
    /// A part of an archive can no longer be read.
    ArchiveDamaged,
    /// Recorded places wait for an answer.
    Places {
        /// How many.
        #[specta(type = Number)]
        count: u64,
    },
    /// A project is not protected.
    Project {
        /// Why not.
        because: ProtectionReason,
    },
    /// What has no code.
    Other {
        /// The sentence, in English.
        text: String,
    },
}

impl fmt::Display for Because {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problems { count } => {
                write!(out, "{} found in its backups", count_text(*count, "problem"))
            }
            Self::SameDisk => {
                write!(out, "It is on the disk of the projects: if that fails, both are lost")
            }
            Self::NoVersions => write!(out, "No version is kept of it"),
            Self::WatchingPaused => write!(out, "Watching is paused: no version is made"),
            Self::WatchingLimited => write!(out, "Changes are not all noticed at once"),
            Self::Unconfirmed => {
                write!(out, "It has a command that nobody has confirmed on this machine")
            }
            Self::NoPassword => {
                write!(out, "Its password is not known here: nothing is backed up to it")
            }
            Self::NearlyFull { free_bytes, total_bytes } => {
                write!(out, "{} of {} are free", size_text(*free_bytes), size_text(*total_bytes))
            }
            Self::ArchiveMissing => write!(out, "The file of its archive is gone"),
            Self::ArchiveDamaged => write!(out, "A part of its archive can no longer be read"),
            Self::Places { count } => {
                write!(out, "{} wait for your answer", count_text(*count, "recorded place"))
            }
            Self::Project { because } => {
                write!(out, "{}", backup::ProtectionReason::from(because.clone()))
            }
            Self::Other { text } => write!(out, "{text}"),
        }
    }
}
