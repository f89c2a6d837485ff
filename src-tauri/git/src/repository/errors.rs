//! libgit2's errors as errors of Undercroft.

use git2::{ErrorClass, ErrorCode};
use undercroft_foundation::{Code, Error, Result, Text, text};

/// Gives libgit2's errors what was tried, as `IoContext` does for the system's.
pub(crate) trait GitContext<T> {
    /// On failure: "Cannot `what`", with libgit2's reason.
    fn when(self, what: &str) -> Result<T>;
}

impl<T> GitContext<T> for Result<T, git2::Error> {
    fn when(self, what: &str) -> Result<T> {
        self.map_err(|source| git_error(what, source))
    }
}

fn git_error(what: &str, source: git2::Error) -> Error {
    let code = match (source.code(), source.class()) {
        (ErrorCode::NotFound, ErrorClass::Odb) | (ErrorCode::HashsumMismatch, _) => Code::Damaged,
        (ErrorCode::NotFound | ErrorCode::UnbornBranch, _) => Code::NotFound,
        (ErrorCode::Exists, _) => Code::AlreadyExists,
        (ErrorCode::Locked, _) => Code::Locked,
        (ErrorCode::Owner, _) => Code::PermissionDenied,
        (ErrorCode::User, _) => Code::Cancelled,
        (ErrorCode::InvalidSpec | ErrorCode::Ambiguous, _) => Code::Invalid,
        (_, ErrorClass::Odb | ErrorClass::Zlib | ErrorClass::Object | ErrorClass::Index) => {
            Code::Damaged
        }
        (_, ErrorClass::Os | ErrorClass::Filesystem) => Code::Unavailable,
        _ => Code::Invalid,
    };
    let error = Error::new(code, text!("Cannot {what}", what = Text::from(what)))
        .why(sentence(source.message()));
    let error = match source.code() {
        ErrorCode::Owner => error.why("The repository belongs to another user").next(
            "If you trust it, run `git config --global --add safe.directory` with its folder",
        ),
        _ => error,
    };
    error.because(source)
}

/// With a capital and without a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
