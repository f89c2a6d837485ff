//! Catalog, branches and objects say the same: the catalog is brought up to the branches, made
//! again from them, and everything is read and held against its digest.

mod check;
mod found_workspaces;
mod rebuild;
mod reconcile;

pub use check::{Damage, HistoryCheck};
pub use rebuild::RebuildReport;
