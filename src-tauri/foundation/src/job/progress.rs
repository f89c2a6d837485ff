//! The progress of a job.

use std::time::Duration;

/// The progress of a job: a reading of its counters at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes done.
    pub bytes_done: u64,
    /// Bytes known to be there so far; grows until the total is settled.
    pub bytes_total: u64,
    /// Files done.
    pub files_done: u64,
    /// Files known to be there so far.
    pub files_total: u64,
    /// Whether the totals will grow no more.
    pub totals_settled: bool,
}

impl Progress {
    /// Bytes a second over `elapsed`.
    pub fn bytes_per_second(&self, elapsed: Duration) -> u64 {
        let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
        u64::try_from(u128::from(self.bytes_done) * 1000 / u128::from(millis)).unwrap_or(u64::MAX)
    }

    /// The time left at the pace of `elapsed`, once the totals are settled and something is done.
    pub fn time_left(&self, elapsed: Duration) -> Option<Duration> {
        if !self.totals_settled || self.bytes_done == 0 {
            return None;
        }
        let left = self.bytes_total.saturating_sub(self.bytes_done);
        Some(elapsed.mul_f64(left as f64 / self.bytes_done as f64))
    }
}
