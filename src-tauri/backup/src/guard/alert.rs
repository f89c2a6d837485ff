//! What the guard says, and what it is told.

use jiff::Timestamp;
use undercroft_foundation::{AlertId, ProjectId};

/// Something unusual that a backup showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardAlert {
    /// Its id.
    pub id: AlertId,
    /// When the backup was made that showed it.
    pub time: Timestamp,
    /// The project.
    pub project: ProjectId,
    /// What kind of thing.
    pub kind: GuardKind,
    /// What was noticed, in a sentence without its full stop.
    pub text: String,
    /// The first of the files that it is about, escaped.
    pub examples: Vec<String>,
    /// How it was answered.
    pub answer: Option<GuardAnswer>,
}

/// What the guard notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GuardKind {
    /// A great part of the files is gone.
    Deletion,
    /// A great part of the files has another content at once.
    Rewriting,
    /// It grew by a multiple.
    Growth,
}

impl GuardKind {
    /// The stable name: `deletion`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deletion => "deletion",
            Self::Rewriting => "rewriting",
            Self::Growth => "growth",
        }
    }

    /// The kind of this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Deletion, Self::Rewriting, Self::Growth].into_iter().find(|it| it.name() == name)
    }
}

/// How an alert is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GuardAnswer {
    /// That was meant.
    Meant,
    /// That was not meant: the backups from before are pinned.
    NotMeant,
}

impl GuardAnswer {
    /// The stable name: `meant`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Meant => "meant",
            Self::NotMeant => "not-meant",
        }
    }

    /// The answer of this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Meant, Self::NotMeant].into_iter().find(|it| it.name() == name)
    }
}
