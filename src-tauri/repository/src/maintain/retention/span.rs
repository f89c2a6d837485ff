//! Spans of the calendar: `1y5m7d2h`.

use std::fmt;
use std::str::FromStr;

use undercroft_foundation::{Code, Error, Result, text};

/// Years, months, days and hours, counted back from a moment in this order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct CalendarSpan {
    /// Years.
    pub years: u32,
    /// Months.
    pub months: u32,
    /// Days.
    pub days: u32,
    /// Hours.
    pub hours: u32,
}

impl CalendarSpan {
    /// Whether it is no span at all.
    pub(crate) fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for CalendarSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [(self.years, 'y'), (self.months, 'm'), (self.days, 'd'), (self.hours, 'h')];
        for (number, unit) in parts.into_iter().filter(|(number, _)| *number > 0) {
            write!(f, "{number}{unit}")?;
        }
        Ok(())
    }
}

impl FromStr for CalendarSpan {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(
                Code::Invalid,
                text!("Not a span of time: {text}", text = format!("{text:?}")),
            )
            .why("Years, months, days and hours are written like this: 1y5m7d2h")
        };
        let mut span = Self::default();
        let mut digits = String::new();
        for c in text.trim().chars() {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            let number = std::mem::take(&mut digits).parse().map_err(|_| wrong())?;
            match c {
                'y' => span.years = number,
                'm' => span.months = number,
                'd' => span.days = number,
                'h' => span.hours = number,
                _ => return Err(wrong()),
            }
        }
        if digits.is_empty() { Ok(span) } else { Err(wrong()) }
    }
}
