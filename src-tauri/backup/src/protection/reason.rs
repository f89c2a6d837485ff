//! Why a project is judged as it is: a code with its values, which says the English sentence and
//! lets others say it in their language.

use std::fmt;

use undercroft_foundation::count_text;

use crate::names;

/// Why a project is judged as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProtectionReason {
    /// A backup of it is being made.
    Running,
    /// A backup of it waits for its turn.
    Queued,
    /// It lies in the archive.
    Archived {
        /// Whether backups of it are kept.
        has_backup: bool,
    },
    /// Its folder is not where it was.
    FolderMissing {
        /// Where it was, to show.
        place: String,
        /// Whether backups of it are kept.
        has_backup: bool,
    },
    /// Its last backup failed.
    Failed {
        /// Why, a sentence without its stop.
        why: String,
    },
    /// It has no backup yet.
    NoBackup,
    /// Its newest backup is too old.
    Old {
        /// The whole days since it was made.
        days: u64,
    },
    /// It has a fresh backup.
    BackedUp {
        /// The names of the destinations that hold it, by name.
        destinations: Vec<String>,
        /// Whether all of them are on the project's own disk.
        on_own_disk: bool,
        /// What the last backup left out, a sentence without its stop.
        warning: Option<String>,
    },
}

impl fmt::Display for ProtectionReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running => write!(out, "It is being backed up."),
            Self::Queued => write!(out, "It waits for its turn to be backed up."),
            Self::Archived { has_backup: true } => {
                write!(out, "It lies in the archive; its backups are kept.")
            }
            Self::Archived { has_backup: false } => {
                write!(out, "It lies in the archive, and has no backup.")
            }
            Self::FolderMissing { place, has_backup } => {
                let kept = if *has_backup { "its backups are kept" } else { "it has no backup" };
                write!(out, "Its folder is not at {place}; {kept}.")
            }
            Self::Failed { why } => write!(out, "Its last backup failed: {why}."),
            Self::NoBackup => write!(out, "It has no backup yet."),
            Self::Old { days } => {
                write!(out, "Its newest backup is {} old.", count_text(*days, "day"))
            }
            Self::BackedUp { destinations, on_own_disk, warning } => {
                write!(out, "It is backed up to {}", names::list(destinations))?;
                if *on_own_disk {
                    write!(out, ", on the project's own disk: if it fails, both are lost")?;
                }
                match warning {
                    Some(warning) => write!(out, ". {warning}."),
                    None => write!(out, "."),
                }
            }
        }
    }
}
