//! The changes between two states of a workspace.

use undercroft_api::wire::{Change, ChangeKind};

use super::streams::Output;

/// Prints each change with a mark before it, and how many more there are of the `total`.
pub(crate) fn print_changes(changes: &[Change], total: u64, out: &Output) {
    for change in changes {
        let mark = match change.kind {
            ChangeKind::Added => '+',
            ChangeKind::Modified => '~',
            ChangeKind::Removed => '-',
            ChangeKind::Renamed => '>',
            ChangeKind::Metadata => '.',
        };
        let lines = change.lines.filter(|lines| lines.added + lines.removed > 0);
        let lines = lines.map_or_else(String::new, |it| format!("  +{} -{}", it.added, it.removed));
        let path = change.path.join("/") + &lines;
        out.line(match &change.from {
            Some(from) => format!("{mark} {} -> {path}", from.join("/")),
            None => format!("{mark} {path}"),
        });
    }
    let more = total.saturating_sub(changes.len() as u64);
    if more > 0 {
        out.note(format!("… and {more} more"));
    }
}
