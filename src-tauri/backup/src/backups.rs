//! The room's one handle.

use std::sync::Arc;

use undercroft_foundation::SettingsOverrides;
use undercroft_library::Library;

use crate::open::OpenRepositories;

/// The backups of a library. Clones share the repositories that are open.
#[derive(Debug, Clone)]
pub struct Backups {
    pub(crate) library: Library,
    pub(crate) open: Arc<OpenRepositories>,
    pub(crate) overrides: SettingsOverrides,
}

impl Backups {
    /// The backups of this library, which was opened with [`crate::TABLES`].
    pub fn new(library: &Library) -> Self {
        Self {
            library: library.clone(),
            open: Arc::new(OpenRepositories::new(library)),
            overrides: SettingsOverrides::default(),
        }
    }

    /// Lays these over the settings of the library's file.
    #[must_use]
    pub fn with_overrides(mut self, overrides: SettingsOverrides) -> Self {
        self.overrides = overrides;
        self
    }
}
