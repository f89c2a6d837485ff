//! Why a snapshot stays, in restic's words where restic has the reason.

use std::fmt;

use super::span::CalendarSpan;

/// The period that a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// Each snapshot.
    Last,
    /// The newest of each hour.
    Hourly,
    /// The newest of each day.
    Daily,
    /// The newest of each ISO week.
    Weekly,
    /// The newest of each month.
    Monthly,
    /// The newest of each year.
    Yearly,
}

impl Period {
    /// As rules are called: `daily`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        }
    }
}

/// Why a snapshot stays.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There is no rule.
    PolicyEmpty,
    /// It bears the tag `pinned`.
    Pinned,
    /// It bears all of these tags.
    HasTags(Vec<String>),
    /// It is newer than a span before the newest.
    Within(CalendarSpan),
    /// A rule that keeps so many of each period counted it.
    Counted {
        /// The period.
        period: Period,
        /// Whether it is another's period, and only the oldest of all, with some still to keep.
        oldest: bool,
    },
    /// A rule that keeps one of each period within a span took it.
    CountedWithin {
        /// The period.
        period: Period,
        /// The span.
        within: CalendarSpan,
        /// Whether it is another's period, and only the oldest of all.
        oldest: bool,
    },
    /// No rule wants any of its group, and one stays whatever the rules say.
    NewestOfGroup,
    /// It says that it was made later than now: no rule may count it.
    FromTheFuture,
    /// It would go, but too many would at once.
    HeldBack,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let age = |oldest: &bool| if *oldest { "oldest " } else { "" };
        match self {
            Self::PolicyEmpty => f.write_str("policy is empty"),
            Self::Pinned => f.write_str("pinned"),
            Self::HasTags(tags) => write!(f, "has tags [{}]", tags.join(", ")),
            Self::Within(span) => write!(f, "within {span}"),
            Self::Counted { period, oldest } => {
                write!(f, "{}{} snapshot", age(oldest), period.name())
            }
            Self::CountedWithin { period, within, oldest } => {
                write!(f, "{}{} within {within}", age(oldest), period.name())
            }
            Self::NewestOfGroup => f.write_str("newest of its group"),
            Self::FromTheFuture => f.write_str("made later than now"),
            Self::HeldBack => f.write_str("held back, as too many would go at once"),
        }
    }
}
