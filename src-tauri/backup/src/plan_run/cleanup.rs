//! The clean-up of destinations apart from any run: what no plan keeps any more, and what no backup
//! needs.

use undercroft_foundation::{Code, DestinationId, Job, Result, Text};
use undercroft_repository::prune::PruneOptions;
use undercroft_repository::{Repository, SnapshotId};

use super::PlanRuns;
use crate::destinations::Destination;

/// The part of a destination that a clean-up can let go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanableDestination {
    /// The destination.
    pub destination: DestinationId,
    /// Its name.
    pub name: String,
    /// The number of backups that no plan keeps any more.
    pub unkept: u64,
    /// The bytes that no backup needs any more.
    pub frees_bytes: u64,
    /// Why nothing is let go now, a sentence.
    pub held: Option<Text>,
}

impl PlanRuns {
    /// The effect that a clean-up would have in each destination that plans serve. One that is away, or
    /// cannot be opened, says so.
    ///
    /// # Errors
    /// [`Code::Cancelled`], and whatever keeps the catalog from being read.
    pub fn cleanable(&self, job: &Job) -> Result<Vec<CleanableDestination>> {
        let mut all = Vec::new();
        for destination in self.destinations.list()? {
            job.check_cancelled()?;
            let mut found = CleanableDestination {
                destination: destination.id,
                name: destination.name.clone(),
                unkept: 0,
                frees_bytes: 0,
                held: None,
            };
            match self.look_at(&destination, job) {
                Ok((unkept, frees_bytes)) => {
                    (found.unkept, found.frees_bytes) = (unkept, frees_bytes);
                }
                Err(error) if error.code() == Code::Cancelled => return Err(error),
                Err(error) => found.held = Some(error.reason()),
            }
            all.push(found);
        }
        Ok(all)
    }

    fn look_at(&self, destination: &Destination, job: &Job) -> Result<(u64, u64)> {
        let repository = self.destinations.repository_of(destination)?;
        let unkept = self.unkept(destination, &repository, job)?.len() as u64;
        let plan = repository.plan_prune(&PruneOptions::default(), job)?;
        Ok((unkept, plan.frees_bytes))
    }

    /// The backups that no enabled plan keeps at a destination; none while something holds them.
    fn unkept(
        &self,
        destination: &Destination,
        repository: &Repository,
        job: &Job,
    ) -> Result<Vec<SnapshotId>> {
        let mut drop = Vec::new();
        if self.alerts.is_held(destination.id)? {
            return Ok(drop);
        }
        for plan in self.plans.list()?.iter().filter(|plan| plan.enabled) {
            if !self.schedule.is_retention_held_by_clock(plan.id, destination.id)? {
                drop.extend(self.removals.to_drop(plan, destination.id, repository, job)?);
            }
        }
        drop.sort_unstable();
        drop.dedup();
        Ok(drop)
    }

    /// Moves what no plan keeps any more to the trash of each destination; gives how many went. One
    /// that is away, or cannot be opened, is passed over.
    ///
    /// # Errors
    /// [`Code::Cancelled`], and whatever keeps what no plan keeps from being moved.
    pub fn forget_unkept(&self, job: &Job) -> Result<u64> {
        let mut count = 0;
        for destination in self.destinations.list()? {
            job.check_cancelled()?;
            let unkept = self
                .destinations
                .repository_of(&destination)
                .and_then(|repository| self.unkept(&destination, &repository, job));
            match unkept {
                Ok(drop) if drop.is_empty() => {}
                Ok(drop) => {
                    self.removals.forget(&destination, &drop)?;
                    count += drop.len() as u64;
                }
                Err(error) if error.code() == Code::Cancelled => return Err(error),
                Err(error) => tracing::info!(%error, "nothing is let go there"),
            }
        }
        Ok(count)
    }

    /// Frees what no backup of a destination needs; gives the bytes.
    ///
    /// # Errors
    /// The errors of the destination.
    pub fn prune(&self, destination: DestinationId, job: &Job) -> Result<u64> {
        let destination = self.destinations.get(destination)?;
        let repository = self.destinations.repository_of(&destination)?;
        Ok(repository.prune(&PruneOptions::default(), job)?.plan.frees_bytes)
    }
}
