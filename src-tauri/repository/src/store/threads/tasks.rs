//! The stack of tasks that several threads share.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Tasks, the newest on top. It is at its end when there is none and none is being worked on.
#[derive(Debug)]
pub(crate) struct Tasks<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    stack: Vec<T>,
    /// As many there were at once.
    peak: usize,
    working: usize,
    waiting: usize,
    stopped: bool,
}

impl<T> Tasks<T> {
    pub(crate) fn new() -> Self {
        let state = State { stack: Vec::new(), peak: 0, working: 0, waiting: 0, stopped: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Adds tasks; the last is taken first.
    pub(crate) fn push(&self, tasks: impl IntoIterator<Item = T>) {
        let mut state = self.state();
        state.stack.extend(tasks);
        state.peak = state.peak.max(state.stack.len());
        if state.waiting > 0 {
            self.changed.notify_all();
        }
    }

    /// The most tasks that waited at the same time.
    pub(crate) fn peak(&self) -> usize {
        self.state().peak
    }

    /// Adds a task if some thread has nothing to do; gives it back otherwise.
    pub(crate) fn offer(&self, task: T) -> Option<T> {
        let mut state = self.state();
        if state.waiting <= state.stack.len() {
            return Some(task);
        }
        state.stack.push(task);
        self.changed.notify_one();
        None
    }

    /// Works on tasks until there are no more, or one fails; `work` may push others.
    pub(crate) fn work<E>(&self, mut work: impl FnMut(T) -> Result<(), E>) -> Result<(), E> {
        while let Some(task) = self.take() {
            let worked = work(task);
            let mut state = self.state();
            state.working -= 1;
            if worked.is_err() {
                state.stopped = true;
                state.stack.clear();
            }
            if state.stopped || (state.working == 0 && state.stack.is_empty()) {
                self.changed.notify_all();
            }
            drop(state);
            worked?;
        }
        Ok(())
    }

    fn take(&self) -> Option<T> {
        let mut state = self.state();
        loop {
            if state.stopped {
                return None;
            }
            if let Some(task) = state.stack.pop() {
                state.working += 1;
                return Some(task);
            }
            if state.working == 0 {
                return None;
            }
            state.waiting += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
