//! Destinations under the doctor's eye: there, open, unlocked, roomy, proven.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{Error, IoContext, Result, TextValue, text};

use super::finding::{failed, passed, warning};
use super::fixes::Fix;
use super::wire::Finding;
use crate::Api;
use crate::backups::wire::SnapshotFilter;
use crate::base::wire::Nothing;
use crate::destinations::wire::{Destination, PasswordKeeper};
use crate::verification::wire::DestinationProof;

const AREA: &str = "destination";
/// A lock that was not refreshed for this long has no owner any more.
const STALE_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// Backups that nobody restored from for this long are hoped for rather than proven.
const PROVEN_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);
/// With less room than this, or than a twentieth, a backup is about to fail.
const LOW_BYTES: u64 = 1 << 30;

impl Api {
    pub(super) fn examine_destinations(&self) -> Vec<Finding> {
        let destinations = match self.destination_list(Nothing {}) {
            Ok(destinations) => destinations,
            Err(error) => return vec![failed(AREA, &error)],
        };
        if destinations.is_empty() {
            return vec![warning(
                AREA,
                text!("There is no destination yet"),
                text!("Backups need a place to go to"),
                text!("Add a destination, best on another drive"),
            )];
        }
        let mut findings: Vec<_> = destinations
            .iter()
            .flat_map(|destination| self.examine_destination(destination))
            .collect();
        match self.proof_list(Nothing {}) {
            Ok(proofs) => {
                findings.extend(proofs.iter().flat_map(|proof| self.examine_proof(proof)));
            }
            Err(error) => findings.push(failed(AREA, &error)),
        }
        findings
    }

    /// Opens it, which wants its password and its own repository, and reads its snapshots.
    fn examine_destination(&self, destination: &Destination) -> Vec<Finding> {
        let Destination { name, display, .. } = destination;
        if !destination.present {
            return vec![warning(
                AREA,
                text!("{name}: {display} is not there", name, display),
                text!("It was moved or deleted, or its drive is away"),
                text!("Connect the drive, or remove the destination; what it holds stays there"),
            )];
        }
        let filter = SnapshotFilter { project: None, destination: Some(destination.id.clone()) };
        let mut findings = vec![match self.snapshot_list(filter) {
            Ok(snapshots) => {
                let count = TextValue::count(snapshots.len() as u64, "backup");
                passed(
                    AREA,
                    text!("{name}: {display} opens and holds {count}", name, display, count),
                )
            }
            Err(error) => failed(AREA, &error),
        }];
        findings.extend(examine_password(destination));
        findings.extend(examine_room(destination));
        findings.extend(self.examine_locks(destination));
        findings.extend(self.examine_disk(destination));
        findings
    }

    fn examine_disk(&self, destination: &Destination) -> Option<Finding> {
        let path = self.0.backups.destinations().find(&destination.id).ok()?.path;
        let projects = match self.0.backups.destinations().projects_on_disk_of(&path) {
            Ok(projects) => projects,
            Err(error) => return Some(failed(AREA, &error)),
        };
        let (first, others) = projects.split_first()?;
        let whose = match others.len() as u64 {
            0 => TextValue::Name(first.name.clone()),
            more => TextValue::Text(text!(
                "{first} and {projects}",
                first = first.name,
                projects = TextValue::count(more, "other project")
            )),
        };
        Some(warning(
            AREA,
            text!("{destination} is on the disk of {whose}", destination = destination.name, whose),
            text!("If that disk fails, the projects and these backups are lost together"),
            text!("Add a destination on another drive"),
        ))
    }

    fn examine_locks(&self, destination: &Destination) -> Option<Finding> {
        let path = self.0.backups.destinations().find(&destination.id).ok()?.path;
        let now = self.0.library.world().clock.now();
        let stale = match count_stale_locks(&path.join("locks"), now) {
            Ok(0) => return None,
            Ok(stale) => stale,
            Err(error) => return Some(failed(AREA, &error)),
        };
        let found = warning(
            AREA,
            text!(
                "{destination}: {locks} that nobody holds any more",
                destination = destination.name,
                locks = TextValue::count(stale, "lock")
            ),
            text!("A program that worked there was stopped before it could clean up"),
            text!("Remove the locks"),
        );
        Some(found.with_fix(Fix::Unlock(&destination.id)))
    }

    fn examine_proof(&self, proof: &DestinationProof) -> Vec<Finding> {
        let DestinationProof { name, .. } = proof;
        if let Some(problem) = proof.problems.first() {
            let fix = match proof.parity_percent {
                Some(_) => Fix::Heal(&proof.destination),
                None => Fix::ReadBack(&proof.destination),
            };
            let found = warning(
                AREA,
                text!("{name} is damaged: {problem}", name, problem),
                text!("The drive gave back other bytes than were written, or a file is gone"),
                text!("Mend it, read all back, and make a new backup, best on another drive"),
            );
            return vec![found.into_error().with_fix(fix)];
        }
        let now = self.0.library.world().clock.now();
        let age = proof.last_proven.map(|proven| now.duration_since(proven));
        match age {
            Some(age) if age <= PROVEN_FOR => Vec::new(),
            _ => vec![
                warning(
                    AREA,
                    match age {
                        None => text!("{name} was never restored from on trial", name),
                        Some(age) => {
                            text!(
                                "{name} was last proven {days} ago",
                                name,
                                days = TextValue::count(age.as_hours().unsigned_abs() / 24, "day")
                            )
                        }
                    },
                    text!("A backup that nobody tried is a hope"),
                    text!("Restore random files on trial"),
                )
                .with_fix(Fix::Drill(&proof.destination)),
            ],
        }
    }
}

fn examine_password(destination: &Destination) -> Option<Finding> {
    match destination.keeper {
        PasswordKeeper::Missing => Some(
            warning(
                AREA,
                text!(
                    "{destination}: its password is not kept here any more",
                    destination = destination.name
                ),
                text!("The keyring was emptied, or the key file is gone"),
                text!("Add the destination again with its password; the recovery kit has it"),
            )
            .into_error(),
        ),
        _ => None,
    }
}

fn examine_room(destination: &Destination) -> Option<Finding> {
    let (free, total) = (destination.free_bytes?, destination.total_bytes?);
    if free >= LOW_BYTES.max(total / 20) {
        return None;
    }
    let found = warning(
        AREA,
        text!(
            "{destination}: {free} free of {total}",
            destination = destination.name,
            free = TextValue::Size(free),
            total = TextValue::Size(total)
        ),
        text!("The next backup may not fit"),
        text!("Clean up, keep less, or use a larger drive"),
    );
    Some(found.with_fix(Fix::CleanUp(&destination.id)))
}

/// A lock is written anew every few minutes by whoever holds it.
fn count_stale_locks(folder: &Path, now: Timestamp) -> Result<u64> {
    let mut stale = 0;
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(source) => return Err(Error::io("read", folder, source)),
    };
    for entry in entries {
        let path = entry.at("read", folder)?.path();
        // One that is gone by now was nobody's fault.
        let Ok(modified) = std::fs::metadata(&path).and_then(|found| found.modified()) else {
            continue;
        };
        let modified = Timestamp::try_from(modified).unwrap_or(now);
        if now.duration_since(modified) > STALE_AFTER {
            stale += 1;
        }
    }
    Ok(stale)
}
