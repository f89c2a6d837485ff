//! Watching workspaces, so that each settled batch of changes becomes a version by itself.
//!
//! One process watches a workspace: it holds a file below `running/` locked, and says in it how that
//! goes. Which workspaces are to be watched is in the catalog; a thread keeps what this process
//! watches in step with it.

mod batches;
mod contents;
mod last_error;
mod rules_filter;
mod unread;
mod watch_file;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, select};
use jiff::Timestamp;
use undercroft_foundation::{Code, Error, ProjectId, Result, WorkspaceId};
use undercroft_library::{Event, NewEvent};
use undercroft_watch::{Batch, FolderFilter, Health, RootId, Touched, Watch, WatchOptions};

use crate::history::History;
use crate::rules::ProjectRules;
use crate::save::Scope;
use crate::workspaces::Workspace;
use batches::SaveState;
use rules_filter::RulesFilter;
use watch_file::WatchFile;

/// The event that says that a project's rules changed.
const RULES_CHANGED: &str = "rules.changed";

/// The time between two looks for workspaces that another process watched until it ended.
const LOOK_AROUND: Duration = Duration::from_secs(30);

/// The time between two reports to other processes on how the watching goes, and between two looks
/// at what is to be tried again.
const TICK: Duration = Duration::from_secs(1);

/// The watches of this process; none, unless it was told to watch.
#[derive(Debug, Default)]
pub(crate) struct Watches(Mutex<Option<Watching>>);

#[derive(Debug)]
struct Watching {
    options: WatchOptions,
    watched: HashMap<WorkspaceId, Watched>,
    /// Its end ends the thread that keeps `watched` in step.
    #[expect(dead_code, reason = "its end is the message")]
    stop: Sender<()>,
}

#[derive(Debug)]
struct Watched {
    project: ProjectId,
    root: PathBuf,
    watch: Watch,
    filter: Arc<RulesFilter>,
    save_state: Arc<SaveState>,
    file: WatchFile,
}

/// The state of watching a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchState {
    /// The project.
    pub project: ProjectId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The status of the watching.
    pub status: WatchStatus,
    /// Why, where that is not as it should be.
    pub why: Option<String>,
    /// The advice to the user.
    pub next: Option<String>,
    /// The number of changes that wait for the next version.
    pub pending: u64,
    /// When the newest version was made.
    pub last_version: Option<Timestamp>,
}

/// The status of watching a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WatchStatus {
    /// No version was made yet.
    Importing,
    /// Every change is noticed.
    Watching,
    /// Some changes are only noticed by looking through everything now and then.
    Limited,
    /// Changes are noticed, but could not be kept the last time.
    Failing,
    /// The user wants it so.
    Paused,
    /// The folder is not there.
    Missing,
    /// Another process watches it.
    Elsewhere,
    /// No process watches it.
    Off,
}

impl History {
    /// Watches all workspaces that are not paused, now and whenever more come, until
    /// [`History::stop_watching`].
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn start_watching(&self, options: WatchOptions) -> Result<()> {
        let events = self.library().events().subscribe()?;
        let (stop, stopped) = bounded(0);
        let period = options.full;
        {
            let mut watching = self.watches();
            if watching.is_some() {
                return Ok(());
            }
            *watching = Some(Watching { options, watched: HashMap::new(), stop });
        }
        let (history, ended) = (self.clone(), stopped.clone());
        spawn("watching", move || history.follow_catalog(&events, &ended))?;
        let history = self.clone();
        spawn("contents", move || history.read_contents(period, &stopped))?;
        self.sync_watches()
    }

    /// Watches nothing any more.
    pub fn stop_watching(&self) {
        drop(self.watches().take());
    }

    /// Makes versions now of all changes that were noticed and wait for quiet.
    pub fn flush_watches(&self) {
        if let Some(watching) = &*self.watches() {
            watching.watched.values().for_each(|watched| watched.watch.flush());
        }
    }

    /// The state of watching each open workspace.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn watch_states(&self) -> Result<Vec<WatchState>> {
        let workspaces = self.workspaces(None)?;
        let open = workspaces.into_iter().filter(|workspace| workspace.closed.is_none());
        open.map(|workspace| self.watch_state(&workspace)).collect()
    }

    /// Leaves changes unnoticed, or notices them again, in a project or in all.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn set_paused(&self, project: Option<ProjectId>, paused: bool) -> Result<()> {
        for mut workspace in self.workspaces(project)? {
            if workspace.closed.is_none() && workspace.paused != paused {
                workspace.paused = paused;
                let happened = if paused { "is paused" } else { "is watched again" };
                self.put_workspace(&workspace, happened)?;
            }
        }
        self.sync_watches()
    }

    /// Takes up changed rules of a project, in whatever process watches it: folders may have to be
    /// watched, or no longer.
    ///
    /// # Errors
    /// Rules that cannot be read, or whatever keeps the catalog from being written.
    pub fn rules_changed(&self, project: ProjectId) -> Result<()> {
        self.take_up_rules(project)?;
        let name = self.library().projects().get(project).map(|project| project.name);
        let text = format!("{}: the rules of what is versioned changed", name.unwrap_or_default());
        let event = NewEvent::new(RULES_CHANGED, text).of_project(Some(project));
        self.library().events().publish(&event).map(drop)
    }

    fn take_up_rules(&self, project: ProjectId) -> Result<()> {
        let rules = ProjectRules::load(self.library().root(), project)?;
        for workspace in self.workspaces(Some(project))? {
            if let Some(watching) = &*self.watches()
                && let Some(watched) = watching.watched.get(&workspace.id)
                && watched.filter.set(&workspace, &rules)?
            {
                watched.watch.resume();
            }
        }
        Ok(())
    }

    fn watch_state(&self, workspace: &Workspace) -> Result<WatchState> {
        let newest = self.newest_version(workspace.id)?;
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
        } else if let Err(error) = self.library().require_confirmed(&workspace.root) {
            state.why = Some(error.to_string());
        } else if let Some(watched) =
            self.watches().as_ref().and_then(|watching| watching.watched.get(&workspace.id))
        {
            watched.tell(&mut state);
        } else {
            WatchFile::read(self.library().root(), &mut state);
        }
        Ok(state)
    }

    /// Starts and stops watches until they are those that the catalog asks for. Does nothing in a
    /// process that does not watch.
    pub(crate) fn sync_watches(&self) -> Result<()> {
        let wanted: Vec<Workspace> = self
            .workspaces(None)?
            .into_iter()
            .filter(|workspace| workspace.closed.is_none() && !workspace.paused)
            .filter(|it| self.library().is_confirmed(&it.root).unwrap_or_default())
            .collect();
        let mut watching = self.watches();
        let Some(watching) = &mut *watching else { return Ok(()) };
        let is_wanted = |id, root: &Path| wanted.iter().any(|it| it.id == id && it.root == root);
        watching.watched.retain(|id, watched| is_wanted(*id, &watched.root));
        for workspace in wanted {
            if watching.watched.contains_key(&workspace.id) {
                continue;
            }
            match self.watch(&workspace, &watching.options) {
                Ok(Some(watched)) => drop(watching.watched.insert(workspace.id, watched)),
                Ok(None) => {}
                Err(error) => tracing::warn!(workspace = workspace.name, %error, "not watched"),
            }
        }
        Ok(())
    }

    /// Watches a workspace; nothing, when it has no version yet or another process watches it.
    fn watch(&self, workspace: &Workspace, options: &WatchOptions) -> Result<Option<Watched>> {
        let newest = self.newest_version(workspace.id)?;
        if newest.is_none() && workspace.opened_from.is_none() {
            return Ok(None);
        }
        let library = self.library().root();
        let Some(file) = WatchFile::try_lock(library, workspace.id)? else { return Ok(None) };
        let holds_files = newest.is_some_and(|version| version.files > 0);
        let is_empty = || fs::read_dir(&workspace.root).is_ok_and(|mut all| all.next().is_none());
        let known = match self.known_root(workspace)? {
            // Where the drive of one that held files belongs, which is no folder that is meant.
            None if holds_files && is_empty() => Some(RootId::default()),
            known => known,
        };
        let rules = ProjectRules::load(library, workspace.project)?;
        let filter = Arc::new(RulesFilter::new(self, workspace, rules)?);
        let save_state = Arc::new(SaveState::default());
        let (history, id) = (self.clone(), workspace.id);
        let noted = Arc::clone(&save_state);
        let sink = move |batch: Batch| history.save_batch(id, batch, &noted);
        let world = self.library().world();
        let inside: Arc<dyn FolderFilter> = Arc::clone(&filter) as _;
        let options = options.clone();
        let watch = Watch::start_at(&workspace.root, known, inside, options, world, sink)?;
        let (project, root) = (workspace.project, workspace.root.clone());
        Ok(Some(Watched { project, root, watch, filter, save_state, file }))
    }

    /// Tells other processes how the watching goes, and tries again what could not be read.
    fn tick(&self) {
        let now = self.library().world().clock.steady();
        let mut due = Vec::new();
        if let Some(watching) = &mut *self.watches() {
            for (id, watched) in &mut watching.watched {
                watched.share(*id);
                if watched.save_state.unread.is_due(now) {
                    due.push((*id, Arc::clone(&watched.save_state)));
                }
            }
        }
        for (workspace, save_state) in due {
            save_state.unread.put_off(now);
            let nothing_new = Scope::Touched(Touched::default());
            if let Err(error) = self.save_scope(workspace, nothing_new, &save_state) {
                tracing::debug!(%workspace, %error, "what could not be read is tried again later");
            }
        }
    }

    /// The workspaces whose folders are watched and there.
    fn save_states(&self) -> Vec<(WorkspaceId, Arc<SaveState>)> {
        let watching = self.watches();
        let watched = watching.iter().flat_map(|watching| &watching.watched);
        let is_there = |health| matches!(health, Health::Watching { .. } | Health::Limited { .. });
        let there = watched.filter(|(_, watched)| is_there(watched.watch.health()));
        there.map(|(id, watched)| (*id, Arc::clone(&watched.save_state))).collect()
    }

    fn is_watching(&self, workspace: WorkspaceId) -> bool {
        self.watches().as_ref().is_some_and(|watching| watching.watched.contains_key(&workspace))
    }

    fn follow_catalog(&self, events: &Receiver<Event>, stopped: &Receiver<()>) {
        let clock = &self.library().world().clock;
        let ticks = crossbeam_channel::tick(TICK);
        let mut looked_around = clock.steady();
        loop {
            let is_due = select! {
                recv(stopped) -> _ => return,
                recv(ticks) -> _ => {
                    self.tick();
                    clock.steady().saturating_sub(looked_around) >= LOOK_AROUND
                }
                recv(events) -> event => match event {
                    Ok(event) => self.concerns_watches(&event),
                    Err(_) => return,
                },
            };
            if !is_due {
                continue;
            }
            looked_around = clock.steady();
            if let Err(error) = self.sync_watches() {
                tracing::warn!(%error, "the watches could not be brought in step");
            }
        }
    }

    /// Whether the event may ask for other watches. Changed rules are taken up.
    fn concerns_watches(&self, event: &Event) -> bool {
        if event.kind == RULES_CHANGED
            && let Some(project) = event.project
            && let Err(error) = self.take_up_rules(project)
        {
            tracing::warn!(%error, "changed rules could not be taken up");
        }
        event.kind.starts_with("workspace.")
            || event.kind == "version.made" && self.lacks_watch(event)
    }

    /// Whether the event may be of a first version, whose workspace is to be watched from now on.
    fn lacks_watch(&self, event: &Event) -> bool {
        let workspaces = self.workspaces(event.project).unwrap_or_default();
        workspaces.iter().any(|workspace| !self.is_watching(workspace.id))
    }

    fn watches(&self) -> MutexGuard<'_, Option<Watching>> {
        self.watches_of_process().0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    spawned
        .map(drop)
        .map_err(|source| Error::new(Code::Unavailable, "Cannot start watching").because(source))
}

/// Ends the reading of its files.
impl Drop for Watched {
    fn drop(&mut self) {
        self.save_state.reading.cancel();
    }
}

impl Watched {
    /// Tells other processes how it goes.
    fn share(&mut self, workspace: WorkspaceId) {
        let mut state = WatchState {
            project: self.project,
            workspace,
            status: WatchStatus::Watching,
            why: None,
            next: None,
            pending: 0,
            last_version: None,
        };
        self.tell(&mut state);
        self.file.tell(&state);
    }

    fn tell(&self, state: &mut WatchState) {
        state.pending = self.watch.pending();
        state.status = WatchStatus::Watching;
        match self.watch.health() {
            Health::Watching { .. } => {}
            Health::Limited { why, next } => {
                state.status = WatchStatus::Limited;
                (state.why, state.next) = (Some(why), Some(next));
            }
            Health::Missing { why, next } => {
                state.status = WatchStatus::Missing;
                (state.why, state.next) = (Some(why), Some(next));
            }
            Health::Paused => state.status = WatchStatus::Paused,
        }
        if let Some((why, next)) = self.save_state.unread.told()
            && state.status == WatchStatus::Watching
        {
            state.status = WatchStatus::Limited;
            (state.why, state.next) = (Some(why), Some(next));
        }
        if let Some((why, next)) = self.save_state.last_error.told() {
            state.status = WatchStatus::Failing;
            (state.why, state.next) = (Some(why), Some(next));
        }
    }
}
