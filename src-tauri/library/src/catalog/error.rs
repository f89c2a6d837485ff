//! SQLite's errors in our words.

use rusqlite::ErrorCode;
use undercroft_foundation::{Code, Error, Result, Text, text};

/// Gives SQLite's errors the words for people.
pub trait SqlContext<T> {
    /// On failure: "Cannot `what` in the library's catalog", with SQLite's reason.
    ///
    /// # Errors
    /// The error that was there, in our words.
    fn sql(self, what: &str) -> Result<T>;
}

impl<T> SqlContext<T> for rusqlite::Result<T> {
    fn sql(self, what: &str) -> Result<T> {
        self.map_err(|source| {
            let what = Text::from(what);
            explain(text!("Cannot {what} in the library's catalog", what), source)
        })
    }
}

/// The error `what`, with code, reason and advice from SQLite's error.
pub(super) fn explain(what: Text, source: rusqlite::Error) -> Error {
    let code = code_of(&source);
    let error = Error::new(code, what);
    let error = match code {
        Code::Damaged => error.why(reason(&source)).next(
            "Make it again from what is on disk: `undercroft library rebuild`; backups are not \
             affected",
        ),
        Code::Locked => error
            .why("Another Undercroft has been writing to it for a long time")
            .next("Wait until it is done and try again"),
        Code::StorageFull => error,
        _ => error.why(reason(&source)),
    };
    error.because(source)
}

fn code_of(error: &rusqlite::Error) -> Code {
    match error {
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..) => Code::Damaged,
        rusqlite::Error::QueryReturnedNoRows => Code::NotFound,
        _ => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Code::Damaged,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Code::Locked,
            Some(ErrorCode::DiskFull) => Code::StorageFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Code::PermissionDenied
            }
            // The log, or the memory that processes share, cannot grow.
            Some(ErrorCode::SystemIoFailure) if is_of_full_disk(error) => Code::StorageFull,
            Some(ErrorCode::SystemIoFailure) => Code::Unavailable,
            _ => Code::Internal,
        },
    }
}

fn is_of_full_disk(error: &rusqlite::Error) -> bool {
    let extended = error.sqlite_error().map(|error| error.extended_code);
    extended == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

/// SQLite's words with a capital.
fn reason(error: &rusqlite::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or(text)
}
