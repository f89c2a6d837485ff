//! The use of the storage, from the room to the wire, and the words for it.

use undercroft_usage::{self as usage, Age};

use super::wire::{FileClass, UsageForecast, UsageLayer};

impl From<usage::FileClass> for FileClass {
    fn from(class: usage::FileClass) -> Self {
        match class {
            usage::FileClass::Code => Self::Code,
            usage::FileClass::Text => Self::Text,
            usage::FileClass::Data => Self::Data,
            usage::FileClass::Image => Self::Image,
            usage::FileClass::Media => Self::Media,
            usage::FileClass::Archive => Self::Archive,
            usage::FileClass::Binary => Self::Binary,
            usage::FileClass::Other => Self::Other,
            usage::FileClass::Mixed => Self::Mixed,
        }
    }
}

impl From<usage::Forecast> for UsageForecast {
    fn from(forecast: usage::Forecast) -> Self {
        let usage::Forecast { bytes_per_day, days_to_full, days_observed } = forecast;
        Self { bytes_per_day, days_to_full, days_observed }
    }
}

/// A layer, as people call it.
pub(super) fn layer_text(layer: UsageLayer) -> &'static str {
    match layer {
        UsageLayer::Working => "Working files",
        UsageLayer::Versions => "Versions: code and text",
        UsageLayer::Objects => "Versions: large files",
        UsageLayer::Drafts => "Drafts",
        UsageLayer::Archives => "Archives",
        UsageLayer::Trash => "Trash",
        UsageLayer::Backups => "Backups",
        UsageLayer::Cache => "Caches",
        UsageLayer::Catalog => "Catalog and settings",
    }
}

/// A class, as people call it.
pub(super) fn class_text(class: usage::FileClass) -> &'static str {
    match class {
        usage::FileClass::Code => "Source code",
        usage::FileClass::Text => "Text and documents",
        usage::FileClass::Data => "Data",
        usage::FileClass::Image => "Images",
        usage::FileClass::Media => "Sound and video",
        usage::FileClass::Archive => "Archives and packages",
        usage::FileClass::Binary => "Programs and libraries",
        usage::FileClass::Other => "Other files",
        usage::FileClass::Mixed => "Mixed files",
    }
}

/// An age, as people call it.
pub(super) fn age_text(age: Age) -> &'static str {
    match age {
        Age::Day => "Changed in the last day",
        Age::Week => "Changed in the last week",
        Age::Month => "Changed in the last month",
        Age::Quarter => "Changed in the last three months",
        Age::Year => "Changed in the last year",
        Age::Older => "Changed more than a year ago",
    }
}
