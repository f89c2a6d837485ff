//! Plans on the wire: what is backed up where, when, under which conditions, and what comes next.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_backup as backup;

use crate::base::mirror::mirror;
use crate::base::sentence::Sentence;
use crate::retention::wire::Retention;
use crate::runs::wire::Run;

/// A plan: its id, the beginning of one, or its name.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanRef {
    /// The plan.
    pub plan: String,
}

/// The settings of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanDraft {
    /// Its name.
    pub name: String,
    /// Which projects.
    pub projects: PlanProjects,
    /// Whether the library itself is backed up, too: histories, objects, plans, settings.
    pub library: bool,
    /// Patterns of what is left out.
    pub exclude: Vec<String>,
    /// Leaves out what a program makes again, proven by the manifest beside it.
    pub leave_out_rebuildable: bool,
    /// The destinations, and how long backups are kept in each. The first that is there is written
    /// first; the others are given the same backups.
    pub targets: Vec<PlanTarget>,
    /// When.
    pub schedule: Schedule,
    /// The time zone of the schedule, as IANA names it; the machine's when left out.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// The conditions under which it begins by itself.
    pub conditions: Conditions,
    /// How much it may take.
    pub limits: Limits,
    /// A command before the first backup; when it fails, nothing is backed up.
    #[serde(default)]
    pub before: Option<HookCommand>,
    /// A command after the last, whatever came of it.
    #[serde(default)]
    pub after: Option<HookCommand>,
    /// How it is proven.
    pub verification: Verification,
}

/// Which projects a plan is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum PlanProjects {
    /// All that are active, those to come included.
    All,
    /// The projects with any of these tags.
    Tagged {
        /// The tags.
        tags: Vec<String>,
    },
    /// These.
    Chosen {
        /// Their ids.
        projects: Vec<String>,
    },
}

/// A destination of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanTarget {
    /// The destination's id.
    pub destination: String,
    /// How long backups are kept there; as the setting `backup-retention-days` says when left out.
    #[serde(default)]
    pub retention: Option<Retention>,
}

/// When a plan runs by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
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
        /// At this time, `HH:MM`.
        at: String,
    },
    /// On these days of the week.
    Weekly {
        /// 1 for Monday to 7 for Sunday.
        weekdays: Vec<u8>,
        /// At this time, `HH:MM`.
        at: String,
    },
    /// Once a month.
    Monthly {
        /// On this day, 1 to 31; the last day where the month is shorter.
        day: u8,
        /// At this time, `HH:MM`.
        at: String,
    },
    /// As cron says: minute, hour, day, month, weekday.
    Cron {
        /// The five fields.
        expression: String,
    },
    /// After this many versions were made in the plan's projects.
    AfterChanges {
        /// How many.
        versions: u32,
    },
}

/// The conditions under which a plan begins by itself; a due run waits until all are met.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Conditions {
    /// The machine is not on battery.
    pub on_power: bool,
    /// The network is not metered.
    pub unmetered: bool,
    /// Not within these hours.
    pub quiet_hours: Option<QuietHours>,
}

/// A part of the day in which nothing begins; it may go over midnight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuietHours {
    /// From this time, `HH:MM`.
    pub from: String,
    /// Until this time, `HH:MM`.
    pub until: String,
}

mirror! {
    /// How much a plan may take of the machine.
    #[derive(Default)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Limits = backup::Limits {
        /// Bytes a second to and from a destination.
        #[specta(type = Option<Number>)]
        pub bytes_per_second: Option<u64>,
        /// Threads that work at once.
        pub threads: Option<u32>,
        /// Gives way to other programs.
        pub low_priority: bool,
    }
}

mirror! {
    /// A program that is started with its arguments, through no shell.
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct HookCommand = backup::HookCommand {
        /// The program and its arguments.
        pub command: Vec<String>,
        /// After how long it is stopped.
        pub timeout_seconds: u32,
    }
}

mirror! {
    /// How a plan's backups are proven.
    #[derive(Copy)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    pub struct Verification = backup::Verification {
        /// Whether a run reads back what it wrote, at its end.
        pub after_run: bool,
        /// How much of a destination is read back a day, in thousandths; 10 is one percent.
        pub daily_permille: u16,
        /// Random files are restored and compared every so many days; 0 for never.
        pub drill_days: u16,
    }
}

/// A plan as it stands.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Its id.
    pub id: String,
    /// Its settings.
    pub draft: PlanDraft,
    /// Whether it runs by itself.
    pub enabled: bool,
    /// When it was made.
    #[specta(type = String)]
    pub created: Timestamp,
    /// The ids of the projects that it is of today.
    pub projects_now: Vec<String>,
    /// When it runs next.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub next: Option<Timestamp>,
    /// The due run that waits; left out when none does.
    #[serde(default)]
    pub waiting: Option<PlanWaiting>,
    /// Its last run.
    #[serde(default)]
    pub last_run: Option<Run>,
    /// When each of its destinations was last given all of it.
    pub targets_now: Vec<PlanTargetState>,
    /// How it stands, a sentence.
    pub sentence: Sentence,
    /// Whether somebody should look.
    pub needs_attention: bool,
    /// Whether it has a command that is not started until the user confirms it on this machine.
    pub hooks_wait: bool,
}

/// How a plan stands with one of its destinations.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanTargetState {
    /// The destination's id.
    pub destination: String,
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub present: bool,
    /// When it was last given all of the plan.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub last_complete: Option<Timestamp>,
    /// Whether retention is held back there until an alert is answered.
    pub held: bool,
}

/// A run that is due and waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanWaiting {
    /// For what.
    pub reason: WaitReason,
    /// Since when it is due.
    #[specta(type = String)]
    pub planned: Timestamp,
    /// As people say it: "waits for Shelf; 5 days since the last backup".
    pub text: Sentence,
}

mirror! {
    /// The reason why a due run waits.
    #[derive(Hash)]
    #[serde(rename_all = "camelCase")]
    pub enum WaitReason = backup::WaitReason {
        /// A destination that is away.
        Destination,
        /// The machine runs on battery.
        Power,
        /// The network is metered.
        Network,
        /// Quiet hours.
        QuietHours,
        /// Backups are paused.
        Paused,
    }
}

/// Keeps a plan: a new one, or one that is there with other words.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanSave {
    /// The plan that is changed; a new one when left out.
    #[serde(default)]
    pub plan: Option<String>,
    /// The settings, all of them.
    pub draft: PlanDraft,
}

/// Lets a plan run by itself, or no longer.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanEnable {
    /// The plan.
    pub plan: String,
    /// Whether it runs by itself.
    pub enabled: bool,
}

/// A preview of a plan: the files that it would back up, and those that it would leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanPreview {
    /// The projects.
    #[specta(type = Number)]
    pub projects: u64,
    /// Files that would be backed up.
    #[specta(type = Number)]
    pub files: u64,
    /// The size of these files together, in bytes.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// The files and folders that would be left out, largest first.
    pub left_out: Vec<PlanLeftOut>,
    /// The size of all that would be left out, in bytes.
    #[specta(type = Number)]
    pub left_out_bytes: u64,
    /// Whether everything was counted; a preview stops counting after a few seconds.
    pub complete: bool,
}

/// Something that a plan leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanLeftOut {
    /// The project's name.
    pub project: String,
    /// The path below it, to show.
    pub path: String,
    /// Why: the pattern, or the manifest that proves it rebuildable.
    pub why: Sentence,
    /// How many files.
    #[specta(type = Number)]
    pub files: u64,
    /// The size of these files together, in bytes.
    #[specta(type = Number)]
    pub size_bytes: u64,
}

/// Asks for the coming runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Upcoming {
    /// Until when; a week when left out.
    #[specta(type = Option<String>)]
    pub until: Option<Timestamp>,
    /// How many at most; 100 when left out.
    pub limit: Option<u32>,
}

/// A run to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlannedRun {
    /// The plan's id.
    pub plan: String,
    /// The plan's name.
    pub name: String,
    /// When.
    #[specta(type = String)]
    pub at: Timestamp,
}

/// Lets no backup begin by itself for a while, and holds those that run.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PauseRequest {
    /// For how long.
    pub pause: PauseFor,
}

/// For how long backups pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PauseFor {
    /// An hour.
    OneHour,
    /// Until six in the morning.
    UntilTomorrow,
    /// Until they are resumed.
    UntilResumed,
}

/// Whether backups begin by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleState {
    /// Whether they pause.
    pub paused: bool,
    /// Whether the setting `backup` says so: until it is on again.
    #[serde(default)]
    pub by_setting: bool,
    /// Until when; until they are resumed when left out.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub until: Option<Timestamp>,
    /// The next run by itself.
    #[serde(default)]
    pub next: Option<PlannedRun>,
}
