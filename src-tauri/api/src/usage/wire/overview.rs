//! The storage at a glance, on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::UsageLayer;

use crate::base::sentence::Sentence;

/// The storage at a glance.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageOverview {
    /// The space that all projects and the library take on disk.
    #[specta(type = Number)]
    pub bytes: u64,
    /// The library's part of it.
    #[specta(type = Number)]
    pub library_bytes: u64,
    /// How much of it can be had back without losing work.
    #[specta(type = Number)]
    pub reclaimable_bytes: u64,
    /// Each layer.
    pub layers: Vec<UsageLayerSum>,
    /// The number of projects.
    #[specta(type = Number)]
    pub projects: u64,
    /// How many of them are in use.
    #[specta(type = Number)]
    pub active: u64,
    /// How many of them are archived.
    #[specta(type = Number)]
    pub archived: u64,
    /// How many of them are in the trash.
    #[specta(type = Number)]
    pub trashed: u64,
    /// The disk that the library is on.
    #[serde(default)]
    pub disk: Option<UsageDisk>,
    /// The most that the library may take.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub quota_bytes: Option<u64>,
    /// How the library stands to its quota.
    pub quota_state: QuotaState,
    /// The savings of deduplication and compression.
    pub savings: UsageSavings,
    /// The destinations.
    pub destinations: Vec<UsageDestination>,
    /// How the library grows.
    #[serde(default)]
    pub forecast: Option<UsageForecast>,
    /// When the files were last counted.
    #[serde(default)]
    #[specta(type = Option<String>)]
    pub scanned: Option<Timestamp>,
    /// The whole in words.
    pub sentence: Sentence,
}

/// The space that a layer takes.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageLayerSum {
    /// The layer.
    pub layer: UsageLayer,
    /// The space that it takes on disk.
    #[specta(type = Number)]
    pub bytes: u64,
}

/// How the library stands to its quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum QuotaState {
    /// There is no quota.
    None,
    /// There is room.
    Fine,
    /// Nine tenths are used.
    Near,
    /// Nothing that can wait is added any more.
    Over,
}

/// A disk.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageDisk {
    /// Its name, or where it is mounted.
    pub name: String,
    /// Its size.
    #[specta(type = Number)]
    pub capacity_bytes: u64,
    /// The bytes that are free on it.
    #[specta(type = Number)]
    pub free_bytes: u64,
}

/// The savings of deduplication and compression.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageSavings {
    /// The size of all files in all versions together.
    #[specta(type = Number)]
    pub versions_bytes: u64,
    /// The space that they take.
    #[specta(type = Number)]
    pub stored_bytes: u64,
    /// The size of all files in archives.
    #[specta(type = Number)]
    pub archived_bytes: u64,
    /// The space that they take.
    #[specta(type = Number)]
    pub archives_bytes: u64,
}

/// The space that backups take at a destination.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageDestination {
    /// The id of the destination.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is there now.
    pub present: bool,
    /// The space that its backups take, as of the last time that it was there.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub bytes: Option<u64>,
    /// The disk that it is on.
    #[serde(default)]
    pub disk: Option<UsageDisk>,
    /// How it grows.
    #[serde(default)]
    pub forecast: Option<UsageForecast>,
}

/// How something grows.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageForecast {
    /// How much comes in a day.
    #[specta(type = Number)]
    pub bytes_per_day: i64,
    /// In how many days its disk is full; left out where it does not grow or is far from full.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub days_to_full: Option<u64>,
    /// The number of days that this is drawn from.
    #[specta(type = Number)]
    pub days_observed: u64,
}
