//! The searches that run now: an asker's next question ends the one before.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use undercroft_foundation::{Clock, Code, Error, Job, Result};

/// A place at which a search that is over still looks is waited for this long, and asked about so often.
const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(20);

/// The searches that run, by who asks.
#[derive(Debug, Default)]
pub(crate) struct Searches(Mutex<Running>);

#[derive(Debug, Default)]
struct Running {
    /// The number of the last search that began: none has the number of an earlier one.
    last: u64,
    by_asker: HashMap<String, Asked>,
    /// The number of the last look at a place.
    last_look: u64,
    /// The places that are looked through, each with the search that it is for.
    looks: HashMap<u64, (String, Job)>,
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
        let mut running = self.running();
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
        let mut running = self.running();
        if running.by_asker.get(asker).is_some_and(|asked| asked.number == number) {
            running.by_asker.remove(asker);
            return false;
        }
        true
    }

    /// Looks at a place. While a look for a search that is over still hangs there, none begins: so
    /// that threads do not pile up at a place that never answers.
    ///
    /// # Errors
    /// [`Code::Unavailable`] where that takes too long, [`Code::Cancelled`], and those of the look.
    pub(super) fn look<T>(
        &self,
        place: &str,
        job: &Job,
        clock: &dyn Clock,
        look: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let until = clock.steady() + PATIENCE;
        let _looking = loop {
            job.check_cancelled()?;
            let mut running = self.running();
            let hangs = |(at, job): &(String, Job)| at == place && job.is_cancelled();
            if !running.looks.values().any(hangs) {
                running.last_look += 1;
                let number = running.last_look;
                running.looks.insert(number, (place.to_owned(), job.step()));
                break Looking { searches: self, number };
            }
            drop(running);
            if clock.steady() >= until {
                return Err(Error::new(Code::Unavailable, "The place was not looked through")
                    .why("It has not answered an earlier search yet"));
            }
            clock.sleep(TICK);
        };
        look()
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A look at a place, which is over when this is dropped.
struct Looking<'a> {
    searches: &'a Searches,
    number: u64,
}

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        self.searches.running().looks.remove(&self.number);
    }
}
