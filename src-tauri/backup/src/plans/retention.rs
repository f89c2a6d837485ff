//! The time for which a plan's backups are kept in a destination.

use serde::{Deserialize, Serialize};

/// restic's policy, and a budget. What is none of it is not kept; a policy that says nothing keeps
/// everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Retention {
    /// The last so many.
    pub last: Option<u32>,
    /// The last of each hour, for so many hours that have one.
    pub hourly: Option<u32>,
    /// The last of each day, for so many days that have one.
    pub daily: Option<u32>,
    /// The last of each week, for so many weeks that have one.
    pub weekly: Option<u32>,
    /// The last of each month, for so many months that have one.
    pub monthly: Option<u32>,
    /// The last of each year, for so many years that have one.
    pub yearly: Option<u32>,
    /// All within this time of the newest: `1y5m7d2h`.
    pub within: Option<String>,
    /// One an hour within this time of the newest.
    pub within_hourly: Option<String>,
    /// One a day within this time of the newest.
    pub within_daily: Option<String>,
    /// One a week within this time of the newest.
    pub within_weekly: Option<String>,
    /// One a month within this time of the newest.
    pub within_monthly: Option<String>,
    /// One a year within this time of the newest.
    pub within_yearly: Option<String>,
    /// All that bear one of these tags (several joined by commas: all of them).
    pub tags: Vec<String>,
    /// The most that the destination's backups may take, in bytes; the oldest go first.
    pub budget_bytes: Option<u64>,
}

impl Retention {
    /// The policy that suits most: dense lately, sparse for years.
    pub fn recommended() -> Self {
        Self {
            last: Some(7),
            hourly: Some(24),
            daily: Some(14),
            weekly: Some(8),
            monthly: Some(12),
            yearly: Some(5),
            ..Self::default()
        }
    }

    /// All of the last so many days; the policy that suits most where no number is given.
    pub fn of_days(days: Option<u64>) -> Self {
        let within = |days| Self { within: Some(format!("{days}d")), ..Self::default() };
        days.map_or_else(Self::recommended, within)
    }

    /// Its lengths of time, by the names that restic gives them.
    pub(super) fn lengths(&self) -> [(&'static str, Option<&String>); 6] {
        [
            ("keep-within", self.within.as_ref()),
            ("keep-within-hourly", self.within_hourly.as_ref()),
            ("keep-within-daily", self.within_daily.as_ref()),
            ("keep-within-weekly", self.within_weekly.as_ref()),
            ("keep-within-monthly", self.within_monthly.as_ref()),
            ("keep-within-yearly", self.within_yearly.as_ref()),
        ]
    }
}
