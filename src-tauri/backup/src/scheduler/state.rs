//! The state of the schedule in the catalog: what each plan owes its destinations, and whether
//! backups pause.

use undercroft_foundation::{DestinationId, PlanId, Result, SettingsOverrides};
use undercroft_library::Library;

use super::target_state::{self, TargetState};
use crate::destinations::Destinations;
use crate::plans::Plans;

/// The state of a library's schedule.
#[derive(Debug, Clone)]
pub struct ScheduleState {
    pub(super) library: Library,
    pub(super) overrides: SettingsOverrides,
    pub(super) destinations: Destinations,
    pub(super) plans: Plans,
}

impl ScheduleState {
    pub(crate) fn new(
        library: &Library,
        overrides: &SettingsOverrides,
        destinations: &Destinations,
        plans: &Plans,
    ) -> Self {
        Self {
            library: library.clone(),
            overrides: overrides.clone(),
            destinations: destinations.clone(),
            plans: plans.clone(),
        }
    }

    pub(super) fn target_state(
        &self,
        plan: PlanId,
        destination: DestinationId,
    ) -> Result<TargetState> {
        self.library.catalog().read(|connection| target_state::get(connection, plan, destination))
    }

    pub(super) fn update_target_state(
        &self,
        plan: PlanId,
        destination: DestinationId,
        change: impl FnOnce(&mut TargetState),
    ) -> Result<()> {
        self.library.catalog().write(|transaction| {
            let mut state = target_state::get(transaction, plan, destination)?;
            change(&mut state);
            target_state::put(transaction, plan, destination, &state)
        })
    }
}
