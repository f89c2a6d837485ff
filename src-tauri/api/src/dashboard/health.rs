//! The overall health, in one word: what the tray shows and the dashboard begins with.

use undercroft_foundation::Result;

use super::wire::Health;
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
    /// The overall health, from these projects and from what is planned, noticed and proven; and
    /// what somebody should look at, beside the projects, if something.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub(crate) fn health(
        &self,
        projects: &[Project],
        schedule: &ScheduleState,
    ) -> Result<(Health, Option<String>)> {
        let jobs = self.job_list(Nothing {})?;
        let plans = self.plan_list(Nothing {})?;
        let alerts = self.guard_list(Nothing {})?;
        let proofs = self.0.backups.proofs().list()?;
        let has = |state| projects.iter().any(|project| project.protection.state == state);
        let failed = plans.iter().find(|plan| has_failed(plan));
        let damaged = proofs.iter().find(|proof| !proof.problems.is_empty());
        let fault = damaged
            .map(|proof| format!("{} is damaged", proof.destination.name))
            .or_else(|| failed.map(|plan| format!("the last run of {} failed", plan.draft.name)));
        let overdue = plans.iter().find(|plan| plan.needs_attention);
        let signs = Signs {
            is_running: jobs.iter().any(is_under_way),
            is_faulty: fault.is_some(),
            is_paused: schedule.paused,
            needs_look: has(ProtectionState::Attention)
                || overdue.is_some()
                || alerts.iter().any(|alert| alert.answer.is_none()),
            is_waiting: plans.iter().any(|plan| plan.waiting.is_some()),
            is_protected: has(ProtectionState::Protected),
        };
        let concern = fault.or_else(|| {
            overdue.map(|plan| format!("the plan {} needs attention", plan.draft.name))
        });
        Ok((signs.word(), concern))
    }
}

/// Looking at a folder anew is nothing that anybody waits for, and what was told to wait rests.
fn is_under_way(job: &JobView) -> bool {
    let is_live = matches!(job.state, JobState::Queued | JobState::Running);
    is_live && !job.paused && job.kind != JobKind::Refresh
}

fn has_failed(plan: &Plan) -> bool {
    plan.last_run.as_ref().is_some_and(|run| run.state == JobState::Failed)
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
