//! Puts changes that lie close together into hunks, with the lines around them.

use super::changes::Change;
use super::shown::shown;
use super::words::mark_words;
use super::{Hunk, Line, Tag, TextDiff};

/// The most lines that are returned, and the most bytes of text in them.
const LINES: usize = 20_000;
const BYTES: usize = 8 << 20;

/// The most bytes of text that are compared by word.
const WORDS: usize = 512 * 1024;

/// The hunks of these changes, as many as can be shown.
pub(super) fn hunks(old: &[&[u8]], new: &[&[u8]], changes: &[Change], context: u32) -> TextDiff {
    let total = |count: fn(&Change) -> usize| changes.iter().map(count).sum::<usize>() as u64;
    let mut result = TextDiff {
        added_lines: total(|change| change.after.len()),
        removed_lines: total(|change| change.before.len()),
        ..TextDiff::default()
    };
    let mut group = Group { old, new, context: context as usize, words: WORDS, ..Group::default() };
    for change in changes {
        let is_apart = group.is_begun && change.before.start > group.at_old + 2 * group.context;
        if is_apart {
            result.hunks.extend(group.finish());
        }
        group.add(change);
        if group.is_full() {
            break;
        }
    }
    result.hunks.extend(group.finish());
    result.truncated = group.is_cut || group.is_full();
    result
}

/// The hunk that is being put together.
#[derive(Default)]
struct Group<'a> {
    old: &'a [&'a [u8]],
    new: &'a [&'a [u8]],
    context: usize,
    /// The place of its first line in each text.
    start: (usize, usize),
    /// The lines behind its last.
    at_old: usize,
    at_new: usize,
    lines: Vec<Line>,
    is_begun: bool,
    /// The number of lines that all hunks have so far.
    count: usize,
    bytes: usize,
    /// The bytes that may still be compared by word.
    words: usize,
    is_cut: bool,
}

impl Group<'_> {
    fn is_full(&self) -> bool {
        self.count >= LINES || self.bytes >= BYTES
    }

    /// Adds a change, after the unchanged lines that lead to it.
    fn add(&mut self, change: &Change) {
        let Change { before, after } = change;
        if !self.is_begun {
            let context = self.context.min(before.start).min(after.start);
            (self.at_old, self.at_new) = (before.start - context, after.start - context);
            self.start = (self.at_old, self.at_new);
            self.is_begun = true;
        }
        self.same(before.start - self.at_old);
        let first = self.lines.len();
        before.clone().for_each(|_| self.push(Tag::Removed));
        let middle = self.lines.len();
        after.clone().for_each(|_| self.push(Tag::Added));
        let (removed, added) = self.lines[first..].split_at_mut(middle - first);
        self.words -= mark_words(removed, added, self.words);
    }

    fn same(&mut self, count: usize) {
        for _ in 0..count {
            self.push(Tag::Same);
        }
    }

    /// Adds the next line of the texts that have it.
    fn push(&mut self, tag: Tag) {
        if self.is_full() {
            return;
        }
        // Of lines that count as the same, the new one is shown.
        let line = if tag == Tag::Removed { self.old[self.at_old] } else { self.new[self.at_new] };
        let (text, ending, is_cut) = shown(line);
        self.is_cut |= is_cut;
        self.count += 1;
        self.bytes += text.len();
        let (mut old, mut new) = (None, None);
        if tag != Tag::Added {
            self.at_old += 1;
            old = Some(self.at_old as u64);
        }
        if tag != Tag::Removed {
            self.at_new += 1;
            new = Some(self.at_new as u64);
        }
        self.lines.push(Line { tag, text, ending, old, new, spans: Vec::new() });
    }

    /// The hunk, with the unchanged lines behind its last change.
    fn finish(&mut self) -> Option<Hunk> {
        if !std::mem::take(&mut self.is_begun) {
            return None;
        }
        let left = (self.old.len() - self.at_old).min(self.new.len() - self.at_new);
        self.same(self.context.min(left));
        let lines = std::mem::take(&mut self.lines);
        let (old_lines, new_lines) = (self.at_old - self.start.0, self.at_new - self.start.1);
        // A side without lines is said to be after the line before.
        let number = |start: usize, lines: usize| start as u64 + u64::from(lines > 0);
        Some(Hunk {
            old_start: number(self.start.0, old_lines),
            old_lines: old_lines as u64,
            new_start: number(self.start.1, new_lines),
            new_lines: new_lines as u64,
            lines,
        })
    }
}
