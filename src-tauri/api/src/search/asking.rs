//! The searches that run now: an asker's next question ends the one before.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use undercroft_foundation::Job;

/// The searches that run, by who asks.
#[derive(Debug, Default)]
pub(crate) struct Searches(Mutex<Running>);

#[derive(Debug, Default)]
struct Running {
    /// The number of the last search that began: none has the number of an earlier one.
    last: u64,
    by_asker: HashMap<String, Asked>,
}

#[derive(Debug)]
struct Asked {
    number: u64,
    job: Job,
}

impl Searches {
    /// A search that begins; the asker's earlier one is cancelled.
    pub(super) fn begin(&self, asker: Option<&str>) -> (u64, Job) {
        let job = Job::new();
        let Some(asker) = asker else { return (0, job) };
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.last += 1;
        let number = running.last;
        let asked = Asked { number, job: job.step() };
        if let Some(before) = running.by_asker.insert(asker.to_owned(), asked) {
            before.job.cancel();
        }
        (number, job)
    }

    /// The search of this number is over; whether the asker began another one meanwhile.
    pub(super) fn end(&self, asker: Option<&str>, number: u64) -> bool {
        let Some(asker) = asker else { return false };
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if running.by_asker.get(asker).is_some_and(|asked| asked.number == number) {
            running.by_asker.remove(asker);
            return false;
        }
        true
    }
}
