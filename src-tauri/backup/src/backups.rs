//! The room's one handle.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use undercroft_foundation::SettingsOverrides;
use undercroft_library::Library;

use crate::browsing::Mounts;
use crate::destinations::OpenRepositories;
use crate::destinations::Searches;
use crate::library_copy::HistoryLocks;
use crate::secrets::Secrets;

/// The backups of a library. Clones share the repositories that are open.
#[derive(Debug, Clone)]
pub struct Backups {
    pub(crate) library: Library,
    pub(crate) open: Arc<OpenRepositories>,
    pub(crate) overrides: SettingsOverrides,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) searches: Arc<Searches>,
    pub(crate) histories: HistoryLocks,
    sealing: Option<PathBuf>,
    pub(crate) mounted: Arc<Mounts>,
}

impl Backups {
    /// The backups of this library, which was opened with [`crate::TABLES`].
    pub fn new(library: &Library) -> Self {
        Self {
            library: library.clone(),
            open: Arc::default(),
            overrides: SettingsOverrides::default(),
            secrets: Arc::new(Secrets::new(library, &SettingsOverrides::default())),
            searches: Arc::default(),
            histories: HistoryLocks::default(),
            sealing: None,
            mounted: Arc::default(),
        }
    }

    /// Lays these over the settings of the library's file.
    #[must_use]
    pub fn with_overrides(mut self, overrides: SettingsOverrides) -> Self {
        self.secrets = Arc::new(Secrets::new(&self.library, &overrides));
        self.overrides = overrides;
        self
    }

    /// Has the key that seals passwords in this folder, instead of the user's configuration.
    #[must_use]
    pub fn sealing_in(mut self, folder: &Path) -> Self {
        let secrets = Secrets::new(&self.library, &self.overrides).sealing_in(folder);
        self.secrets = Arc::new(secrets);
        self.sealing = Some(folder.to_owned());
        self
    }

    /// The backups of another library, on the same terms.
    pub(crate) fn of_another(&self, library: &Library) -> Self {
        let backups = Self::new(library).with_overrides(self.overrides.clone());
        match &self.sealing {
            Some(folder) => backups.sealing_in(folder),
            None => backups,
        }
    }
}
