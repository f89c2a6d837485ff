//! Copying backups from one destination to another.

use undercroft_foundation::{Code, DestinationId, Error, Job, Result, Text, TextValue, text};
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
                text!("Cannot copy {source} to itself", source = source.name),
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
        let title = text!(
            "Copy backups from {source} to {target}",
            source = source.name,
            target = target.name
        );
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

fn sentence(report: &CopyReport, target: &Destination) -> Text {
    let there = match report.skipped.len() as u64 {
        0 => Text::default(),
        count => text!(", {backups} there already", backups = TextValue::count(count, "backup")),
    };
    text!(
        "{backups} ({size}) copied to {target}{there}",
        backups = TextValue::count(report.copied.len() as u64, "backup"),
        size = TextValue::Size(report.bytes),
        target = target.name,
        there
    )
}
