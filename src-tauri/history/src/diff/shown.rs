//! The part of a line that is shown.

use std::fmt::Write as _;

use super::Ending;

/// The most bytes of a line that are shown.
const LINE_BYTES: usize = 4000;

/// The text of a line, how it ends, and whether there is more of it.
pub(super) fn shown(line: &[u8]) -> (String, Ending, bool) {
    let (line, ending) = match line {
        [line @ .., b'\r', b'\n'] => (line, Ending::CrLf),
        [line @ .., b'\n'] => (line, Ending::Lf),
        line => (line, Ending::Missing),
    };
    let is_cut = line.len() > LINE_BYTES;
    let text = if is_cut { text_of(&line[..boundary(line)]) } else { text_of(line) };
    (text, ending, is_cut)
}

/// A whole text in the form of the lines of a [`TextDiff`](super::TextDiff), each of them with `\n`;
/// nothing where a line is too long to be shown whole.
pub fn whole(text: &[u8]) -> Option<String> {
    let mut whole = String::with_capacity(text.len() + 1);
    for line in imara_diff::sources::byte_lines(text) {
        let (line, _, is_cut) = shown(line);
        if is_cut {
            return None;
        }
        whole.push_str(&line);
        whole.push('\n');
    }
    Some(whole)
}

/// The place to cut so that no character is split.
fn boundary(line: &[u8]) -> usize {
    let is_middle = |at: &usize| line[*at] & 0b1100_0000 == 0b1000_0000;
    (LINE_BYTES - 3..=LINE_BYTES).rev().find(|at| !is_middle(at)).unwrap_or(LINE_BYTES)
}

/// Bytes that are no UTF-8 show which they are, so that no two lines look alike that are not.
fn text_of(line: &[u8]) -> String {
    let mut text = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}
