//! Plans: what is backed up where, when, and how long it is kept. It owns the table `plans` and
//! `plans.json` beside the catalog, from which lost plans are made again; and `hooks.json` in the
//! user's configuration, which says which of their commands may be started.

mod defaults;
mod hooks;
mod mirror;
mod preview;
mod progress;
mod retention;
mod spec;
mod store;
mod table;
mod validation;

use std::sync::Arc;

use undercroft_foundation::SettingsOverrides;
use undercroft_library::Library;

use crate::destinations::Destinations;
use crate::secrets::Secrets;

pub use hooks::{Hook, HookMoment};
pub use preview::{LeftOut, Preview, rebuildable_folders};
pub(crate) use progress::{DEALT_WITH, PROGRESS_MIGRATIONS};
pub use retention::Retention;
pub use spec::{HookCommand, Limits, Plan, PlanProjects, PlanSpec, PlanTarget, Verification};
pub(crate) use table::MIGRATIONS;

/// The plans of a library.
#[derive(Debug, Clone)]
pub struct Plans {
    library: Library,
    overrides: SettingsOverrides,
    destinations: Destinations,
    secrets: Arc<Secrets>,
}

impl Plans {
    pub(crate) fn new(
        library: &Library,
        overrides: &SettingsOverrides,
        destinations: &Destinations,
        secrets: &Arc<Secrets>,
    ) -> Self {
        Self {
            library: library.clone(),
            overrides: overrides.clone(),
            destinations: destinations.clone(),
            secrets: Arc::clone(secrets),
        }
    }
}
