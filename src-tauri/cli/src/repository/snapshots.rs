//! Snapshots for programs.

use serde_json::{Value, json};
use undercroft_repository::Snapshot;

/// A snapshot as restic prints it.
pub(crate) fn to_json(snapshot: &Snapshot) -> Value {
    let mut value = json!({
        "time": snapshot.time_text(),
        "tree": snapshot.tree.to_string(),
        "paths": snapshot.paths,
        "hostname": snapshot.hostname,
        "username": snapshot.username,
        "uid": snapshot.uid,
        "gid": snapshot.gid,
        "program_version": snapshot.program_version,
        "id": snapshot.id.to_string(),
        "short_id": snapshot.id.short(),
    });
    if !snapshot.tags.is_empty() {
        value["tags"] = json!(snapshot.tags);
    }
    if !snapshot.excludes.is_empty() {
        value["excludes"] = json!(snapshot.excludes);
    }
    if let Some(parent) = snapshot.parent {
        value["parent"] = json!(parent.to_string());
    }
    if let Some(original) = snapshot.original {
        value["original"] = json!(original.to_string());
    }
    if let Some(summary) = &snapshot.summary {
        value["summary"] = json!(summary);
    }
    value
}
