//! Copying backups from one destination to another.

use undercroft_foundation::{Code, DestinationId, Error, Job, Result, count_text, size_text};
use undercroft_library::{JobKind, JobSpec, JobView};
use undercroft_repository::copy::{CopyOptions, CopyReport, copy};
use undercroft_repository::{SnapshotFilter, SnapshotId};

use super::Maintenance;
use crate::destinations::Destination;

impl Maintenance {
    /// Puts a copy on the board of jobs: of these snapshots (ids, or their beginnings), or of all.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`], and the errors of opening the destinations.
    pub fn start_copy(
        &self,
        from: DestinationId,
        to: DestinationId,
        snapshots: &[String],
    ) -> Result<JobView> {
        let (source, target) = (self.destinations.get(from)?, self.destinations.get(to)?);
        if from == to {
            return Err(Error::new(
                Code::Invalid,
                format!("Cannot copy {} to itself", source.name),
            )
            .next("Choose another destination"));
        }
        let repository = self.destinations.repository_of(&source)?;
        let find = |text: &String| {
            repository.find_snapshot(text, &SnapshotFilter::default()).map(|found| found.id)
        };
        let ids = match snapshots {
            [] => repository.snapshot_ids()?,
            some => some.iter().map(find).collect::<Result<Vec<_>>>()?,
        };
        let title = format!("Copy backups from {} to {}", source.name, target.name);
        let spec = JobSpec {
            destination: Some(to),
            others: vec![from],
            ..JobSpec::new(JobKind::Copy, title)
        };
        let maintenance = self.clone();
        self.library.jobs().spawn(spec, move |job| {
            let report = maintenance.copy(&source, &target, &ids, job)?;
            Ok(sentence(&report, &target))
        })
    }

    /// Copies snapshots from one destination to another; what was copied before is left out.
    ///
    /// # Errors
    /// The errors of opening the destinations, and of [`undercroft_repository::copy::copy::copy::copy`].
    pub fn copy(
        &self,
        from: &Destination,
        to: &Destination,
        snapshots: &[SnapshotId],
        job: &Job,
    ) -> Result<CopyReport> {
        let source = self.destinations.repository_of(from)?;
        let target = self.destinations.repository_of(to)?;
        let report = copy(&source, &target, snapshots, &CopyOptions::default(), job)?;
        self.snapshots.refresh_or_warn(to.id, &target);
        Ok(report)
    }
}

fn sentence(report: &CopyReport, target: &Destination) -> String {
    let there = match report.skipped.len() as u64 {
        0 => String::new(),
        count => format!(", {} there already", count_text(count, "backup")),
    };
    format!(
        "{} ({}) copied to {}{there}",
        count_text(report.copied.len() as u64, "backup"),
        size_text(report.bytes),
        target.name
    )
}
