//! Single changes of a text file taken back: the lines as they were, in the place of those that
//! came instead. All other bytes of the file stay as they are.

use std::ops::Range;

use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Job, Result, TreePath, WorkspaceId, text};
use undercroft_watch::Touched;

use super::saving::{UnsavedPolicy, WriteOutcome};
use crate::browse::preview::{Encoding, decode, decode_wide};
use crate::diff;
use crate::guard::check_file;
use crate::rules::own_configuration;
use crate::save::{HistoryWriter, SaveOrder, Scope};

/// The largest text of which single changes are taken back.
const TEXT_BYTES: u64 = 64 << 20;

/// A change of a text file that is to be taken back.
#[derive(Debug, Clone, Copy)]
pub struct LinesBack<'a> {
    /// The file on disk.
    pub path: &'a TreePath,
    /// The content that it had before.
    pub before: &'a [u8],
    /// The change, counted from 1 as they come in the file.
    pub change: u64,
    /// The [`content_digest`] of the file when it was looked at, if it was.
    pub seen: Option<&'a str>,
}

/// The SHA-256 of a content in hexadecimal digits.
pub fn content_digest(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

impl HistoryWriter {
    /// Takes one change of a text file back, and makes a version. What was there becomes one before,
    /// to which undoing goes back.
    ///
    /// # Errors
    /// [`Code::Invalid`] when the file is another than was looked at, has no such change or is no
    /// text; [`Code::NotKept`] when no version would hold it and `unsaved` is to ask.
    pub fn restore_lines(
        &self,
        workspace: WorkspaceId,
        lines: LinesBack<'_>,
        order: SaveOrder,
        unsaved: UnsavedPolicy,
        job: &Job,
    ) -> Result<WriteOutcome> {
        let LinesBack { path, before, change, seen } = lines;
        let known = self.history.confirmed_workspace(workspace)?;
        check_file(own_configuration(&known.root).as_ref(), path)?;
        let look = || self.history.reader().read_disk(workspace, path, Some(TEXT_BYTES));
        let now = look()?;
        if seen.is_some_and(|seen| content_digest(&now) != seen) {
            return Err(has_changed(path));
        }
        let content = taken_back(path, before, &now, change)?;
        let mut touched = Touched::default();
        touched.add(path);
        let saved = self.ensure_saved(workspace, Scope::Touched(touched), job)?;
        // What changes from here on is met by the guard: this tree does not hold it.
        let held = self.history.held_tree(&known)?;
        if look()? != now {
            return Err(has_changed(path));
        }
        let change = self.begin_change(&known, saved, vec![path.clone()], false)?;
        let written = self.put_held(&known, &held, (path, &content), order, unsaved, job)?;
        change.end(true)?;
        Ok(written)
    }
}

fn has_changed(path: &TreePath) -> Error {
    Error::new(Code::Invalid, text!("{path} has changed since it was looked at", path))
        .why("The change might be another one now")
        .next("Look at the differences again, then restore")
}

/// The text `now` with the lines of one change as they were `before`.
fn taken_back(path: &TreePath, before: &[u8], now: &[u8], change: u64) -> Result<Vec<u8>> {
    let whole = |error: Error| error.next("Restore the whole file instead");
    if [before, now].iter().any(|side| decode(side, false).is_none()) {
        let error = Error::new(Code::Invalid, text!("{path} is not text on both sides", path));
        return Err(whole(error.why("Only the lines of texts can be restored one by one")));
    }
    let (old, new) = (Lines::of(before), Lines::of(now));
    if old.encoding != new.encoding {
        let error = Error::new(Code::Invalid, text!("{path} is in another encoding now", path));
        return Err(whole(error.why("Lines of one encoding have no place in a text of another")));
    }
    let found = diff::change(&old.text, &new.text, change);
    let Some((then, there)) = found.filter(|(then, there)| old.has(then) && new.has(there)) else {
        return Err(Error::new(
            Code::Invalid,
            text!("{path} has no change {change}", path, change),
        )
        .next("List its changes with `undercroft file diff`"));
    };
    let mut content = new.mark.to_vec();
    for piece in [&new.lines[..there.start], &old.lines[then], &new.lines[there.end..]].concat() {
        content.extend_from_slice(piece);
    }
    Ok(content)
}

/// A text as it is compared, and the bytes of each of its lines as they are stored.
struct Lines<'a> {
    text: Vec<u8>,
    /// The encoding, where it has more than one byte a character.
    encoding: Option<Encoding>,
    /// The mark of such an encoding, which belongs to no line.
    mark: &'a [u8],
    lines: Vec<&'a [u8]>,
}

impl<'a> Lines<'a> {
    fn of(content: &'a [u8]) -> Self {
        let Some((text, encoding)) = decode_wide(content) else {
            let lines = content.split_inclusive(|byte| *byte == b'\n').collect();
            return Self { text: content.to_vec(), encoding: None, mark: &[], lines };
        };
        let (mark, body) = content.split_at(2);
        let line_break = if encoding == Encoding::Utf16Le { *b"\n\0" } else { *b"\0\n" };
        let units = body.as_chunks::<2>().0;
        let mut lines: Vec<_> = units
            .split_inclusive(|unit| *unit == line_break)
            .scan(0, |at, line| {
                let start = *at;
                *at += 2 * line.len();
                Some(start..*at)
            })
            .collect();
        // Half a character behind the last line goes with it.
        if let Some(last) = lines.last_mut() {
            last.end = last.end.max(if last.end + 1 == body.len() { body.len() } else { 0 });
        }
        let lines = lines.into_iter().map(|range| &body[range]).collect();
        Self { text: text.into_bytes(), encoding: Some(encoding), mark, lines }
    }

    fn has(&self, lines: &Range<usize>) -> bool {
        lines.end <= self.lines.len()
    }
}
