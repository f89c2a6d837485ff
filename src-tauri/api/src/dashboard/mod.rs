//! The whole at a glance.

mod concerns;
mod health;
pub(crate) mod wire;

use jiff::Timestamp;
use undercroft_foundation::Result;

use crate::Api;
use crate::base::wire::Nothing;
use crate::destinations::wire::Destination;
use crate::plans::wire::Upcoming;
use crate::projects::wire::{Project, ProjectFilter, ProjectStatus, ProtectionState};

use wire::Dashboard;

/// The number of runs that are shown.
const SHOWN_RUNS: usize = 10;
/// The number of coming runs that are shown.
const SHOWN_UPCOMING: u32 = 5;

impl Api {
    /// Shows the whole at a glance.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn dashboard(&self, _: Nothing) -> Result<Dashboard> {
        let active = Some(ProjectStatus::Active);
        let projects =
            self.project_list(ProjectFilter { status: active, ..ProjectFilter::default() })?;
        let runs = self.0.library.runs().list(None, SHOWN_RUNS)?;
        let jobs = self.0.library.jobs().list();
        let schedule = self.schedule_state(Nothing {})?;
        let plans = self.plan_list(Nothing {})?;
        let destinations = self.destination_list(Nothing {})?;
        let concerns = self.concerns(&projects, &plans, &destinations)?;
        let health = self.health(&projects, &concerns, &plans, &schedule)?;
        let counts = Counts::of(&projects, concerns.len() as u64);
        let upcoming =
            self.schedule_upcoming(Upcoming { until: None, limit: Some(SHOWN_UPCOMING) })?;
        Ok(Dashboard {
            health,
            sentence: counts.sentence(),
            schedule,
            protected_projects: counts.protected,
            running_jobs: jobs.iter().filter(|job| !job.state.is_over()).count() as u64,
            projects: projects.len() as u64,
            size_bytes: projects.iter().map(|project| project.size_bytes).sum(),
            last_proven: last_proven(&destinations),
            destinations,
            concerns,
            upcoming,
            recent_runs: runs.into_iter().map(Into::into).collect(),
        })
    }
}

/// When backups were last proven restorable, where that is longest ago; never, where one of the
/// destinations with backups never was.
fn last_proven(destinations: &[Destination]) -> Option<Timestamp> {
    let used = destinations.iter().filter(|destination| destination.snapshots > 0);
    let proven: Option<Vec<_>> = used.map(|destination| destination.last_proven).collect();
    proven?.into_iter().min()
}

/// The number of projects in each state.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    protected: u64,
    /// Projects without a recent backup.
    unprotected: u64,
    /// All that needs attention.
    attention: u64,
    running: u64,
}

impl Counts {
    fn of(projects: &[Project], concerns: u64) -> Self {
        let mut counts = Self { attention: concerns, ..Self::default() };
        for project in projects {
            match project.protection.state {
                ProtectionState::Protected => counts.protected += 1,
                ProtectionState::Attention => counts.unprotected += 1,
                ProtectionState::Running => counts.running += 1,
            }
        }
        counts
    }

    /// The whole at a glance.
    fn sentence(self) -> String {
        if self.protected + self.unprotected + self.running == 0 {
            return "No projects yet: add the first one, and it can be backed up".to_owned();
        }
        let mut parts = Vec::new();
        if self.protected > 0 || self.running == 0 {
            parts.push(match self.protected {
                0 => "no project protected".to_owned(),
                1 => "1 project protected".to_owned(),
                several => format!("{several} projects protected"),
            });
        }
        match self.running {
            0 => {}
            1 => parts.push("1 being backed up".to_owned()),
            several => parts.push(format!("{several} being backed up")),
        }
        match self.attention {
            0 => {}
            1 => parts.push("1 needs attention".to_owned()),
            several => parts.push(format!("{several} need attention")),
        }
        let sentence = parts.join(", ");
        let (first, rest) = sentence.split_at(1);
        first.to_uppercase() + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_counts_as_people_do() {
        let sentence = |protected, attention, running| {
            Counts { protected, unprotected: attention, attention, running }.sentence()
        };
        assert_eq!(sentence(3, 1, 0), "3 projects protected, 1 needs attention");
        assert_eq!(sentence(1, 2, 0), "1 project protected, 2 need attention");
        assert_eq!(sentence(1, 0, 0), "1 project protected");
        assert_eq!(sentence(0, 1, 0), "No project protected, 1 needs attention");
        assert_eq!(sentence(0, 0, 1), "1 being backed up");
        assert_eq!(sentence(2, 1, 1), "2 projects protected, 1 being backed up, 1 needs attention");
        assert!(sentence(0, 0, 0).starts_with("No projects yet"));
    }
}
