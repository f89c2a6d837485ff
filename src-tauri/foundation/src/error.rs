//! One error for all rooms: a code for programs, and for people what happened, why, and what to
//! do next.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::Path;

use crate::{Text, text};

/// A result with the error of this project.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kind of an error: stable, read by the window and by scripts.
///
/// A code exists only where somebody acts differently on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// The thing that was asked for does not exist. Fix the input.
    NotFound,
    /// It is there already. Fix the input.
    AlreadyExists,
    /// No version holds something that would be replaced or removed. Ask the user, then insist.
    NotKept,
    /// The request makes no sense as it stands. Fix the input.
    Invalid,
    /// No key of the repository opens with this password.
    WrongPassword,
    /// There is no repository at this place.
    RepositoryMissing,
    /// The repository or catalog was written by a newer program.
    TooNew,
    /// Somebody else works in the repository or library. Wait, or remove a stale lock.
    Locked,
    /// Stored bytes are wrong or missing. Do not retry; check.
    Damaged,
    /// The disk is full. Free room and try again.
    StorageFull,
    /// The system refused access.
    PermissionDenied,
    /// The folder of a project is not there (deleted, or its drive is away).
    SourceMissing,
    /// The user, or a signal, stopped it.
    Cancelled,
    /// Its process ended before it was done. What was done is kept.
    Interrupted,
    /// The disk or the network did not answer. Retrying may succeed.
    Unavailable,
    /// This host cannot do that (say, open a dialog in a browser).
    Unsupported,
    /// No valid token came with the call.
    Unauthorized,
    /// A bug in Undercroft.
    Internal,
}

impl Code {
    /// Every code, in the order of declaration.
    pub const ALL: [Self; 18] = [
        Self::NotFound,
        Self::AlreadyExists,
        Self::NotKept,
        Self::Invalid,
        Self::WrongPassword,
        Self::RepositoryMissing,
        Self::TooNew,
        Self::Locked,
        Self::Damaged,
        Self::StorageFull,
        Self::PermissionDenied,
        Self::SourceMissing,
        Self::Cancelled,
        Self::Interrupted,
        Self::Unavailable,
        Self::Unsupported,
        Self::Unauthorized,
        Self::Internal,
    ];

    /// The stable name, as scripts and the window see it: `wrong_password`.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::NotKept => "not_kept",
            Self::Invalid => "invalid",
            Self::WrongPassword => "wrong_password",
            Self::RepositoryMissing => "repository_missing",
            Self::TooNew => "too_new",
            Self::Locked => "locked",
            Self::Damaged => "damaged",
            Self::StorageFull => "storage_full",
            Self::PermissionDenied => "permission_denied",
            Self::SourceMissing => "source_missing",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
            Self::Unavailable => "unavailable",
            Self::Unsupported => "unsupported",
            Self::Unauthorized => "unauthorized",
            Self::Internal => "internal",
        }
    }

    /// The code of this stable name, if there is one: the inverse of [`Code::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }

    fn usual_why(self) -> &'static str {
        match self {
            Self::NotFound => "Nothing goes by that name here",
            Self::AlreadyExists => "Something of that name is there already",
            Self::NotKept => "No version holds it",
            Self::Invalid => "The request does not make sense as it stands",
            Self::WrongPassword => "None of the repository's keys opens with this password",
            Self::RepositoryMissing => "The place holds no repository",
            Self::TooNew => "It was written by a newer version than this one understands",
            Self::Locked => "Another program is working in it",
            Self::Damaged => "The stored bytes are not the bytes that were written",
            Self::StorageFull => "There is no room left on the disk",
            Self::PermissionDenied => "The system refused access",
            Self::SourceMissing => "The folder was moved or deleted, or its drive is away",
            Self::Cancelled => "It was stopped before it was done",
            Self::Interrupted => "Undercroft or the machine stopped before it was done",
            Self::Unavailable => "The disk or the network did not answer",
            Self::Unsupported => "This is not possible here",
            Self::Unauthorized => "The call came without a valid token",
            Self::Internal => "This is a fault in Undercroft",
        }
    }

    fn usual_next(self) -> &'static str {
        match self {
            Self::NotFound => "Check the name, or list what there is",
            Self::AlreadyExists => "Use what is there, or choose another name",
            Self::NotKept => "Make a version of it, or insist with --force",
            Self::Invalid => "Change the request and try again",
            Self::WrongPassword => "Type the password again; mind upper and lower case",
            Self::RepositoryMissing => "Check the place, or create a repository there",
            Self::TooNew => "Update Undercroft and try again",
            Self::Locked => "Wait until it is done and try again",
            Self::Damaged => "Run a check to see what is affected; keep the storage as it is",
            Self::StorageFull => "Free some room and try again; nothing was lost",
            Self::PermissionDenied => "Give your user access to it and try again",
            Self::SourceMissing => "Bring the folder or drive back, or remove the project",
            Self::Cancelled => "Start it again when it suits you; what was done is kept",
            Self::Interrupted => "Start it again; what was stored before is kept",
            Self::Unavailable => "Try again in a moment",
            Self::Unsupported => "Use the desktop window or the command line instead",
            Self::Unauthorized => "Open the link that `undercroft serve` printed",
            Self::Internal => "Try again, and report it if it stays",
        }
    }
}

#[derive(Debug)]
struct Parts {
    code: Code,
    what: Text,
    why: Option<Text>,
    next: Option<Text>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// An error with its code, what happened, why, and what to do next.
#[derive(Debug)]
pub struct Error(Box<Parts>);

impl Error {
    /// Makes an error; `what` has a capital, the names involved, and no full stop.
    pub fn new(code: Code, what: impl Into<Text>) -> Self {
        Self(Box::new(Parts { code, what: what.into(), why: None, next: None, source: None }))
    }

    /// Sets the reason, where the code's usual one is too general.
    #[must_use]
    pub fn why(mut self, why: impl Into<Text>) -> Self {
        self.0.why = Some(why.into());
        self
    }

    /// Sets the step to take next, where the code's usual advice is too general.
    #[must_use]
    pub fn next(mut self, next: impl Into<Text>) -> Self {
        self.0.next = Some(next.into());
        self
    }

    /// Keeps the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The error of doing `what` to `path`, from the system's error.
    pub fn io(what: &str, path: &Path, source: io::Error) -> Self {
        let path = crate::escape_path(path);
        Self::new(code_of_io(&source), text!("Cannot {what} {path}", what = Text::from(what), path))
            .why(reason_of_io(&source))
            .because(source)
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The event that is reported.
    pub fn what(&self) -> Text {
        self.0.what.clone()
    }

    /// The event that is reported, in English.
    pub fn what_text(&self) -> &str {
        &self.0.what
    }

    /// Why it happened.
    pub fn reason(&self) -> Text {
        self.0.why.clone().unwrap_or_else(|| self.0.code.usual_why().into())
    }

    /// Why it happened, in English.
    pub fn why_text(&self) -> &str {
        self.0.why.as_deref().unwrap_or_else(|| self.0.code.usual_why())
    }

    /// The advice: the next thing to do.
    pub fn advice(&self) -> Text {
        self.0.next.clone().unwrap_or_else(|| self.0.code.usual_next().into())
    }

    /// The advice, in English.
    pub fn next_text(&self) -> &str {
        self.0.next.as_deref().unwrap_or_else(|| self.0.code.usual_next())
    }

    /// The event and the reason in one sentence, as [`fmt::Display`] says them.
    pub fn sentence(&self) -> Text {
        text!("{what}: {why}", what = self.what(), why = self.reason())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.what, self.why_text())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

fn code_of_io(error: &io::Error) -> Code {
    match error.kind() {
        io::ErrorKind::NotFound => Code::NotFound,
        io::ErrorKind::AlreadyExists => Code::AlreadyExists,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Code::PermissionDenied
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Code::StorageFull,
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => Code::Invalid,
        _ => Code::Unavailable,
    }
}

/// The system's words without the number that Rust appends.
fn reason_of_io(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// Gives the system's errors the path that they concern, so that none travels without it.
pub trait IoContext<T> {
    /// On failure: "Cannot `what` `path`", with the system's reason.
    ///
    /// # Errors
    /// The error that was there, with its path.
    fn at(self, what: &str, path: &Path) -> Result<T>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn at(self, what: &str, path: &Path) -> Result<T> {
        self.map_err(|source| Error::io(what, path, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own_a_reason_and_advice() {
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(code));
            let error = Error::new(code, "Something");
            for text in [error.why_text(), error.next_text()] {
                assert!(text.chars().next().is_some_and(char::is_uppercase), "{text}");
                assert!(!text.ends_with('.'), "{text}");
            }
        }
    }

    #[test]
    fn a_system_error_keeps_its_path_and_loses_its_number() {
        let error = Error::io("read", Path::new("/x\ny"), io::Error::from_raw_os_error(28));
        assert_eq!(error.code(), Code::StorageFull);
        assert_eq!(error.what_text(), "Cannot read /x\\ny");
        assert_eq!(error.why_text(), "No space left on device");
        assert!(StdError::source(&error).is_some());
    }
}
