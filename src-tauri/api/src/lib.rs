//! Every use case once: a typed request, the rooms below, a typed reply. A face opens the [`Api`]
//! and either calls use cases by their methods or, by name and JSON, through [`Api::call`]. What
//! happens without being asked for comes through [`Api::subscribe`]. No face reaches below.

#![expect(clippy::needless_pass_by_value, reason = "a use case takes its request whole")]

mod backups;
mod bindings;
mod browsing;
mod call;
mod convert;
mod dashboard;
mod destination_maintenance;
mod destinations;
mod doctor;
mod files;
mod finding;
mod forgetting;
mod git;
mod guard;
mod health;
mod histories;
mod host;
mod hub;
mod jobs;
mod keys;
mod limits;
mod maintenance;
mod memory;
mod places;
mod plans;
mod projects;
mod rebuilding;
mod recovery;
mod restoring;
mod runs;
mod scheduling;
mod settings;
mod use_cases;
mod verification;
mod versions;
mod watching;
pub mod wire;
mod workspaces;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crossbeam_channel::Receiver;
use undercroft_backup::{Backups, LockHistory, Scheduler};
use undercroft_foundation::{Result, SettingsOverrides, World, escape_path};
use undercroft_history::memory::{ReadCache, SessionWork};
use undercroft_history::{History, WorkspaceWatcher};
use undercroft_library::{Library, Migration};

pub use bindings::typescript;
pub use host::{Abilities, Host, refuse_hook};
pub use places::Places;
pub use undercroft_backup::{Hook, HookMoment, MachineState};

pub use rebuilding::{Rebuilt, rebuild_library};
pub use use_cases::{Audience, USE_CASES, UseCase, find_use_case};

use hub::EventHub;
use wire::{AppInfo, BackendEvent, Nothing};

/// The use cases over one library, for one face. Clones share it.
#[derive(Debug, Clone)]
pub struct Api(Arc<Rooms>);

#[derive(Debug)]
struct Rooms {
    library: Library,
    backups: Backups,
    scheduler: Scheduler,
    scheduling: scheduling::Scheduling,
    history: History,
    watcher: WorkspaceWatcher,
    maintenance: maintenance::Maintenance,
    cache: ReadCache,
    session: OnceLock<SessionWork>,
    plans: histories::Plans,
    overrides: SettingsOverrides,
    places: Places,
    hub: EventHub,
    host: Box<dyn Host>,
}

/// The library's folder when nobody names one.
///
/// # Errors
/// When the environment names no home.
pub fn default_library() -> Result<PathBuf> {
    undercroft_library::default_root(|name: &str| -> Option<OsString> { std::env::var_os(name) })
}

/// The tables that the rooms bring into the catalog.
fn tables() -> Vec<&'static [Migration]> {
    [undercroft_backup::TABLES, undercroft_history::TABLES].concat()
}

impl Api {
    /// Opens the library at `root`, or makes it.
    ///
    /// # Errors
    /// The errors of [`Library::open_or_create`].
    pub fn open(
        root: &Path,
        world: &World,
        overrides: SettingsOverrides,
        host: impl Host + 'static,
    ) -> Result<Self> {
        limits::raise_open_files();
        undercroft_backup::adopt_recovered(root)?;
        let library = Library::open_or_create(root, world, &tables())?;
        let history = History::new(&library);
        let (held, versions) = (history.clone(), history.clone());
        let hold: Arc<LockHistory> = Arc::new(move |project| Ok(Box::new(held.lock(project)?)));
        let count = move |project, since| versions.count_versions_since(project, since);
        let backups = Backups::new(&library).with_overrides(overrides.clone());
        let backups = backups.with_history_lock(hold);
        Ok(Self(Arc::new(Rooms {
            scheduling: scheduling::Scheduling::default(),
            scheduler: Scheduler::new(&backups, host.machine_state(), Arc::new(count)),
            backups,
            watcher: WorkspaceWatcher::new(&history),
            history,
            maintenance: maintenance::Maintenance::default(),
            cache: ReadCache::new(memory::CACHE_BYTES),
            session: OnceLock::new(),
            plans: histories::Plans::default(),
            library,
            overrides,
            places: Places::new(world),
            hub: EventHub::default(),
            host: Box::new(host),
        })))
    }

    /// The library's folder.
    pub fn root(&self) -> &Path {
        self.0.library.root()
    }

    /// The events that the face is told from now on. One that falls far behind is cut off: it
    /// subscribes anew and reads how things stand.
    pub fn subscribe(&self) -> Receiver<BackendEvent> {
        self.0.hub.subscribe(&self.0.library)
    }

    /// Tells all that listen.
    pub fn tell(&self, event: &BackendEvent) {
        self.0.hub.tell(event);
    }

    /// The places that the user pointed out.
    pub fn places(&self) -> &Places {
        &self.0.places
    }

    /// Whether no job waits or works.
    pub fn is_idle(&self) -> bool {
        self.0.library.jobs().is_idle()
    }

    /// Asks every job to stop because the program ends: what a plan owes stays owed.
    pub fn interrupt(&self) {
        self.0.library.jobs().interrupt();
    }

    /// Cancels every job of this process.
    pub fn cancel_all(&self) {
        self.0.library.jobs().cancel_all();
    }

    /// Watches no longer, interrupts every job and waits a few seconds for all to stop.
    pub fn shut_down(&self) {
        self.interrupt();
        self.0.scheduling.stop();
        self.0.watcher.stop();
        self.0.library.jobs().shut_down();
    }

    /// Ends the program and starts it anew.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Unsupported`] for a program that cannot do that.
    pub fn app_restart(&self, _: Nothing) -> Result<Nothing> {
        self.0.host.restart().map(|()| Nothing {})
    }

    /// Says what runs here and what this face can do.
    ///
    /// # Errors
    /// None.
    pub fn app_info(&self, _: Nothing) -> Result<AppInfo> {
        let Abilities { can_pick, can_type, tray } = self.0.host.abilities();
        Ok(AppInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            library_path: escape_path(self.0.library.root()),
            platform: std::env::consts::OS.to_owned(),
            can_pick,
            can_type,
            tray,
        })
    }
}
