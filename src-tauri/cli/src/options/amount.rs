//! Sizes, shares and spans of time on the command line, as restic writes them.

use std::time::Duration;

use undercroft_foundation::size_text;

/// A share of what is stored, or a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    Percent(u8),
    Bytes(u64),
}

impl Amount {
    /// `5%`, `200M`, or `unlimited`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text == "unlimited" {
            return Ok(Self::Bytes(u64::MAX));
        }
        match text.strip_suffix('%') {
            Some(percent) => percent
                .parse()
                .map(Self::Percent)
                .map_err(|_| format!("{percent:?} is not a percentage from 0 to 255")),
            None => parse_bytes(text).map(Self::Bytes),
        }
    }
}

/// `1500`, `200K`, `20M`, `1G`, `1T`, with or without a `B` behind.
pub(crate) fn parse_bytes(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is not a size like 200M or 5G");
    let plain = text.strip_suffix(['b', 'B']).unwrap_or(text);
    let (number, shift) = match plain.chars().last().map(|unit| unit.to_ascii_uppercase()) {
        Some('K') => (&plain[..plain.len() - 1], 10),
        Some('M') => (&plain[..plain.len() - 1], 20),
        Some('G') => (&plain[..plain.len() - 1], 30),
        Some('T') => (&plain[..plain.len() - 1], 40),
        _ => (plain, 0),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).ok_or_else(wrong)
}

/// `200M`, `5G`: a size with its unit, so that no number is taken for another.
pub(crate) fn size_with_unit(text: &str) -> Result<u64, String> {
    let bytes = parse_bytes(text)?;
    if text.ends_with(|last: char| last.is_ascii_digit()) && bytes > 0 {
        return Err(format!("{text:?} has no unit; {} would be {bytes}B", size_text(bytes)));
    }
    Ok(bytes)
}

/// `30s`, `5m`, `2h`.
pub(crate) fn parse_span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a time like 30s, 5m or 2h");
    let seconds = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3600,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(number.checked_mul(seconds).ok_or_else(wrong)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_those_of_restic() {
        assert_eq!(Amount::parse("5%"), Ok(Amount::Percent(5)));
        assert_eq!(Amount::parse("unlimited"), Ok(Amount::Bytes(u64::MAX)));
        assert_eq!(Amount::parse("200M"), Ok(Amount::Bytes(200 << 20)));
        assert_eq!(parse_bytes("3GB"), Ok(3 << 30));
        assert_eq!(parse_bytes("17"), Ok(17));
        for wrong in ["", "%", "M", "-1", "1.5G", "300%", "20000000T", "5é"] {
            assert!(Amount::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_span("5m"), Ok(Duration::from_secs(300)));
        for wrong in ["", "5", "m", "1d", "é"] {
            assert!(parse_span(wrong).is_err(), "{wrong}");
        }
    }
}
