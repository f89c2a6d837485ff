//! The readings and trial restores that are due.

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{DestinationId, Result};
use undercroft_library::{JobKind, JobView, RunFilter};

use super::Proofs;

/// A share is read once a day; an hour early is no matter, and keeps it from moving around the
/// clock.
const A_DAY: SignedDuration = SignedDuration::from_hours(23);

/// The time after which something that did not come off is tried again.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(6);

/// The proof that one destination is due, as its plans want it: the most that one of them wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The destination.
    pub destination: DestinationId,
    /// The share that is read back a day, in thousandths.
    pub daily_permille: u16,
    /// A trial restore every so many days; 0 for never.
    pub drill_days: u16,
}

impl Due {
    /// The most that one of the two wants.
    fn stricter(self, other: Self) -> Self {
        let days = [self.drill_days, other.drill_days].into_iter().filter(|days| *days > 0).min();
        Self {
            destination: self.destination,
            daily_permille: self.daily_permille.max(other.daily_permille),
            drill_days: days.unwrap_or_default(),
        }
    }
}

impl Proofs {
    /// Starts what is due of the proofs that the plans want which run by themselves; nothing while
    /// backups pause.
    ///
    /// # Errors
    /// The errors of [`Proofs::start_due`].
    pub fn start_due_by_plans(&self) -> Result<Vec<JobView>> {
        if self.schedule.current_pause()?.is_some() {
            return Ok(Vec::new());
        }
        let mut wanted: Vec<Due> = Vec::new();
        for plan in self.plans.list()?.into_iter().filter(|plan| plan.enabled) {
            let verification = plan.spec.verification;
            for target in &plan.spec.targets {
                let due = Due {
                    destination: target.destination,
                    daily_permille: verification.daily_permille,
                    drill_days: verification.drill_days,
                };
                match wanted.iter_mut().find(|known| known.destination == due.destination) {
                    Some(known) => *known = known.stricter(due),
                    None => wanted.push(due),
                }
            }
        }
        self.start_due(&wanted)
    }

    /// Starts the readings and trial restores that are due of these, where the destination is there
    /// and idle. One that is away is simply proven later.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read or a job from being begun.
    pub fn start_due(&self, wanted: &[Due]) -> Result<Vec<JobView>> {
        let now = self.library.world().clock.now();
        let mut started = Vec::new();
        for due in wanted {
            let destination = self.destinations.get(due.destination)?;
            let state = self.destinations.state_of(&destination)?;
            // What was never written to has nothing to prove.
            if !state.is_present || state.snapshots == 0 || self.is_busy(due.destination) {
                continue;
            }
            let proof = self.of(destination)?;
            let last_drill = proof.drills.first().map(|drill| drill.time);
            let every = SignedDuration::from_hours(24) * i32::from(due.drill_days);
            if due.drill_days > 0
                && is_due(last_drill, every, now)
                && self.may_try(JobKind::Drill, due.destination, now)?
            {
                started.push(self.start_drill(due.destination)?);
            }
            if due.daily_permille > 0
                && is_due(proof.last_read, A_DAY, now)
                && self.may_try(JobKind::Check, due.destination, now)?
            {
                started.push(self.start_check(due.destination, due.daily_permille.min(1000))?);
            }
        }
        Ok(started)
    }

    /// Whether the last try was long enough ago. One that failed, or found damage, proves nothing
    /// and stays due: without this, its end would begin the next.
    fn may_try(&self, kind: JobKind, destination: DestinationId, now: Timestamp) -> Result<bool> {
        let filter = RunFilter {
            kind: Some(kind),
            destination: Some(destination),
            limit: Some(1),
            ..RunFilter::default()
        };
        let last = self.library.runs().find(&filter)?.pop();
        Ok(is_due(last.map(|run| run.started), AGAIN_AFTER, now))
    }

    fn is_busy(&self, destination: DestinationId) -> bool {
        let jobs = self.library.jobs().list();
        jobs.iter().any(|job| !job.state.is_over() && job.destination == Some(destination))
    }
}

/// A clock that was set back far makes it due once: the time to come is far away, and would keep
/// everything from being proven until then.
fn is_due(last: Option<Timestamp>, every: SignedDuration, now: Timestamp) -> bool {
    last.is_none_or(|last| now.duration_since(last).abs() >= every)
}
