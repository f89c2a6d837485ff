//! Events, from the library to the wire.

use undercroft_library as library;

use super::wire::Event;

impl From<library::Event> for Event {
    fn from(event: library::Event) -> Self {
        Self {
            seq: event.seq,
            time: event.time,
            kind: event.kind,
            text: event.text.into(),
            project: event.project.map(|id| id.to_string()),
            destination: event.destination.map(|id| id.to_string()),
        }
    }
}
