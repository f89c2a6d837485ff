//! A time of the day, to the minute.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, Result, text};

/// A time of the day as a clock on the wall shows it: `12:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DayTime {
    hour: i8,
    minute: i8,
}

impl DayTime {
    /// As a time without a date.
    pub fn time(self) -> Time {
        Time::constant(self.hour, self.minute, 0, 0)
    }
}

impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl FromStr for DayTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let number = |text: &str, below: i8| {
            let is_plain = matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|number| is_plain && *number < below)
        };
        let parts = text.trim().split_once(':').filter(|(_, minute)| minute.len() == 2);
        let parts = parts.and_then(|(h, m)| Some((number(h, 24)?, number(m, 60)?)));
        let (hour, minute) = parts.ok_or_else(|| {
            Error::new(
                Code::Invalid,
                text!("{text} is not a time of the day", text = format!("{text:?}")),
            )
            .why("A time is hours and minutes, from 00:00 to 23:59")
            .next("Write it like 12:30")
        })?;
        Ok(Self { hour, minute })
    }
}

impl TryFrom<String> for DayTime {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<DayTime> for String {
    fn from(time: DayTime) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_shown() {
        for (text, shown) in [("12:30", "12:30"), ("0:00", "00:00"), (" 23:59 ", "23:59")] {
            assert_eq!(text.parse::<DayTime>().unwrap().to_string(), shown);
        }
        for wrong in ["", "24:00", "12:60", "12", "12:3", "-1:00", "+1:00", "12:30:00", "noon"] {
            assert_eq!(wrong.parse::<DayTime>().unwrap_err().code(), Code::Invalid, "{wrong}");
        }
    }
}
