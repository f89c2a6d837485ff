//! The types on the wire that belong to no single area: errors, the empty request, and the kinds
//! that versions and backups have in common.

use serde::{Deserialize, Serialize};
use specta::Type;
use undercroft_backup as backup;
use undercroft_foundation::{Code, Error};
use undercroft_history as history;

use super::mirror::mirror;
use super::sentence::{InEnglish, Sentence};

/// A request that asks for nothing in particular.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nothing {}

/// An error: a code for programs to act on, and for people what happened, why, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WireError {
    /// The kind of error, for programs to act on.
    pub code: ErrorCode,
    /// The fact, in one sentence without its full stop.
    pub what: Sentence,
    /// Why it happened.
    pub why: Sentence,
    /// The step to take next.
    pub next: Sentence,
    /// Which of `what`, `why` and `next` are in English, although another language was asked for.
    #[serde(default, skip_serializing_if = "InEnglish::is_empty")]
    pub in_english: InEnglish,
}

impl From<&Error> for WireError {
    fn from(error: &Error) -> Self {
        let (what, why, next) = (error.what().into(), error.reason().into(), error.advice().into());
        let in_english = InEnglish::among(&[("what", &what), ("why", &why), ("next", &next)]);
        Self { code: error.code().into(), what, why, next, in_english }
    }
}

impl From<Error> for WireError {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<WireError> for Error {
    fn from(error: WireError) -> Self {
        Self::new(error.code.into(), error.what).why(error.why).next(error.next)
    }
}

mirror! {
    /// The stable names of the codes.
    #[derive(Hash)]
    #[serde(rename_all = "snake_case")]
    #[expect(missing_docs, reason = "each is the code of the same name, documented there")]
    pub enum ErrorCode = Code {
        NotFound, AlreadyExists, NotKept, Invalid, WrongPassword, RepositoryMissing, TooNew,
        Locked, Damaged, StorageFull, PermissionDenied, SourceMissing, Cancelled, Interrupted,
        Unavailable, Unsupported, Unauthorized, Internal,
    }
}

mirror! {
    /// The kind of an entry in a folder.
    #[serde(rename_all = "camelCase")]
    pub enum EntryKind = history::EntryKind {
        /// A folder.
        Folder,
        /// A file.
        File,
        /// A symbolic link.
        Symlink,
        /// A device, pipe or socket.
        Other,
    }
}

mirror! {
    /// The kind of change of a file between two versions.
    #[serde(rename_all = "camelCase")]
    pub enum ChangeKind = history::ChangeKind {
        /// It is new.
        Added,
        /// It has other content.
        Modified,
        /// It is gone.
        Removed,
        /// It was elsewhere before, with the same or similar content.
        Renamed,
        /// Only its mode, times or attributes differ.
        Metadata,
    }
}

impl From<backup::EntryKind> for EntryKind {
    fn from(kind: backup::EntryKind) -> Self {
        match kind {
            backup::EntryKind::Folder => Self::Folder,
            backup::EntryKind::File => Self::File,
            backup::EntryKind::Symlink => Self::Symlink,
            backup::EntryKind::Other => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_the_same_name_on_the_wire() {
        for code in Code::ALL {
            let name = serde_json::to_value(ErrorCode::from(code)).unwrap();
            assert_eq!(name, code.name());
        }
    }
}
