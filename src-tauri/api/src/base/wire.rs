//! The types on the wire that belong to no single area: errors, the empty request, and the kinds
//! that versions and backups have in common.

use serde::{Deserialize, Serialize};
use specta::Type;
use undercroft_foundation::{Code, Error};

/// A request that asks for nothing in particular.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nothing {}

/// What went wrong: a code to act on, and for people what, why and what next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WireError {
    /// What kind of thing went wrong.
    pub code: ErrorCode,
    /// What happened.
    pub what: String,
    /// Why it happened.
    pub why: String,
    /// What to do next.
    pub next: String,
}

impl From<&Error> for WireError {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code().into(),
            what: error.what_text().to_owned(),
            why: error.why_text().to_owned(),
            next: error.next_text().to_owned(),
        }
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

macro_rules! codes {
    ($($name:ident),* $(,)?) => {
        /// The stable names of the codes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "each is the code of the same name, documented there")]
        pub enum ErrorCode {
            $($name,)*
        }

        impl From<Code> for ErrorCode {
            fn from(code: Code) -> Self {
                match code {
                    $(Code::$name => Self::$name,)*
                }
            }
        }

        impl From<ErrorCode> for Code {
            fn from(code: ErrorCode) -> Self {
                match code {
                    $(ErrorCode::$name => Self::$name,)*
                }
            }
        }
    };
}

codes! {
    NotFound, AlreadyExists, NotKept, Invalid, WrongPassword, RepositoryMissing, TooNew, Locked, Damaged,
    StorageFull, PermissionDenied, SourceMissing, Cancelled, Unavailable, Unsupported,
    Unauthorized, Internal,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A symbolic link.
    Symlink,
    /// A device, pipe or socket.
    Other,
}

/// What happened to a file between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
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
