//! Maintenance of histories that begins by itself: once a day at most, and while the machine rests.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{ProjectId, Result, text};
use undercroft_library::{JobKind, ProjectFilter, RunFilter};

use super::spec;
use crate::Api;
use crate::jobs::wire::JobView;

/// An hour early is no matter, and keeps it from moving around the clock.
const A_DAY: SignedDuration = SignedDuration::from_hours(23);

/// The machine rests when all was quiet for so long.
const AT_REST: Duration = Duration::from_secs(5 * 60);

/// A history that did not need it is looked at again after this.
const LOOK_AGAIN: Duration = Duration::from_secs(3600);

/// A wall clock that goes ahead of the steady one by more than this was set, or the machine slept.
const JUMP: SignedDuration = SignedDuration::from_hours(1);

/// After a jump, the clock is not believed for so long: what is old now was young a moment ago.
const DOUBT: Duration = Duration::from_secs(3600);

/// The state that is kept from one look to the next. Times are of the steady clock.
#[derive(Debug, Default)]
pub(crate) struct Maintenance(Mutex<MaintenanceState>);

#[derive(Debug, Default)]
struct MaintenanceState {
    quiet_since: Option<Duration>,
    clocks: Option<(Timestamp, Duration)>,
    doubted_until: Duration,
    looked: HashMap<ProjectId, Duration>,
}

impl MaintenanceState {
    /// Whether the machine rests, and its clock is to be believed.
    fn is_at_rest(&mut self, is_quiet: bool, now: Timestamp, steady: Duration) -> bool {
        let jumped = self.clocks.replace((now, steady)).is_some_and(|(then, before)| {
            let passed = SignedDuration::try_from(steady.saturating_sub(before));
            now.duration_since(then) - passed.unwrap_or(SignedDuration::ZERO) > JUMP
        });
        if jumped {
            self.doubted_until = steady + DOUBT;
        }
        if !is_quiet {
            self.quiet_since = None;
            return false;
        }
        let quiet_since = *self.quiet_since.get_or_insert(steady);
        steady >= self.doubted_until && steady - quiet_since >= AT_REST
    }

    /// Whether the last look at a project was long enough ago. The next one is from now on.
    fn may_look(&mut self, project: ProjectId, steady: Duration) -> bool {
        let is_due =
            self.looked.get(&project).is_none_or(|last| steady.saturating_sub(*last) >= LOOK_AGAIN);
        if is_due {
            self.looked.insert(project, steady);
        }
        is_due
    }
}

impl Api {
    /// Begins to maintain a history that needs it, if the machine rests and is not on battery:
    /// thins it and compacts it. The scheduler's loop asks for this at each of its steps.
    ///
    /// # Errors
    /// Whatever keeps the catalog or the settings from being read.
    pub fn maintain_histories(&self) -> Result<Option<JobView>> {
        let rooms = &self.0;
        if !rooms.library.settings(&rooms.overrides)?.maintain_histories() {
            return Ok(None);
        }
        let clock = &rooms.library.world().clock;
        let (now, steady) = (clock.now(), clock.steady());
        let is_quiet = self.is_quiet()?;
        let mut known = rooms.maintenance.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.is_at_rest(is_quiet, now, steady) {
            return Ok(None);
        }
        for project in rooms.library.projects().list(&ProjectFilter::default())? {
            let is_due = rooms.history.is_begun(project.id)
                && known.may_look(project.id, steady)
                && self.is_maintenance_due(project.id, now)?;
            if is_due && self.needs_maintenance(project.id) {
                let title =
                    text!("Thin and compact the history of {project}", project = project.name);
                let spec = spec(JobKind::Compact, title, &project);
                let id = project.id;
                let began = self.spawn(spec, move |history, job| {
                    history.maintenance().maintain(id, job).map(|done| done.text())
                })?;
                return Ok(Some(began));
            }
        }
        Ok(None)
    }

    /// Whether the machine rests, is not on battery, and its clock is to be believed: work that can
    /// wait may begin.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub(crate) fn is_at_rest(&self) -> Result<bool> {
        let clock = &self.0.library.world().clock;
        let is_quiet = self.is_quiet()?;
        let mut known = self.0.maintenance.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(known.is_at_rest(is_quiet, clock.now(), clock.steady()))
    }

    /// Whether nothing is being done here, by whatever process, and nothing waits to be.
    fn is_quiet(&self) -> Result<bool> {
        let machine = self.0.host.machine_state();
        if machine.is_on_battery() || machine.is_busy() {
            return Ok(false);
        }
        let jobs = self.0.library.jobs().list_all();
        Ok(jobs.iter().all(|job| job.state.is_over())
            && self.0.watcher.states()?.iter().all(|state| state.pending == 0))
    }

    /// Whether the last time was long enough ago, however it ended. A clock that was set back far
    /// makes it due once.
    fn is_maintenance_due(&self, project: ProjectId, now: Timestamp) -> Result<bool> {
        let filter = RunFilter {
            kind: Some(JobKind::Compact),
            project: Some(project),
            limit: Some(1),
            ..RunFilter::default()
        };
        let last = self.0.library.runs().find(&filter)?.pop();
        Ok(last.is_none_or(|run| now.duration_since(run.started).abs() >= A_DAY))
    }

    /// Whether a history needs it. One that cannot be read keeps no other from it.
    fn needs_maintenance(&self, project: ProjectId) -> bool {
        self.0.history.maintenance().needs_maintenance(project).unwrap_or_else(|error| {
            tracing::warn!(%project, %error, "whether a history needs maintenance is not known");
            false
        })
    }
}
