//! Text as Go writes it: `strconv.Quote` for names, `encoding/json` with HTML escapes for strings.

use std::fmt::Write as _;

use unicode_general_category::{GeneralCategory, get_general_category};

/// Appends a JSON string of a name: quoted by Go's rules without the quotes, then as JSON.
pub(super) fn push_name(json: &mut Vec<u8>, name: &[u8]) {
    if name.iter().all(|byte| is_plain(*byte)) {
        json.push(b'"');
        json.extend_from_slice(name);
        json.push(b'"');
    } else {
        push_json_string(json, &quote(name));
    }
}

/// A byte that neither Go's quoting nor its JSON changes.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&')
}

/// Appends a JSON string as Go's `encoding/json` does.
pub(super) fn push_json_string(json: &mut Vec<u8>, text: &str) {
    json.push(b'"');
    for c in text.chars() {
        match c {
            '"' => json.extend_from_slice(b"\\\""),
            '\\' => json.extend_from_slice(b"\\\\"),
            '\n' => json.extend_from_slice(b"\\n"),
            '\r' => json.extend_from_slice(b"\\r"),
            '\t' => json.extend_from_slice(b"\\t"),
            '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                json.extend_from_slice(format!("\\u{:04x}", u32::from(c)).as_bytes());
            }
            c => json.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    json.push(b'"');
}

/// Go's `strconv.Quote` without the quotes.
fn quote(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len() + 8);
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            quote_char(&mut text, c);
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

fn quote_char(text: &mut String, c: char) {
    match c {
        '"' => text.push_str("\\\""),
        '\\' => text.push_str("\\\\"),
        '\x07' => text.push_str("\\a"),
        '\x08' => text.push_str("\\b"),
        '\x0c' => text.push_str("\\f"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        '\x0b' => text.push_str("\\v"),
        c if is_printable(c) => text.push(c),
        c if c < ' ' || c == '\x7f' => {
            let _ = write!(text, "\\x{:02x}", u32::from(c));
        }
        c if u32::from(c) < 0x1_0000 => {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        }
        c => {
            let _ = write!(text, "\\U{:08x}", u32::from(c));
        }
    }
}

/// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
fn is_printable(c: char) -> bool {
    use GeneralCategory as G;
    match c {
        ' '..='~' => true,
        '\0'..='\x7f' => false,
        c => !matches!(
            get_general_category(c),
            G::Control
                | G::Format
                | G::Surrogate
                | G::PrivateUse
                | G::Unassigned
                | G::LineSeparator
                | G::ParagraphSeparator
                | G::SpaceSeparator
        ),
    }
}

/// The bytes of a name that was quoted: Go's `strconv.Unquote` of `"` + text + `"`.
pub(super) fn unquote(text: &str) -> Option<Vec<u8>> {
    let mut name = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        name.extend_from_slice(&rest.as_bytes()[..at]);
        rest = unquote_escape(&mut name, &rest[at + 1..])?;
    }
    name.extend_from_slice(rest.as_bytes());
    Some(name)
}

/// Decodes the escape that `rest` starts with (after the backslash); returns what follows it.
fn unquote_escape<'a>(name: &mut Vec<u8>, rest: &'a str) -> Option<&'a str> {
    let kind = *rest.as_bytes().first()?;
    let simple = match kind {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' | b'"' | b'\'' => kind,
        b'x' => {
            name.push(u8::from_str_radix(rest.get(1..3)?, 16).ok()?);
            return rest.get(3..);
        }
        b'u' | b'U' => {
            let digits = if kind == b'u' { 4 } else { 8 };
            let code = u32::from_str_radix(rest.get(1..=digits)?, 16).ok()?;
            let c = char::from_u32(code)?;
            name.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return rest.get(digits + 1..);
        }
        b'0'..=b'7' => {
            name.push(u8::from_str_radix(rest.get(..3)?, 8).ok()?);
            return rest.get(3..);
        }
        _ => return None,
    };
    name.push(simple);
    rest.get(1..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(name: &[u8]) -> String {
        let mut json = Vec::new();
        push_name(&mut json, name);
        String::from_utf8(json).expect("JSON is UTF-8")
    }

    #[test]
    fn names_are_written_as_go_writes_them() {
        assert_eq!(json(b"plain name.txt"), r#""plain name.txt""#);
        assert_eq!(json(b"a\"b\\c"), r#""a\\\"b\\\\c""#);
        assert_eq!(json(b"\x01\n\x7f\xff"), r#""\\x01\\n\\x7f\\xff""#);
        assert_eq!(json("\u{a0}\u{2028}".as_bytes()), r#""\\u00a0\\u2028""#);
        assert_eq!(json("ä€😀".as_bytes()), "\"ä€😀\"");
        assert_eq!(json("\u{e0001}".as_bytes()), r#""\\U000e0001""#);
        assert_eq!(json(b"<a&b>"), r#""\u003ca\u0026b\u003e""#);
    }

    #[test]
    fn any_name_comes_back() {
        for a in 0..=255u8 {
            for b in 0..=255u8 {
                let name = [a, b, 0xe2, 0x80, 0xa8, a];
                assert_eq!(unquote(&quote(&name)).as_deref(), Some(&name[..]));
            }
        }
        assert_eq!(unquote("\\101").as_deref(), Some(&b"A"[..]));
        assert_eq!(unquote("\\q"), None);
    }
}
