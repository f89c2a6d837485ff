//! Giving a plan's destinations what they are owed, as far as they are there and everything else
//! holds; what does not is waited for, quietly.

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{DestinationId, Result, Text, TextValue, text};

use super::target_state::TargetState;
use super::{ActiveRuns, Scheduler, Starter, Step, WaitReason, Waiting, target_state};
use crate::destinations::Destination;
use crate::plans::Plan;

/// A run that another process has just begun may not be on record yet.
const GRACE: SignedDuration = SignedDuration::from_secs(30);

/// A destination that is owed a run.
pub(super) struct PendingRun {
    pub(super) destination: Destination,
    pub(super) state: TargetState,
}

impl Scheduler {
    /// Begins a run of the plan for the destinations that are owed one and are there.
    pub(super) fn start_pending(
        &self,
        plan: &Plan,
        now: Timestamp,
        starter: &dyn Starter,
        active: &mut ActiveRuns,
        step: &mut Step,
    ) -> Result<()> {
        let mut pending = self.pending_runs(plan)?;
        pending.retain(|run| {
            let waits = run.state.must_wait(now);
            if waits {
                step.next_look = step.next_look.min(run.state.retry_after.unwrap_or(now));
            }
            !waits && run.state.begun.is_none()
        });
        if pending.is_empty() || active.plans.contains(&plan.id) {
            return Ok(());
        }
        if let Some((waiting, until)) = self.blocked_by(plan, &pending, now)? {
            step.next_look = until.map_or(step.next_look, |until| step.next_look.min(until));
            step.waiting.push(waiting);
            return Ok(());
        }
        let (here, away): (Vec<_>, Vec<_>) =
            pending.into_iter().partition(|run| self.state.destinations.is_there(&run.destination));
        step.waiting.extend(waiting_for_destinations(plan, &away, now));
        let mut free = here;
        free.retain(|run| !active.destinations.contains(&run.destination.id));
        if self.begin(plan, &free, now, starter)? {
            active.plans.insert(plan.id);
            active.destinations.extend(free.iter().map(|run| run.destination.id));
            step.started.push(plan.id);
        }
        Ok(())
    }

    /// The destinations that are owed a run, in the plan's order.
    pub(super) fn pending_runs(&self, plan: &Plan) -> Result<Vec<PendingRun>> {
        let mut pending = Vec::new();
        for destination in self.state.plans.destinations_of(plan)? {
            let state = self
                .state
                .library
                .catalog()
                .read(|connection| target_state::get(connection, plan.id, destination.id))?;
            if state.since.is_some() {
                pending.push(PendingRun { destination, state });
            }
        }
        Ok(pending)
    }

    /// The condition that keeps all of a plan waiting, and until when, if that is known.
    pub(super) fn blocked_by(
        &self,
        plan: &Plan,
        pending: &[PendingRun],
        now: Timestamp,
    ) -> Result<Option<(Waiting, Option<Timestamp>)>> {
        let conditions = &plan.spec.conditions;
        let zone = plan.spec.zone();
        let quiet = conditions.quiet_hours.and_then(|quiet| quiet.end(now, &zone));
        let (reason, text, until) = if let Some(pause) = self.state.current_pause()? {
            let text = match pause.by_setting {
                true => text!("waits until the setting backup is on"),
                false => text!("waits until backups are resumed"),
            };
            (WaitReason::Paused, text, pause.until)
        } else if let Some(end) = quiet {
            let at = zone.to_datetime(end).strftime("%H:%M").to_string();
            (
                WaitReason::QuietHours,
                text!("waits for the end of quiet hours at {at}", at),
                Some(end),
            )
        } else if conditions.on_power && self.machine_state.is_on_battery() {
            (WaitReason::Power, text!("waits until the machine is on power"), None)
        } else if conditions.unmetered && self.machine_state.is_metered() {
            (WaitReason::Network, text!("waits for a network that is not metered"), None)
        } else {
            return Ok(None);
        };
        Ok(Some((waiting(plan, reason, &text, pending, now), until)))
    }

    /// Marks the pending runs as begun, unless another process has, and begins them.
    fn begin(
        &self,
        plan: &Plan,
        pending: &[PendingRun],
        now: Timestamp,
        starter: &dyn Starter,
    ) -> Result<bool> {
        let Some(planned) = pending.iter().filter_map(|run| run.state.planned).max() else {
            return Ok(false);
        };
        let claimed = self.state.library.catalog().write(|transaction| {
            for run in pending {
                let id = run.destination.id;
                if target_state::get(transaction, plan.id, id)? != run.state {
                    return Ok(false);
                }
                let state = TargetState { begun: Some(now), ..run.state.clone() };
                target_state::put(transaction, plan.id, id, &state)?;
            }
            Ok(true)
        })?;
        if !claimed {
            return Ok(false);
        }
        let only: Vec<DestinationId> = pending.iter().map(|run| run.destination.id).collect();
        let Err(error) = starter.start(plan, planned, only.clone()) else { return Ok(true) };
        tracing::warn!(plan = plan.name, %error, "a run could not begin");
        for destination in only {
            self.state.update_target_state(plan.id, destination, |state| state.fail(now))?;
        }
        Ok(false)
    }

    /// A run that went on when its process died has told nothing: it is owed as before.
    pub(super) fn release_dead_runs(
        &self,
        plans: &[Plan],
        active: &ActiveRuns,
        now: Timestamp,
    ) -> Result<()> {
        for plan in plans.iter().filter(|plan| !active.plans.contains(&plan.id)) {
            for run in self.pending_runs(plan)? {
                let begun = run.state.begun;
                if begun.is_some_and(|begun| now.duration_since(begun).abs() >= GRACE) {
                    let destination = run.destination.id;
                    self.state.update_target_state(plan.id, destination, |state| {
                        state.begun = state.begun.filter(|again| Some(*again) != begun);
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// The wait for destinations, if some are away.
pub(super) fn waiting_for_destinations(
    plan: &Plan,
    away: &[PendingRun],
    now: Timestamp,
) -> Option<Waiting> {
    if away.is_empty() {
        return None;
    }
    let names = TextValue::names(away.iter().map(|run| &run.destination.name));
    let text = text!("waits for {names}", names);
    Some(waiting(plan, WaitReason::Destination, &text, away, now))
}

fn waiting(
    plan: &Plan,
    reason: WaitReason,
    text: &Text,
    pending: &[PendingRun],
    now: Timestamp,
) -> Waiting {
    // The destination that has gone longest without says it for all.
    let oldest = pending.iter().map(|run| run.state.last_complete).min().flatten();
    let since = match oldest {
        Some(last) => text!("{age} since the last backup", age = age(now, last)),
        None => text!("no backup there yet"),
    };
    let planned = pending.iter().filter_map(|run| run.state.since).min().unwrap_or(now);
    Waiting { plan: plan.id, reason, planned, text: text!("{waits}; {since}", waits = text, since) }
}

/// The time since `then`, in words.
pub(super) fn age(now: Timestamp, then: Timestamp) -> TextValue {
    let hours = u64::try_from(now.duration_since(then).as_hours()).unwrap_or_default();
    match hours {
        0 => TextValue::Text(text!("less than an hour")),
        1..48 => TextValue::count(hours, "hour"),
        _ => TextValue::count(hours / 24, "day"),
    }
}
