//! The alert about an anomaly, and the answer to it.

use jiff::Timestamp;
use undercroft_foundation::{AlertId, ProjectId, Text};

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
    pub text: Text,
    /// The first of the files that it is about, escaped.
    pub examples: Vec<String>,
    /// When the backup was made that it was compared with; unknown of an old alert.
    pub before: Option<Timestamp>,
    /// The answer, once there is one.
    pub answer: Option<AnomalyAnswer>,
}

impl AnomalyAlert {
    /// Whether it still asks for attention: until somebody says that it was meant, or what was lost
    /// is back.
    pub fn is_open(&self) -> bool {
        match self.answer {
            None => true,
            Some(AnomalyAnswer::NotMeant) => self.kind != AnomalyKind::Growth,
            Some(AnomalyAnswer::Meant | AnomalyAnswer::Back) => false,
        }
    }
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
    /// All that it is about is there again as it was: nobody has to answer.
    Back,
}

impl AnomalyAnswer {
    /// The stable name: `meant`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Meant => "meant",
            Self::NotMeant => "not-meant",
            Self::Back => "back",
        }
    }

    /// The answer of this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Meant, Self::NotMeant, Self::Back].into_iter().find(|it| it.name() == name)
    }
}
