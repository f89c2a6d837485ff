//! Every use case once: a typed request, the rooms below, a typed reply. A face opens the [`Api`]
//! and either calls use cases by their methods or, by name and JSON, through [`Api::call`]. What
//! happens without being asked for comes through [`Api::subscribe`]. No face reaches below.
//!
//! `use_cases` lists all that can be asked; `call` and `bindings` expand from it, and [`wire`]
//! names every type that travels. Each folder is an area: its use cases in `mod.rs`, its types in
//! `wire`, and the way between those and the rooms' own in `convert`, or in the type itself where
//! both say the same (`base::mirror`). An area uses what is named before it, and nothing after it:
//!
//! - `base`, `host`: errors and names; the face that asks, and the places that its user points out.
//! - `jobs`, `runs`, `events`, `settings`: work that goes on, its records, and what is told of it.
//! - `destinations`, `backups`, `verification`, `retention`: where backups are kept, what is in
//!   them, how far they are proven, and when they go.
//! - `plans`, `projects`: what is backed up when, and the folders that all is about.
//! - `imports`: new projects, and copies of those that are there.
//! - `workspaces`, `versions`, `histories`, `files`, `git`, `memory`: the versions of projects.
//! - `archives`: projects put away and got back.
//! - `search`: files found wherever they are kept.
//! - `usage`, `library_cleanup`: what takes space, how it grows, and freeing it.
//! - `recovery`, `dashboard`, `doctor`: the library as a whole: got back, shown, and looked over.
//! - `diagnostics`: all of that, to hand to somebody who helps.
//! - `console`: commands in words, each one of the use cases above.

#![expect(clippy::needless_pass_by_value, reason = "a use case takes its request whole")]

mod archives;
mod backups;
mod base;
mod bindings;
mod call;
mod console;
mod dashboard;
mod destinations;
mod diagnostics;
mod doctor;
mod events;
mod files;
mod git;
mod histories;
mod host;
mod imports;
mod jobs;
mod library_cleanup;
mod memory;
mod plans;
mod projects;
mod recovery;
mod retention;
mod runs;
mod search;
mod settings;
mod undoing;
mod usage;
mod use_cases;
mod verification;
mod versions;
pub mod wire;
mod workspaces;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crossbeam_channel::Receiver;
use undercroft_archive::Archives;
use undercroft_backup::{Backups, LockHistory, Scheduler};
use undercroft_foundation::{Result, SettingsOverrides, World};
use undercroft_history::{ContentId, History, WorkspaceWatcher};
use undercroft_library::{Library, Migration};
use undercroft_session::{ReadCache, SessionWork};

pub use base::sentence::{Sentence, in_language};
pub use bindings::typescript;
pub use host::{Abilities, Host, Places, refuse_hook};
pub use undercroft_backup::{Hook, HookMoment, MachineState, Surroundings};

pub use recovery::rebuilding::{Rebuilt, rebuild_library};
pub use use_cases::{Audience, USE_CASES, UseCase, find_use_case};

use events::hub::EventHub;
use events::wire::BackendEvent;
use histories::maintenance::Maintenance;
use plans::scheduling::Scheduling;
use usage::counts::Counts;

/// The use cases over one library, for one face. Clones share it.
#[derive(Debug, Clone)]
pub struct Api(Arc<Rooms>);

#[derive(Debug)]
struct Rooms {
    library: Library,
    backups: Backups,
    scheduler: Scheduler,
    scheduling: Scheduling,
    history: History,
    archives: Archives,
    watcher: WorkspaceWatcher,
    maintenance: Maintenance,
    counts: Counts,
    examined: doctor::LastExamination,
    cache: ReadCache<ContentId>,
    session: OnceLock<SessionWork>,
    plans: histories::Plans,
    searches: search::Searches,
    overrides: SettingsOverrides,
    places: Places,
    hub: EventHub,
    diagnostics: diagnostics::Shown,
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
    [undercroft_backup::TABLES, undercroft_history::TABLES, undercroft_archive::TABLES].concat()
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
        host::raise_open_files();
        undercroft_backup::adopt_recovered(root)?;
        let library = Library::open_or_create(root, world, &tables())?;
        let history = History::new(&library);
        if let Err(error) = history.finish_transfers() {
            tracing::warn!(%error, "what was begun with a history is not finished yet");
        }
        let (held, versions) = (history.clone(), history.clone());
        let hold: Arc<LockHistory> = Arc::new(move |project| Ok(Box::new(held.lock(project)?)));
        let count = move |project, since| versions.count_versions_since(project, since);
        let backups = Backups::new(&library).with_overrides(overrides.clone());
        let backups = backups.with_history_lock(hold);
        let archives = Archives::open(&library)?;
        let sweeps = [
            ("versions", history.writer().sweep_interrupted_restores()),
            ("backups", backups.restores().sweep_interrupted()),
            ("archives", archives.sweep_interrupted_restores()),
        ];
        for (of, swept) in sweeps {
            if let Err(error) = swept {
                tracing::warn!(%error, of, "what interrupted restores left is not swept yet");
            }
        }
        let destinations =
            Arc::new(archives::elsewhere::DestinationStore(backups.archive_copies()));
        let api = Self(Arc::new(Rooms {
            scheduling: Scheduling::default(),
            scheduler: Scheduler::new(&backups.schedule(), host.machine_state(), Arc::new(count)),
            backups,
            watcher: WorkspaceWatcher::new(&history),
            history,
            archives: archives.with_remote_store(destinations),
            maintenance: Maintenance::default(),
            counts: Counts::of(library.root()),
            examined: doctor::LastExamination::default(),
            cache: ReadCache::new(memory::CACHE_BYTES),
            session: OnceLock::new(),
            plans: histories::Plans::default(),
            searches: search::Searches::default(),
            library,
            overrides,
            places: Places::new(world),
            hub: EventHub::default(),
            diagnostics: diagnostics::Shown::default(),
            host: Box::new(host),
        }));
        api.finish_archives();
        api.finish_imports();
        Ok(api)
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
}
