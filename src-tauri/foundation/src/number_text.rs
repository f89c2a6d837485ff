//! Sizes and counts as people read them.

/// A size with one unit and one decimal: `1.3 GB`.
pub fn size_text(bytes: u64) -> String {
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

/// A count with its noun: `1 file`, `12,345 files`.
pub fn count_text(number: u64, noun: &str) -> String {
    let digits = group_digits(number);
    match noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        _ if number == 1 => format!("{digits} {noun}"),
        Some(stem) => format!("{digits} {stem}ies"),
        None => format!("{digits} {noun}s"),
    }
}

/// A number with commas between groups of three digits.
pub fn group_digits(number: u64) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_one_unit_and_one_decimal() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (999_960, "1.0 MB"),
            (1_234_567_890, "1.2 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(size_text(bytes), text);
        }
    }

    #[test]
    fn counts_agree_with_their_noun_and_are_grouped() {
        assert_eq!(count_text(0, "file"), "0 files");
        assert_eq!(count_text(1, "file"), "1 file");
        assert_eq!(count_text(2, "day"), "2 days");
        assert_eq!(count_text(2, "history"), "2 histories");
        assert_eq!(count_text(1_234_567, "file"), "1,234,567 files");
        assert_eq!(group_digits(999), "999");
    }
}
