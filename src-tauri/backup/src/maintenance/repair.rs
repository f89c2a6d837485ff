//! Mending a destination that its drive has damaged, and protecting it beforehand.

use undercroft_foundation::{Code, DestinationId, Error, Job, Result, count_text, size_text};
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
        let what = match repair {
            Repair::Parity => "from parity",
            Repair::Index => "in its index",
            Repair::Packs => "in its packs",
            Repair::Snapshots => "in its backups",
        };
        let title = format!("Mend {} {what}", destination.name);
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
            Ok(format!("{sentence}; {sound}"))
        })
    }

    /// Puts a change of a destination's parity on the board of jobs; it is brought up to date then.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for more than 50 percent.
    pub fn start_parity(&self, destination: DestinationId, percent: u8) -> Result<JobView> {
        let destination = self.destinations.get(destination)?;
        let title = match percent {
            0 => format!("Give up the parity of {}", destination.name),
            _ => format!("Protect {} by {percent} % of parity", destination.name),
        };
        let spec = JobSpec::new(JobKind::Repair, title).with_destination(destination.id);
        let maintenance = self.clone();
        self.library.jobs().spawn(spec, move |job| {
            let repository = maintenance.destinations.repository_of(&destination)?;
            repository.set_parity(percent.into())?;
            repository.parity_update(job)?;
            let state = repository.parity_state()?;
            Ok(match percent {
                0 => format!("{} has no parity any more", destination.name),
                _ => {
                    format!("{} takes {} of parity", destination.name, size_text(state.bytes_taken))
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

fn heal(repository: &Repository, destination: &Destination, job: &Job) -> Result<String> {
    let report = repository.heal(&HealScope::All, job)?;
    if let Some(left) = report.unhealed.first() {
        let count = count_text(report.unhealed.len() as u64, "file");
        let what = format!("{} is still damaged: {count}", destination.name);
        return Err(Error::new(Code::Damaged, what)
            .why(format!("{}: {}", left.item, left.why))
            .next("Mend the packs, then the backups: what can be saved is saved; back up again"));
    }
    Ok(match report.healed.len() as u64 {
        0 => format!("{} needed no mending", destination.name),
        healed => format!("{} of {} whole again", count_text(healed, "file"), destination.name),
    })
}

fn mend_index(repository: &Repository, destination: &Destination, job: &Job) -> Result<String> {
    let report = repository.repair_index(false, job)?;
    if !report.packs_missing.is_empty() {
        let count = count_text(report.packs_missing.len() as u64, "pack");
        job.warn(destination.name.clone(), format!("{count} missing; mend the backups next"));
    }
    Ok(match report.indexes_written {
        0 => format!("The index of {} is as it should be", destination.name),
        _ => format!("The index of {} was made anew", destination.name),
    })
}

fn mend_packs(repository: &Repository, destination: &Destination, job: &Job) -> Result<String> {
    let read = CheckOptions { read: ReadData::All };
    let report = repository.check(&read, job)?;
    let mut damaged: Vec<_> = report.errors.iter().filter_map(pack_of).collect();
    damaged.sort_unstable();
    damaged.dedup();
    if damaged.is_empty() {
        return Ok(format!("No pack of {} is damaged", destination.name));
    }
    let repaired = repository.repair_packs(&damaged, job)?;
    let (saved, lost) = (repaired.blobs_saved, repaired.blobs_lost.len() as u64);
    if lost > 0 {
        job.warn(destination.name.clone(), "content is lost; back up again, then mend the backups");
    }
    Ok(format!("{} saved, {} lost", count_text(saved, "piece"), count_text(lost, "piece")))
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

fn mend_snapshots(repository: &Repository, destination: &Destination, job: &Job) -> Result<String> {
    let ids = repository.snapshot_ids()?;
    let options = SnapshotRepairOptions { forget: true, dry_run: false };
    let report = repository.repair_snapshots(&ids, &options, job)?;
    for broken in &report.broken {
        for path in &broken.paths {
            job.warn(path.clone(), format!("lost in backup {}", broken.id.short()));
        }
    }
    Ok(match report.broken.len() as u64 {
        0 => format!("No backup of {} lacks anything", destination.name),
        broken => {
            let count = count_text(broken, "backup");
            format!("{count} made anew without what is lost; the broken ones are in the trash")
        }
    })
}
