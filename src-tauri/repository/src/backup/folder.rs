//! A folder whose entries are being backed up, and what happens when the last of them is done.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use undercroft_foundation::{Code, Error, Result};

use super::run::{Run, Worker, count};
use crate::blob::BlobKind;
use crate::id::BlobId;
use crate::tree::{Node, encode_tree};

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
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// The folder above and this one's place in it; `None` for the root.
    above: Option<(Arc<Folder>, usize)>,
    previous: Option<Previous>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The folder's own node, until its tree is known.
    node: Option<Node>,
    /// One for each entry, in the order of names; `None` for what was left out.
    entries: Vec<Option<Node>>,
    /// Entries that are not done, and one for the look through the folder itself.
    open: usize,
    /// Entries that are as in the parent snapshot.
    identical: usize,
    /// Entries in the parent snapshot.
    previous_entries: Option<usize>,
    /// It is here only because it leads to sources.
    leads: bool,
}

impl State {
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
        let state = State {
            node,
            entries: Vec::new(),
            open: 1,
            identical: 0,
            previous_entries: None,
            leads: false,
        };
        Arc::new(Self { path, above, previous, state: Mutex::new(state) })
    }

    /// The folder's tree in the parent snapshot.
    pub(super) fn previous_tree(&self) -> Option<BlobId> {
        self.previous.as_ref().and_then(|previous| previous.tree)
    }

    /// Makes room for the entries before any of them is done.
    pub(super) fn expect(&self, entries: usize, previous_entries: Option<usize>) {
        let mut state = self.state();
        state.entries.resize_with(entries, || None);
        state.open += entries;
        state.previous_entries = previous_entries;
    }

    /// Marks that it is here only because it leads to sources.
    pub(super) fn set_leads(&self) {
        self.state().leads = true;
    }

    /// Notes what became of an entry; says whether it was the last.
    fn note(&self, place: usize, done: Done) -> bool {
        let mut state = self.state();
        match done {
            Done::Kept(node) => state.entries[place] = Some(node),
            Done::Identical(node) => {
                state.entries[place] = Some(node);
                state.identical += 1;
            }
            Done::LeftOut => {}
        }
        state.close_one()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of an entry.
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
        if folder.note(place, done) { self.folder_done(worker, folder) } else { Ok(()) }
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
            if !above.note(*place, done) {
                return Ok(());
            }
            folder = Arc::clone(above);
        }
    }

    /// Writes the tree of a folder.
    fn finish(&self, worker: &mut Worker<'_>, folder: &Folder) -> Result<Done> {
        let (entries, own, kept, unchanged, leads) = {
            let mut state = folder.state();
            let entries = std::mem::take(&mut state.entries);
            let kept = entries.iter().flatten().count();
            let unchanged = state.identical == kept && state.previous_entries == Some(kept);
            (entries, state.node.take(), kept, unchanged, state.leads)
        };
        // A way to sources none of which could be read would pass for a backup of them.
        if leads && kept == 0 {
            return if folder.above.is_some() { Ok(Done::LeftOut) } else { Err(nothing_to_read()) };
        }
        let tree = match folder.previous_tree().filter(|_| unchanged) {
            Some(tree) => tree,
            None => {
                let text = encode_tree(entries.iter().flatten());
                self.writer.put(&mut worker.codec, BlobKind::Tree, &text)?
            }
        };
        drop(entries);
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
