//! Sizes, times and counts as people read them.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A size with one unit and one decimal: `1.3 GB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    // 999.95 would be shown as 1000.0.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A moment in local time, to the minute.
pub(crate) fn moment(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A span: `1:02:03` or `2:03`.
pub(crate) fn span(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// A count with its noun: `1 file`, `12,345 files`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let digits = grouped(number);
    if number == 1 { format!("{digits} {noun}") } else { format!("{digits} {noun}s") }
}

/// A number with commas between groups of three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
    fn sizes_have_one_unit_and_one_decimal() {
        let shown = [0, 999, 1000, 1_300_000_000, 999_949, 999_950, u64::MAX].map(size);
        assert_eq!(shown, ["0 B", "999 B", "1.0 kB", "1.3 GB", "999.9 kB", "1.0 MB", "18.4 EB"]);
    }

    #[test]
    fn counts_agree_with_their_noun() {
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(1_234_567, "file"), "1,234,567 files");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(printable("a\x1b[31mb\n"), "a\\x1b[31mb\\n");
        assert_eq!(printable("exe.\u{202e}gpj"), "exe.\\xe2\\x80\\xaegpj");
        assert_eq!(printable("größe\\x"), "größe\\x");
    }
}
