//! The library as one thing: everything in it hangs together here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use undercroft_foundation::{Result, Settings, SettingsOverrides, World};

use crate::catalog::{Catalog, Migration};
use crate::events::{self, Events};
use crate::jobs::Jobs;
use crate::known_concerns;
use crate::layout::prepare_root;
use crate::presence::Presence;
use crate::projects::{self, Projects};
use crate::runs::{self, Runs};

/// All that Undercroft keeps for one user. Clones share it; when the last one goes, its threads
/// end.
#[derive(Debug, Clone)]
pub struct Library(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    root: PathBuf,
    world: World,
    catalog: Catalog,
    events: Events,
    runs: Runs,
    jobs: Jobs,
}

impl Library {
    /// Opens the library at `root`, or makes one where the folder is empty or not there yet.
    /// `tables` are those of the rooms above.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a folder that is something else,
    /// [`undercroft_foundation::Code::TooNew`] and [`undercroft_foundation::Code::Damaged`] for a
    /// catalog that must be left as it is.
    pub fn open_or_create(root: &Path, world: &World, tables: &[&[Migration]]) -> Result<Self> {
        let root = prepare_root(root)?;
        let own: [&[Migration]; 3] =
            [projects::MIGRATIONS, events::MIGRATIONS, known_concerns::MIGRATIONS];
        let own = own.into_iter().chain(runs::MIGRATIONS);
        let tables: Vec<_> = own.chain(tables.iter().copied()).collect();
        let catalog = Catalog::open(&root, &tables, &*world.clock)?;
        Settings::create_file(&root.join("settings.toml"))?;
        let runs = Runs::new(&catalog, world, Presence::new(&root));
        runs.sweep_interrupted()?;
        let library = Self(Arc::new(Parts {
            events: Events::new(&catalog, world),
            jobs: Jobs::new(&runs, world),
            runs,
            catalog,
            world: world.clone(),
            root,
        }));
        library.projects().adopt_uncatalogued()?;
        Ok(library)
    }

    /// Its folder, canonical.
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// Time and chance, as it was opened with.
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// Its database.
    pub fn catalog(&self) -> &Catalog {
        &self.0.catalog
    }

    /// Its projects.
    pub fn projects(&self) -> Projects<'_> {
        Projects::new(self)
    }

    /// The events that happened.
    pub fn events(&self) -> &Events {
        &self.0.events
    }

    /// The runs that were executed.
    pub fn runs(&self) -> &Runs {
        &self.0.runs
    }

    /// The jobs that this process executes.
    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// The settings' file.
    pub fn settings_path(&self) -> PathBuf {
        self.root().join("settings.toml")
    }

    /// The settings as they stand now, read anew.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a value that is not allowed.
    pub fn settings(&self, overrides: &SettingsOverrides) -> Result<Settings> {
        Settings::load(&self.settings_path(), overrides)
    }

    /// Changes settings in the file; `None` goes back to the default.
    ///
    /// # Errors
    /// The errors of [`Settings::change`].
    pub fn change_settings(
        &self,
        overrides: &SettingsOverrides,
        changes: &[(&str, Option<&str>)],
    ) -> Result<Settings> {
        Settings::change(&self.settings_path(), overrides, changes)
    }
}
