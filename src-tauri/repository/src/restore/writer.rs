//! A thread that restores entries, batch by batch, as the walk finds them.

use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};

use undercroft_foundation::Result;

use super::Shared;
use super::batch::Batch;
use super::content::Content;
use super::queue::Task;
use crate::store::threads::threads;

/// The part of a restore that one thread keeps between batches.
pub(super) struct Writer<'a> {
    shared: &'a Shared<'a>,
    content: Content<'a>,
}

/// The number of threads that write: beyond a few they only wait for the file system's locks.
pub(super) fn count() -> usize {
    threads().max(2)
}

impl<'a> Writer<'a> {
    pub(super) fn new(shared: &'a Shared<'a>) -> Result<Self> {
        Ok(Self { shared, content: Content::new(shared.repository)? })
    }

    /// Restores what comes until nothing more does; after a failure or a cancel, lets it pass.
    pub(super) fn run(&mut self, receive: &Mutex<Receiver<Vec<Task>>>) {
        let next = || receive.lock().unwrap_or_else(PoisonError::into_inner).recv();
        while let Ok(mut tasks) = next() {
            while !tasks.is_empty() && !self.shared.must_stop() {
                tasks = Batch::new(self.shared).restore(tasks, &mut self.content);
            }
        }
    }
}
