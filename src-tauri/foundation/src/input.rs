//! Files that the user names to be read: of any kind, and with no end at times.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use crate::{Code, Error, IoContext, Result, TextValue, escape_path, text};

/// Opens a file that the user names. A pipe with a name is refused: opening it would wait for
/// somebody to write, perhaps for ever. The pipes of a shell, such as `<(…)`, have their writer.
///
/// # Errors
/// [`Code::Invalid`] for such a pipe, and whatever keeps the file from being opened.
pub fn open_input(path: &Path) -> Result<File> {
    let found = fs::metadata(path).at("read", path)?;
    // What a shell hands over has no name to be found by.
    if found.file_type().is_fifo() && fs::canonicalize(path).is_ok() {
        return Err(Error::new(
            Code::Invalid,
            text!("Cannot read {path}", path = escape_path(path)),
        )
        .why("It is a named pipe, into which nobody may ever write")
        .next("Name a file, or hand the content over on standard input"));
    }
    File::open(path).at("read", path)
}

/// The content of a file that the user names, which may have up to `limit` bytes.
///
/// # Errors
/// The errors of [`open_input`], and [`Code::Invalid`] for more than that, or without an end.
pub fn read_input(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_input(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes).at("read", path)?;
    if bytes.len() as u64 > limit {
        return Err(Error::new(
            Code::Invalid,
            text!("Cannot read {path}", path = escape_path(path)),
        )
        .why(text!("It holds more than {size}", size = TextValue::Size(limit)))
        .next("Check that it is the file that you mean"));
    }
    Ok(bytes)
}

/// The same as text.
///
/// # Errors
/// The errors of [`read_input`], and [`Code::Invalid`] for what is no text.
pub fn read_text_input(path: &Path, limit: u64) -> Result<String> {
    String::from_utf8(read_input(path, limit)?).map_err(|_| {
        Error::new(Code::Invalid, text!("Cannot read {path}", path = escape_path(path)))
            .why("It is not text in UTF-8")
            .next("Check that it is the file that you mean")
    })
}
