//! The output of `forget`: for programs as restic does, for people in tables.

use serde_json::{Value, json};
use undercroft_repository::prune::PruneReport;
use undercroft_repository::retention::{GroupKey, Reason, RetentionGroup};
use undercroft_repository::{Forget as Way, Snapshot, SnapshotId};

use crate::output::format::{count, local_time, size};
use crate::output::{Align, Output, Table};
use crate::repository::to_json as snapshot_to_json;

/// As restic prints it: a list that is empty is `null`.
pub(super) fn to_json(groups: &[RetentionGroup]) -> Value {
    let list = |list: Vec<Value>| if list.is_empty() { Value::Null } else { Value::Array(list) };
    let names = |list: &Option<Vec<String>>| {
        list.as_ref().filter(|list| !list.is_empty()).map_or(Value::Null, |list| json!(list))
    };
    let group = |group: &RetentionGroup| {
        let reasons = group.keep.iter().map(|(snapshot, reasons)| {
            let matches: Vec<_> = reasons.iter().map(Reason::to_string).collect();
            json!({"snapshot": snapshot_to_json(snapshot), "matches": matches})
        });
        json!({
            "tags": names(&group.key.tags),
            "host": group.key.host.clone().unwrap_or_default(),
            "paths": names(&group.key.paths),
            "keep": list(group.keep.iter().map(|(it, _)| snapshot_to_json(it)).collect()),
            "remove": list(group.drop.iter().map(snapshot_to_json).collect()),
            "reasons": list(reasons.collect()),
        })
    };
    groups.iter().map(group).collect()
}

pub(super) fn groups(out: &Output, groups: &[RetentionGroup]) {
    for group in groups {
        out.line(format!("Snapshots{}", describe(&group.key)));
        let mut table = Table::new(&[
            ("", Align::Left),
            ("ID", Align::Left),
            ("TIME", Align::Left),
            ("HOST", Align::Left),
            ("TAGS", Align::Left),
            ("WHY", Align::Left),
            ("PATHS", Align::Left),
        ]);
        for (snapshot, reasons) in &group.keep {
            let reasons: Vec<_> = reasons.iter().map(Reason::to_string).collect();
            table.row(row("keep", snapshot, reasons.join(", ")));
        }
        for snapshot in &group.drop {
            table.row(row("forget", snapshot, String::new()));
        }
        table.print(out, "No snapshots");
        out.line("");
    }
}

fn row(what: &str, snapshot: &Snapshot, why: String) -> [String; 7] {
    [
        what.to_owned(),
        snapshot.id.short(),
        local_time(snapshot.time),
        snapshot.hostname.clone(),
        snapshot.tags.join(","),
        why,
        snapshot.paths.join(", "),
    ]
}

fn describe(key: &GroupKey) -> String {
    let host = key.host.iter().map(|host| format!(" made on {host}"));
    let paths = key.paths.iter().map(|paths| format!(" of {}", paths.join(", ")));
    let tags = key.tags.iter().map(|tags| match tags.is_empty() {
        true => " without tags".to_owned(),
        false => format!(" with the tags {}", tags.join(", ")),
    });
    host.chain(paths).chain(tags).collect()
}

/// For programs: restic prints nothing here.
pub(super) fn named(out: &Output, ids: &[SnapshotId], dry_run: bool) {
    if out.is_json() {
        let ids: Vec<_> = ids.iter().map(SnapshotId::to_string).collect();
        out.record(&json!({"message_type": "summary", "dry_run": dry_run, "forgotten": ids}));
    }
}

pub(super) fn would_forget(out: &Output, snapshots: usize, frees: Option<u64>) {
    if out.is_json() {
        return;
    }
    out.line(format!("Would forget {}", count(snapshots as u64, "snapshot")));
    if let Some(bytes) = frees {
        out.line(format!("Only they need {}", size(bytes)));
    }
}

pub(super) fn forgot(out: &Output, snapshots: usize, way: Way) {
    if out.is_json() {
        return;
    }
    out.line(format!("Forgot {}", count(snapshots as u64, "snapshot")));
    if snapshots > 0 && way == Way::IntoTrash {
        out.note("They are in the trash: `undercroft repo trash restore` gives them back");
    }
}

pub(super) fn pruned(out: &Output, report: &PruneReport, way: Way) {
    if out.is_json() {
        return;
    }
    out.line(format!("Freed {}", size(report.plan.frees_bytes)));
    if way == Way::IntoTrash {
        out.note("What snapshots in the trash need stays until the trash is emptied");
    }
}
