//! The causes of growth, on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::{UsageKind, UsageStep};

/// The causes of growth.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsageGrowthOf {
    /// The key of a project or a folder in it.
    #[serde(default)]
    pub key: String,
    /// The earlier time; a week before the later one when left out.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub from: Option<Timestamp>,
    /// The later time; now when left out.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub to: Option<Timestamp>,
}

/// The causes of growth between two times.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageGrowth {
    /// The key.
    pub key: String,
    /// The way to it.
    pub trail: Vec<UsageStep>,
    /// The time of the earlier count.
    #[specta(type = String)]
    pub from: Timestamp,
    /// The time of the later count.
    #[specta(type = String)]
    pub to: Timestamp,
    /// The space that it took then.
    #[specta(type = Number)]
    pub bytes_before: u64,
    /// The space that it takes.
    #[specta(type = Number)]
    pub bytes_after: u64,
    /// Its parts that changed, the most first.
    pub rows: Vec<UsageGrowthRow>,
    /// The times that can be chosen, RFC 3339, oldest first.
    pub counts: Vec<String>,
}

/// A part that grew or shrank.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageGrowthRow {
    /// The key to look into it with.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The thing that it stands for.
    pub kind: UsageKind,
    /// The space that it took then.
    #[specta(type = Number)]
    pub bytes_before: u64,
    /// The space that it takes.
    #[specta(type = Number)]
    pub bytes_after: u64,
    /// Whether one can look into it.
    pub can_open: bool,
}
