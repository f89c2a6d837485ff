//! File names are bytes; people and JSON want text. The text form is readable, on one line,
//! and turns back into the same bytes.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Shows a file name of any bytes as one line of text that [`unescape_name`] turns back.
///
/// Printable Unicode stays; a backslash is doubled; line breaks and tabs become `\n`, `\r`, `\t`;
/// other control characters, direction marks that could disguise a name, and bytes that are not
/// UTF-8 become `\xNN`, byte by byte.
pub fn escape_name(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                c if c.is_control() || disguises(c) => {
                    push_bytes(&mut text, c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                c => text.push(c),
            }
        }
        push_bytes(&mut text, chunk.invalid());
    }
    text
}

/// Shows a path as [`escape_name`] shows a name.
pub fn escape_path(path: &Path) -> String {
    escape_name(path.as_os_str().as_bytes())
}

/// The path that [`escape_path`] made text; `None` when it could not have made it.
pub fn unescape_path(text: &str) -> Option<PathBuf> {
    unescape_name(text).map(|bytes| PathBuf::from(OsString::from_vec(bytes)))
}

/// The bytes of a name that [`escape_name`] made text; `None` when it could not have made it.
pub fn unescape_name(text: &str) -> Option<Vec<u8>> {
    let mut name = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        name.extend_from_slice(&rest.as_bytes()[..at]);
        let escape = rest.get(at + 1..)?;
        let (byte, length) = match escape.as_bytes().first()? {
            b'\\' => (b'\\', 1),
            b'n' => (b'\n', 1),
            b'r' => (b'\r', 1),
            b't' => (b'\t', 1),
            b'x' => (u8::from_str_radix(escape.get(1..3)?, 16).ok()?, 3),
            _ => return None,
        };
        name.push(byte);
        rest = escape.get(length..)?;
    }
    name.extend_from_slice(rest.as_bytes());
    Some(name)
}

/// Zero-width and direction-changing characters make one name look like another.
fn disguises(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn push_bytes(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(text, "\\x{byte:02x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_one_readable_line() {
        assert_eq!(escape_name("größe.txt".as_bytes()), "größe.txt");
        assert_eq!(escape_name(b"a\nb\\\xff"), "a\\nb\\\\\\xff");
        assert_eq!(escape_name("gpj.\u{202e}exe".as_bytes()), "gpj.\\xe2\\x80\\xaeexe");
        assert_eq!(unescape_name("\\q"), None);
        assert_eq!(unescape_name("a\\"), None);
    }

    #[test]
    fn any_bytes_come_back() {
        for a in 0..=255u8 {
            for b in 0..=255u8 {
                let name = [b'x', a, b, b'\\'];
                assert_eq!(unescape_name(&escape_name(&name)).as_deref(), Some(&name[..]));
            }
        }
    }
}
