//! The lines that differ between two texts.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput, Token};

/// The most lines that differ and are compared by histogram, whose differences people read most
/// easily: it can take time by the square of their number.
const AT_ONCE: usize = 20_000;

/// As `AT_ONCE`, between two anchors of longer texts. What is longer counts as replaced.
const BETWEEN_ANCHORS: usize = 1_000;

/// Lines of the old text that became others of the new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) before: Range<usize>,
    pub(super) after: Range<usize>,
}

/// The changes in order; there is at least one unchanged line between any two.
pub(super) fn changes<T: AsRef<[u8]>>(input: &InternedInput<T>) -> Vec<Change> {
    let middle = middle(&input.before, &input.after);
    if middle.before.len() + middle.after.len() <= AT_ONCE {
        let mut diff = Diff::compute(Algorithm::Histogram, input);
        diff.postprocess_lines(input);
        return diff.hunks().map(|hunk| change(&hunk, 0, 0)).collect();
    }
    let mut changes = Vec::new();
    let mut at = (middle.before.start, middle.after.start);
    let end = (middle.before.end, middle.after.end);
    for anchor in anchors(input, &middle).into_iter().chain([end]) {
        changes.extend(between(input, at.0..anchor.0, at.1..anchor.1));
        at = (anchor.0 + 1, anchor.1 + 1);
    }
    changes
}

fn change(hunk: &imara_diff::Hunk, before: usize, after: usize) -> Change {
    let moved = |range: &Range<u32>, by| range.start as usize + by..range.end as usize + by;
    Change { before: moved(&hunk.before, before), after: moved(&hunk.after, after) }
}

/// The part between the lines that both begin with and those that both end with.
fn middle(old: &[Token], new: &[Token]) -> Change {
    let same = |pair: &(&Token, &Token)| pair.0 == pair.1;
    let first = old.iter().zip(new).take_while(same).count();
    let last = old[first..].iter().rev().zip(new[first..].iter().rev()).take_while(same).count();
    Change { before: first..old.len() - last, after: first..new.len() - last }
}

/// The longest row of lines that each text has once, and in the same order.
fn anchors<T>(input: &InternedInput<T>, middle: &Change) -> Vec<(usize, usize)> {
    // Where each line is in the old text; nothing when it is there twice.
    let mut places = vec![(0u32, 0usize); input.interner.num_tokens() as usize];
    for at in middle.before.clone() {
        let place = &mut places[input.before[at].0 as usize];
        *place = (place.0 + 1, at);
    }
    let mut counts = vec![0u32; places.len()];
    middle.after.clone().for_each(|at| counts[input.after[at].0 as usize] += 1);
    let pairs = middle.after.clone().filter_map(|at| {
        let token = input.after[at].0 as usize;
        let (count, place) = places[token];
        (count == 1 && counts[token] == 1).then_some((place, at))
    });
    longest_ascending(&pairs.collect::<Vec<_>>())
}

/// The longest part whose first members ascend, too.
fn longest_ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // Of the parts of each length, the one that ends lowest; and what comes before each pair.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![None; pairs.len()];
    for (at, (place, _)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].0 < *place);
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut found = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        found.push(pairs[at]);
        next = before[at];
    }
    found.reverse();
    found
}

fn between<T>(input: &InternedInput<T>, before: Range<usize>, after: Range<usize>) -> Vec<Change> {
    if before.is_empty() && after.is_empty() {
        return Vec::new();
    }
    let is_small = before.len() + after.len() <= BETWEEN_ANCHORS;
    if before.is_empty() || after.is_empty() || !is_small {
        return vec![Change { before, after }];
    }
    let mut diff = Diff::default();
    let (old, new) = (&input.before[before.clone()], &input.after[after.clone()]);
    diff.compute_with(Algorithm::Histogram, old, new, input.interner.num_tokens());
    diff.hunks().map(|hunk| change(&hunk, before.start, after.start)).collect()
}
