//! The overall health, in one word: what the tray shows and the dashboard begins with.

use undercroft_foundation::Result;

use super::wire::{Concern, ConcernLevel, Health};
use crate::Api;
use crate::base::wire::Nothing;
use crate::jobs::wire::{JobKind, JobState, JobView};
use crate::plans::wire::{Plan, ScheduleState};
use crate::projects::wire::{Project, ProtectionState};

/// The facts that the word is made from.
#[derive(Debug, Clone, Copy, Default)]
struct Signs {
    is_running: bool,
    is_faulty: bool,
    is_paused: bool,
    needs_look: bool,
    is_waiting: bool,
    is_protected: bool,
}

impl Signs {
    fn word(self) -> Health {
        match self {
            Self { is_running: true, .. } => Health::Running,
            Self { is_faulty: true, .. } => Health::Error,
            Self { is_paused: true, .. } => Health::Paused,
            Self { needs_look: true, .. } => Health::Warning,
            Self { is_waiting: true, .. } => Health::Waiting,
            Self { is_protected: true, .. } => Health::Protected,
            _ => Health::Empty,
        }
    }
}

impl Api {
    /// The overall health, from what needs attention, what is planned and what is protected: the
    /// word, and the one without what runs now.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub(super) fn health(
        &self,
        projects: &[Project],
        concerns: &[Concern],
        plans: &[Plan],
        schedule: &ScheduleState,
    ) -> Result<(Health, Health)> {
        let jobs = self.job_list(Nothing {})?;
        let has = |level| concerns.iter().any(|concern| concern.level == level);
        let is_protected =
            |project: &Project| project.protection.state == ProtectionState::Protected;
        let signs = Signs {
            is_running: jobs.iter().any(is_under_way),
            is_faulty: has(ConcernLevel::Error),
            is_paused: schedule.paused,
            needs_look: has(ConcernLevel::Warning),
            is_waiting: plans.iter().any(|plan| plan.waiting.is_some()),
            is_protected: projects.iter().any(is_protected),
        };
        Ok((signs.word(), Signs { is_running: false, ..signs }.word()))
    }
}

/// Looking at a folder anew is nothing that anybody waits for, and what was told to wait rests.
pub(super) fn is_under_way(job: &JobView) -> bool {
    let is_live = matches!(job.state, JobState::Queued | JobState::Running);
    is_live && !job.paused && job.kind != JobKind::Refresh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_told_first_and_what_went_wrong_outweighs_the_rest() {
        let all = Signs {
            is_running: true,
            is_faulty: true,
            is_paused: true,
            needs_look: true,
            is_waiting: true,
            is_protected: true,
        };
        assert_eq!(all.word(), Health::Running);
        let resting = Signs { is_running: false, ..all };
        assert_eq!(resting.word(), Health::Error);
        assert_eq!(Signs { is_faulty: false, ..resting }.word(), Health::Paused);
        let going_on = Signs { is_faulty: false, is_paused: false, ..resting };
        assert_eq!(going_on.word(), Health::Warning);
        assert_eq!(Signs { needs_look: false, ..going_on }.word(), Health::Waiting);
        let quiet = Signs { is_protected: true, ..Signs::default() };
        assert_eq!((quiet.word(), Signs::default().word()), (Health::Protected, Health::Empty));
    }
}
