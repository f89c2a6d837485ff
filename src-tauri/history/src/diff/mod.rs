//! The difference of two texts: by line, and by word inside the lines that changed.
//!
//! Lines are compared by their bytes, so that an ending (`\r\n` or `\n`), a missing last newline
//! and bytes that are no UTF-8 count. What is shown of a line is text: its ending is told apart,
//! and a byte that is no UTF-8 is shown as `\xNN`. However large the files are, no more is
//! returned than a page can show; the counts are of the whole.

mod changes;
mod grouped;
mod shown;
mod words;

use std::hash::{Hash, Hasher};
use std::ops::Range;

use imara_diff::InternedInput;

pub use shown::whole;

/// The most bytes of a side that are compared.
const SIDE_BYTES: usize = 64 << 20;

/// The options of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Unchanged lines that are shown around a change.
    pub context: u32,
    /// Whether lines that differ only in blanks count as the same.
    pub ignore_whitespace: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { context: 3, ignore_whitespace: false }
    }
}

/// The difference of two texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextDiff {
    /// The changes with the lines around them, in order.
    pub hunks: Vec<Hunk>,
    /// Lines that only the new text has, also those that are not shown.
    pub added_lines: u64,
    /// Lines that only the old text has, also those that are not shown.
    pub removed_lines: u64,
    /// Whether there is more than is shown: hunks, the rest of a long line, or text that was not
    /// compared because there is too much of it.
    pub truncated: bool,
}

/// Changes that lie close together, with the lines around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The number of its first line in the old text, from 1; when it has none of its lines, of
    /// the line before, from 0. So `diff -u` counts, too.
    pub old_start: u64,
    /// The number of lines of the old text that it has.
    pub old_lines: u64,
    /// As `old_start`, in the new text.
    pub new_start: u64,
    /// The number of lines of the new text that it has.
    pub new_lines: u64,
    /// Its lines; where text was replaced, the removed ones before the added ones.
    pub lines: Vec<Line>,
}

/// A line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The texts that have it.
    pub tag: Tag,
    /// Its text without its ending.
    pub text: String,
    /// The ending of the line.
    pub ending: Ending,
    /// Its number in the old text, from 1.
    pub old: Option<u64>,
    /// Its number in the new text, from 1.
    pub new: Option<u64>,
    /// The spans of the words that the other text has not, from start to end. Counted in UTF-16
    /// units, as strings are in a page. None when the whole line is another.
    pub spans: Vec<(u32, u32)>,
}

/// The texts that have a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Both.
    Same,
    /// Only the old one.
    Removed,
    /// Only the new one.
    Added,
}

/// The ending of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With `\n`.
    Lf,
    /// With `\r\n`.
    CrLf,
    /// Not at all: it is the last, and nothing follows it.
    Missing,
}

/// Compares two texts.
pub fn text(old: &[u8], new: &[u8], options: Options) -> TextDiff {
    let (old, cut_old) = head(old);
    let (new, cut_new) = head(new);
    let (old, new) = (lines(old), lines(new));
    let changes = changes::changes(&interned(&old, &new, options.ignore_whitespace));
    let mut result = grouped::hunks(&old, &new, &changes, options.context);
    result.truncated |= cut_old || cut_new;
    result
}

/// The lines, counted from 0, of one change and of what it replaced; changes are counted from 1, as
/// [`text`] shows them: between any two is a line that both texts have.
pub fn change(old: &[u8], new: &[u8], change: u64) -> Option<(Range<usize>, Range<usize>)> {
    let (old, new) = (lines(head(old).0), lines(head(new).0));
    let at = usize::try_from(change.checked_sub(1)?).ok()?;
    let found = changes::changes(&interned(&old, &new, false)).into_iter().nth(at)?;
    Some((found.before, found.after))
}

/// The number of lines that only the new text has, and that only the old one has.
pub fn counts(old: &[u8], new: &[u8]) -> (u64, u64) {
    let (old, new) = (lines(head(old).0), lines(head(new).0));
    let changes = changes::changes(&interned(&old, &new, false));
    let total = |side: fn(&changes::Change) -> usize| changes.iter().map(side).sum::<usize>();
    (total(|change| change.after.len()) as u64, total(|change| change.before.len()) as u64)
}

fn lines(side: &[u8]) -> Vec<&[u8]> {
    imara_diff::sources::byte_lines(side).collect()
}

fn interned<'a>(
    old: &[&'a [u8]],
    new: &[&'a [u8]],
    ignore_whitespace: bool,
) -> InternedInput<Token<'a>> {
    let mut input = InternedInput::default();
    input.update_before(old.iter().map(|bytes| Token { bytes, ignore_whitespace }));
    input.update_after(new.iter().map(|bytes| Token { bytes, ignore_whitespace }));
    input
}

fn head(side: &[u8]) -> (&[u8], bool) {
    (&side[..side.len().min(SIDE_BYTES)], side.len() > SIDE_BYTES)
}

/// A line as it is compared.
#[derive(Default)]
struct Token<'a> {
    bytes: &'a [u8],
    ignore_whitespace: bool,
}

impl Token<'_> {
    fn solid(&self) -> impl Iterator<Item = &u8> {
        self.bytes.iter().filter(|byte| !byte.is_ascii_whitespace())
    }
}

impl PartialEq for Token<'_> {
    fn eq(&self, other: &Self) -> bool {
        if self.ignore_whitespace {
            return self.solid().eq(other.solid());
        }
        self.bytes == other.bytes
    }
}

impl Eq for Token<'_> {}

impl Hash for Token<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.ignore_whitespace {
            self.solid().for_each(|byte| state.write_u8(*byte));
        } else {
            state.write(self.bytes);
        }
    }
}

/// For the indentation, by which a change that could be at several places is put.
impl AsRef<[u8]> for Token<'_> {
    fn as_ref(&self) -> &[u8] {
        self.bytes
    }
}
