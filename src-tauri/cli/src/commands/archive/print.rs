//! Archives, as they are printed.

use undercroft_api::wire::{
    Archive, ArchiveDetail, ArchiveHit, ArchiveListing, ArchivePartKind, ArchivePlan,
    ArchiveRestorePlan, ArchiveState, EntryKind,
};

use crate::output::format::{count, grouped, local_time, size};
use crate::output::{Align, Output, Table};

pub(super) fn print_list(archives: &[Archive], out: &Output) {
    let mut table = Table::new(&[
        ("PROJECT", Align::Left),
        ("ARCHIVED", Align::Left),
        ("FILES", Align::Right),
        ("SIZE", Align::Right),
        ("ARCHIVE", Align::Right),
        ("VERSIONS", Align::Right),
        ("STATE", Align::Left),
        ("ON", Align::Left),
        ("ID", Align::Left),
    ]);
    for archive in archives {
        table.row([
            archive.project_name.clone(),
            local_time(archive.created),
            grouped(archive.entries),
            size(archive.source_bytes),
            size(archive.archive_bytes),
            grouped(archive.versions),
            state(archive.state).to_owned(),
            archive.location.as_ref().map_or("this disk", |it| &it.destination_name).to_owned(),
            archive.id.clone(),
        ]);
    }
    table.print(out, "No archives yet: undercroft archive make PROJECT");
}

fn state(state: ArchiveState) -> &'static str {
    match state {
        ArchiveState::Kept => "kept",
        ArchiveState::Copy => "copy",
        ArchiveState::Trashed => "in the trash",
        ArchiveState::Damaged => "damaged",
        ArchiveState::Missing => "missing",
    }
}

pub(super) fn print_detail(detail: &ArchiveDetail, out: &Output) {
    let archive = &detail.archive;
    out.line(&archive.project_name);
    let fact = |label: &str, value: String| out.line(format!("  {label:<11} {value}"));
    fact("Id", archive.id.clone());
    fact("State", state(archive.state).to_owned());
    match &archive.location {
        Some(location) => {
            fact("Lies on", location.destination_name.clone());
            fact("Snapshot", location.snapshot.clone());
        }
        None => fact("File", archive.path.clone()),
    }
    fact("Was at", archive.original_path.clone());
    fact("Archived", local_time(archive.created));
    if let Some(checked) = archive.checked {
        fact("Checked", local_time(checked));
    }
    let content = count(archive.entries, "entry");
    let sizes = format!("{} in {}", size(archive.source_bytes), size(archive.archive_bytes));
    fact("Content", format!("{content}, {sizes}"));
    for part in &detail.parts {
        let of = format!("{}, {}", count(part.entries, "entry"), size(part.size_bytes));
        fact(part_name(part.kind), of);
    }
    if let Some(away) = &detail.away {
        out.line(format!("  {}: {}", away.what, away.why));
        out.note(&away.next);
    }
    for path in &detail.damaged {
        out.line(format!("  damaged: {path}"));
    }
}

fn part_name(kind: ArchivePartKind) -> &'static str {
    match kind {
        ArchivePartKind::Project => "  project",
        ArchivePartKind::History => "  versions",
        ArchivePartKind::Objects => "  objects",
        ArchivePartKind::Drafts => "  drafts",
        ArchivePartKind::Metadata => "  metadata",
    }
}

pub(super) fn print_listing(listing: &ArchiveListing, out: &Output) {
    let mut table = Table::new(&[
        ("MODE", Align::Left),
        ("SIZE", Align::Right),
        ("MODIFIED", Align::Left),
        ("NAME", Align::Left),
    ]);
    for entry in &listing.entries {
        let mut name = entry.name.clone();
        match (&entry.target, entry.kind) {
            (Some(target), _) => name.push_str(&format!(" -> {target}")),
            (None, EntryKind::Folder) => name.push('/'),
            _ => {}
        }
        if entry.damaged {
            name.push_str("  (damaged)");
        }
        let (mode, modified) = (entry.mode.clone(), local_time(entry.modified));
        table.row([mode, size(entry.size_bytes), modified, name]);
    }
    table.print(out, "The folder is empty");
}

pub(super) fn print_hits(hits: &[ArchiveHit], out: &Output) {
    let mut table = Table::new(&[
        ("PROJECT", Align::Left),
        ("SIZE", Align::Right),
        ("MODIFIED", Align::Left),
        ("PATH", Align::Left),
        ("ARCHIVE", Align::Left),
    ]);
    for hit in hits {
        table.row([
            hit.project_name.clone(),
            size(hit.size_bytes),
            local_time(hit.modified),
            hit.path.join("/"),
            hit.archive.clone(),
        ]);
    }
    table.print(out, "No archive holds such a name");
}

pub(super) fn print_plan(plan: &ArchivePlan, out: &Output) {
    let mut table = Table::new(&[
        ("PROJECT", Align::Left),
        ("FILES", Align::Right),
        ("SIZE", Align::Right),
        ("VERSIONS", Align::Right),
        ("ARCHIVE, ABOUT", Align::Right),
        ("", Align::Left),
    ]);
    for item in &plan.items {
        table.row([
            item.project.name.clone(),
            grouped(item.files),
            size(item.source_bytes),
            size(item.history_bytes),
            size(item.estimated_bytes),
            item.refusal.as_ref().map(ToString::to_string).unwrap_or_default(),
        ]);
    }
    table.print(out, "No project is idle");
    if plan.freed_bytes > 0 {
        out.line(format!("{} to free, before the archives are counted", size(plan.freed_bytes)));
    }
}

pub(super) fn print_restore_plan(plan: &ArchiveRestorePlan, out: &Output) {
    for path in &plan.taken {
        out.line(format!("taken  {path}"));
    }
    let files = count(plan.files, "file");
    let taken = grouped(plan.taken_total);
    out.line(format!("{files} ({}) to {}; {taken} taken", size(plan.size_bytes), plan.target));
}
