//! The alert about an anomaly, and the answer to it.

use jiff::Timestamp;
use undercroft_foundation::{AlertId, ProjectId};

/// Something unusual that a backup showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnomalyAlert {
    /// Its id.
    pub id: AlertId,
    /// When the backup was made that showed it.
    pub time: Timestamp,
    /// The project.
    pub project: ProjectId,
    /// Its kind.
    pub kind: AnomalyKind,
    /// The anomaly, in a sentence without its full stop.
    pub text: String,
    /// The first of the files that it is about, escaped.
    pub examples: Vec<String>,
    /// The answer, once there is one.
    pub answer: Option<AnomalyAnswer>,
}

/// The kinds of anomalies that are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnomalyKind {
    /// A great part of the files is gone.
    Deletion,
    /// A great part of the files has another content at once.
    Rewriting,
    /// It grew by a multiple.
    Growth,
}

impl AnomalyKind {
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

/// The answer to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnomalyAnswer {
    /// That was meant.
    Meant,
    /// That was not meant: the backups from before are pinned.
    NotMeant,
}

impl AnomalyAnswer {
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
