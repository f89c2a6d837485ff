//! Watching workspaces, so that each settled batch of changes becomes a version by itself.
//!
//! One process watches a workspace: it holds a file below `running/` locked, and says in it how that
//! goes. Which workspaces are to be watched is in the catalog; a thread keeps what this process
//! watches in step with it.

mod batches;
mod contents;
mod follow;
mod last_error;
mod rules_filter;
mod state;
mod unread;
mod watch_file;
mod watched;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Sender, bounded};
use undercroft_foundation::{Code, Error, ProjectId, Result, WorkspaceId, text};
use undercroft_library::{NewEvent, ProjectFilter, ProjectStatus};
use undercroft_watch::{Batch, FolderFilter, Health, RootId, Watch, WatchOptions};

use crate::history::History;
use crate::rules::ProjectRules;
use crate::workspaces::Workspace;
use batches::SaveState;
use rules_filter::RulesFilter;
use watch_file::WatchFile;
use watched::Watched;

pub use state::{WatchState, WatchStatus};

/// The event that says that a project's rules changed.
const RULES_CHANGED: &str = "rules.changed";

/// The watches of a process that was told to watch.
#[derive(Debug)]
struct Watches {
    options: WatchOptions,
    watched: HashMap<WorkspaceId, Watched>,
    /// Its end ends the thread that keeps `watched` in step.
    #[expect(dead_code, reason = "its end is the message")]
    stop: Sender<()>,
}

/// Makes versions of the changes in workspaces by itself, as long as it is told to watch. Clones
/// share the watches.
#[derive(Debug, Clone)]
pub struct WorkspaceWatcher(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    history: History,
    /// None, unless it was told to watch.
    watches: Mutex<Option<Watches>>,
}

impl WorkspaceWatcher {
    /// A watcher of the workspaces in these histories, which does not watch yet.
    pub fn new(history: &History) -> Self {
        Self(Arc::new(Shared { history: history.clone(), watches: Mutex::default() }))
    }

    /// Watches all workspaces that are not paused, now and whenever more come, until
    /// [`WorkspaceWatcher::stop`].
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn start(&self, options: WatchOptions) -> Result<()> {
        let events = self.history().library().events().subscribe()?;
        let (stop, stopped) = bounded(0);
        let period = options.full;
        {
            let mut watches = self.watches();
            if watches.is_some() {
                return Ok(());
            }
            *watches = Some(Watches { options, watched: HashMap::new(), stop });
        }
        let (watcher, ended) = (self.clone(), stopped.clone());
        spawn("watching", move || watcher.follow_catalog(&events, &ended))?;
        let watcher = self.clone();
        spawn("contents", move || watcher.read_contents(period, &stopped))?;
        self.sync()
    }

    /// Watches nothing any more.
    pub fn stop(&self) {
        drop(self.watches().take());
    }

    /// Makes versions now of all changes that were noticed and wait for quiet.
    pub fn flush(&self) {
        if let Some(watches) = &*self.watches() {
            watches.watched.values().for_each(|watched| watched.watch.flush());
        }
    }

    /// The state of watching each open workspace.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn states(&self) -> Result<Vec<WatchState>> {
        let workspaces = self.history().workspaces(None)?;
        let open = workspaces.into_iter().filter(|workspace| workspace.closed.is_none());
        open.map(|workspace| self.state(&workspace)).collect()
    }

    /// Leaves changes unnoticed, or notices them again, in a project or in all.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub fn set_paused(&self, project: Option<ProjectId>, paused: bool) -> Result<()> {
        for mut workspace in self.history().workspaces(project)? {
            if workspace.closed.is_none() && workspace.paused != paused {
                workspace.paused = paused;
                let happened = if paused { text!("is paused") } else { text!("is watched again") };
                self.history().put_workspace(&workspace, &happened)?;
            }
        }
        self.sync()
    }

    /// Takes up changed rules of a project, in whatever process watches it: folders may have to be
    /// watched, or no longer.
    ///
    /// # Errors
    /// Rules that cannot be read, or whatever keeps the catalog from being written.
    pub fn rules_changed(&self, project: ProjectId) -> Result<()> {
        self.take_up_rules(project)?;
        let name = self.history().library().projects().get(project).map(|project| project.name);
        let text = text!(
            "{project}: the rules of what is versioned changed",
            project = name.unwrap_or_default()
        );
        let event = NewEvent::new(RULES_CHANGED, text).of_project(Some(project));
        self.history().library().events().publish(&event).map(drop)
    }

    fn take_up_rules(&self, project: ProjectId) -> Result<()> {
        let rules = ProjectRules::load(self.history().library().root(), project)?;
        for workspace in self.history().workspaces(Some(project))? {
            if let Some(watches) = &*self.watches()
                && let Some(watched) = watches.watched.get(&workspace.id)
                && watched.filter.set(&workspace, &rules)?
            {
                watched.watch.resume();
            }
        }
        Ok(())
    }

    fn state(&self, workspace: &Workspace) -> Result<WatchState> {
        let newest = self.history().newest_version(workspace.id)?;
        let mut state = WatchState {
            project: workspace.project,
            workspace: workspace.id,
            status: WatchStatus::Off,
            why: None,
            next: None,
            pending: 0,
            last_version: newest.as_ref().map(|version| version.time),
        };
        if newest.is_none() && workspace.opened_from.is_none() {
            state.status = WatchStatus::Importing;
        } else if workspace.paused {
            state.status = WatchStatus::Paused;
        } else if let Err(error) = self.history().library().require_confirmed(&workspace.root) {
            state.why = Some(error.sentence());
        } else if let Some(watched) =
            self.watches().as_ref().and_then(|watches| watches.watched.get(&workspace.id))
        {
            watched.tell(&mut state);
        } else {
            WatchFile::read(self.history().library().root(), &mut state);
        }
        Ok(state)
    }

    /// Starts and stops watches until they are those that the catalog asks for. Does nothing in a
    /// process that does not watch.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn sync(&self) -> Result<()> {
        let away = self.trashed_projects()?;
        let wanted: Vec<Workspace> = self
            .history()
            .workspaces(None)?
            .into_iter()
            .filter(|workspace| !away.contains(&workspace.project))
            .filter(|workspace| workspace.closed.is_none() && !workspace.paused)
            .filter(|it| self.history().library().is_confirmed(&it.root).unwrap_or_default())
            .collect();
        let mut watches = self.watches();
        let Some(watches) = &mut *watches else { return Ok(()) };
        let is_wanted = |id, root: &Path| wanted.iter().any(|it| it.id == id && it.root == root);
        watches.watched.retain(|id, watched| is_wanted(*id, &watched.root));
        for workspace in wanted {
            if let Some(watched) = watches.watched.get(&workspace.id) {
                // A folder that came back is watched now, and not from the next look on.
                if matches!(watched.watch.health(), Health::Missing { .. })
                    && workspace.root.is_dir()
                {
                    watched.watch.resume();
                }
                continue;
            }
            match self.watch(&workspace, &watches.options) {
                Ok(Some(watched)) => drop(watches.watched.insert(workspace.id, watched)),
                Ok(None) => {}
                Err(error) => tracing::warn!(workspace = workspace.name, %error, "not watched"),
            }
        }
        Ok(())
    }

    /// The projects whose folder is in the trash: nothing is noticed there.
    fn trashed_projects(&self) -> Result<HashSet<ProjectId>> {
        let status = Some(ProjectStatus::Trashed);
        let filter = ProjectFilter { status, ..ProjectFilter::default() };
        let trashed = self.history().library().projects().list(&filter)?;
        let away = trashed.into_iter().filter(|project| project.trashed.is_some());
        Ok(away.map(|project| project.id).collect())
    }

    /// Watches a workspace; nothing, when it has no version yet or another process watches it.
    fn watch(&self, workspace: &Workspace, options: &WatchOptions) -> Result<Option<Watched>> {
        let newest = self.history().newest_version(workspace.id)?;
        if newest.is_none() && workspace.opened_from.is_none() {
            return Ok(None);
        }
        let library = self.history().library().root();
        let Some(file) = WatchFile::try_lock(library, workspace.id)? else { return Ok(None) };
        let holds_files = newest.is_some_and(|version| version.files > 0);
        let is_empty = || fs::read_dir(&workspace.root).is_ok_and(|mut all| all.next().is_none());
        let known = match self.history().known_root(workspace)? {
            // Where the drive of one that held files belongs, which is no folder that is meant.
            None if holds_files && is_empty() => Some(RootId::default()),
            known => known,
        };
        let rules = ProjectRules::load(library, workspace.project)?;
        let filter = Arc::new(RulesFilter::new(self.history(), workspace, rules)?);
        let save_state = Arc::new(SaveState::default());
        let (watcher, id) = (self.clone(), workspace.id);
        let noted = Arc::clone(&save_state);
        let sink = move |batch: Batch| watcher.save_batch(id, batch, &noted);
        let world = self.history().library().world();
        let inside: Arc<dyn FolderFilter> = Arc::clone(&filter) as _;
        let options = options.clone();
        let watch = Watch::start_at(&workspace.root, known, inside, options, world, sink)?;
        let (project, root) = (workspace.project, workspace.root.clone());
        Ok(Some(Watched { project, root, watch, filter, save_state, file }))
    }

    /// The workspaces whose folders are watched and there.
    fn save_states(&self) -> Vec<(WorkspaceId, Arc<SaveState>)> {
        let watches = self.watches();
        let watched = watches.iter().flat_map(|watches| &watches.watched);
        let is_there = |health| matches!(health, Health::Watching { .. } | Health::Limited { .. });
        let there = watched.filter(|(_, watched)| is_there(watched.watch.health()));
        there.map(|(id, watched)| (*id, Arc::clone(&watched.save_state))).collect()
    }

    fn is_watching(&self, workspace: WorkspaceId) -> bool {
        self.watches().as_ref().is_some_and(|watches| watches.watched.contains_key(&workspace))
    }

    fn history(&self) -> &History {
        &self.0.history
    }

    fn watches(&self) -> MutexGuard<'_, Option<Watches>> {
        self.0.watches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    spawned
        .map(drop)
        .map_err(|source| Error::new(Code::Unavailable, "Cannot start watching").because(source))
}
