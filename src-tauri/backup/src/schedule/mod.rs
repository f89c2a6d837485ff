//! When a plan runs by itself: pure, from a moment to the next.

mod day_time;
mod next;

use serde::{Deserialize, Serialize};

pub use day_time::DayTime;

/// When a plan runs by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Schedule {
    /// As the setting `backup-schedule` says.
    Usual,
    /// Never.
    Manual,
    /// Every hour.
    Hourly {
        /// At this minute.
        minute: u8,
    },
    /// Every day.
    Daily {
        /// At this time.
        at: DayTime,
    },
    /// On these days of the week.
    Weekly {
        /// 1 for Monday to 7 for Sunday.
        weekdays: Vec<u8>,
        /// At this time.
        at: DayTime,
    },
    /// Once a month.
    Monthly {
        /// On this day, 1 to 31; the last day where the month is shorter.
        day: u8,
        /// At this time.
        at: DayTime,
    },
    /// As cron says: minute, hour, day, month, weekday.
    Cron {
        /// The five fields.
        expression: String,
    },
    /// After this many versions were made in the plan's projects.
    AfterChanges {
        /// The number of versions.
        versions: u32,
    },
}
