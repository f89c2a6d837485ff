//! The folders that are still to be read, for several threads: the last found is read first, so
//! that few are open at a time.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;

use super::listing::open_folder;

/// So many folders are kept open for those in them; others are looked for again from the root.
const OPEN_FOLDERS: usize = 256;

/// A folder that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) parent: u32,
    pub(super) name: Box<[u8]>,
}

/// A folder to read.
#[derive(Debug)]
pub(super) struct Task {
    /// Its number in the order in which folders were found.
    pub(super) number: u32,
    pub(super) name: Box<[u8]>,
    /// The folder that it is in, where that is still open.
    parent: Option<Arc<OwnedFd>>,
}

#[derive(Debug)]
pub(super) struct Queue {
    root: Arc<OwnedFd>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    found: Vec<Found>,
    tasks: Vec<Task>,
    working: usize,
    open: Vec<std::sync::Weak<OwnedFd>>,
    is_stopped: bool,
}

impl Queue {
    /// A queue that holds the root, which has the number 0 and no name.
    pub(super) fn new(root: OwnedFd) -> Self {
        let found = vec![Found { parent: 0, name: Box::default() }];
        let tasks = vec![Task { number: 0, name: Box::default(), parent: None }];
        let state = State { found, tasks, working: 0, open: Vec::new(), is_stopped: false };
        Self { root: Arc::new(root), state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The next folder; waits while others may still find some. Each is to be ended by
    /// [`Queue::finish`].
    pub(super) fn next(&self) -> Option<Task> {
        let mut state = self.locked();
        loop {
            if state.is_stopped {
                return None;
            }
            if let Some(task) = state.tasks.pop() {
                state.working += 1;
                return Some(task);
            }
            if state.working == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends the folder of this number, in which these were found.
    pub(super) fn finish<'n>(
        &self,
        number: u32,
        folder: Option<Arc<OwnedFd>>,
        names: impl Iterator<Item = &'n [u8]>,
    ) {
        let mut state = self.locked();
        let before = state.tasks.len();
        let folder = folder.filter(|_| state.has_room_for_open());
        for name in names {
            let Ok(child) = u32::try_from(state.found.len()) else { break };
            state.found.push(Found { parent: number, name: name.into() });
            state.tasks.push(Task { number: child, name: name.into(), parent: folder.clone() });
        }
        let added = state.tasks.len() - before;
        if let Some(folder) = folder.filter(|_| added > 0) {
            state.open.push(Arc::downgrade(&folder));
        }
        state.working -= 1;
        if added > 0 || state.working == 0 {
            self.changed.notify_all();
        }
    }

    /// Lets no thread take another folder.
    pub(super) fn stop(&self) {
        self.locked().is_stopped = true;
        self.changed.notify_all();
    }

    /// The folder that a task's lies in, and the task's own, opened.
    pub(super) fn open(&self, task: &Task) -> (Option<Arc<OwnedFd>>, Result<Arc<OwnedFd>, Errno>) {
        if task.number == 0 {
            return (None, Ok(Arc::clone(&self.root)));
        }
        let parent = match task
            .parent
            .as_ref()
            .map(Arc::clone)
            .map_or_else(|| self.open_parent(task.number), Ok)
        {
            Ok(parent) => parent,
            Err(errno) => return (None, Err(errno)),
        };
        let folder = open_folder(&parent, &task.name).map(Arc::new);
        (Some(parent), folder)
    }

    /// Walks from the root, name by name, for a path may be longer than the system takes.
    fn open_parent(&self, number: u32) -> Result<Arc<OwnedFd>, Errno> {
        let names: Vec<Box<[u8]>> = {
            let state = self.locked();
            let mut names = Vec::new();
            let mut at = state.found[number as usize].parent;
            while at != 0 {
                names.push(state.found[at as usize].name.clone());
                at = state.found[at as usize].parent;
            }
            names
        };
        let mut folder = Arc::clone(&self.root);
        for name in names.iter().rev() {
            folder = Arc::new(open_folder(&folder, name)?);
        }
        Ok(folder)
    }

    /// All folders that were found, in the order of their numbers.
    pub(super) fn into_found(self) -> Vec<Found> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).found
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_room_for_open(&mut self) -> bool {
        if self.open.len() >= OPEN_FOLDERS {
            self.open.retain(|folder| folder.strong_count() > 0);
        }
        self.open.len() < OPEN_FOLDERS
    }
}
