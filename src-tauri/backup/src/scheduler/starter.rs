//! The side that begins runs, and knows which go on.

use std::collections::HashSet;

use jiff::Timestamp;
use undercroft_foundation::{DestinationId, PlanId, Result};

use crate::plans::Plan;

/// The runs that go on, in this process and in every other one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActiveRuns {
    /// The plans that are being carried out.
    pub plans: HashSet<PlanId>,
    /// The destinations that are being worked with.
    pub destinations: HashSet<DestinationId>,
}

/// Begins runs.
pub trait Starter {
    /// Begins to carry a plan out that was planned for this moment, to these of its destinations.
    ///
    /// # Errors
    /// Whatever keeps the run from beginning.
    fn start(&self, plan: &Plan, planned: Timestamp, only: Vec<DestinationId>) -> Result<()>;

    /// The runs that go on.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    fn active_runs(&self) -> Result<ActiveRuns>;
}
