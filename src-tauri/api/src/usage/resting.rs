//! Counting that begins by itself: once a day at most, and while the machine rests.

use std::time::Duration;

use jiff::SignedDuration;
use undercroft_foundation::Result;

use crate::Api;
use crate::base::wire::Nothing;
use crate::jobs::wire::JobView;

/// An hour early is no matter, and keeps it from moving around the clock.
const A_DAY: SignedDuration = SignedDuration::from_hours(23);

/// A count that failed is begun again after this.
const BEGIN_AGAIN: Duration = Duration::from_secs(3600);

impl Api {
    /// Begins to count the storage, if the last count was a day ago, the machine rests and is not on
    /// battery. The scheduler's loop asks for this at each of its steps.
    ///
    /// # Errors
    /// Whatever keeps the last count from being read, or the job from being begun.
    pub fn count_storage_at_rest(&self) -> Result<Option<JobView>> {
        if !self.is_at_rest()? {
            return Ok(None);
        }
        let clock = &self.0.library.world().clock;
        let now = clock.now();
        let last = self.0.counts.summary()?.map(|it| it.scanned);
        // A clock that was set back far makes it due once.
        let is_due = last.is_none_or(|last| now.duration_since(last).abs() >= A_DAY);
        if !is_due || !self.0.counts.may_begin(clock.steady(), BEGIN_AGAIN) {
            return Ok(None);
        }
        self.usage_scan(Nothing {}).map(Some)
    }
}
