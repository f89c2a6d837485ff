//! Plans: what is backed up where, when, and how long it is kept. It owns the table `plans` and
//! `plans.json` beside the catalog, from which lost plans are made again; and `hooks.json` in the
//! user's configuration, which says which of their commands may be started.

mod defaults;
mod hooks;
mod mirror;
mod preview;
pub(crate) mod progress;
mod retention;
mod spec;
mod store;
mod table;
mod validation;

pub use hooks::{Hook, HookMoment};
pub use preview::{LeftOut, Preview, rebuildable_folders};
pub use retention::Retention;
pub use spec::{HookCommand, Limits, Plan, PlanProjects, PlanSpec, PlanTarget, Verification};
pub(crate) use store::remove_destination;
pub(crate) use table::MIGRATIONS;
