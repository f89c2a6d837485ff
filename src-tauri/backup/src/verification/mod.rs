//! Backups that prove themselves: what is stored is read back share by share, so that all of it is
//! read in time, and random files are restored on trial, compared and timed. What was found is
//! kept, so that each destination can say when it was last proven restorable.

mod drill;
mod due;
mod proof;
mod reading;
mod table;

use undercroft_library::Library;

use crate::destinations::Destinations;
use crate::plans::Plans;
use crate::scheduler::ScheduleState;

pub use drill::Drill;
pub use due::Due;
pub use proof::Proof;
pub(crate) use reading::ALL;
pub(crate) use table::{MIGRATIONS, last_proven};

/// Proves the backups of a library's destinations.
#[derive(Debug, Clone)]
pub struct Proofs {
    library: Library,
    destinations: Destinations,
    plans: Plans,
    schedule: ScheduleState,
}

impl Proofs {
    pub(crate) fn new(
        library: &Library,
        destinations: &Destinations,
        plans: &Plans,
        schedule: &ScheduleState,
    ) -> Self {
        Self {
            library: library.clone(),
            destinations: destinations.clone(),
            plans: plans.clone(),
            schedule: schedule.clone(),
        }
    }
}
