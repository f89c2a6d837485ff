//! The kind of work that a project is, and whether it is worked on.

/// The kind of work that a project is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProjectKind {
    /// Something is made.
    Generation,
    /// Something is brought from one form to another.
    Migration,
    /// Anything else.
    Other,
}

impl ProjectKind {
    /// The stable name: `generation`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Generation => "generation",
            Self::Migration => "migration",
            Self::Other => "other",
        }
    }

    /// The kind of this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Generation, Self::Migration, Self::Other].into_iter().find(|k| k.name() == name)
    }
}

/// Whether a project is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProjectStatus {
    /// It is.
    Active,
    /// It lies in the archive.
    Archived,
    /// It was forgotten, and can be recalled.
    Trashed,
}

impl ProjectStatus {
    /// The stable name: `active`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
            Self::Trashed => "trashed",
        }
    }

    /// The status of this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Archived, Self::Trashed].into_iter().find(|s| s.name() == name)
    }
}
