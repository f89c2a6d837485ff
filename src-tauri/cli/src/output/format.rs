//! Sizes, times and counts as people read them.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
pub(crate) use undercroft_foundation::{
    count_text as count, group_digits as grouped, size_text as size,
};

/// A moment in local time, to the minute.
pub(crate) fn local_time(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A span: `1:02:03` or `2:03`.
pub(crate) fn duration(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Text with whatever could steer a terminal, or disguise a name, made visible.
pub(crate) fn printable(text: &str) -> String {
    if !text.chars().any(steers) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if steers(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(shown, "\\x{byte:02x}");
                }
            }
            c => shown.push(c),
        }
    }
    shown
}

fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(printable("a\x1b[31mb\n"), "a\\x1b[31mb\\n");
        assert_eq!(printable("exe.\u{202e}gpj"), "exe.\\xe2\\x80\\xaegpj");
        assert_eq!(printable("größe\\x"), "größe\\x");
    }
}
