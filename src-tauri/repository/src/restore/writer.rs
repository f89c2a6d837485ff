//! A thread that restores entries as the walk finds them.

use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{IoContext, Result, escape_path};

use super::Shared;
use super::content::Content;
use super::folder::{Folder, finish};
use super::links::{Claim, LinkKey};
use super::place::{Placed, Spot};
use crate::tree::{Node, NodeKind};

/// An entry that is no folder, to be restored into a folder that is there.
pub(super) struct Task {
    pub(super) folder: Arc<Folder>,
    pub(super) node: Node,
}

/// What one thread keeps between entries.
pub(super) struct Writer<'a> {
    shared: &'a Shared<'a>,
    content: Content<'a>,
    /// The folder of the last entry, which is mostly that of the next too.
    opened: Option<(Arc<Folder>, OwnedFd)>,
}

/// How many threads write: beyond a few they only wait for the file system's locks.
pub(super) fn count() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 4)
}

impl<'a> Writer<'a> {
    pub(super) fn new(shared: &'a Shared<'a>) -> Result<Self> {
        let content = Content::new(shared.repository, &shared.ends)?;
        Ok(Self { shared, content, opened: None })
    }

    /// Restores what comes until nothing more does; after a failure or a cancel, lets it pass.
    pub(super) fn run(&mut self, receive: &Mutex<Receiver<Task>>) {
        let next = || receive.lock().unwrap_or_else(PoisonError::into_inner).recv();
        while let Ok(task) = next() {
            let mut tasks = vec![task];
            while let Some(task) = tasks.pop() {
                if !self.shared.must_stop() {
                    tasks.extend(self.restore(task));
                }
            }
        }
    }

    /// Restores an entry; returns those that waited for it.
    fn restore(&mut self, task: Task) -> Vec<Task> {
        let Some(key) = LinkKey::of(&task.node) else {
            self.restore_one(task, None);
            return Vec::new();
        };
        match self.shared.links.claim(key, task) {
            Claim::Waits => Vec::new(),
            Claim::Link(task, folder, name) => {
                self.restore_one(task, Some((folder, name)));
                Vec::new()
            }
            Claim::First(task) => {
                let (folder, name) = (Arc::clone(&task.folder), task.node.name.clone());
                if self.restore_one(task, None) {
                    self.shared.links.done(key, folder, name)
                } else {
                    self.shared.links.failed(key)
                }
            }
        }
    }

    /// Restores an entry by its content, or as a link to another; says whether it is there now.
    fn restore_one(&mut self, task: Task, other: Option<(Arc<Folder>, Vec<u8>)>) -> bool {
        let path = self.shared.root.path_of(&task.folder, &task.node.name);
        self.shared.job.set_current(escape_path(&path));
        let written = AtomicU64::new(0);
        let placed = self.place(&task, other, &path, &written);
        let written = written.into_inner();
        if task.node.kind == NodeKind::File {
            self.shared.job.add_bytes_done(task.node.size.saturating_sub(written));
            self.shared.job.add_files_done(1);
        }
        let is_there = matches!(placed, Ok(Placed::Restored | Placed::Identical));
        match placed {
            Ok(placed) => self.count(&task.node, placed, written),
            Err(error) => self.shared.report(&path, error),
        }
        finish(self.shared, task.folder);
        is_there
    }

    fn count(&self, node: &Node, placed: Placed, written: u64) {
        let counts = &self.shared.counts;
        let count = match placed {
            Placed::Skipped => &counts.skipped,
            _ if node.kind != NodeKind::File => &counts.others,
            Placed::Restored => &counts.restored,
            Placed::Identical => &counts.identical,
        };
        count.fetch_add(1, Ordering::Relaxed);
        counts.bytes.fetch_add(written, Ordering::Relaxed);
    }

    fn place(
        &mut self,
        task: &Task,
        other: Option<(Arc<Folder>, Vec<u8>)>,
        path: &PathBuf,
        written: &AtomicU64,
    ) -> Result<Placed> {
        let same = self.opened.as_ref().is_some_and(|(open, _)| Arc::ptr_eq(open, &task.folder));
        if !same {
            let opened = self.shared.root.descend(&task.folder);
            let opened = opened.map_err(Into::into).at("open the folder of", path)?;
            self.opened = Some((Arc::clone(&task.folder), opened));
        }
        let Some((_, folder)) = &self.opened else { return Ok(Placed::Skipped) };
        let spot =
            Spot { shared: self.shared, folder: folder.as_fd(), node: &task.node, path, written };
        match other {
            Some((folder, name)) => spot.place_link(&folder, &name, &mut self.content),
            None => spot.place(&mut self.content),
        }
    }
}
