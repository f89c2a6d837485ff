//! Versions, their files, and what is said of them: from the room's types to the wire's.

use undercroft_foundation::{Code, Error, Result, escape_name, unescape_name};
use undercroft_history::{self as history, TreePath};

use super::same_names;
use crate::wire::{
    Change, ChangeKind, EntryKind, FileEntry, Hunk, Layer, LayerReason, LeftOut, Line, LineTag,
    Trigger, Version,
};

/// The number of an id's last digits that tell it from others: versions that are made one after
/// another begin alike.
const SHORT_ID: usize = 8;

same_names! {
    history::Trigger => Trigger { Manual, Automatic, BeforeRestore, Import };
    Trigger => history::Trigger { Manual, Automatic, BeforeRestore, Import };
    history::Layer => Layer { Git, Objects, Memory };
    Layer => history::Layer { Git, Objects, Memory };
    history::LayerReason => LayerReason { Wish, Rule, Session, Large, Binary, Pointer, Text };
    history::ChangeKind => ChangeKind { Added, Modified, Removed, Renamed, Metadata };
    history::EntryKind => EntryKind { Folder, File, Symlink, Other };
    history::diff::Tag => LineTag { Same, Removed, Added };
}

/// The names of a path, as a face shows and sends them.
pub(crate) fn names(path: &TreePath) -> Vec<String> {
    path.names().map(escape_name).collect()
}

/// The path of these names.
///
/// # Errors
/// [`Code::Invalid`] for a name that no listing shows.
pub(crate) fn tree_path(names: &[String]) -> Result<TreePath> {
    let name = |text: &String| {
        unescape_name(text).ok_or_else(|| {
            Error::new(Code::Invalid, format!("{text:?} is not the name of a file"))
                .next("Use the names of a listing as they are")
        })
    };
    TreePath::from_names(names.iter().map(name).collect::<Result<Vec<_>>>()?)
}

pub(crate) fn version(version: history::Version) -> Version {
    let id = version.id.to_string();
    Version {
        short_id: short(&id),
        id,
        project: version.project.to_string(),
        workspace: version.workspace.to_string(),
        seq: version.seq,
        time: version.time,
        author: version.author,
        message: version.message,
        trigger: version.trigger.into(),
        name: version.name,
        note: version.note,
        pinned: version.pinned,
        parent: version.parent.map(|id| id.to_string()),
        commit: version.commit.to_string(),
        files: version.files,
        size_bytes: version.size_bytes,
        stored_bytes: version.stored_bytes,
        added: version.added,
        modified: version.modified,
        removed: version.removed,
        renamed: version.renamed,
    }
}

fn short(id: &str) -> String {
    id.get(id.len().saturating_sub(SHORT_ID)..).unwrap_or(id).to_owned()
}

pub(crate) fn change(change: &history::Change) -> Change {
    Change {
        path: names(&change.path),
        from: change.from.as_ref().map(names),
        kind: change.kind.into(),
        size_bytes: change.size_bytes,
        layer: change.layer.map(Layer::from),
    }
}

pub(crate) fn entry(entry: history::Entry) -> FileEntry {
    FileEntry {
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

pub(crate) fn left_out(item: &history::rules::LeftOut) -> LeftOut {
    LeftOut {
        path: names(&item.path),
        why: item.why.to_string(),
        files: item.files,
        size_bytes: item.size_bytes,
    }
}

pub(crate) fn hunk(hunk: history::diff::Hunk) -> Hunk {
    Hunk {
        old_start: hunk.old_start,
        old_lines: hunk.old_lines,
        new_start: hunk.new_start,
        new_lines: hunk.new_lines,
        lines: hunk.lines.into_iter().map(line).collect(),
    }
}

fn line(line: history::diff::Line) -> Line {
    Line {
        tag: line.tag.into(),
        text: line.text,
        old: line.old,
        new: line.new,
        spans: line.spans.into_iter().map(|(begin, end)| [begin, end]).collect(),
    }
}

/// Kind and permissions as `ls -l` shows them.
fn mode_text(kind: history::EntryKind, mode: u32) -> String {
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

    #[test]
    fn a_path_never_leads_out() {
        for bad in [&[".."][..], &["a/b"], &[""], &["a", "."], &["\\q"]] {
            let names: Vec<_> = bad.iter().map(|name| (*name).to_owned()).collect();
            assert!(tree_path(&names).is_err(), "{bad:?}");
        }
        let path = tree_path(&["a".to_owned(), "b\\n".to_owned()]).unwrap();
        assert_eq!(path.as_bytes(), b"a/b\n");
        assert_eq!(names(&path), ["a", "b\\n"]);
    }
}
