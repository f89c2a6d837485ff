//! Giving a plan's destinations what they are owed, as far as they are there and everything else
//! holds; what does not is waited for, quietly.

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{DestinationId, Result, count_text};

use super::owed::Owed;
use super::{Live, Scheduler, Starter, Step, WaitReason, Waiting, owed, pause};
use crate::destinations::Destination;
use crate::plans::Plan;
use crate::words;

/// A run that another process has just begun may not be on record yet.
const GRACE: SignedDuration = SignedDuration::from_secs(30);

/// A destination that is owed a run.
pub(super) struct Debt {
    pub(super) destination: Destination,
    pub(super) owed: Owed,
}

impl Scheduler {
    /// Begins a run of the plan for the destinations that are owed one and are there.
    pub(super) fn serve(
        &self,
        plan: &Plan,
        now: Timestamp,
        starter: &dyn Starter,
        live: &mut Live,
        step: &mut Step,
    ) -> Result<()> {
        let mut debts = self.debts(plan)?;
        debts.retain(|debt| {
            let waits = debt.owed.must_wait(now);
            if waits {
                step.next_look = step.next_look.min(debt.owed.retry_after.unwrap_or(now));
            }
            !waits && debt.owed.begun.is_none()
        });
        if debts.is_empty() || live.plans.contains(&plan.id) {
            return Ok(());
        }
        if let Some((waiting, until)) = self.held_up(plan, &debts, now)? {
            step.next_look = until.map_or(step.next_look, |until| step.next_look.min(until));
            step.waiting.push(waiting);
            return Ok(());
        }
        let (here, away): (Vec<_>, Vec<_>) =
            debts.into_iter().partition(|debt| self.backups.is_there(&debt.destination));
        step.waiting.extend(waits_for(plan, &away, now));
        let mut free = here;
        free.retain(|debt| !live.destinations.contains(&debt.destination.id));
        if self.begin(plan, &free, now, starter)? {
            live.plans.insert(plan.id);
            live.destinations.extend(free.iter().map(|debt| debt.destination.id));
            step.started.push(plan.id);
        }
        Ok(())
    }

    /// The destinations that are owed a run, in the plan's order.
    pub(super) fn debts(&self, plan: &Plan) -> Result<Vec<Debt>> {
        let mut debts = Vec::new();
        for destination in self.backups.destinations_of(plan)? {
            let owed = self
                .backups
                .library
                .catalog()
                .read(|connection| owed::get(connection, plan.id, destination.id))?;
            if owed.since.is_some() {
                debts.push(Debt { destination, owed });
            }
        }
        Ok(debts)
    }

    /// What keeps all of a plan waiting, and until when, if that is known.
    pub(super) fn held_up(
        &self,
        plan: &Plan,
        debts: &[Debt],
        now: Timestamp,
    ) -> Result<Option<(Waiting, Option<Timestamp>)>> {
        let conditions = &plan.spec.conditions;
        let catalog = self.backups.library.catalog();
        let paused = catalog.read(|connection| pause::get(connection, now))?;
        let zone = plan.spec.zone();
        let quiet = conditions.quiet_hours.and_then(|quiet| quiet.end(now, &zone));
        let (reason, text, until) = if let Some(pause) = paused {
            (WaitReason::Paused, "waits until backups are resumed".to_owned(), pause.until)
        } else if let Some(end) = quiet {
            let at = zone.to_datetime(end).strftime("%H:%M").to_string();
            (WaitReason::QuietHours, format!("waits for the end of quiet hours at {at}"), Some(end))
        } else if conditions.on_power && self.surroundings.is_on_battery() {
            (WaitReason::Power, "waits until the machine is on power".to_owned(), None)
        } else if conditions.unmetered && self.surroundings.is_metered() {
            (WaitReason::Network, "waits for a network that is not metered".to_owned(), None)
        } else {
            return Ok(None);
        };
        Ok(Some((waiting(plan, reason, &text, debts, now), until)))
    }

    /// Marks the debts as being paid, unless another process has, and begins the run.
    fn begin(
        &self,
        plan: &Plan,
        debts: &[Debt],
        now: Timestamp,
        starter: &dyn Starter,
    ) -> Result<bool> {
        let Some(planned) = debts.iter().filter_map(|debt| debt.owed.planned).max() else {
            return Ok(false);
        };
        let claimed = self.backups.library.catalog().write(|transaction| {
            for debt in debts {
                let id = debt.destination.id;
                if owed::get(transaction, plan.id, id)? != debt.owed {
                    return Ok(false);
                }
                let owed = Owed { begun: Some(now), ..debt.owed.clone() };
                owed::put(transaction, plan.id, id, &owed)?;
            }
            Ok(true)
        })?;
        if !claimed {
            return Ok(false);
        }
        let only: Vec<DestinationId> = debts.iter().map(|debt| debt.destination.id).collect();
        let Err(error) = starter.start(plan, planned, only.clone()) else { return Ok(true) };
        tracing::warn!(plan = plan.name, %error, "a run could not begin");
        for destination in only {
            self.backups.change_owed(plan.id, destination, |owed| owed.fail(now))?;
        }
        Ok(false)
    }

    /// A run that went on when its process died has told nothing: it is owed as before.
    pub(super) fn give_up_on_dead_runs(
        &self,
        plans: &[Plan],
        live: &Live,
        now: Timestamp,
    ) -> Result<()> {
        for plan in plans.iter().filter(|plan| !live.plans.contains(&plan.id)) {
            for debt in self.debts(plan)? {
                let begun = debt.owed.begun;
                if begun.is_some_and(|begun| now.duration_since(begun).abs() >= GRACE) {
                    let destination = debt.destination.id;
                    self.backups.change_owed(plan.id, destination, |owed| {
                        owed.begun = owed.begun.filter(|again| Some(*again) != begun);
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// What says that destinations are waited for, if some are away.
pub(super) fn waits_for(plan: &Plan, away: &[Debt], now: Timestamp) -> Option<Waiting> {
    if away.is_empty() {
        return None;
    }
    let names: Vec<_> = away.iter().map(|debt| debt.destination.name.clone()).collect();
    let text = format!("waits for {}", words::list(&names));
    Some(waiting(plan, WaitReason::Destination, &text, away, now))
}

fn waiting(plan: &Plan, reason: WaitReason, text: &str, debts: &[Debt], now: Timestamp) -> Waiting {
    // The destination that has gone longest without says it for all.
    let oldest = debts.iter().map(|debt| debt.owed.last_complete).min().flatten();
    let since = match oldest {
        Some(last) => format!("{} since the last backup", age(now, last)),
        None => "no backup there yet".to_owned(),
    };
    let planned = debts.iter().filter_map(|debt| debt.owed.since).min().unwrap_or(now);
    Waiting { plan: plan.id, reason, planned, text: format!("{text}; {since}") }
}

/// How long ago, in words.
pub(super) fn age(now: Timestamp, then: Timestamp) -> String {
    let hours = u64::try_from(now.duration_since(then).as_hours()).unwrap_or_default();
    match hours {
        0 => "less than an hour".to_owned(),
        1..48 => count_text(hours, "hour"),
        _ => count_text(hours / 24, "day"),
    }
}
