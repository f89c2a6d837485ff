//! The extent to which a destination is proven.

use jiff::Timestamp;
use undercroft_foundation::{Result, Text};

use super::drill::Drill;
use super::{Proofs, table};
use crate::destinations::Destination;

/// The extent to which a destination is proven: what the catalog knows, so that a drive that is
/// away can say it, too.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The destination.
    pub destination: Destination,
    /// When random files were last restored and found right.
    pub last_proven: Option<Timestamp>,
    /// The trial restores, newest first.
    pub drills: Vec<Drill>,
    /// When a part was last read back and found right.
    pub last_read: Option<Timestamp>,
    /// The share of what is stored that this round has read, in thousandths.
    pub round_permille: u16,
    /// When this round began.
    pub round_since: Option<Timestamp>,
    /// When the last whole round ended.
    pub last_round: Option<Timestamp>,
    /// The problems that were found and were not found right since.
    pub problems: Vec<Text>,
}

impl Proofs {
    /// The extent to which each destination is proven, by name.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn list(&self) -> Result<Vec<Proof>> {
        self.destinations.list()?.into_iter().map(|destination| self.of(destination)).collect()
    }

    /// The extent to which a destination is proven.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn of(&self, destination: Destination) -> Result<Proof> {
        let (reading, drills) = self.library.catalog().read(|connection| {
            let reading = table::reading(connection, destination.id)?;
            Ok((reading, table::drills(connection, destination.id)?))
        })?;
        let mut problems = reading.problems;
        // A trial speaks until the next one.
        problems.extend(drills.first().into_iter().flat_map(|drill| drill.problems.clone()));
        let permille = (u128::from(reading.round_bytes) * 1000)
            .checked_div(u128::from(reading.stored_bytes))
            .map_or(0, |permille| permille.min(1000));
        Ok(Proof {
            destination,
            last_proven: drills.iter().find(|it| it.problems.is_empty()).map(|it| it.time),
            drills,
            last_read: reading.last_read,
            round_permille: u16::try_from(permille).unwrap_or(1000),
            round_since: reading.round_since,
            last_round: reading.last_round,
            problems,
        })
    }
}
