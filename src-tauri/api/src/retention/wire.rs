//! How long backups are kept, what a deletion would do, the trash, and what holds retention, on the
//! wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use undercroft_backup as backup;

use crate::backups::wire::Snapshot;
use crate::base::mirror::mirror;
use crate::base::sentence::Sentence;

mirror! {
    /// How long backups are kept: restic's policy, and a budget.
    #[derive(Default)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct Retention = backup::Retention {
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
        #[specta(type = Option<Number>)]
        pub budget_bytes: Option<u64>,
    }
}

/// Asks what a policy, or a deletion, would do.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetentionRequest {
    /// The destination.
    pub destination: String,
    /// The policy; that of plans without one of their own when left out.
    #[serde(default)]
    pub policy: Option<Retention>,
    /// The backups of this project only.
    #[serde(default)]
    pub project: Option<String>,
}

/// Backups of one destination.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SnapshotsRef {
    /// The destination.
    pub destination: String,
    /// The backups: their ids, or the beginnings of them.
    pub snapshots: Vec<String>,
}

/// A preview of a deletion: the backups that stay, and why, and those that go.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ForgetPlan {
    /// The backups that stay, newest first.
    pub keep: Vec<KeptSnapshot>,
    /// The backups that go, newest first.
    pub drop: Vec<Snapshot>,
    /// The bytes that a clean-up frees once they are gone for good.
    #[specta(type = Number)]
    pub frees_bytes: u64,
    /// How many files are in those that go and in none that stays.
    #[specta(type = Number)]
    pub lost_files: u64,
    /// The first hundred of them, to show.
    pub lost: Vec<LostFile>,
    /// Until when they can be had back from the trash.
    #[specta(type = String)]
    pub trash_until: Timestamp,
}

/// A backup that stays.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeptSnapshot {
    /// The backup.
    pub snapshot: Snapshot,
    /// Why it stays: `last`, `daily`, `within`, `pinned` …, as restic names them.
    pub reasons: Vec<String>,
}

/// A file that would be found nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LostFile {
    /// Its path, to show.
    pub path: String,
    /// Its size.
    #[specta(type = Number)]
    pub size_bytes: u64,
    /// The backup that holds it last.
    pub snapshot: String,
}

/// Pins a backup, or lets it go with the others again.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SnapshotPin {
    /// The destination.
    pub destination: String,
    /// The backup.
    pub snapshot: String,
    /// Whether no policy may drop it.
    pub pinned: bool,
}

/// A backup in the trash.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TrashedSnapshot {
    /// The backup.
    pub snapshot: Snapshot,
    /// When it was forgotten.
    #[specta(type = String)]
    pub trashed: Timestamp,
    /// When it goes for good.
    #[specta(type = String)]
    pub expires: Timestamp,
}

mirror! {
    /// A preview of a clean-up of a destination.
    #[derive(Copy)]
    #[serde(rename_all = "camelCase")]
    pub struct CleanupPlan = backup::Cleanup {
        /// Bytes that no backup needs.
        #[specta(type = Number)]
        pub unused_bytes: u64,
        /// Bytes that it would free.
        #[specta(type = Number)]
        pub frees_bytes: u64,
        /// Bytes that it would write anew first.
        #[specta(type = Number)]
        pub rewrites_bytes: u64,
        /// Free room that it needs to do so.
        #[specta(type = Number)]
        pub needs_free_bytes: u64,
    }
}

/// Something unusual that a run noticed; retention waits until it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GuardAlert {
    /// Its id.
    pub id: String,
    /// When.
    #[specta(type = String)]
    pub time: Timestamp,
    /// The project's id.
    pub project: String,
    /// The project's name.
    pub project_name: String,
    /// The kind of anomaly.
    pub kind: GuardKind,
    /// The observation, in one sentence.
    pub text: Sentence,
    /// The first of the files that it is about, to show.
    pub examples: Vec<String>,
    /// How it was answered; not yet when left out.
    #[serde(default)]
    pub answer: Option<GuardAnswer>,
    /// Whether it asks for attention: until it is said that it was meant, or all of it is back.
    pub open: bool,
}

mirror! {
    /// The kind of anomaly that the guard notices.
    #[derive(Hash)]
    #[serde(rename_all = "camelCase")]
    pub enum GuardKind = backup::AnomalyKind {
        /// A great part of the files is gone.
        Deletion,
        /// A great part of the files is another, at once.
        Rewriting,
        /// It grew by a multiple.
        Growth,
    }
}

mirror! {
    /// How an alert is answered.
    #[serde(rename_all = "camelCase")]
    pub enum GuardAnswer = backup::AnomalyAnswer {
        /// That was meant; retention goes on.
        Meant,
        #[doc = " That was not meant: the backups from before are pinned, and retention goes on \
                 without them."]
        NotMeant,
        /// All of it is back, so that nobody has to answer.
        Back,
    }
}

/// An alert.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardRef {
    /// The alert.
    pub alert: String,
}

/// Answers an alert.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GuardReply {
    /// The alert.
    pub alert: String,
    /// The answer; without one, what was answered before is taken back.
    #[serde(default)]
    pub answer: Option<GuardAnswer>,
}
