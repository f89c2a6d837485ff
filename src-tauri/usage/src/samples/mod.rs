//! How much something took over the years, and how it goes on.

mod file;
mod forecast;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use file::Samples;
pub use forecast::{Forecast, forecast};

/// The space that something took at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The time of it.
    pub time: Timestamp,
    /// The space that it took.
    pub bytes: u64,
    /// The space that each layer took, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub layers: BTreeMap<String, u64>,
    /// The space that was free on its disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_bytes: Option<u64>,
}
