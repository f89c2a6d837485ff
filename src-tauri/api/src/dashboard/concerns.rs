//! All that needs attention, in one list: the word for the whole and every count follow from it.

use undercroft_foundation::{Code, DestinationId, Error, ProjectId, Result, Text, TextValue, text};

use super::wire::{Concern, ConcernKind, ConcernKnown, ConcernLevel, Dashboard};
use crate::Api;
use crate::archives::wire::{ArchiveFilter, ArchiveState};
use crate::base::wire::Nothing;
use crate::destinations::wire::{Destination, PasswordKeeper};
use crate::doctor::wire::Finding;
use crate::jobs::wire::JobState;
use crate::plans::wire::Plan;
use crate::projects::wire::{Project, ProtectionState};
use crate::retention::wire::GuardKind;
use crate::usage::quota::NearLimit;
use crate::workspaces::wire::WatchStatus;

/// A disk with less free room than this, and less than a twentieth of all, is nearly full.
const SCARCE_BYTES: u64 = 5_000_000_000;

impl Api {
    /// All that needs attention, the most urgent first.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub(super) fn concerns(
        &self,
        projects: &[Project],
        plans: &[Plan],
        destinations: &[Destination],
    ) -> Result<Vec<Concern>> {
        let mut concerns = self.damaged_destinations()?;
        concerns.extend(self.guard_list(Nothing {})?.into_iter().filter_map(|alert| {
            let level = match alert.kind {
                GuardKind::Deletion | GuardKind::Rewriting => ConcernLevel::Error,
                GuardKind::Growth => ConcernLevel::Warning,
            };
            let reason = alert.text.to_text();
            alert.open.then(|| Concern {
                project: Some(alert.project),
                alert: Some(alert.id.clone()),
                ..concern(ConcernKind::Alert, level, &alert.id, alert.project_name, reason)
            })
        }));
        concerns.extend(plans.iter().filter_map(of_plan));
        concerns.extend(self.broken_archives()?);
        concerns.extend(self.unconfirmed_places()?);
        concerns.extend(self.near_limits()?.into_iter().map(of_limit));
        concerns.extend(destinations.iter().filter_map(of_full_disk));
        concerns.extend(projects.iter().filter_map(of_project));
        concerns.extend(plans.iter().filter_map(of_hooks));
        concerns.extend(destinations.iter().filter_map(of_password));
        concerns.extend(self.kits_to_put_away(destinations)?);
        concerns.extend(self.shared_disks(destinations)?);
        concerns.extend(self.unwatched(projects)?);
        concerns.extend(self.found_by_doctor(&concerns));
        let known = self.0.library.known_concerns()?;
        concerns.retain(|concern| !concern.can_be_known || !known.contains(&concern.key));
        // Those of one level stay in the order of what they are about.
        concerns.sort_by_key(|concern| concern.level != ConcernLevel::Error);
        Ok(concerns)
    }

    fn damaged_destinations(&self) -> Result<Vec<Concern>> {
        let proofs = self.0.backups.proofs().list()?;
        let damaged = proofs.into_iter().filter(|proof| !proof.problems.is_empty());
        Ok(damaged
            .map(|proof| {
                let id = proof.destination.id.to_string();
                let problems = TextValue::count(proof.problems.len() as u64, "problem");
                let reason = text!("{problems} found in its backups", problems);
                let (kind, level) = (ConcernKind::Damaged, ConcernLevel::Error);
                Concern {
                    destination: Some(id.clone()),
                    ..concern(kind, level, &id, proof.destination.name, reason)
                }
            })
            .collect())
    }

    /// The destinations whose password stands on a recovery kit alone.
    fn kits_to_put_away(&self, destinations: &[Destination]) -> Result<Vec<Concern>> {
        let generated = self.0.backups.destinations().with_generated_password()?;
        let is_kept_here = |it: &&Destination| it.keeper != PasswordKeeper::Missing;
        let is_made = |it: &&Destination| it.id.parse().is_ok_and(|id| generated.contains(&id));
        let made = destinations.iter().filter(is_kept_here).filter(is_made);
        Ok(made
            .map(|it| {
                let reason = text!(
                    "Its recovery kit is not put away: without it, no other machine can restore"
                );
                let (kind, level) = (ConcernKind::RecoveryKit, ConcernLevel::Warning);
                Concern {
                    destination: Some(it.id.clone()),
                    can_be_known: true,
                    ..concern(kind, level, &it.id, it.name.clone(), reason)
                }
            })
            .collect())
    }

    /// Has the recovery kit of a destination told of again: its password is another now.
    pub(crate) fn ask_for_kit(&self, destination: DestinationId) -> Result<()> {
        let key = key_of(ConcernKind::RecoveryKit, &destination.to_string());
        self.0.library.set_concern_known(&key, false)
    }

    /// The destinations that fail together with the work.
    fn shared_disks(&self, destinations: &[Destination]) -> Result<Vec<Concern>> {
        let around = self.0.host.surroundings();
        let mut shared = Vec::new();
        for destination in destinations.iter().filter(|it| it.present) {
            let path = self.0.backups.destinations().find(&destination.id)?.path;
            if self.0.backups.destinations().is_on_disk_of_work(&around, &path)? {
                let name = destination.name.clone();
                let reason =
                    text!("It is on the disk of the projects: if that fails, both are lost");
                let (kind, level) = (ConcernKind::SameDisk, ConcernLevel::Warning);
                shared.push(Concern {
                    destination: Some(destination.id.clone()),
                    can_be_known: true,
                    ..concern(kind, level, &destination.id, name, reason)
                });
            }
        }
        Ok(shared)
    }

    /// The projects of which no version is kept, or changes are not noticed as they should be.
    fn unwatched(&self, projects: &[Project]) -> Result<Vec<Concern>> {
        let states = self.watch_list(Nothing {})?;
        let mut found = Vec::new();
        for project in projects.iter().filter(|project| project.present) {
            let state = states.iter().find(|state| state.project == project.id);
            let id = project.id.parse()?;
            let is_begun = self.0.history.is_begun(id);
            let reason = match state.map(|state| (state.state, state.why.as_ref())) {
                _ if !is_begun => text!("No version is kept of it"),
                Some((WatchStatus::Paused, _)) => text!("Watching is paused: no version is made"),
                Some((WatchStatus::Limited, None)) => text!("Changes are not all noticed at once"),
                Some((WatchStatus::Limited | WatchStatus::Off, Some(why))) => why.to_text(),
                _ => continue,
            };
            let is_kept = is_begun && self.has_version(id)?;
            let kind = if is_kept { ConcernKind::Watching } else { ConcernKind::NoVersions };
            let (level, name) = (ConcernLevel::Warning, project.name.clone());
            found.push(Concern {
                project: Some(project.id.clone()),
                can_be_known: kind == ConcernKind::NoVersions,
                ..concern(kind, level, &project.id, name, reason)
            });
        }
        Ok(found)
    }

    fn has_version(&self, project: ProjectId) -> Result<bool> {
        let main = self.0.history.main_workspace(project)?;
        Ok(self.0.history.newest_version(main.id)?.is_some())
    }

    /// The errors of the last self-check that nothing else tells of.
    fn found_by_doctor(&self, told: &[Concern]) -> Vec<Concern> {
        let errors = self.0.examined.errors();
        let is_told = |error: &Finding| {
            told.iter().any(|concern| error.what.starts_with(&format!("{}:", concern.subject)))
        };
        let new = errors.into_iter().filter(|error| !is_told(error));
        new.map(|error| {
            let (kind, level) = (ConcernKind::Doctor, ConcernLevel::Error);
            concern(kind, level, &error.what, error.what.to_text(), error.why.to_text())
        })
        .collect()
    }

    /// Says that a concern is known, or that it is to be told again.
    ///
    /// # Errors
    /// [`Code::Invalid`] for one that must be seen to.
    pub fn concern_known(&self, request: ConcernKnown) -> Result<Dashboard> {
        let dashboard = self.dashboard(Nothing {})?;
        let found = dashboard.concerns.iter().find(|concern| concern.key == request.concern);
        if request.known && !found.is_some_and(|concern| concern.can_be_known) {
            let what = text!("{concern} is no concern that can be left", concern = request.concern);
            return Err(Error::new(Code::Invalid, what)
                .why("It is not there, or it must be seen to")
                .next("See what needs attention: `undercroft status`"));
        }
        self.0.library.set_concern_known(&request.concern, request.known)?;
        self.dashboard(Nothing {})
    }

    fn unconfirmed_places(&self) -> Result<Option<Concern>> {
        let places = self.library_places(Nothing {})?;
        let waiting = places.iter().filter(|place| !place.confirmed).count() as u64;
        let places = TextValue::count(waiting, "recorded place");
        let reason = text!("{places} wait for your answer", places);
        let (kind, level) = (ConcernKind::Places, ConcernLevel::Warning);
        let subject = text!("The recovered library");
        Ok((waiting > 0).then(|| concern(kind, level, "library", subject, reason)))
    }

    fn broken_archives(&self) -> Result<Vec<Concern>> {
        let archives = self.archive_list(ArchiveFilter { text: None, trashed: false })?;
        Ok(archives
            .into_iter()
            .filter_map(|archive| {
                let reason = match archive.state {
                    ArchiveState::Missing => text!("The file of its archive is gone"),
                    ArchiveState::Damaged => text!("A part of its archive can no longer be read"),
                    _ => return None,
                };
                let (kind, level) = (ConcernKind::Archive, ConcernLevel::Error);
                Some(Concern {
                    project: Some(archive.project),
                    ..concern(kind, level, &archive.id, archive.project_name, reason)
                })
            })
            .collect())
    }
}

fn of_plan(plan: &Plan) -> Option<Concern> {
    let has_failed = plan.last_run.as_ref().is_some_and(|run| run.state == JobState::Failed);
    if !has_failed && !plan.needs_attention {
        return None;
    }
    let level = if has_failed { ConcernLevel::Error } else { ConcernLevel::Warning };
    let reason = plan.sentence.to_text();
    Some(Concern {
        plan: Some(plan.id.clone()),
        ..concern(ConcernKind::PlanFailed, level, &plan.id, plan.draft.name.clone(), reason)
    })
}

fn of_hooks(plan: &Plan) -> Option<Concern> {
    let (kind, level) = (ConcernKind::Hooks, ConcernLevel::Warning);
    let reason = text!("It has a command that nobody has confirmed on this machine");
    plan.hooks_wait.then(|| Concern {
        plan: Some(plan.id.clone()),
        ..concern(kind, level, &plan.id, plan.draft.name.clone(), reason)
    })
}

fn of_password(destination: &Destination) -> Option<Concern> {
    let (kind, level) = (ConcernKind::Password, ConcernLevel::Warning);
    let reason = text!("Its password is not known here: nothing is backed up to it");
    (destination.keeper == PasswordKeeper::Missing).then(|| Concern {
        destination: Some(destination.id.clone()),
        ..concern(kind, level, &destination.id, destination.name.clone(), reason)
    })
}

fn of_limit(near: NearLimit) -> Concern {
    let (kind, level) = (ConcernKind::Limit, ConcernLevel::Warning);
    let reason = near.reason;
    let Some(project) = near.project else {
        return concern(kind, level, "library", text!("The library"), reason);
    };
    let id = project.id.to_string();
    Concern { project: Some(id.clone()), ..concern(kind, level, &id, project.name, reason) }
}

fn of_full_disk(destination: &Destination) -> Option<Concern> {
    let (free_bytes, total_bytes) = (destination.free_bytes?, destination.total_bytes?);
    if free_bytes >= SCARCE_BYTES || free_bytes >= total_bytes / 20 {
        return None;
    }
    let reason = text!(
        "{free} of {total} are free",
        free = TextValue::Size(free_bytes),
        total = TextValue::Size(total_bytes)
    );
    let (kind, level) = (ConcernKind::NearlyFull, ConcernLevel::Warning);
    Some(Concern {
        destination: Some(destination.id.clone()),
        ..concern(kind, level, &destination.id, destination.name.clone(), reason)
    })
}

fn of_project(project: &Project) -> Option<Concern> {
    if project.protection.state != ProtectionState::Attention {
        return None;
    }
    let kind = if project.present { ConcernKind::NoBackup } else { ConcernKind::FolderMissing };
    let reason = project.protection.reason.to_text();
    Some(Concern {
        project: Some(project.id.clone()),
        ..concern(kind, ConcernLevel::Warning, &project.id, project.name.clone(), reason)
    })
}

fn key_of(kind: ConcernKind, id: &str) -> String {
    format!("{kind:?}:{id}")
}

fn concern(
    kind: ConcernKind,
    level: ConcernLevel,
    id: &str,
    subject: impl Into<Text>,
    reason: Text,
) -> Concern {
    Concern {
        key: key_of(kind, id),
        kind,
        level,
        subject: subject.into().into(),
        reason: reason.into(),
        project: None,
        destination: None,
        plan: None,
        alert: None,
        can_be_known: false,
    }
}
