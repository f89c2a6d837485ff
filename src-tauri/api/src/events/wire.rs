//! Events, which the catalog keeps, and the messages that a face is sent live.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::sentence::Sentence;
use crate::host::wire::Place;
use crate::jobs::wire::JobView;

/// Which events to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EventsAfter {
    /// The events with a greater number (`seq`) than this.
    #[specta(type = Number)]
    pub after: u64,
    /// How many at most; 100 when left out.
    pub limit: Option<u32>,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its number: later events have greater ones.
    #[specta(type = Number)]
    pub seq: u64,
    /// When it happened.
    #[specta(type = String)]
    pub time: Timestamp,
    /// The kind of event: `project.added`, `backup.finished`.
    pub kind: String,
    /// The event, in one sentence.
    pub text: Sentence,
    /// The id of the project that it concerns.
    #[serde(default)]
    pub project: Option<String>,
    /// The id of the destination that it concerns.
    #[serde(default)]
    pub destination: Option<String>,
}

/// A message that a face is sent without asking.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
#[expect(clippy::large_enum_variant, reason = "most are jobs, and none is kept")]
pub enum BackendEvent {
    /// A job started, went on or ended.
    Job {
        /// The job as it is now.
        job: JobView,
    },
    /// Something happened and was recorded.
    Event {
        /// The event as the catalog keeps it.
        event: Event,
    },
    /// A file system was mounted or unmounted, as when a drive is plugged in.
    Drives,
    /// The user dropped folders on the window.
    Dropped {
        /// The dropped files and folders, as places.
        places: Vec<Place>,
        /// The distance from the left edge of the window, in logical pixels.
        #[specta(type = Number)]
        x: f64,
        /// The distance from the top edge of the window, in logical pixels.
        #[specta(type = Number)]
        y: f64,
    },
    /// The user drags something over the window, or no longer does.
    DragOver {
        /// Whether it is over the window.
        active: bool,
    },
    /// Something the user should read, once.
    Notice {
        /// A sentence.
        text: Sentence,
    },
}
