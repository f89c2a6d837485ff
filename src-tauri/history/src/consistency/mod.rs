//! Catalog, branches and objects say the same: the catalog is brought up to the branches, made
//! again from them, and everything is read and held against its digest.

mod check;
pub(crate) mod found_versions;
mod found_workspaces;
mod rebuild;
mod reconcile;

pub use check::{Damage, HistoryCheck};
pub use rebuild::RebuildReport;

use crate::history::History;

/// Checks histories, makes their catalog again, and gives back space that they need not take.
/// Clones share what is open.
#[derive(Debug, Clone)]
pub struct HistoryMaintenance {
    pub(crate) history: History,
}

impl HistoryMaintenance {
    /// The maintenance of these histories.
    pub(crate) fn new(history: &History) -> Self {
        Self { history: history.clone() }
    }
}
