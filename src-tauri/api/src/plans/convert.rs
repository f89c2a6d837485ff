//! Plans, from the wire's types to the room's and back.

use undercroft_backup as backup;
use undercroft_foundation::{Result, escape_path};

use super::wire::{
    Conditions, PlanDraft, PlanLeftOut, PlanPreview, PlanProjects, PlanTarget, PlanTargetState,
    PlanWaiting, PlannedRun, QuietHours, Schedule,
};

/// The specification in a draft; its name travels apart.
pub(super) fn spec(draft: PlanDraft) -> Result<backup::PlanSpec> {
    let targets = draft.targets.into_iter().map(|target| {
        let retention = target.retention.map(Into::into);
        Ok(backup::PlanTarget { destination: target.destination.parse()?, retention })
    });
    Ok(backup::PlanSpec {
        projects: projects(draft.projects)?,
        library: draft.library,
        exclude: draft.exclude,
        leave_out_rebuildable: draft.leave_out_rebuildable,
        targets: targets.collect::<Result<_>>()?,
        schedule: schedule(draft.schedule)?,
        time_zone: draft.time_zone,
        conditions: conditions(draft.conditions)?,
        limits: draft.limits.into(),
        before: draft.before.map(Into::into),
        after: draft.after.map(Into::into),
        verification: draft.verification.into(),
    })
}

/// A plan's name and what it says, as a draft.
pub(super) fn draft(name: String, spec: backup::PlanSpec) -> PlanDraft {
    let backup::PlanSpec {
        projects,
        library,
        exclude,
        leave_out_rebuildable,
        targets,
        schedule,
        time_zone,
        conditions,
        limits,
        before,
        after,
        verification,
    } = spec;
    PlanDraft {
        name,
        projects: projects.into(),
        library,
        exclude,
        leave_out_rebuildable,
        targets: targets.into_iter().map(Into::into).collect(),
        schedule: schedule.into(),
        time_zone,
        conditions: conditions.into(),
        limits: limits.into(),
        before: before.map(Into::into),
        after: after.map(Into::into),
        verification: verification.into(),
    }
}

pub(super) fn waiting(waiting: backup::Waiting) -> PlanWaiting {
    let backup::Waiting { plan: _, reason, planned, text } = waiting;
    PlanWaiting { reason: reason.into(), planned, text: text.into() }
}

pub(super) fn planned_run(run: backup::PlannedRun) -> PlannedRun {
    let backup::PlannedRun { plan, name, at } = run;
    PlannedRun { plan: plan.to_string(), name, at }
}

pub(super) fn target(target: backup::TargetStatus, held: bool) -> PlanTargetState {
    let backup::TargetStatus { destination, name, is_present, last_complete, failures: _ } = target;
    PlanTargetState {
        destination: destination.to_string(),
        name,
        present: is_present,
        last_complete,
        held,
    }
}

pub(super) fn preview(preview: backup::Preview) -> PlanPreview {
    let left_out = |left: backup::LeftOut| PlanLeftOut {
        project: left.project,
        path: escape_path(&left.path),
        why: left.why.into(),
        files: left.files,
        size_bytes: left.size_bytes,
    };
    PlanPreview {
        projects: preview.projects,
        files: preview.files,
        size_bytes: preview.size_bytes,
        left_out: preview.left_out.into_iter().map(left_out).collect(),
        left_out_bytes: preview.left_out_bytes,
        complete: preview.complete,
    }
}

pub(super) fn projects(projects: PlanProjects) -> Result<backup::PlanProjects> {
    Ok(match projects {
        PlanProjects::All => backup::PlanProjects::All,
        PlanProjects::Tagged { tags } => backup::PlanProjects::Tagged { tags },
        PlanProjects::Chosen { projects } => backup::PlanProjects::Chosen {
            projects: projects.iter().map(|id| id.parse()).collect::<Result<_>>()?,
        },
    })
}

impl From<backup::PlanProjects> for PlanProjects {
    fn from(projects: backup::PlanProjects) -> Self {
        match projects {
            backup::PlanProjects::All => Self::All,
            backup::PlanProjects::Tagged { tags } => Self::Tagged { tags },
            backup::PlanProjects::Chosen { projects } => {
                Self::Chosen { projects: projects.iter().map(ToString::to_string).collect() }
            }
        }
    }
}

impl From<backup::PlanTarget> for PlanTarget {
    fn from(target: backup::PlanTarget) -> Self {
        let backup::PlanTarget { destination, retention } = target;
        Self { destination: destination.to_string(), retention: retention.map(Into::into) }
    }
}

fn schedule(schedule: Schedule) -> Result<backup::Schedule> {
    Ok(match schedule {
        Schedule::Usual => backup::Schedule::Usual,
        Schedule::Manual => backup::Schedule::Manual,
        Schedule::Hourly { minute } => backup::Schedule::Hourly { minute },
        Schedule::Daily { at } => backup::Schedule::Daily { at: at.parse()? },
        Schedule::Weekly { weekdays, at } => backup::Schedule::Weekly { weekdays, at: at.parse()? },
        Schedule::Monthly { day, at } => backup::Schedule::Monthly { day, at: at.parse()? },
        Schedule::Cron { expression } => backup::Schedule::Cron { expression },
        Schedule::AfterChanges { versions } => backup::Schedule::AfterChanges { versions },
    })
}

impl From<backup::Schedule> for Schedule {
    fn from(schedule: backup::Schedule) -> Self {
        match schedule {
            backup::Schedule::Usual => Self::Usual,
            backup::Schedule::Manual => Self::Manual,
            backup::Schedule::Hourly { minute } => Self::Hourly { minute },
            backup::Schedule::Daily { at } => Self::Daily { at: at.to_string() },
            backup::Schedule::Weekly { weekdays, at } => {
                Self::Weekly { weekdays, at: at.to_string() }
            }
            backup::Schedule::Monthly { day, at } => Self::Monthly { day, at: at.to_string() },
            backup::Schedule::Cron { expression } => Self::Cron { expression },
            backup::Schedule::AfterChanges { versions } => Self::AfterChanges { versions },
        }
    }
}

fn conditions(conditions: Conditions) -> Result<backup::Conditions> {
    let quiet = |quiet: QuietHours| -> Result<_> {
        Ok(backup::QuietHours { from: quiet.from.parse()?, until: quiet.until.parse()? })
    };
    Ok(backup::Conditions {
        on_power: conditions.on_power,
        unmetered: conditions.unmetered,
        quiet_hours: conditions.quiet_hours.map(quiet).transpose()?,
    })
}

impl From<backup::Conditions> for Conditions {
    fn from(conditions: backup::Conditions) -> Self {
        let backup::Conditions { on_power, unmetered, quiet_hours } = conditions;
        let quiet = |quiet: backup::QuietHours| QuietHours {
            from: quiet.from.to_string(),
            until: quiet.until.to_string(),
        };
        Self { on_power, unmetered, quiet_hours: quiet_hours.map(quiet) }
    }
}
