//! Deltas between trees, in git's form (`gitformat-pack`, "Deltified representation").
//!
//! Both trees are sorted alike, so that one walk over both finds what they share.

use std::ops::Range;

use super::object::lines_of;

/// The most that one instruction copies.
const COPY_MOST: usize = 0xff_ffff;

/// The most that one instruction inserts.
const INSERT_MOST: usize = 0x7f;

/// The instructions that make `tree` of `base`; nothing when more than `most` bytes would be needed.
pub(super) fn between(base: &[u8], tree: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut delta = Vec::new();
    push_size(&mut delta, base.len());
    push_size(&mut delta, tree.len());
    let mut old = lines(base).peekable();
    // What is to be copied, and what is to be inserted after it.
    let (mut copied, mut inserted) = (0..0, 0..0);
    for (key, at) in lines(tree) {
        while old.next_if(|(known, _)| known < &key).is_some() {}
        let same = old.peek().filter(|(_, from)| base[from.clone()] == tree[at.clone()]);
        match same {
            Some((_, from)) if inserted.is_empty() && from.start == copied.end => {
                copied.end = from.end;
            }
            Some((_, from)) => {
                flush(&mut delta, &copied, &tree[inserted.clone()]);
                (copied, inserted) = (from.clone(), at.end..at.end);
            }
            None if inserted.is_empty() => inserted = at,
            None => inserted.end = at.end,
        }
        if delta.len() + inserted.len() > most {
            return None;
        }
    }
    flush(&mut delta, &copied, &tree[inserted]);
    (delta.len() <= most).then_some(delta)
}

/// The object that the instructions make of `base`; nothing when they make no sense.
pub(super) fn apply(base: &[u8], mut delta: &[u8]) -> Option<Vec<u8>> {
    let from = take_size(&mut delta)?;
    let size = take_size(&mut delta)?;
    if from != base.len() {
        return None;
    }
    let mut made = Vec::with_capacity(size.min(base.len() + (delta.len() << 8)));
    while let Some((&first, rest)) = delta.split_first() {
        delta = rest;
        if first & 0x80 == 0 {
            let (text, rest) = delta.split_at_checked(usize::from(first))?;
            made.extend_from_slice(text);
            delta = rest;
            continue;
        }
        let mut numbers = [0_usize; 7];
        for (bit, number) in numbers.iter_mut().enumerate() {
            if first & (1 << bit) != 0 {
                let (&byte, rest) = delta.split_first()?;
                (*number, delta) = (usize::from(byte), rest);
            }
        }
        let at = numbers[0] | numbers[1] << 8 | numbers[2] << 16 | numbers[3] << 24;
        let length = numbers[4] | numbers[5] << 8 | numbers[6] << 16;
        let length = if length == 0 { 0x1_0000 } else { length };
        made.extend_from_slice(base.get(at..at.checked_add(length)?)?);
    }
    (made.len() == size).then_some(made)
}

/// The lines of a tree, each with what it is sorted by and where it is.
fn lines(tree: &[u8]) -> impl Iterator<Item = (Sorted<'_>, Range<usize>)> {
    let mut at = 0;
    lines_of(tree).map(move |line| {
        let from = at;
        at += line.bytes.len();
        (Sorted((line.name, line.is_folder())), from..at)
    })
}

/// A name as git sorts it: a folder's as if it ended in a slash.
type Key<'t> = (&'t [u8], bool);

#[derive(PartialEq, Eq)]
struct Sorted<'t>(Key<'t>);

impl Ord for Sorted<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let ((a, a_folder), (b, b_folder)) = (self.0, other.0);
        let common = a.len().min(b.len());
        // Nearly always, the names alone tell.
        a[..common].cmp(&b[..common]).then_with(|| {
            let after = |name: &[u8], is_folder: bool| match name.get(common) {
                Some(byte) => Some(*byte),
                None => is_folder.then_some(b'/'),
            };
            after(a, a_folder).cmp(&after(b, b_folder)).then(a.len().cmp(&b.len()))
        })
    }
}

impl PartialOrd for Sorted<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn flush(delta: &mut Vec<u8>, copied: &Range<usize>, inserted: &[u8]) {
    let mut at = copied.start;
    while at < copied.end {
        let length = (copied.end - at).min(COPY_MOST);
        push_copy(delta, at, length);
        at += length;
    }
    for piece in inserted.chunks(INSERT_MOST) {
        delta.push(piece.len() as u8);
        delta.extend_from_slice(piece);
    }
}

fn push_copy(delta: &mut Vec<u8>, at: usize, length: usize) {
    let place = delta.len();
    delta.push(0x80);
    let bytes = (at as u32).to_le_bytes().into_iter().chain((length as u32).to_le_bytes());
    for (bit, byte) in bytes.take(7).enumerate() {
        if byte != 0 {
            delta[place] |= 1 << bit;
            delta.push(byte);
        }
    }
}

fn push_size(delta: &mut Vec<u8>, mut size: usize) {
    while size >= 0x80 {
        delta.push((size & 0x7f) as u8 | 0x80);
        size >>= 7;
    }
    delta.push(size as u8);
}

fn take_size(delta: &mut &[u8]) -> Option<usize> {
    let (mut size, mut shift) = (0_usize, 0);
    loop {
        let (&byte, rest) = delta.split_first()?;
        *delta = rest;
        size |= usize::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some(size);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::{TreeLine, TreeMode, encode_tree};
    use crate::version::GitId;

    fn tree(names: &[(u16, bool, u8)]) -> Vec<u8> {
        let line = |(name, is_folder, id): &(u16, bool, u8)| TreeLine {
            name: format!("n{name:x}").into_bytes(),
            mode: if *is_folder { TreeMode::Folder } else { TreeMode::File },
            id: GitId([*id; 20]),
        };
        let mut lines: Vec<TreeLine> = names.iter().map(line).collect();
        lines.sort_by(|a, b| a.name.cmp(&b.name));
        lines.dedup_by(|a, b| a.name == b.name);
        encode_tree(&mut lines)
    }

    proptest! {
        #[test]
        fn a_delta_makes_the_tree_again(
            names in proptest::collection::vec((0_u16..600, any::<bool>(), 0_u8..3), 0..200),
            edits in proptest::collection::vec((0_u16..600, any::<bool>(), 0_u8..3), 0..20),
            gone in 0_usize..9,
        ) {
            let (base, kept) = (tree(&names), &names[gone.min(names.len())..]);
            let tree = tree(&[&edits[..], kept].concat());
            let delta = between(&base, &tree, usize::MAX).unwrap();
            prop_assert_eq!(apply(&base, &delta), Some(tree));
        }

        #[test]
        fn no_bytes_make_it_panic(base in any::<Vec<u8>>(), delta in any::<Vec<u8>>()) {
            let _ = apply(&base, &delta);
            let _ = between(&base, &delta, 99);
        }
    }

    #[test]
    fn a_small_change_is_a_small_delta() {
        let names: Vec<_> = (0..60_000).map(|name| (name, false, 1)).collect();
        let mut changed = names.clone();
        changed[40_000].2 = 2;
        let (base, tree) = (tree(&names), tree(&changed));
        let delta = between(&base, &tree, 99).unwrap();
        assert!(delta.len() < 70, "{}", delta.len());
        assert_eq!(apply(&base, &delta), Some(tree));
    }
}
