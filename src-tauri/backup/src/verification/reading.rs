//! Reading a destination back: its structure always, and of its packs all, none, or the next share.

use jiff::Timestamp;
use undercroft_foundation::{Code, DestinationId, Error, Job, Result, Text, TextValue, text};
use undercroft_library::{JobKind, JobSpec, JobView, NewEvent};
use undercroft_repository::check::{CheckOptions, CheckReport, Problem, ReadData};

use super::Proofs;
use super::table::{self, Reading};
use crate::destinations::Destination;

/// All of it, in thousandths.
pub(crate) const ALL: u16 = 1000;
/// The most problems that are kept and told; a damaged drive has thousands.
const KEPT_PROBLEMS: usize = 20;

impl Proofs {
    /// Puts a check of a destination on the board of jobs.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for more than all of it.
    pub fn start_check(&self, destination: DestinationId, permille: u16) -> Result<JobView> {
        let name = self.destinations.get(destination)?.name;
        if permille > ALL {
            return Err(Error::new(
                Code::Invalid,
                text!("Cannot read {permille} ‰ of {name}", permille, name),
            )
            .why("There are no more than 1000"));
        }
        let title = match permille {
            0 => text!("Check {name}", name),
            ALL => text!("Read all of {name} back", name),
            _ => text!("Read a part of {name} back", name),
        };
        let spec = JobSpec::new(JobKind::Check, title).with_destination(destination);
        let proofs = self.clone();
        self.library.jobs().spawn(spec, move |job| proofs.check(destination, permille, job))
    }

    /// Checks a destination and reads so many thousandths of it back, going on where the last
    /// check ended. Returns a sentence.
    ///
    /// # Errors
    /// [`Code::Damaged`] when something is wrong; it is kept until a later check finds all right.
    /// The errors of the destination, [`Code::Unavailable`] also when it went away in the middle.
    pub fn check(&self, destination: DestinationId, permille: u16, job: &Job) -> Result<Text> {
        let destination = self.destinations.get(destination)?;
        let repository = self.destinations.repository_of(&destination)?;
        let before =
            self.library.catalog().read(|connection| table::reading(connection, destination.id))?;
        let read = match permille {
            0 => ReadData::Nothing,
            ALL => ReadData::All,
            permille => ReadData::Permille { permille: permille.into(), after: before.cursor },
        };
        let report = repository.check(&CheckOptions { read }, job)?;
        if !report.errors.is_empty() {
            self.destinations.require_still_there(&destination, &repository)?;
        }
        let now = self.library.world().clock.now();
        let after = before.after(&report, permille, now);
        self.library.catalog().write(|transaction| {
            table::keep_reading(transaction, destination.id, &after)?;
            let Some(problem) = report.errors.first() else { return Ok(()) };
            let text = text!(
                "{destination} is damaged: {problem}",
                destination = destination.name,
                problem = told(problem)
            );
            let event =
                NewEvent::new("destination.damaged", text).of_destination(Some(destination.id));
            self.library.events().append(transaction, &event).map(drop)
        })?;
        verdict(&destination, &report)
    }
}

impl Reading {
    /// The knowledge after a check. What was found wrong stays told until all was read and right:
    /// another share says nothing of it. The round goes on, so that damage hides no other.
    fn after(self, report: &CheckReport, permille: u16, now: Timestamp) -> Self {
        let is_sound = report.errors.is_empty();
        let mut problems: Vec<_> = report.errors.iter().take(KEPT_PROBLEMS).map(told).collect();
        if !(is_sound && permille == ALL) {
            let known = self.problems.iter().filter(|known| !problems.contains(known));
            problems.extend(known.cloned().collect::<Vec<_>>());
            problems.truncate(KEPT_PROBLEMS);
        }
        let mut after = Self { problems, stored_bytes: report.bytes_stored, ..self };
        if permille == 0 {
            return after;
        }
        after.last_read = if is_sound { Some(now) } else { after.last_read };
        after.round_since = after.round_since.or(Some(now));
        after.round_bytes += report.bytes_read;
        after.cursor = report.round.and_then(|round| round.up_to);
        if permille == ALL || report.round.is_some_and(|round| round.complete) {
            after.last_round = if is_sound { Some(now) } else { after.last_round };
            (after.cursor, after.round_since, after.round_bytes) = (None, None, 0);
        }
        after
    }
}

fn told(problem: &Problem) -> Text {
    text!("{item}: {message}", item = problem.item, message = problem.message)
}

fn verdict(destination: &Destination, report: &CheckReport) -> Result<Text> {
    let name = &destination.name;
    let Some(first) = report.errors.first() else {
        let read = match report.packs_read {
            0 => Text::default(),
            _ => text!(", {size} read back", size = TextValue::Size(report.bytes_read)),
        };
        let snapshots = TextValue::count(report.snapshots, "backup");
        return Ok(text!("{name} is sound: {snapshots}{read}", name, snapshots, read));
    };
    let touched = match report.affected.len() as u64 {
        0 => Text::default(),
        touched => text!(
            " {backups} cannot be restored whole.",
            backups = TextValue::count(touched, "backup")
        ),
    };
    let count = TextValue::count(report.errors.len() as u64, "thing");
    Err(Error::new(Code::Damaged, text!("{name} is damaged: {count} found wrong", name, count))
        .why(text!(
            "{item}: {message}.{touched}",
            item = first.item,
            message = first.message,
            touched
        ))
        .next("Mend it from its parity or from another destination; change nothing by hand"))
}
