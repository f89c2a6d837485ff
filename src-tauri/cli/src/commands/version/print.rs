//! The output of `undercroft version` for people.

use undercroft_api::wire::{
    Comparison, Day, LineCounts, RestorePlan, ThinPlan, Trigger, Version, VersionDetail,
    VersionLines, VersionSizes,
};

use crate::output::format::{count, grouped, local_time, size};
use crate::output::{Align, Output, Table, print_changes};

pub(super) fn print_list(versions: &[Version], out: &Output) {
    let mut table = Table::new(&[
        ("VERSION", Align::Left),
        ("TIME", Align::Left),
        ("BY", Align::Left),
        ("CHANGES", Align::Left),
        ("STORED", Align::Right),
        ("NAME", Align::Left),
        ("MESSAGE", Align::Left),
    ]);
    for version in versions {
        let pin = if version.pinned { "*" } else { "" };
        table.row([
            format!("{}{pin}", version.short_id),
            local_time(version.time),
            trigger(version.trigger).to_owned(),
            counts(version),
            size(version.stored_bytes),
            version.name.clone().unwrap_or_default(),
            first_line(&version.message),
        ]);
    }
    table.print(out, "No versions yet: undercroft history start PROJECT");
}

pub(super) fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

pub(super) fn trigger(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Manual => "hand",
        Trigger::Automatic => "itself",
        Trigger::BeforeRestore => "restore",
        Trigger::Import => "import",
    }
}

/// `+2 ~1 -3 >1`: added, changed, removed, renamed.
pub(super) fn counts(version: &Version) -> String {
    let counts = [
        ('+', version.added),
        ('~', version.modified),
        ('-', version.removed),
        ('>', version.renamed),
    ];
    let told = counts.iter().filter(|(_, count)| *count > 0);
    told.map(|(mark, count)| format!("{mark}{count}")).collect::<Vec<_>>().join(" ")
}

pub(super) fn print_days(days: &[Day], out: &Output) {
    let mut table =
        Table::new(&[("DAY", Align::Left), ("VERSIONS", Align::Right), ("CHANGES", Align::Right)]);
    for day in days {
        table.row([day.date.clone(), grouped(day.versions), grouped(day.changes)]);
    }
    table.print(out, "No versions yet: undercroft history start PROJECT");
}

pub(super) fn print_one(version: &Version, out: &Output) {
    out.line(version.name.as_ref().unwrap_or(&version.short_id));
    let fact = |label: &str, value: &str| {
        if !value.is_empty() {
            out.line(format!("  {label:<8} {value}"));
        }
    };
    fact("Id", &version.id);
    fact("Made", &format!("{} by {}", local_time(version.time), trigger(version.trigger)));
    fact("Author", &version.author);
    fact("Message", &version.message);
    fact("Note", version.note.as_deref().unwrap_or_default());
    fact("Pinned", if version.pinned { "yes" } else { "" });
    let content = format!("{}, {}", count(version.files, "file"), size(version.size_bytes));
    fact("Content", &content);
    fact("Changes", &counts(version));
    fact("Stored", &size(version.stored_bytes));
    fact("Commit", &version.commit);
}

pub(super) fn print_detail(detail: &VersionDetail, out: &Output) {
    print_one(&detail.version, out);
    print_changes(&detail.changes, detail.changes_total, out);
}

pub(super) fn print_comparison(comparison: &Comparison, out: &Output) {
    if comparison.changes.is_empty() {
        return out.note("They are the same");
    }
    print_changes(&comparison.changes, comparison.changes_total, out);
}

pub(super) fn print_lines(counted: &[VersionLines], out: &Output) {
    let mut table = Table::new(&[
        ("VERSION", Align::Left),
        ("ADDED", Align::Right),
        ("REMOVED", Align::Right),
        ("NOT COUNTED", Align::Left),
    ]);
    for VersionLines { version, lines, uncounted } in counted {
        let side = |side: fn(&LineCounts) -> u64| lines.as_ref().map(side).map(grouped);
        let left = match uncounted {
            0 => String::new(),
            left => count(*left, "file"),
        };
        table.row([
            version.clone(),
            side(|lines| lines.added).unwrap_or_default(),
            side(|lines| lines.removed).unwrap_or_default(),
            left,
        ]);
    }
    table.print(out, "Nothing was counted");
}

pub(super) fn print_sizes(sizes: &VersionSizes, out: &Output) {
    out.line(format!("{} that no other version holds", size(sizes.unique_bytes)));
    out.line(format!("{} would be free again without it", size(sizes.reclaimable_bytes)));
    for file in &sizes.largest {
        out.line(format!("  {:>10}  {}", size(file.size_bytes), file.path.join("/")));
    }
}

pub(super) fn print_plan(plan: &RestorePlan, out: &Output) {
    let RestorePlan { restore, overwrite, identical, remove, bytes, first } = plan;
    out.line(format!("{} ({}) to write", count(*restore, "file"), size(*bytes)));
    out.line(format!("  of them over others: {overwrite}"));
    out.line(format!("{} to remove", count(*remove, "file")));
    out.line(format!("{} the same already", count(*identical, "file")));
    print_changes(first, first.len() as u64, out);
}

pub(super) fn print_thin(plan: &ThinPlan, out: &Output) {
    let mut table =
        Table::new(&[("VERSION", Align::Left), ("TIME", Align::Left), ("WHY", Align::Left)]);
    for drop in &plan.drop {
        let version = &drop.version;
        table.row([version.short_id.clone(), local_time(version.time), drop.why.clone()]);
    }
    table.print(out, "No version would go");
    out.line(format!(
        "{} stay, {} go and free {}; {} only they hold",
        count(plan.keep, "version"),
        plan.drop.len(),
        size(plan.frees_bytes),
        count(plan.lost_files, "file version"),
    ));
}
