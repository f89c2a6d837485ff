//! The errors of unpacking: refusals, damage, limits.

use std::io;
use std::path::Path;

use undercroft_foundation::{Code, Error, Text, escape_path, text};

const WHAT: &str = "Cannot unpack the archive";

/// The error with the name of the file that it is about.
pub(super) fn named(error: Error, file: &Path) -> Error {
    if error.what_text() != WHAT {
        return error;
    }
    let name = escape_path(Path::new(file.file_name().unwrap_or_default()));
    let (why, next) = (error.reason(), error.advice());
    Error::new(error.code(), text!("Cannot unpack {name}", name)).why(why).next(next).because(error)
}

/// The archive is one that is not unpacked, as it is.
pub(super) fn invalid(why: impl Into<Text>) -> Error {
    Error::new(Code::Invalid, WHAT)
        .why(why)
        .next("Unpack it with the program that made it, and add the folder as a project")
}

/// The archive's bytes are not what its format asks for.
pub(super) fn damaged(why: impl Into<Text>) -> Error {
    Error::new(Code::Damaged, WHAT).why(why).next("Get the archive again; nothing was unpacked")
}

/// The archive exceeds a limit.
pub(super) fn limit(why: impl Into<Text>) -> Error {
    Error::new(Code::Invalid, WHAT)
        .why(why)
        .next("Check where the archive comes from; if you trust it, unpack it with another program")
}

/// The disk has no room for it.
pub(super) fn full(why: impl Into<Text>) -> Error {
    Error::new(Code::StorageFull, WHAT).why(why).next("Free some room and try again")
}

/// The file ends before the archive does.
pub(super) fn cut_off() -> Error {
    damaged("The file ends before the archive does: it was cut off")
}

/// The error of reading the archive, through a decoder or not.
pub(super) fn read(source: io::Error) -> Error {
    // A meter between the decoder and its reader speaks through the reader.
    let source = match source.downcast::<Error>() {
        Ok(error) => return error,
        Err(source) => source,
    };
    if source.raw_os_error().is_some() {
        return Error::new(Code::Unavailable, "Cannot read the archive")
            .why(source.to_string())
            .because(source);
    }
    match source.kind() {
        io::ErrorKind::UnexpectedEof => cut_off().because(source),
        io::ErrorKind::OutOfMemory => {
            invalid("It was packed with so large a window that unpacking takes too much memory")
        }
        _ => damaged(text!("Its bytes are damaged ({source})", source = source.to_string()))
            .because(source),
    }
}

/// The error of writing an entry.
pub(super) fn write(name: &[u8], source: io::Error) -> Error {
    use std::os::unix::ffi::OsStrExt;
    Error::io("write", std::path::Path::new(std::ffi::OsStr::from_bytes(name)), source)
}

/// Whether an error is about the archive and not about reading it.
pub(super) fn is_refusal(error: &Error) -> bool {
    matches!(error.code(), Code::Invalid | Code::Damaged)
}
