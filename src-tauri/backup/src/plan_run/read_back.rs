//! Reading back what a run wrote.

use undercroft_foundation::{Code, Error, Result, TextValue, text};
use undercroft_repository::check::{CheckOptions, CheckReport, ReadData};

use super::PlanRun;
use super::targets::Target;

impl PlanRun<'_> {
    /// Reads back, in each destination, the packs that came with this run.
    ///
    /// # Errors
    /// [`Code::Cancelled`].
    pub(super) fn read_back(&mut self) -> Result<()> {
        if !self.plan.spec.verification.after_run {
            return Ok(());
        }
        for index in 0..self.targets.len() {
            if !self.targets[index].is_active() {
                continue;
            }
            let title = text!(
                "Reading back {destination}",
                destination = self.targets[index].destination.name
            );
            let part = self.begin_part(title, None, Some(self.targets[index].destination.id));
            let done = read_back_new_packs(&self.targets[index], &part.step);
            if let Err(error) = &done
                && error.code() != Code::Cancelled
            {
                self.targets[index].handle_failure(&self.runs.destinations, error, self.job);
            }
            self.end_part(part, done)?;
        }
        Ok(())
    }
}

fn read_back_new_packs(
    target: &Target,
    step: &undercroft_foundation::Job,
) -> Result<super::parts::PartResult> {
    let packs = target.new_packs()?;
    let count = packs.len() as u64;
    let options = CheckOptions { read: ReadData::Packs(packs) };
    let report = target.open()?.check(&options, step)?;
    if !report.is_sound() {
        return Err(damaged(target, &report));
    }
    Ok(super::parts::PartResult {
        summary: text!("{files} read back, all sound", files = TextValue::count(count, "file")),
        snapshot: None,
        added_bytes: 0,
    })
}

fn damaged(target: &Target, report: &CheckReport) -> Error {
    let first = report.errors.first();
    let first = first
        .map(|it| text!("{item}: {message}", item = it.item, message = it.message))
        .unwrap_or_default();
    let count = TextValue::count(report.errors.len() as u64, "problem");
    Error::new(
        Code::Damaged,
        text!("{destination} is not sound", destination = target.destination.name),
    )
    .why(text!("{count}, the first: {first}", count, first))
    .next("Check the destination, and see whether its drive fails")
}
