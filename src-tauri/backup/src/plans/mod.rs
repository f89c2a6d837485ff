//! Plans: what is backed up where, when, and how long it is kept. It owns the table `plans` and
//! `plans.json` beside the catalog, from which lost plans are made again.

mod checking;
mod keeping;
mod mirror;
mod preview;
mod retention;
mod spec;
mod table;
mod usual;

pub(crate) use keeping::let_go_of;
pub use preview::{LeftOut, Preview, rebuildable_folders};
pub use retention::Retention;
pub use spec::{HookCommand, Limits, Plan, PlanProjects, PlanSpec, PlanTarget, Verification};
pub(crate) use table::MIGRATIONS;
