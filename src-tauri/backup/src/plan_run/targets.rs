//! The destinations of a run: which are there, and what becomes of one that goes away.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;

use undercroft_foundation::{Code, Error, IoContext, Job, LogLevel, Result, text};
use undercroft_library::Failure;
use undercroft_providers::{Provider, ThrottledProvider};
use undercroft_repository::{PackId, Repository};

use super::PlanRuns;
use crate::destinations::{Destination, Destinations};
use crate::plans::{Plan, PlanTarget};

/// The availability of a destination in a run.
pub(super) enum Availability {
    /// It is there, and open.
    Open(Arc<Repository>),
    /// It is away, or went away.
    Away,
    /// It cannot be used, or no longer.
    Failed(Failure),
}

/// A destination of the plan.
pub(super) struct Target {
    pub(super) destination: Destination,
    pub(super) availability: Availability,
    /// Whether this run brings it up to date.
    pub(super) is_served: bool,
    /// Whether it lacks something that the run should have given it.
    pub(super) has_failed: bool,
    /// The packs that it held when the run began.
    packs: HashSet<PackId>,
}

impl Target {
    pub(super) fn find(
        runs: &PlanRuns,
        plan: &Plan,
        target: &PlanTarget,
        is_served: bool,
        job: &Job,
    ) -> Result<Self> {
        let destinations = &runs.destinations;
        let mut destination = destinations.get(target.destination)?;
        if let Ok(located) = destinations.require_there(&destination) {
            destination = located;
        }
        let name = &destination.name;
        let availability = match destinations.repository_of(&destination) {
            Ok(repository) => {
                // Those of the dead: they are in restic's way, though not in ours.
                if let Err(error) = repository.unlock_abandoned() {
                    tracing::info!(%error, "locks that nobody holds stay");
                }
                Availability::Open(throttled(runs, plan, repository, job))
            }
            Err(error) if error.code() == Code::Unavailable => {
                if is_served {
                    let text = text!("{name} is not there; it is given what it lacks later", name);
                    job.log(LogLevel::Info, text);
                }
                Availability::Away
            }
            Err(error) => {
                if is_served {
                    job.warn(name, error.sentence());
                }
                Availability::Failed(Failure::from(&error))
            }
        };
        let has_failed = matches!(availability, Availability::Failed(_));
        let mut found =
            Self { destination, availability, is_served, has_failed, packs: HashSet::new() };
        if found.is_active() && plan.spec.verification.after_run {
            found.packs = packs_of(&found.destination)?.into_iter().collect();
        }
        Ok(found)
    }

    pub(super) fn repository(&self) -> Option<Arc<Repository>> {
        match &self.availability {
            Availability::Open(repository) => Some(Arc::clone(repository)),
            _ => None,
        }
    }

    /// Its repository.
    ///
    /// # Errors
    /// The error that keeps it from being used.
    pub(super) fn open(&self) -> Result<Arc<Repository>> {
        match &self.availability {
            Availability::Open(repository) => Ok(Arc::clone(repository)),
            Availability::Failed(failure) => Err(failure.clone().into()),
            Availability::Away => {
                let what = text!("{destination} is not there", destination = self.destination.name);
                Err(Error::new(Code::Unavailable, what).next("Connect its drive and try again"))
            }
        }
    }

    /// Whether it can be used no more.
    pub(super) fn is_lost(&self, destinations: &Destinations) -> bool {
        destinations.repository_of(&self.destination).is_err()
    }

    pub(super) fn is_there(&self) -> bool {
        matches!(self.availability, Availability::Open(_))
    }

    /// Whether it is there to be brought up to date.
    pub(super) fn is_active(&self) -> bool {
        self.is_served && self.is_there()
    }

    /// Looks whether a failure means that it cannot be used any more in this run, and says so.
    pub(super) fn handle_failure(&mut self, destinations: &Destinations, error: &Error, job: &Job) {
        self.has_failed = true;
        let name = &self.destination.name;
        match destinations.repository_of(&self.destination) {
            Err(gone) if gone.code() == Code::Unavailable => {
                job.warn(name, "It went away; the run goes on without it");
                self.availability = Availability::Away;
            }
            Err(other) => {
                job.warn(name, other.sentence());
                self.availability = Availability::Failed(Failure::from(&other));
            }
            Ok(_) if is_of_the_place(error.code()) => {
                job.warn(name, "Nothing more can be written there; the run goes on without it");
                self.availability = Availability::Failed(Failure::from(error));
            }
            Ok(_) => {}
        }
    }

    /// The packs that came since the run began.
    pub(super) fn new_packs(&self) -> Result<Vec<PackId>> {
        let mut packs = packs_of(&self.destination)?;
        packs.retain(|pack| !self.packs.contains(pack));
        Ok(packs)
    }
}

/// Whether the next thing that is written there would fail in the same way.
fn is_of_the_place(code: Code) -> bool {
    matches!(code, Code::StorageFull | Code::PermissionDenied)
}

fn throttled(
    runs: &PlanRuns,
    plan: &Plan,
    repository: Arc<Repository>,
    job: &Job,
) -> Arc<Repository> {
    let Some(bytes_per_second) = plan.spec.limits.bytes_per_second else { return repository };
    let clock = Arc::clone(&runs.library.world().clock);
    let slow = |inner: Arc<dyn Provider>| -> Arc<dyn Provider> {
        Arc::new(ThrottledProvider::new(inner, clock, bytes_per_second, job))
    };
    Arc::new(repository.wrap_provider(slow))
}

fn packs_of(destination: &Destination) -> Result<Vec<PackId>> {
    let data = destination.path.join("data");
    let mut packs = Vec::new();
    for folder in fs::read_dir(&data).at("list", &data)? {
        let folder = folder.at("list", &data)?.path();
        if !folder.is_dir() {
            continue;
        }
        for file in fs::read_dir(&folder).at("list", &folder)? {
            let name = file.at("list", &folder)?.file_name();
            packs.extend(name.to_str().and_then(|name| name.parse::<PackId>().ok()));
        }
    }
    Ok(packs)
}
