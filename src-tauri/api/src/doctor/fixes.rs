//! The fixes that the doctor can do by itself: each remedy is a use case that the user could ask
//! for, too.

use undercroft_foundation::{Code, Error, Result, Text, text};

use super::wire::FindingFix;
use crate::Api;
use crate::base::wire::Nothing;
use crate::destinations::wire::{DestinationRef, RepairKind, RepairRequest};
use crate::plans::wire::{PlanEnable, PlanRef};
use crate::recovery::wire::PlacesConfirm;
use crate::verification::wire::CheckRequest;

/// A remedy, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fix<'a> {
    /// Removes locks that nobody holds.
    Unlock(&'a str),
    /// Frees what no backup needs.
    CleanUp(&'a str),
    /// Restores random files on trial.
    Drill(&'a str),
    /// Reads all of a destination back.
    ReadBack(&'a str),
    /// Mends from parity.
    Heal(&'a str),
    /// Carries a plan out.
    RunPlan(&'a str),
    /// Lets a plan run by itself.
    EnablePlan(&'a str),
    /// Asks about the commands of a plan.
    ConfirmHooks(&'a str),
    /// Asks about a place of a recovered library.
    ConfirmPlace(&'a str),
    /// Lets backups begin by themselves.
    Resume,
}

impl<'a> Fix<'a> {
    fn parts(self) -> (&'static str, &'a str, Text) {
        match self {
            Self::Unlock(destination) => ("unlock", destination, text!("Remove the locks")),
            Self::CleanUp(destination) => ("clean-up", destination, text!("Clean up")),
            Self::Drill(destination) => ("drill", destination, text!("Restore on trial")),
            Self::ReadBack(destination) => ("read-back", destination, text!("Read all back")),
            Self::Heal(destination) => ("heal", destination, text!("Mend from parity")),
            Self::RunPlan(plan) => ("run-plan", plan, text!("Back up now")),
            Self::EnablePlan(plan) => ("enable-plan", plan, text!("Turn it on")),
            Self::ConfirmHooks(plan) => ("confirm-hooks", plan, text!("Confirm…")),
            Self::ConfirmPlace(place) => ("confirm-place", place, text!("Confirm…")),
            Self::Resume => ("resume", "", text!("Resume backups")),
        }
    }

    fn parse(id: &'a str) -> Option<Self> {
        let (name, target) = id.split_once(':').unwrap_or((id, ""));
        let all = [
            Self::Unlock(target),
            Self::CleanUp(target),
            Self::Drill(target),
            Self::ReadBack(target),
            Self::Heal(target),
            Self::RunPlan(target),
            Self::EnablePlan(target),
            Self::ConfirmHooks(target),
            Self::ConfirmPlace(target),
            Self::Resume,
        ];
        all.into_iter().find(|fix| fix.parts().0 == name)
    }

    pub(super) fn to_wire(self) -> FindingFix {
        let (name, target, label) = self.parts();
        let id = if target.is_empty() { name.to_owned() } else { format!("{name}:{target}") };
        FindingFix { id, label: label.into() }
    }
}

impl Api {
    pub(super) fn fix(&self, id: &str) -> Result<()> {
        let fix = Fix::parse(id).ok_or_else(|| {
            Error::new(
                Code::Invalid,
                text!("The doctor knows no remedy {id}", id = format!("{id:?}")),
            )
            .next("Ask the doctor anew, and take one that it proposes")
        })?;
        let at = |destination: &str| DestinationRef { destination: destination.to_owned() };
        match fix {
            Fix::Unlock(it) => self.destination_unlock(at(it)).map(drop),
            Fix::CleanUp(it) => self.cleanup(at(it)).map(drop),
            Fix::Drill(it) => self.drill(at(it)).map(drop),
            Fix::ReadBack(it) => {
                let request = CheckRequest { destination: it.to_owned(), permille: 1000 };
                self.destination_check(request).map(drop)
            }
            Fix::Heal(it) => {
                let what = RepairKind::Parity;
                let request = RepairRequest { destination: it.to_owned(), what };
                self.destination_repair(request).map(drop)
            }
            Fix::RunPlan(it) => self.plan_run(PlanRef { plan: it.to_owned() }).map(drop),
            Fix::EnablePlan(it) => {
                self.plan_enable(PlanEnable { plan: it.to_owned(), enabled: true }).map(drop)
            }
            Fix::ConfirmHooks(it) => {
                self.plan_confirm_hooks(PlanRef { plan: it.to_owned() }).map(drop)
            }
            Fix::ConfirmPlace(it) => {
                let request = PlacesConfirm { places: vec![it.to_owned()], all: false };
                self.library_places_confirm(request).map(drop)
            }
            Fix::Resume => self.schedule_resume(Nothing {}).map(drop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_is_known_again_by_its_id() {
        for fix in [Fix::Unlock("a:b"), Fix::RunPlan("0190"), Fix::Resume] {
            assert_eq!(Fix::parse(&fix.to_wire().id), Some(fix));
        }
        assert_eq!(Fix::parse("rm:-rf"), None);
    }
}
