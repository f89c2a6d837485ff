//! The specification of a plan.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{DestinationId, PlanId, ProjectId};

use super::retention::Retention;
use crate::conditions::Conditions;
use crate::schedule::Schedule;

/// A plan: what is backed up where, when, and how long it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// Its name, which no other plan has.
    pub name: String,
    /// Whether it runs by itself.
    pub enabled: bool,
    /// When it was made.
    pub created: Timestamp,
    /// Its specification.
    pub spec: PlanSpec,
}

impl Plan {
    /// The part about a destination, if it is one of its own.
    pub fn target(&self, destination: DestinationId) -> Option<&PlanTarget> {
        self.spec.targets.iter().find(|target| target.destination == destination)
    }
}

/// The specification of a plan. It is kept as JSON, in the catalog and in the file beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanSpec {
    /// The projects that it is of.
    pub projects: PlanProjects,
    /// Whether the library itself is backed up, too.
    pub library: bool,
    /// Patterns of what is left out.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Leaves out what a program makes again, proven by the manifest beside it.
    pub leave_out_rebuildable: bool,
    /// The destinations, and how long backups are kept there.
    pub targets: Vec<PlanTarget>,
    /// When.
    pub schedule: Schedule,
    /// The time zone of the schedule, as IANA names it; the machine's when there is none.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// The conditions that must hold for it to begin by itself.
    #[serde(default)]
    pub conditions: Conditions,
    /// The limits on what it may take.
    #[serde(default)]
    pub limits: Limits,
    /// A command before the first backup; when it fails, nothing is backed up.
    #[serde(default)]
    pub before: Option<HookCommand>,
    /// A command after the last, whatever came of it.
    #[serde(default)]
    pub after: Option<HookCommand>,
    /// The way in which it is proven.
    pub verification: Verification,
}

impl PlanSpec {
    /// The time zone of its schedule. One that this machine does not know was known to another:
    /// the machine's own serves until somebody chooses.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        let named = self.time_zone.as_deref().map(jiff::tz::TimeZone::get);
        named.and_then(Result::ok).unwrap_or_else(jiff::tz::TimeZone::system)
    }
}

/// The projects that a plan is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum PlanProjects {
    /// All that are active, those to come included.
    All,
    /// Projects with one of these tags.
    Tagged {
        /// The tags.
        tags: Vec<String>,
    },
    /// These.
    Chosen {
        /// Their ids.
        projects: Vec<ProjectId>,
    },
}

/// A destination of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanTarget {
    /// The destination.
    pub destination: DestinationId,
    /// The time for which backups are kept there; as the setting `backup-retention-days` says where
    /// there is none.
    #[serde(default)]
    pub retention: Option<Retention>,
}

/// The limits on what a plan may take of the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Limits {
    /// Bytes a second to and from a destination.
    pub bytes_per_second: Option<u64>,
    /// Threads that work at once.
    pub threads: Option<u32>,
    /// Gives way to other programs.
    pub low_priority: bool,
}

/// A program that is started with its arguments, through no shell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HookCommand {
    /// The program, an absolute path, and its arguments.
    pub command: Vec<String>,
    /// After how long it is stopped.
    pub timeout_seconds: u32,
}

/// The way in which a plan's backups are proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Whether a run reads back at its end what it wrote.
    pub after_run: bool,
    /// The share of a destination that is read back a day, in thousandths.
    pub daily_permille: u16,
    /// Random files are restored and compared every so many days; 0 for never.
    pub drill_days: u16,
}
