//! The past of what something takes, on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::{UsageForecast, UsageLayerSum};

/// The past of what something takes.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UsageTrendOf {
    /// `project:ID`, `destination:ID`, or empty for the library.
    #[serde(default)]
    pub subject: String,
    /// How many days back; 90 when left out.
    #[serde(default)]
    pub days: Option<u32>,
}

/// The past of what something takes.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageTrend {
    /// The space that it took, oldest first.
    pub samples: Vec<UsageSample>,
    /// How it grows.
    #[serde(default)]
    pub forecast: Option<UsageForecast>,
    /// The size of its disk, or its quota.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub capacity_bytes: Option<u64>,
}

/// The space that something took at a time.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UsageSample {
    /// When.
    #[specta(type = String)]
    pub time: Timestamp,
    /// The space that it took.
    #[specta(type = Number)]
    pub bytes: u64,
    /// Each layer.
    pub layers: Vec<UsageLayerSum>,
    /// The space that was free on its disk.
    #[serde(default)]
    #[specta(type = Option<Number>)]
    pub free_bytes: Option<u64>,
}
