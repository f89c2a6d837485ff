//! The output of `undercroft file` for people.

use undercroft_api::wire::{
    self, ArchiveCopy, BackupCopy, DeletedFiles, DiffKind, EntryKind, FileBytes, FileCopies,
    FileDiff, FileEntry, FileHit, FileListing, FileVersion, Hunk, Layer, Line, LineTag, Preview,
    Saved,
};

use crate::output::format::{local_time, size};
use crate::output::{Align, Output, Table};

pub(super) fn print_listing(listing: &FileListing, out: &Output) {
    let mut table = Table::new(&[
        ("MODE", Align::Left),
        ("SIZE", Align::Right),
        ("MODIFIED", Align::Left),
        ("IN", Align::Left),
        ("NAME", Align::Left),
    ]);
    for entry in &listing.entries {
        let weight = match entry.kind {
            EntryKind::File => size(entry.size_bytes),
            _ => String::new(),
        };
        let layer = entry.layer.map_or("", layer_name).to_owned();
        table.row([
            entry.mode.clone(),
            weight,
            local_time(entry.modified),
            layer,
            shown_name(entry),
        ]);
    }
    table.print(out, "The folder is empty");
}

pub(super) fn print_deleted(deleted: &DeletedFiles, out: &Output) {
    let mut table = Table::new(&[
        ("REMOVED", Align::Left),
        ("SIZE", Align::Right),
        ("LAST IN", Align::Left),
        ("NAME", Align::Left),
    ]);
    for file in &deleted.entries {
        let name = shown_name(&file.entry);
        let moved = file.renamed_to.as_ref().map(|path| format!(", now {}", path.join("/")));
        table.row([
            file.removed.map(local_time).unwrap_or_default(),
            size(file.entry.size_bytes),
            file.version.short_id.clone(),
            format!("{name}{}", moved.unwrap_or_default()),
        ]);
    }
    table.print(out, "Nothing was deleted here");
    if deleted.more {
        out.note("… there is more: `undercroft search NAME` finds it");
    }
}

pub(super) fn shown_name(entry: &FileEntry) -> String {
    match (&entry.target, entry.kind) {
        (Some(target), _) => format!("{} -> {target}", entry.name),
        (None, EntryKind::Folder) => format!("{}/", entry.name),
        (None, _) => entry.name.clone(),
    }
}

pub(super) fn layer_name(layer: Layer) -> &'static str {
    match layer {
        Layer::Git => "git",
        Layer::Objects => "objects",
        Layer::Memory => "memory",
    }
}

pub(super) fn print_bytes(bytes: &FileBytes, out: &Output) {
    bytes.hex.lines().for_each(|line| out.text_line(line));
    if let Some(next) = bytes.next {
        out.note(format!("… there is more from byte {next} on"));
    }
}

pub(super) fn print_history(versions: &[FileVersion], out: &Output) {
    let mut table = Table::new(&[
        ("VERSION", Align::Left),
        ("TIME", Align::Left),
        ("CHANGE", Align::Left),
        ("SIZE", Align::Right),
        ("PATH", Align::Left),
        ("MESSAGE", Align::Left),
    ]);
    for file in versions {
        table.row([
            file.version.short_id.clone(),
            local_time(file.version.time),
            change_name(file.kind).to_owned(),
            file.size_bytes.map(size).unwrap_or_default(),
            file.path.join("/"),
            file.version.message.lines().next().unwrap_or_default().to_owned(),
        ]);
    }
    table.print(out, "No version changed it");
}

pub(super) fn change_name(kind: wire::ChangeKind) -> &'static str {
    match kind {
        wire::ChangeKind::Added => "added",
        wire::ChangeKind::Modified => "modified",
        wire::ChangeKind::Removed => "removed",
        wire::ChangeKind::Renamed => "renamed",
        wire::ChangeKind::Metadata => "metadata",
    }
}

pub(super) fn print_diff(diff: &FileDiff, out: &Output) {
    let sizes = || {
        let side = |preview: &Option<Preview>| {
            preview.as_ref().map_or_else(|| "nothing".to_owned(), |it| size(it.size_bytes))
        };
        format!("{} -> {}", side(&diff.old), side(&diff.new))
    };
    match diff.kind {
        DiffKind::Same => out.note("They are the same"),
        DiffKind::Image => out.line(format!("The images differ: {}", sizes())),
        DiffKind::Pdf => out.line(format!("The PDFs differ: {}", sizes())),
        DiffKind::Binary => out.line(format!("The bytes differ: {}", sizes())),
        DiffKind::TooLarge => out.line(format!("Too large to compare by line: {}", sizes())),
        DiffKind::Text => {
            let mut change = 0;
            for hunk in &diff.hunks {
                let first = change + 1;
                change += changes_in(hunk);
                let which = match change - first {
                    0 => format!("change {first}"),
                    _ => format!("changes {first} to {change}"),
                };
                out.line(format!(
                    "@@ -{},{} +{},{} @@ {which}",
                    hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines
                ));
                hunk.lines.iter().for_each(|line| print_line(line, out));
            }
        }
    }
    if diff.truncated {
        out.note("… there is more than is shown");
    }
}

/// The number of runs of lines that differ.
fn changes_in(hunk: &Hunk) -> usize {
    let differ = hunk.lines.iter().map(|line| line.tag != LineTag::Same);
    let before = std::iter::once(false).chain(differ.clone());
    differ.zip(before).filter(|(differs, before)| *differs && !before).count()
}

pub(super) fn print_line(line: &Line, out: &Output) {
    let mark = match line.tag {
        LineTag::Same => ' ',
        LineTag::Removed => '-',
        LineTag::Added => '+',
    };
    out.text_line(&format!("{mark}{}", line.text));
}

pub(super) fn print_hits(hits: &[FileHit], out: &Output) {
    if hits.is_empty() {
        return out.note("Nothing was found");
    }
    for hit in hits {
        let path = hit.path.join("/");
        out.line(match (hit.line, &hit.preview) {
            (Some(line), Some(preview)) => format!("{path}:{line}: {}", preview.trim()),
            _ => path,
        });
    }
}

pub(super) fn print_saved(saved: &Saved, out: &Output) {
    for warning in &saved.warnings {
        out.warning(&warning.item, &warning.message);
    }
    match &saved.version {
        Some(version) => out.line(format!("Version {}: {}", version.short_id, version.message)),
        None if saved.changed => {
            out.line("Done; no version was made, since the project's rules leave this out");
        }
        None => out.line("Nothing has changed; no version was made"),
    }
    if saved.trashed {
        out.line("What no version holds went to the trash; `undercroft undo` brings it back");
    }
}

pub(super) fn print_copies(found: &FileCopies, out: &Output) {
    let mut table = Table::new(&[
        ("KEPT SINCE", Align::Left),
        ("CHANGED", Align::Left),
        ("SIZE", Align::Right),
        ("VERSION", Align::Left),
        ("BACKUPS", Align::Left),
        ("ARCHIVES", Align::Left),
    ]);
    for copy in &found.copies {
        let backup = |it: &BackupCopy| {
            let short: String = it.snapshot.chars().take(8).collect();
            format!("{short} in {}", it.destination_name)
        };
        let backups: Vec<_> = copy.backups.iter().map(backup).collect();
        let archive = |it: &ArchiveCopy| {
            let damaged = if it.damaged { ", damaged" } else { "" };
            format!("{} of {}{damaged}", it.archive, local_time(it.time))
        };
        let archives: Vec<_> = copy.archives.iter().map(archive).collect();
        table.row([
            local_time(copy.time),
            copy.modified.map(local_time).unwrap_or_default(),
            size(copy.size_bytes),
            copy.version.clone().unwrap_or_default(),
            backups.join(", "),
            archives.join(", "),
        ]);
    }
    table.print(out, "Neither the history nor a backup or archive that is there holds this file");
    for archive in &found.unread {
        let item = format!("Archive {} of {}", archive.archive, local_time(archive.time));
        out.warning(&item, &archive.reason);
    }
}
