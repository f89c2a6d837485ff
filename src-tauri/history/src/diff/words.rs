//! The words that differ inside lines that were replaced by others.

use imara_diff::{Algorithm, Diff, InternedInput};

use super::Line;

/// Replaced text that is longer is not compared by word.
const BYTES: usize = 8 * 1024;

/// A part of a line: a word, blanks, or a sign.
struct Word<'a> {
    text: &'a str,
    /// The index of its line.
    line: usize,
    /// The place in its line, in UTF-16 units.
    start: u32,
    end: u32,
}

/// Marks what differs between lines and those that replaced them. Where most of a line differs,
/// marks would only be in the way, and there are none. Takes no more than `most` bytes into
/// account, and returns how many it did.
pub(super) fn mark_words(removed: &mut [Line], added: &mut [Line], most: usize) -> usize {
    let length = |lines: &[Line]| lines.iter().map(|line| line.text.len()).sum::<usize>();
    let bytes = length(removed) + length(added);
    if removed.is_empty() || added.is_empty() || bytes > BYTES.min(most) {
        return 0;
    }
    let (old, new) = (words(removed), words(added));
    let mut input = InternedInput::default();
    input.update_before(old.iter().map(|word| word.text));
    input.update_after(new.iter().map(|word| word.text));
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_no_heuristic(&input);
    let old = spans(&old, removed.len(), |at| diff.is_removed(at));
    let new = spans(&new, added.len(), |at| diff.is_added(at));
    let marks = removed.iter_mut().chain(added).zip(old.into_iter().chain(new));
    marks.for_each(|(line, spans)| line.spans = spans);
    bytes
}

fn words(lines: &[Line]) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    for (line, Line { text, .. }) in lines.iter().enumerate() {
        let (mut rest, mut start) = (text.as_str(), 0);
        while let Some(first) = rest.chars().next() {
            let kind = Kind::of(first);
            let further = |c: &char| kind != Kind::Sign && Kind::of(*c) == kind;
            let behind: usize = rest.chars().skip(1).take_while(further).map(char::len_utf8).sum();
            let (text, after) = rest.split_at(first.len_utf8() + behind);
            let end = start + text.chars().map(|c| c.len_utf16() as u32).sum::<u32>();
            words.push(Word { text, line, start, end });
            (rest, start) = (after, end);
        }
    }
    words
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Blank,
    /// Each stands for itself.
    Sign,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            '_' => Self::Letter,
            c if c.is_alphanumeric() => Self::Letter,
            c if c.is_whitespace() => Self::Blank,
            _ => Self::Sign,
        }
    }
}

/// The spans of each line. Those with nothing but blanks between them are one.
fn spans(words: &[Word<'_>], lines: usize, differs: impl Fn(u32) -> bool) -> Vec<Vec<(u32, u32)>> {
    let mut spans: Vec<Vec<(u32, u32)>> = vec![Vec::new(); lines];
    // How much of each line is there, and how much of it is the same, blanks aside.
    let mut solid = vec![(0, 0); lines];
    let mut blanks_since = None;
    for (at, word) in words.iter().enumerate() {
        let is_blank = word.text.starts_with(char::is_whitespace);
        let line = &mut spans[word.line];
        let differs = differs(at as u32);
        if !is_blank {
            solid[word.line].0 += word.end - word.start;
            solid[word.line].1 += if differs { 0 } else { word.end - word.start };
        }
        match line.last_mut() {
            Some(last) if differs && last.1 == blanks_since.unwrap_or(word.start) => {
                last.1 = word.end;
            }
            _ if differs => line.push((word.start, word.end)),
            _ => {}
        }
        // Blanks at the end of a span may turn out to be inside it.
        blanks_since = match (is_blank && !differs, blanks_since) {
            (true, Some(since)) => Some(since),
            (true, None) => Some(word.start),
            (false, _) => None,
        };
    }
    let is_other = |(all, same): (u32, u32)| all > 0 && same * 3 < all;
    for (line, solid) in spans.iter_mut().zip(solid) {
        if is_other(solid) {
            line.clear();
        }
    }
    spans
}
