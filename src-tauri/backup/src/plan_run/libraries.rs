//! The library itself in a run: backed up into the first destination that is there, and given from
//! there to the others.

use undercroft_foundation::{Code, Job, Result, TextValue, text};
use undercroft_repository::SnapshotId;
use undercroft_repository::copy::{CopyOptions, copy};

use super::PlanRun;
use super::parts::PartResult;

/// The library's snapshot and those of its objects, the library's last.
type Made = Vec<SnapshotId>;

impl PlanRun<'_> {
    /// Brings the library to every destination that is there.
    ///
    /// # Errors
    /// [`Code::Cancelled`].
    pub(super) fn back_up_library(&mut self) -> Result<()> {
        let mut made: Option<(usize, Made)> = None;
        for index in 0..self.targets.len() {
            if !self.targets[index].is_active() {
                continue;
            }
            let destination = &self.targets[index].destination;
            let title = text!("The library to {destination}", destination = destination.name);
            let part = self.begin_part(title, None, Some(destination.id));
            let from = made.as_ref().filter(|(from, _)| self.targets[*from].is_there());
            let done = match from {
                None => self.make_library(index, &part.step),
                Some((from, made)) => self.give_library(*from, index, made, &part.step),
            };
            if let Err(error) = &done
                && error.code() != Code::Cancelled
            {
                self.targets[index].handle_failure(&self.runs.destinations, error, self.job);
            }
            let done = done.map(|(ids, done)| {
                made.get_or_insert((index, ids));
                done
            });
            self.end_part(part, done)?;
        }
        Ok(())
    }

    fn make_library(&self, index: usize, step: &Job) -> Result<(Made, PartResult)> {
        let target = &self.targets[index];
        let repository = target.open()?;
        let copy = self.runs.library_copies.make(&repository, step)?;
        self.runs.snapshots.refresh_or_warn(target.destination.id, &repository);
        let mut ids = copy.objects;
        ids.push(copy.snapshot);
        Ok((
            ids,
            PartResult {
                summary: copy.sentence,
                snapshot: Some(copy.snapshot.to_string()),
                added_bytes: copy.summary.counts.data_added_packed,
            },
        ))
    }

    fn give_library(
        &self,
        from: usize,
        to: usize,
        made: &Made,
        step: &Job,
    ) -> Result<(Made, PartResult)> {
        let (giver, taker) = (self.targets[from].open()?, self.targets[to].open()?);
        let report = copy(&giver, &taker, made, &CopyOptions::default(), step)?;
        self.runs.snapshots.refresh_or_warn(self.targets[to].destination.id, &taker);
        let own = report.copied.iter().chain(&report.skipped);
        let mut own =
            own.filter(|it| Some(&it.source) == made.last()).map(|it| it.target.to_string());
        let done = PartResult {
            summary: text!(
                "Taken over from {destination}, {size} added",
                destination = self.targets[from].destination.name,
                size = TextValue::Size(report.bytes)
            ),
            snapshot: own.next_back(),
            added_bytes: report.bytes,
        };
        Ok((Made::new(), done))
    }
}
