//! RFC 3339 with nanoseconds as Go writes it: zeros trimmed, `Z` for UTC.
//!
//! Times are written in UTC whatever the machine's zone, so that a journey does not make every
//! tree a new one.

use super::node::NodeTime;

const DAY: i64 = 86_400;

/// The first and last second that four digits of a year can say.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_799;

/// Appends the time as a JSON string.
pub(super) fn push_time(json: &mut Vec<u8>, time: NodeTime) {
    let seconds = time.seconds.clamp(FIRST, LAST);
    let (year, month, day) = civil_of_days(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    json.push(b'"');
    push_digits(json, year, 4);
    json.push(b'-');
    push_digits(json, month, 2);
    json.push(b'-');
    push_digits(json, day, 2);
    json.push(b'T');
    push_digits(json, second / 3600, 2);
    json.push(b':');
    push_digits(json, second / 60 % 60, 2);
    json.push(b':');
    push_digits(json, second % 60, 2);
    if time.nanoseconds > 0 {
        json.push(b'.');
        push_digits(json, i64::from(time.nanoseconds), 9);
        while json.last() == Some(&b'0') {
            json.pop();
        }
    }
    json.extend_from_slice(b"Z\"");
}

fn push_digits(json: &mut Vec<u8>, mut number: i64, width: usize) {
    let start = json.len();
    json.resize(start + width, b'0');
    for digit in json[start..].iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

/// Reads an RFC 3339 time with any offset.
pub(super) fn parse_time(text: &str) -> Option<NodeTime> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        digits.iter().try_fold(0i64, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
        })
    };
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|&(at, byte)| bytes.get(at) != Some(&byte)) {
        return None;
    }
    let days = days_of_civil(number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let mut seconds = days * DAY + number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
    let mut at = 19;
    let mut nanoseconds = 0;
    if bytes.get(at) == Some(&b'.') {
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || digits > 9 {
            return None;
        }
        let scale = 10u32.pow(9 - u32::try_from(digits).ok()?);
        nanoseconds = u32::try_from(number(at + 1, at + 1 + digits)?).ok()? * scale;
        at += 1 + digits;
    }
    match bytes.get(at)? {
        b'Z' if bytes.len() == at + 1 => {}
        sign @ (b'+' | b'-') if bytes.len() == at + 6 && bytes[at + 3] == b':' => {
            let offset = number(at + 1, at + 3)? * 3600 + number(at + 4, at + 6)? * 60;
            seconds += if *sign == b'+' { -offset } else { offset };
        }
        _ => return None,
    }
    Some(NodeTime { seconds, nanoseconds })
}

/// Year, month and day of a number of days since 1970-01-01, in the proleptic Gregorian calendar.
///
/// Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn civil_of_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The inverse of [`civil_of_days`].
fn days_of_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(seconds: i64, nanoseconds: u32) -> String {
        let mut json = Vec::new();
        push_time(&mut json, NodeTime { seconds, nanoseconds });
        String::from_utf8(json).expect("ASCII").trim_matches('"').to_owned()
    }

    #[test]
    fn times_are_written_as_go_writes_them() {
        assert_eq!(text(0, 0), "1970-01-01T00:00:00Z");
        assert_eq!(text(1_700_000_000, 120_000_000), "2023-11-14T22:13:20.12Z");
        assert_eq!(text(-1, 999_999_999), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(text(i64::MIN, 0), "0000-01-01T00:00:00Z");
        assert_eq!(text(i64::MAX, 1), "9999-12-31T23:59:59.000000001Z");
        assert_eq!(text(951_782_400, 0), "2000-02-29T00:00:00Z");
    }

    #[test]
    fn times_come_back_in_any_zone() {
        for seconds in (FIRST..LAST).step_by(86_399 * 97) {
            let time = NodeTime { seconds, nanoseconds: 7_000 };
            assert_eq!(parse_time(&text(seconds, 7_000)), Some(time));
        }
        let noon = parse_time("2024-06-01T12:00:00Z");
        assert_eq!(parse_time("2024-06-01T14:00:00+02:00"), noon);
        assert_eq!(parse_time("2024-06-01T04:30:00-07:30"), noon);
        for bad in ["", "2024-06-01", "2024-06-01T12:00:00", "2024-06-01T12:00:00.Z"] {
            assert_eq!(parse_time(bad), None);
        }
    }
}
