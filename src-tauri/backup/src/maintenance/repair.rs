//! Mending a destination that its drive has damaged, and protecting it beforehand.

use undercroft_foundation::{Code, DestinationId, Error, Job, Result, Text, TextValue, text};
use undercroft_library::{JobKind, JobSpec, JobView};
use undercroft_repository::check::{CheckOptions, Problem, ProblemKind, ReadData};
use undercroft_repository::parity::HealScope;
use undercroft_repository::repair::SnapshotRepairOptions;
use undercroft_repository::{PackId, Repository};

use super::Maintenance;
use crate::destinations::Destination;
use crate::verification::ALL;

/// The part that is to be repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    /// Damaged files, from parity.
    Parity,
    /// The index, from the packs.
    Index,
    /// Damaged packs: what can be read of them is saved, the rest given up.
    Packs,
    /// Backups that miss content: what is lost is left out of them.
    Snapshots,
}

/// The extent to which a destination is under parity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parity {
    /// The parity that is added, in percent of what is stored; 0 for none.
    pub percent: u8,
    /// The share of what is stored that is protected, in thousandths.
    pub permille: u16,
}

impl Maintenance {
    /// Puts the mending of a destination on the board of jobs. What is damaged is set aside, never
    /// deleted. What leaves nothing damaged is read back at its end.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn start_repair(&self, destination: DestinationId, repair: Repair) -> Result<JobView> {
        let destination = self.destinations.get(destination)?;
        let name = &destination.name;
        let title = match repair {
            Repair::Parity => text!("Mend {name} from parity", name),
            Repair::Index => text!("Mend {name} in its index", name),
            Repair::Packs => text!("Mend {name} in its packs", name),
            Repair::Snapshots => text!("Mend {name} in its backups", name),
        };
        let spec = JobSpec::new(JobKind::Repair, title).with_destination(destination.id);
        let maintenance = self.clone();
        self.library.jobs().spawn(spec, move |job| {
            let repository = maintenance.destinations.repository_of(&destination)?;
            let sentence = match repair {
                Repair::Parity => heal(&repository, &destination, job),
                Repair::Index => mend_index(&repository, &destination, job),
                Repair::Packs => mend_packs(&repository, &destination, job),
                Repair::Snapshots => mend_snapshots(&repository, &destination, job),
            }?;
            maintenance.snapshots.refresh(destination.id, &repository)?;
            if matches!(repair, Repair::Index | Repair::Packs) {
                return Ok(sentence);
            }
            // Only reading all of it back says that what was found wrong is so no more.
            let sound = maintenance.proofs.check(destination.id, ALL, job)?;
            Ok(text!("{sentence}; {sound}", sentence, sound))
        })
    }

    /// Puts a change of a destination's parity on the board of jobs; it is brought up to date then.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for more than 50 percent.
    pub fn start_parity(&self, destination: DestinationId, percent: u8) -> Result<JobView> {
        let destination = self.destinations.get(destination)?;
        let title = match percent {
            0 => text!("Give up the parity of {destination}", destination = destination.name),
            _ => text!(
                "Protect {destination} by {percent} % of parity",
                destination = destination.name,
                percent
            ),
        };
        let spec = JobSpec::new(JobKind::Repair, title).with_destination(destination.id);
        let maintenance = self.clone();
        self.library.jobs().spawn(spec, move |job| {
            let repository = maintenance.destinations.repository_of(&destination)?;
            repository.set_parity(percent.into())?;
            repository.parity_update(job)?;
            let state = repository.parity_state()?;
            Ok(match percent {
                0 => text!("{destination} has no parity any more", destination = destination.name),
                _ => {
                    text!(
                        "{destination} takes {size} of parity",
                        destination = destination.name,
                        size = TextValue::Size(state.bytes_taken)
                    )
                }
            })
        })
    }

    /// The extent to which a destination is under parity; nothing while it is away.
    ///
    /// # Errors
    /// The errors of the destination.
    pub fn parity(&self, destination: DestinationId) -> Result<Option<Parity>> {
        let destination = self.destinations.get(destination)?;
        let repository = match self.destinations.repository_of(&destination) {
            Err(error) if error.code() == Code::Unavailable => return Ok(None),
            repository => repository?,
        };
        let state = repository.parity_state()?;
        let permille = (u128::from(state.bytes_protected) * 1000)
            .checked_div(u128::from(state.bytes))
            .map_or(0, |permille| u16::try_from(permille.min(1000)).unwrap_or(1000));
        Ok(Some(Parity { percent: u8::try_from(state.percent).unwrap_or(u8::MAX), permille }))
    }
}

fn heal(repository: &Repository, destination: &Destination, job: &Job) -> Result<Text> {
    let report = repository.heal(&HealScope::All, job)?;
    if let Some(left) = report.unhealed.first() {
        let count = TextValue::count(report.unhealed.len() as u64, "file");
        let what =
            text!("{destination} is still damaged: {count}", destination = destination.name, count);
        return Err(Error::new(Code::Damaged, what)
            .why(text!("{item}: {why}", item = left.item, why = left.why))
            .next("Mend the packs, then the backups: what can be saved is saved; back up again"));
    }
    Ok(match report.healed.len() as u64 {
        0 => text!("{destination} needed no mending", destination = destination.name),
        healed => text!(
            "{files} of {destination} whole again",
            files = TextValue::count(healed, "file"),
            destination = destination.name
        ),
    })
}

fn mend_index(repository: &Repository, destination: &Destination, job: &Job) -> Result<Text> {
    let report = repository.repair_index(false, job)?;
    if !report.packs_missing.is_empty() {
        let count = TextValue::count(report.packs_missing.len() as u64, "pack");
        job.warn(destination.name.clone(), text!("{count} missing; mend the backups next", count));
    }
    Ok(match report.indexes_written {
        0 => text!("The index of {destination} is as it should be", destination = destination.name),
        _ => text!("The index of {destination} was made anew", destination = destination.name),
    })
}

fn mend_packs(repository: &Repository, destination: &Destination, job: &Job) -> Result<Text> {
    let read = CheckOptions { read: ReadData::All };
    let report = repository.check(&read, job)?;
    let mut damaged: Vec<_> = report.errors.iter().filter_map(pack_of).collect();
    damaged.sort_unstable();
    damaged.dedup();
    if damaged.is_empty() {
        return Ok(text!("No pack of {destination} is damaged", destination = destination.name));
    }
    let repaired = repository.repair_packs(&damaged, job)?;
    let (saved, lost) = (repaired.blobs_saved, repaired.blobs_lost.len() as u64);
    if lost > 0 {
        job.warn(
            destination.name.clone(),
            text!("content is lost; back up again, then mend the backups"),
        );
    }
    Ok(text!(
        "{saved} saved, {lost} lost",
        saved = TextValue::count(saved, "piece"),
        lost = TextValue::count(lost, "piece")
    ))
}

/// The pack that a problem is about.
fn pack_of(problem: &Problem) -> Option<PackId> {
    let is_pack = matches!(
        problem.kind,
        ProblemKind::PackMissing
            | ProblemKind::PackSize
            | ProblemKind::PackContent
            | ProblemKind::Blob
    );
    let name = problem.item.rsplit('/').next()?;
    is_pack.then(|| name.parse().ok()).flatten()
}

fn mend_snapshots(repository: &Repository, destination: &Destination, job: &Job) -> Result<Text> {
    let ids = repository.snapshot_ids()?;
    let options = SnapshotRepairOptions { forget: true, dry_run: false };
    let report = repository.repair_snapshots(&ids, &options, job)?;
    for broken in &report.broken {
        for path in &broken.paths {
            job.warn(path.clone(), text!("lost in backup {backup}", backup = broken.id.short()));
        }
    }
    Ok(match report.broken.len() as u64 {
        0 => text!("No backup of {destination} lacks anything", destination = destination.name),
        broken => {
            let count = TextValue::count(broken, "backup");
            text!("{count} made anew without what is lost; the broken ones are in the trash", count)
        }
    })
}
