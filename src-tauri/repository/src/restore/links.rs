//! Hard links: files of one snapshot that are one file under several names.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::folder::Folder;
use super::queue::Task;
use crate::format::tree::{Node, NodeKind};

/// The one file: where it was, and what it holds. The same number with another content is a file
/// that was replaced while it was backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct LinkKey {
    inode: u64,
    device: u64,
    content: [u8; 32],
}

enum State {
    /// The first name is being restored; these wait for it.
    Begun(Vec<Task>),
    /// The first name is there.
    Done(Arc<Folder>, Vec<u8>),
}

/// The thing to do with a name.
pub(super) enum Claim {
    /// It is the first of its names: restore it, and say how that went.
    First(Task),
    /// Link it to a name that is there.
    Link(Task, Arc<Folder>, Vec<u8>),
    /// It was put aside until the first name is there.
    Waits,
}

/// All files of several names in a restore.
#[derive(Default)]
pub(super) struct Links(Mutex<HashMap<LinkKey, State>>);

impl LinkKey {
    /// The key of a file that has several names.
    pub(super) fn of(node: &Node) -> Option<Self> {
        if node.kind != NodeKind::File || node.links < 2 || node.inode == 0 {
            return None;
        }
        let mut digest = Sha256::new();
        for id in node.content.iter().flatten() {
            digest.update(id.0);
        }
        let content = digest.finalize().into();
        Some(Self { inode: node.inode, device: node.device_id, content })
    }
}

impl Links {
    /// Asks what to do with a name of the file of this key.
    pub(super) fn claim(&self, key: LinkKey, task: Task) -> Claim {
        let mut links = self.lock();
        match links.get_mut(&key) {
            None => {
                links.insert(key, State::Begun(Vec::new()));
                Claim::First(task)
            }
            Some(State::Begun(waiting)) => {
                waiting.push(task);
                Claim::Waits
            }
            Some(State::Done(folder, name)) => Claim::Link(task, Arc::clone(folder), name.clone()),
        }
    }

    /// Notes that the first name is there; returns those that waited.
    pub(super) fn done(&self, key: LinkKey, folder: Arc<Folder>, name: Vec<u8>) -> Vec<Task> {
        match self.lock().insert(key, State::Done(folder, name)) {
            Some(State::Begun(waiting)) => waiting,
            _ => Vec::new(),
        }
    }

    /// Notes that the first name could not be restored; the next to ask is the first. Returns those
    /// that waited.
    pub(super) fn failed(&self, key: LinkKey) -> Vec<Task> {
        match self.lock().remove(&key) {
            Some(State::Begun(waiting)) => waiting,
            _ => Vec::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<LinkKey, State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
