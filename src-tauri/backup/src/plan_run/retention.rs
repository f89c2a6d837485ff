//! The end of a run in each destination: letting go what the policy does not keep,
//! emptying the trash of what is old, freeing room, and bringing parity up to what is stored.

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{Code, Job, LogLevel, Result, Text, TextValue, text};
use undercroft_repository::Repository;
use undercroft_repository::prune::PruneOptions;

use super::PlanRun;
use super::prune_times::PRUNED;
use super::targets::Target;
use crate::destinations::Destination;
use crate::forgetting::TRASH_KEPT;

/// A destination is cleaned up at most this often.
const PRUNE_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// After this long without one, it is told that others stand in its way.
const PUT_OFF_AT_MOST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Less than this, and less than a twentieth of what is stored, is not worth it.
const WORTHWHILE_BYTES: u64 = 64 << 20;

impl PlanRun<'_> {
    /// Tidies every destination that this run has served.
    ///
    /// # Errors
    /// [`Code::Cancelled`]: whatever else goes wrong is told, and the run goes on.
    pub(super) fn maintain(&mut self) -> Result<()> {
        for index in 0..self.targets.len() {
            if !self.targets[index].is_active() {
                continue;
            }
            self.job.check_cancelled()?;
            let step = self.job.step();
            if let Err(error) = self.maintain_one(&self.targets[index], &step) {
                if error.code() == Code::Cancelled {
                    return Err(error);
                }
                let name = self.targets[index].destination.name.clone();
                self.job.warn(text!("Tidying {name}", name), error.sentence());
                self.targets[index].handle_failure(&self.runs.destinations, &error, self.job);
            }
        }
        Ok(())
    }

    fn maintain_one(&self, target: &Target, step: &Job) -> Result<()> {
        let repository = target.open()?;
        if let Some(why) = self.held_by(target)? {
            let name = &target.destination.name;
            self.job.log(LogLevel::Info, format!("Nothing is let go in {name}: {why}"));
        } else {
            self.apply_retention(&target.destination, &repository, step)?;
        }
        // Room to free room with, when the destination is full one day.
        repository.ensure_reserve()?;
        if repository.parity_state()?.percent > 0 {
            repository.parity_update(step)?;
        }
        Ok(())
    }

    /// Why nothing may be let go there now, if that is so.
    fn held_by(&self, target: &Target) -> Result<Option<&'static str>> {
        let destination = target.destination.id;
        if self.runs.alerts.is_held(destination)? {
            return Ok(Some("an alert waits for an answer"));
        }
        let by_clock = self.runs.schedule.is_retention_held_by_clock(self.plan.id, destination)?;
        Ok(by_clock.then_some("the clock has jumped"))
    }

    fn apply_retention(
        &self,
        destination: &Destination,
        repository: &Repository,
        step: &Job,
    ) -> Result<()> {
        let told = |text: Text| self.job.log(LogLevel::Info, text);
        let drop = self.runs.removals.to_drop(self.plan, destination.id, repository, step)?;
        if !drop.is_empty() {
            told(self.runs.removals.forget(destination, &drop)?);
        }
        let now = self.runs.library.world().clock.now();
        let old = now.checked_sub(TRASH_KEPT).unwrap_or(Timestamp::MIN);
        let gone = repository.empty_trash(Some(old))?.len() as u64;
        if gone > 0 {
            told(text!(
                "{backups} of {destination} gone for good",
                backups = TextValue::count(gone, "backup"),
                destination = destination.name
            ));
        }
        self.prune_if_due(destination, repository, step)
    }

    /// Removes what no backup needs, once a day. Beside somebody else's work that is put off to a
    /// later run, but not for long without a word.
    fn prune_if_due(
        &self,
        destination: &Destination,
        repository: &Repository,
        step: &Job,
    ) -> Result<()> {
        let now = self.runs.library.world().clock.now();
        let catalog = self.runs.library.catalog();
        let last = catalog.read(|connection| PRUNED.get(connection, destination.id))?;
        let since = last.map(|last| now.duration_since(last).abs());
        if since.is_some_and(|since| since < PRUNE_EVERY) {
            return Ok(());
        }
        let plan = repository.plan_prune(&PruneOptions::default(), step)?;
        let stored = plan.used_bytes.saturating_add(plan.unused_bytes);
        if plan.frees_bytes >= WORTHWHILE_BYTES.min(stored / 20).max(1) {
            match repository.prune(&PruneOptions::default(), step) {
                Ok(report) => {
                    let freed = TextValue::Size(report.plan.frees_bytes);
                    let text = text!(
                        "{freed} freed in {destination}",
                        freed,
                        destination = destination.name
                    );
                    self.job.log(LogLevel::Info, text);
                }
                Err(error)
                    if error.code() == Code::Locked
                        && since.is_none_or(|since| since < PUT_OFF_AT_MOST) =>
                {
                    let text = text!(
                        "Put off to a later run, in {destination}: {error}",
                        destination = destination.name,
                        error
                    );
                    self.job.log(LogLevel::Info, text);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        catalog.write(|transaction| PRUNED.set(transaction, destination.id, now))
    }
}
