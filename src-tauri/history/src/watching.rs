//! Watching workspaces, so that each settled batch of changes becomes a version by itself.
//!
//! One process watches a workspace: it holds a lock below `running/`. Which workspaces are to be
//! watched is in the catalog; a thread keeps what this process watches in step with it.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, select};
use jiff::Timestamp;
use undercroft_foundation::{Code, Error, IoContext, Job, ProjectId, Result, WorkspaceId};
use undercroft_library::Event;

use crate::history::History;
use crate::path::TreePath;
use crate::rules::{LeaveOut, ProjectRules};
use crate::save::{SaveOrder, Scope};
use crate::version::Trigger;
use crate::watch::{Batch, Health, Included, Watch, WatchOptions};
use crate::workspaces::Workspace;

/// How often to look for workspaces that another process watched until it ended.
const LOOK_AROUND: Duration = Duration::from_secs(30);

/// How long to wait before a version that could not be made is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(20);

/// What is watched by this process; nothing, unless it was told to watch.
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
    watch: Watch,
    included: Arc<ByRules>,
    trouble: Arc<Trouble>,
    #[expect(dead_code, reason = "its end gives the lock back")]
    lock: File,
}

/// How a workspace is being watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchState {
    /// The project.
    pub project: ProjectId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Where the watching stands.
    pub standing: Standing,
    /// Why, where that is not as it should be.
    pub why: Option<String>,
    /// What to do about it.
    pub next: Option<String>,
    /// How many changes wait for the next version.
    pub pending: u64,
    /// When the newest version was made.
    pub last_version: Option<Timestamp>,
}

/// Where the watching of a workspace stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
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
        {
            let mut watching = self.watches();
            if watching.is_some() {
                return Ok(());
            }
            *watching = Some(Watching { options, watched: HashMap::new(), stop });
        }
        let history = self.clone();
        std::thread::Builder::new()
            .name("watching".to_owned())
            .spawn(move || history.keep_in_step(&events, &stopped))
            .map_err(|source| {
                Error::new(Code::Unavailable, "Cannot start watching").because(source)
            })?;
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

    /// How each open workspace is being watched.
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
                self.keep_workspace(&workspace, happened)?;
            }
        }
        self.sync_watches()
    }

    /// Takes up changed rules of a project: folders may have to be watched, or no longer.
    ///
    /// # Errors
    /// Rules that cannot be read.
    pub fn rules_changed(&self, project: ProjectId) -> Result<()> {
        for workspace in self.workspaces(Some(project))? {
            if let Some(watching) = &*self.watches()
                && let Some(watched) = watching.watched.get(&workspace.id)
            {
                watched.included.set(self.leave_out(&workspace)?);
                watched.watch.resume();
            }
        }
        Ok(())
    }

    /// What of a workspace is not versioned.
    pub(crate) fn leave_out(&self, workspace: &Workspace) -> Result<LeaveOut> {
        let rules = ProjectRules::load(self.library().root(), workspace.project)?.compile()?;
        Ok(LeaveOut::new(&workspace.root, &rules))
    }

    fn watch_state(&self, workspace: &Workspace) -> Result<WatchState> {
        let newest = self.newest_version(workspace.id)?;
        let mut state = WatchState {
            project: workspace.project,
            workspace: workspace.id,
            standing: Standing::Off,
            why: None,
            next: None,
            pending: 0,
            last_version: newest.as_ref().map(|version| version.time),
        };
        if newest.is_none() && workspace.opened_from.is_none() {
            state.standing = Standing::Importing;
        } else if workspace.paused {
            state.standing = Standing::Paused;
        } else if let Some(watched) =
            self.watches().as_ref().and_then(|watching| watching.watched.get(&workspace.id))
        {
            watched.tell(&mut state);
        } else if self.is_watched_elsewhere(workspace.id) {
            state.standing = Standing::Elsewhere;
        }
        Ok(state)
    }

    fn is_watched_elsewhere(&self, workspace: WorkspaceId) -> bool {
        let path = self.library().root().join(format!("running/watch-{workspace}"));
        let held = |file: File| matches!(file.try_lock(), Err(TryLockError::WouldBlock));
        File::open(path).is_ok_and(held)
    }

    /// Starts and stops watches until they are those that the catalog asks for. Does nothing in a
    /// process that does not watch.
    pub(crate) fn sync_watches(&self) -> Result<()> {
        let wanted: Vec<Workspace> = self
            .workspaces(None)?
            .into_iter()
            .filter(|workspace| workspace.closed.is_none() && !workspace.paused)
            .collect();
        let mut watching = self.watches();
        let Some(watching) = &mut *watching else { return Ok(()) };
        watching.watched.retain(|id, _| wanted.iter().any(|workspace| workspace.id == *id));
        for workspace in wanted {
            if watching.watched.contains_key(&workspace.id) {
                continue;
            }
            match self.watch(&workspace, watching.options.clone()) {
                Ok(Some(watched)) => drop(watching.watched.insert(workspace.id, watched)),
                Ok(None) => {}
                Err(error) => tracing::warn!(workspace = workspace.name, %error, "not watched"),
            }
        }
        Ok(())
    }

    /// Watches a workspace; nothing, when it has no version yet or another process watches it.
    fn watch(&self, workspace: &Workspace, options: WatchOptions) -> Result<Option<Watched>> {
        let is_begun =
            self.newest_version(workspace.id)?.is_some() || workspace.opened_from.is_some();
        if !is_begun {
            return Ok(None);
        }
        let running = self.library().root().join("running");
        fs::create_dir_all(&running).at("make", &running)?;
        let path = running.join(format!("watch-{}", workspace.id));
        let lock = File::options().create(true).append(true).open(&path).at("open", &path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) => return Err(Error::io("lock", &path, source)),
        }
        let included = Arc::new(ByRules(RwLock::new(self.leave_out(workspace)?)));
        let trouble = Arc::new(Trouble::default());
        let (history, id) = (self.clone(), workspace.id);
        let noted = Arc::clone(&trouble);
        let sink = move |batch: Batch| history.keep_batch(id, batch, &noted);
        let world = self.library().world();
        let inside: Arc<dyn Included> = Arc::clone(&included) as _;
        let watch = Watch::start(&workspace.root, inside, options, world, sink)?;
        Ok(Some(Watched { watch, included, trouble, lock }))
    }

    /// Makes a version of what changed. What fails is tried again, until it succeeds or nobody
    /// watches any more: no change is given up.
    fn keep_batch(&self, workspace: WorkspaceId, batch: Batch, trouble: &Trouble) {
        let mut scope = if batch.whole { Scope::Whole } else { Scope::Touched(batch.touched) };
        loop {
            let order = SaveOrder::new(Trigger::Automatic, "");
            let saved = self.save(workspace, scope, order, &Job::new());
            let Err(error) = saved else { return trouble.clear() };
            // What the failed try saw and what it did not, nobody knows.
            scope = Scope::Whole;
            // That the folder is away, the watch itself tells.
            if error.code() != Code::SourceMissing {
                tracing::warn!(%workspace, %error, "a version could not be made");
                trouble.note(&error);
            }
            if !trouble.wait(self, workspace) {
                return;
            }
        }
    }

    fn is_watching(&self, workspace: WorkspaceId) -> bool {
        self.watches().as_ref().is_some_and(|watching| watching.watched.contains_key(&workspace))
    }

    fn keep_in_step(&self, events: &Receiver<Event>, stopped: &Receiver<()>) {
        loop {
            select! {
                recv(stopped) -> _ => return,
                recv(events) -> event => match event {
                    Ok(event) if event.kind.starts_with("workspace.") => {}
                    Ok(event) if event.kind == "version.made" && self.lacks_watch(&event) => {}
                    Ok(_) => continue,
                    Err(_) => return,
                },
                default(LOOK_AROUND) => {}
            }
            if let Err(error) = self.sync_watches() {
                tracing::warn!(%error, "the watches could not be brought in step");
            }
        }
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

impl Watched {
    fn tell(&self, state: &mut WatchState) {
        state.pending = self.watch.pending();
        state.standing = Standing::Watching;
        match self.watch.health() {
            Health::Watching { .. } => {}
            Health::Limited { why, next } => {
                state.standing = Standing::Limited;
                (state.why, state.next) = (Some(why), Some(next));
            }
            Health::Missing { why } => {
                state.standing = Standing::Missing;
                state.why = Some(why);
            }
            Health::Paused => state.standing = Standing::Paused,
        }
        if let Some((why, next)) = self.trouble.told() {
            state.standing = Standing::Failing;
            (state.why, state.next) = (Some(why), Some(next));
        }
    }
}

/// Watches the folders that a project's rules do not leave out.
#[derive(Debug)]
struct ByRules(RwLock<LeaveOut>);

impl ByRules {
    fn set(&self, leave_out: LeaveOut) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = leave_out;
    }
}

impl Included for ByRules {
    fn folder(&self, path: &TreePath) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_included(path, true)
    }
}

/// Why versions of a workspace cannot be made at the moment.
#[derive(Debug, Default)]
struct Trouble {
    said: Mutex<Option<(String, String)>>,
    is_there: AtomicBool,
}

impl Trouble {
    fn note(&self, error: &Error) {
        let said = (error.to_string(), error.next_text().to_owned());
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
        self.is_there.store(true, Ordering::Relaxed);
    }

    fn clear(&self) {
        if self.is_there.swap(false, Ordering::Relaxed) {
            *self.said.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    fn told(&self) -> Option<(String, String)> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits before the next try; whether there is to be one.
    fn wait(&self, history: &History, workspace: WorkspaceId) -> bool {
        const STEP: Duration = Duration::from_millis(250);
        let clock = &history.library().world().clock;
        let until = clock.steady() + TRY_AGAIN;
        while clock.steady() < until {
            if !history.is_watching(workspace) {
                return false;
            }
            clock.sleep(STEP);
        }
        history.is_watching(workspace)
    }
}
