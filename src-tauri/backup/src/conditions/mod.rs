//! The conditions that must hold for a plan to begin by itself, and the state of the machine.

mod load;
mod metered;
mod power;

use std::fmt;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::schedule::{DayTime, Schedule};

/// The conditions that must hold; what does not is waited for.
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

impl QuietHours {
    /// When they end, if `now` is within them.
    pub fn end(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let time = zone.to_datetime(now).time();
        let (from, until) = (self.from.time(), self.until.time());
        let is_quiet =
            if from < until { (from..until).contains(&time) } else { time >= from || time < until };
        if !is_quiet {
            return None;
        }
        let end = Schedule::Daily { at: self.until }.next_after(now, zone);
        Some(end.unwrap_or_else(|| now.saturating_add(1.hour()).unwrap_or(now)))
    }
}

/// The state of the machine that plans wait for, as a parameter, so that a test can say.
pub trait MachineState: Send + Sync + fmt::Debug {
    /// Whether it runs on battery.
    fn is_on_battery(&self) -> bool;

    /// Whether its network is metered.
    fn is_metered(&self) -> bool;

    /// Whether its processors have much to do.
    fn is_busy(&self) -> bool {
        false
    }
}

/// The machine as it is. What it does not tell is taken to be well.
#[derive(Debug, Clone, Copy, Default)]
pub struct Machine;

impl MachineState for Machine {
    fn is_on_battery(&self) -> bool {
        power::is_on_battery(std::path::Path::new("/sys/class/power_supply"))
    }

    fn is_metered(&self) -> bool {
        metered::is_metered()
    }

    fn is_busy(&self) -> bool {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        load::is_busy(std::path::Path::new("/proc/loadavg"), processors)
    }
}
