//! A folder whose entries are being backed up, and what happens when the last of them is done.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use undercroft_foundation::{Code, Error, Result};

use super::run::{Run, Task, Worker, count};
use super::scan::Listing;
use crate::format::blob::{BlobKind, LargeBlobBuilder};
use crate::format::id::BlobId;
use crate::format::tree::{Node, TreeBuilder, encode_tree};

/// Entries of a folder that are held. Those of a wider one go into its tree as they come.
const HELD: usize = 2048;

/// Entries that wait for one before them, such as a large file, until no more are looked at.
const WAITING: usize = 2048;

/// A folder as the parent snapshot has it.
#[derive(Debug, Default)]
pub(super) struct Previous {
    pub(super) node: Option<Node>,
    pub(super) tree: Option<BlobId>,
}

impl Previous {
    /// Of a folder's node.
    pub(super) fn of(node: Node) -> Self {
        Self { tree: node.subtree, node: Some(node) }
    }
}

/// A folder that is being backed up.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// The folder above and this one's place in it; `None` for the root.
    above: Option<(Arc<Folder>, usize)>,
    previous: Option<Previous>,
    state: Mutex<State>,
    /// The tree of a wide folder so far. Who holds it may take entries from the state.
    tree: Mutex<Option<TreeBuilder>>,
}

#[derive(Default)]
struct State {
    /// The folder's own node, until its tree is known.
    node: Option<Node>,
    /// The outcome of the entries from `turn` on, in the order of names; `None` for those that are
    /// not done.
    waiting: VecDeque<Option<Done>>,
    /// The place of the first entry that is not done.
    turn: usize,
    /// The entries before it that are not in the tree yet.
    held: Vec<Node>,
    /// Entries that were held or waited at the same time, at most.
    most: usize,
    /// Entries that are in the snapshot.
    kept: usize,
    /// The part of the listing that is looked at when fewer entries wait.
    left: Option<Box<Listing>>,
    /// Entries that are not done, and one for the look through the folder itself.
    open: usize,
    /// Entries that are as in the parent snapshot.
    identical: usize,
    /// Entries in the parent snapshot.
    previous_entries: Option<usize>,
    /// It is here only because it leads to sources.
    leads: bool,
}

/// The steps that follow when an entry was noted.
struct Noted {
    /// It was the last.
    is_last: bool,
    /// So many are held that they belong into the tree.
    is_full: bool,
    /// The part of the listing that was left until fewer wait.
    left: Option<Box<Listing>>,
}

impl State {
    /// Takes the entries whose turn it is.
    fn advance(&mut self) {
        self.most = self.most.max(self.held.len() + self.waiting.len());
        while let Some(done) = self.waiting.front_mut().and_then(Option::take) {
            self.waiting.pop_front();
            self.turn += 1;
            self.kept += usize::from(!matches!(done, Done::LeftOut));
            self.identical += usize::from(matches!(done, Done::Identical(_)));
            if let Done::Kept(node) | Done::Identical(node) = done {
                self.held.push(node);
            }
        }
    }

    /// Counts an entry, or the look through the folder, as done; says whether it was the last.
    fn close_one(&mut self) -> bool {
        self.open -= 1;
        self.open == 0
    }
}

impl Folder {
    pub(super) fn root(path: PathBuf, previous: Option<Previous>) -> Arc<Self> {
        Self::new(path, None, None, previous)
    }

    pub(super) fn below(
        above: &Arc<Self>,
        place: usize,
        path: PathBuf,
        node: Node,
        previous: Option<Previous>,
    ) -> Arc<Self> {
        Self::new(path, Some((Arc::clone(above), place)), Some(node), previous)
    }

    fn new(
        path: PathBuf,
        above: Option<(Arc<Self>, usize)>,
        node: Option<Node>,
        previous: Option<Previous>,
    ) -> Arc<Self> {
        let state = Mutex::new(State { node, open: 1, ..State::default() });
        Arc::new(Self { path, above, previous, state, tree: Mutex::default() })
    }

    /// The folder's tree in the parent snapshot.
    pub(super) fn previous_tree(&self) -> Option<BlobId> {
        self.previous.as_ref().and_then(|previous| previous.tree)
    }

    /// Sets the number of entries, before any of them is done.
    pub(super) fn expect(&self, entries: usize, previous_entries: Option<usize>) {
        let mut state = self.state();
        state.open += entries;
        state.previous_entries = previous_entries;
    }

    /// Marks that it is here only because it leads to sources.
    pub(super) fn set_leads(&self) {
        self.state().leads = true;
    }

    /// Keeps the rest of a listing where so many entries wait that no more are to be looked at;
    /// gives it back otherwise.
    pub(super) fn leave(&self, listing: Box<Listing>) -> Option<Box<Listing>> {
        let mut state = self.state();
        if state.waiting.len() < WAITING {
            return Some(listing);
        }
        state.left = Some(listing);
        None
    }

    /// Notes what became of an entry.
    fn note(&self, place: usize, done: Done) -> Noted {
        let mut state = self.state();
        let at = place - state.turn;
        if state.waiting.len() <= at {
            state.waiting.resize_with(at + 1, || None);
        }
        state.waiting[at] = Some(done);
        state.advance();
        let left = if state.waiting.len() < WAITING { state.left.take() } else { None };
        Noted { is_last: state.close_one(), is_full: state.held.len() >= HELD, left }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The outcome of an entry.
pub(super) enum Done {
    /// It is in the snapshot, new or changed.
    Kept(Node),
    /// It is in the snapshot, just as in the parent.
    Identical(Node),
    /// It is not in the snapshot.
    LeftOut,
}

impl Run<'_> {
    /// Notes what became of an entry; when it was the last, finishes its folder, and so on upwards.
    pub(super) fn entry_done(
        &self,
        worker: &mut Worker<'_>,
        folder: &Arc<Folder>,
        place: usize,
        done: Done,
    ) -> Result<()> {
        if self.note(folder, place, done)? { self.folder_done(worker, folder) } else { Ok(()) }
    }

    /// Notes what became of an entry; returns whether it was the last.
    fn note(&self, folder: &Arc<Folder>, place: usize, done: Done) -> Result<bool> {
        let noted = folder.note(place, done);
        if let Some(left) = noted.left {
            self.tasks.push([Task::Look(Arc::clone(folder), left)]);
        }
        if noted.is_full {
            self.write_held(folder)?;
        }
        Ok(noted.is_last)
    }

    /// Puts the entries that are held into the tree.
    fn write_held(&self, folder: &Folder) -> Result<()> {
        let mut tree = folder.tree.lock().unwrap_or_else(PoisonError::into_inner);
        let held = std::mem::take(&mut folder.state().held);
        if held.is_empty() {
            // Another thread was faster.
            return Ok(());
        }
        let tree = match &mut *tree {
            Some(tree) => tree,
            None => {
                let level = self.repository.compression.level();
                let level = (self.repository.config.version >= 2).then_some(level);
                tree.insert(TreeBuilder::new(LargeBlobBuilder::new(level)?))
            }
        };
        tree.push(held.iter())
    }

    /// Notes that a folder was looked through.
    pub(super) fn scan_done(&self, worker: &mut Worker<'_>, folder: &Arc<Folder>) -> Result<()> {
        if folder.state().close_one() { self.folder_done(worker, folder) } else { Ok(()) }
    }

    /// Leaves out a folder that was never looked through.
    pub(super) fn folder_left_out(
        &self,
        worker: &mut Worker<'_>,
        folder: &Arc<Folder>,
    ) -> Result<()> {
        match &folder.above {
            Some((above, place)) => self.entry_done(worker, above, *place, Done::LeftOut),
            None => Err(nothing_to_read()),
        }
    }

    /// Finishes a folder whose entries are all done, and those above whose last entry it was: in a
    /// loop, since folders can lie deeper in each other than a stack is.
    fn folder_done(&self, worker: &mut Worker<'_>, folder: &Arc<Folder>) -> Result<()> {
        let mut folder = Arc::clone(folder);
        loop {
            let done = self.finish(worker, &folder)?;
            let Some((above, place)) = &folder.above else { return Ok(()) };
            if !self.note(above, *place, done)? {
                return Ok(());
            }
            folder = Arc::clone(above);
        }
    }

    /// Writes the tree of a folder.
    fn finish(&self, worker: &mut Worker<'_>, folder: &Folder) -> Result<Done> {
        let (held, own, kept, unchanged, leads) = {
            let mut state = folder.state();
            self.counts.entries_most.fetch_max(state.most as u64, Ordering::Relaxed);
            let unchanged =
                state.identical == state.kept && state.previous_entries == Some(state.kept);
            (std::mem::take(&mut state.held), state.node.take(), state.kept, unchanged, state.leads)
        };
        // A way to sources none of which could be read would pass for a backup of them.
        if leads && kept == 0 {
            return if folder.above.is_some() { Ok(Done::LeftOut) } else { Err(nothing_to_read()) };
        }
        let begun = folder.tree.lock().unwrap_or_else(PoisonError::into_inner).take();
        let tree = match (folder.previous_tree().filter(|_| unchanged), begun) {
            (Some(tree), _) => tree,
            (None, Some(mut begun)) => {
                begun.push(held.iter())?;
                self.writer.put_finished(BlobKind::Tree, begun.finish()?)?
            }
            (None, None) => {
                let text = encode_tree(held.iter());
                self.writer.put(&mut worker.encoder, BlobKind::Tree, &text)?
            }
        };
        drop(held);
        let Some(mut node) = own else {
            self.finish_root(tree);
            return Ok(Done::LeftOut);
        };
        node.subtree = Some(tree);
        let before = folder.previous.as_ref().and_then(|previous| previous.node.as_ref());
        Ok(match before {
            Some(before) if *before == node => {
                count(&self.counts.dirs_unmodified);
                Done::Identical(node)
            }
            Some(_) => {
                count(&self.counts.dirs_changed);
                Done::Kept(node)
            }
            None => {
                count(&self.counts.dirs_new);
                Done::Kept(node)
            }
        })
    }
}

fn nothing_to_read() -> Error {
    Error::new(Code::SourceMissing, "There is nothing to back up")
        .why("None of the folders to back up can be read")
        .next("Bring them back, or give your user access to them, and try again")
}
