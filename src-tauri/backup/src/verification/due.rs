//! Which readings and trial restores are due.

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{DestinationId, Result};
use undercroft_library::JobView;

use crate::backups::Backups;

/// A share is read once a day; an hour early is no matter, and keeps it from moving around the clock.
const A_DAY: SignedDuration = SignedDuration::from_hours(23);

/// What one destination is to be proven by, as its plans want it: the most that one of them wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The destination.
    pub destination: DestinationId,
    /// How much is read back a day, in thousandths.
    pub daily_permille: u16,
    /// A trial restore every so many days; 0 for never.
    pub drill_days: u16,
}

impl Backups {
    /// Starts the readings and trial restores that are due of these, where the destination is there
    /// and idle. One that is away is simply proven later.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read or a job from being begun.
    pub fn start_due_proofs(&self, wanted: &[Due]) -> Result<Vec<JobView>> {
        let now = self.library.world().clock.now();
        let mut started = Vec::new();
        for due in wanted {
            let destination = self.destination(due.destination)?;
            if !self.state_of(&destination)?.is_present || self.is_busy(due.destination) {
                continue;
            }
            let proof = self.proof(destination)?;
            let last_drill = proof.drills.first().map(|drill| drill.time);
            let every = SignedDuration::from_hours(24) * i32::from(due.drill_days);
            if due.drill_days > 0 && is_due(last_drill, every, now) {
                started.push(self.start_drill(due.destination)?);
            }
            if due.daily_permille > 0 && is_due(proof.last_read, A_DAY, now) {
                started.push(self.start_check(due.destination, due.daily_permille.min(1000))?);
            }
        }
        Ok(started)
    }

    fn is_busy(&self, destination: DestinationId) -> bool {
        let jobs = self.library.jobs().list();
        jobs.iter().any(|job| !job.state.is_over() && job.destination == Some(destination))
    }
}

/// A clock that was set back makes nothing due again and again: a time to come counts as now.
fn is_due(last: Option<Timestamp>, every: SignedDuration, now: Timestamp) -> bool {
    last.is_none_or(|last| now.duration_since(last) >= every)
}
