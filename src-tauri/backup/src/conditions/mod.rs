//! What must hold for a plan to begin by itself.

use serde::{Deserialize, Serialize};

use crate::schedule::DayTime;

/// What must hold; what does not is waited for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Conditions {
    /// The machine is not on battery.
    pub on_power: bool,
    /// The network is not metered.
    pub unmetered: bool,
    /// Not within these hours.
    pub quiet_hours: Option<QuietHours>,
}

/// A part of the day in which nothing begins; it may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    /// From this time.
    pub from: DayTime,
    /// Until this time.
    pub until: DayTime,
}
