//! The three ways in which a zip tells the time of an entry.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::bytes::{u16_at, u32_at, u64_at};

/// The time of DOS: to two seconds, and in the time zone of who looks at it.
pub(super) fn from_dos(date: u16, time: u16) -> Option<(i64, u32)> {
    let part =
        |value: u16, shift: u16, bits: u16| i8::try_from(value >> shift & ((1 << bits) - 1)).ok();
    let year = 1980 + i16::try_from(date >> 9).ok()?;
    let (month, day) = (part(date, 5, 4)?, part(date, 0, 5)?);
    let (hour, minute, second) = (part(time, 11, 5)?, part(time, 5, 6)?, part(time, 0, 5)? * 2);
    let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    Some((civil.to_zoned(TimeZone::system()).ok()?.timestamp().as_second(), 0))
}

/// The time in an extension: of Unix, or of NTFS.
pub(super) fn from_extra(id: u16, field: &[u8]) -> Option<(i64, u32)> {
    match id {
        0x5455 if field.len() >= 5 && field[0] & 1 != 0 => {
            Some((u32_at(field, 1).cast_signed().into(), 0))
        }
        0x000a if field.len() >= 16 && u16_at(field, 4) == 1 => {
            // Tenths of a microsecond since 1601.
            let since = u64_at(field, 8);
            let seconds = i64::try_from(since / 10_000_000).ok()? - 11_644_473_600;
            Some((seconds, u32::try_from(since % 10_000_000).ok()? * 100))
        }
        _ => None,
    }
}
