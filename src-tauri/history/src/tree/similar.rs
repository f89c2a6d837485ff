//! Renames of files that were edited on the way, recognised by the lines that they share (as git's
//! `diffcore-rename` does, over half of the larger file).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use undercroft_foundation::Result;

use super::renames::FoundChange;
use crate::store::{HistoryStore, ObjectKind};
use crate::version::{ChangeKind, GitId, Layer};

/// Beyond this many on either side, only files that moved unchanged are recognised.
const MOST: usize = 64;

/// Smaller files are like too many others.
const SMALLEST: usize = 64;

/// Finds for each added text the removed one that it is most like.
pub(super) fn rename_similar(
    store: &HistoryStore,
    removed: &mut [Option<FoundChange>],
    others: &mut [FoundChange],
) -> Result<()> {
    let gone: Vec<usize> = (0..removed.len()).filter(|at| removed[*at].is_some()).collect();
    let added: Vec<usize> = (0..others.len())
        .filter(|at| {
            let change = &others[*at].change;
            change.kind == ChangeKind::Added && change.layer == Some(Layer::Git)
        })
        .collect();
    if gone.is_empty() || added.is_empty() || gone.len() > MOST || added.len() > MOST {
        return Ok(());
    }
    let lines = |blob: GitId| Ok(Lines::of(&store.read(ObjectKind::Blob, blob)?));
    let old: Vec<Lines> = gone
        .iter()
        .map(|at| removed[*at].as_ref().map_or_else(|| Ok(Lines::default()), |it| lines(it.blob)))
        .collect::<Result<_>>()?;
    let mut pairs = Vec::new();
    for at in added {
        let new = lines(others[at].blob)?;
        for (old, from) in old.iter().zip(&gone) {
            let score = new.likeness(old);
            if score >= 0.5 {
                pairs.push((score, at, *from));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, at, from) in pairs {
        if others[at].change.kind == ChangeKind::Added && removed[from].is_some() {
            let gone = removed[from].take();
            others[at].rename_from(gone);
        }
    }
    Ok(())
}

/// The bytes that each different line of a text makes up.
#[derive(Default)]
struct Lines {
    bytes: HashMap<u64, usize>,
    total: usize,
}

impl Lines {
    fn of(text: &[u8]) -> Self {
        let mut lines = Self { total: text.len(), ..Self::default() };
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let mut hasher = DefaultHasher::new();
            line.hash(&mut hasher);
            *lines.bytes.entry(hasher.finish()).or_default() += line.len();
        }
        lines
    }

    /// From 0 to 1: which part of the larger one is in both.
    fn likeness(&self, other: &Self) -> f64 {
        let larger = self.total.max(other.total);
        if self.total.min(other.total) < SMALLEST {
            return 0.0;
        }
        let shared: usize = self
            .bytes
            .iter()
            .filter_map(|(line, bytes)| other.bytes.get(line).map(|others| bytes.min(others)))
            .sum();
        shared as f64 / larger as f64
    }
}
