//! The kinds of files and where each lies, in the format and beside it.

use std::fmt::Display;

use undercroft_foundation::{Code, Error, text};

/// The kinds of files that are named by an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FileKind {
    Key,
    Lock,
    Snapshot,
    Index,
    Pack,
    /// A snapshot that was forgotten: beside the format, no other program looks there.
    TrashedSnapshot,
    /// When which snapshots were forgotten.
    TrashRecord,
    /// The copy that parity has of an index.
    IndexCopy,
    /// The copy that parity has of a snapshot.
    SnapshotCopy,
}

impl FileKind {
    /// The kinds of the format.
    pub(crate) const ALL: [Self; 5] =
        [Self::Key, Self::Lock, Self::Snapshot, Self::Index, Self::Pack];

    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Key => "keys",
            Self::Lock => "locks",
            Self::Snapshot => "snapshots",
            Self::Index => "index",
            Self::Pack => "data",
            Self::TrashedSnapshot => "trash",
            Self::TrashRecord => "trash/records",
            Self::IndexCopy => "parity/copies/index",
            Self::SnapshotCopy => "parity/copies/snapshots",
        }
    }

    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Lock => "lock",
            Self::Snapshot => "snapshot",
            Self::Index => "index",
            Self::Pack => "pack",
            Self::TrashedSnapshot => "trashed snapshot",
            Self::TrashRecord => "record of the trash",
            Self::IndexCopy => "copy of index",
            Self::SnapshotCopy => "copy of snapshot",
        }
    }

    pub(crate) fn path(self, id: impl Display) -> String {
        let id = id.to_string();
        match self {
            Self::Pack => format!("data/{}/{id}", &id[..2]),
            other => format!("{}/{id}", other.folder()),
        }
    }
}

pub(crate) fn damaged(kind: FileKind, id: impl Display, why: &str) -> Error {
    Error::new(
        Code::Damaged,
        text!("Cannot read {noun} {id}", noun = kind.noun(), id = id.to_string()),
    )
    .why(why)
}
