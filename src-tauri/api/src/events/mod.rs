//! Events: what happened, and telling it to all that listen.

mod convert;
pub(crate) mod hub;
pub(crate) mod wire;

use undercroft_foundation::Result;

use crate::Api;

use wire::{Event, EventsAfter};

/// The number of events that are listed when nobody says.
const EVENTS: u32 = 100;
/// The most that are listed.
const MOST: u32 = 10_000;

impl Api {
    /// Lists what happened, oldest first.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn event_list(&self, request: EventsAfter) -> Result<Vec<Event>> {
        let limit = request.limit.unwrap_or(EVENTS).min(MOST) as usize;
        let events = self.0.library.events().after(request.after, limit)?;
        Ok(events.into_iter().map(Event::from).collect())
    }
}
