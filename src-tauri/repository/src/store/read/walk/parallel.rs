//! Walking trees on several threads.

use std::sync::atomic::{AtomicBool, Ordering};

use undercroft_foundation::{Job, Result};

use crate::store::index::Index;
use crate::store::read::BlobReader;
use crate::store::repository::Repository;
use crate::store::threads::in_parallel_with;

/// Trees that are looked at together: many enough to keep all cores busy, few enough that what is
/// known of them takes no room.
const BATCH: usize = 256;

/// A walk on which several threads look at trees.
pub(crate) trait ParallelTreeWalk: Sync {
    /// A tree that is to be looked at, and what is known of its place.
    type Tree: Sync;

    /// The findings of a look at a tree.
    type Look: Send;

    /// Whether a tree whose turn has come is to be looked at.
    fn enter(&mut self, _tree: &Self::Tree) -> bool {
        true
    }

    /// Looks at a tree, on any thread.
    fn look(&self, reader: &mut BlobReader<'_>, tree: &Self::Tree) -> Result<Self::Look>;

    /// Takes in what was found of a tree, in the order of the walk; returns the trees in it that
    /// are to be looked at.
    fn take_in(&mut self, tree: &Self::Tree, look: Self::Look) -> Result<Vec<Self::Tree>>;
}

/// Walks trees on so many threads, the last of them first, by an index that lists them; the first
/// error ends it.
pub(crate) fn walk_trees_in_parallel<W: ParallelTreeWalk>(
    walk: &mut W,
    mut todo: Vec<W::Tree>,
    (repository, index): (&Repository, &Index),
    threads: usize,
    job: &Job,
) -> Result<()> {
    let readers = (0..threads.max(1)).map(|_| repository.reader_by(index));
    let mut readers = readers.collect::<Result<Vec<_>>>()?;
    loop {
        let mut batch = Vec::new();
        while let Some(tree) = todo.pop_if(|_| batch.len() < BATCH) {
            if walk.enter(&tree) {
                batch.push(tree);
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        let looks = look_at_all(&*walk, &mut readers, &batch, job)?;
        for (tree, look) in batch.iter().zip(looks) {
            todo.extend(walk.take_in(tree, look)?);
        }
    }
}

/// The looks at all trees of a batch. After an error the threads begin with no other tree.
fn look_at_all<W: ParallelTreeWalk>(
    walk: &W,
    readers: &mut [BlobReader<'_>],
    batch: &[W::Tree],
    job: &Job,
) -> Result<Vec<W::Look>> {
    let has_failed = AtomicBool::new(false);
    let looks = in_parallel_with(readers, batch, |reader, tree| {
        if has_failed.load(Ordering::Relaxed) {
            return None;
        }
        let look = job.check_cancelled().and_then(|()| walk.look(reader, tree));
        has_failed.fetch_or(look.is_err(), Ordering::Relaxed);
        Some(look)
    });
    looks.into_iter().flatten().collect()
}
