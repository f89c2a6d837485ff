//! Files and their comparisons, from the history to the wire and back.

use undercroft_foundation::escape_name;
use undercroft_history::{self as history, diff};

use super::wire::{FileEntry, Hunk, Line};
use crate::versions::wire::{Layer, LayerReason};

impl From<history::Entry> for FileEntry {
    fn from(entry: history::Entry) -> Self {
        Self {
            mode: mode_text(entry.kind, entry.mode),
            name: escape_name(&entry.name),
            kind: entry.kind.into(),
            size_bytes: entry.size_bytes,
            modified: entry.modified,
            layer: entry.layer.map(Layer::from),
            reason: entry.reason.map(LayerReason::from),
            target: entry.target.map(|target| escape_name(&target)),
        }
    }
}

impl From<diff::Hunk> for Hunk {
    fn from(hunk: diff::Hunk) -> Self {
        Self {
            old_start: hunk.old_start,
            old_lines: hunk.old_lines,
            new_start: hunk.new_start,
            new_lines: hunk.new_lines,
            lines: hunk.lines.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<diff::Line> for Line {
    fn from(line: diff::Line) -> Self {
        Self {
            tag: line.tag.into(),
            text: line.text,
            old: line.old,
            new: line.new,
            spans: line.spans.into_iter().map(|(begin, end)| [begin, end]).collect(),
        }
    }
}

/// Kind and permissions as `ls -l` shows them.
pub(crate) fn mode_text(kind: history::EntryKind, mode: u32) -> String {
    let kind = match kind {
        history::EntryKind::Folder => 'd',
        history::EntryKind::File => '-',
        history::EntryKind::Symlink => 'l',
        history::EntryKind::Other => '?',
    };
    let mut text = String::from(kind);
    for (shift, special, marks) in [(6, 0o4000, "sS"), (3, 0o2000, "sS"), (0, 0o1000, "tT")] {
        let bits = mode >> shift;
        text.push(if bits & 4 == 0 { '-' } else { 'r' });
        text.push(if bits & 2 == 0 { '-' } else { 'w' });
        text.push(match (mode & special == 0, bits & 1 == 0) {
            (true, true) => '-',
            (true, false) => 'x',
            (false, runs) => char::from(marks.as_bytes()[usize::from(runs)]),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_shown_as_ls_shows_them() {
        assert_eq!(mode_text(history::EntryKind::File, 0o644), "-rw-r--r--");
        assert_eq!(mode_text(history::EntryKind::Folder, 0o1777), "drwxrwxrwt");
        assert_eq!(mode_text(history::EntryKind::File, 0o6611), "-rwS--s--x");
        assert_eq!(mode_text(history::EntryKind::Symlink, 0o777), "lrwxrwxrwx");
    }
}
