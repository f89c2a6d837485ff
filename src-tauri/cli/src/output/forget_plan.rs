//! The backups that a policy or a user lets go, before they go.

use undercroft_api::wire::ForgetPlan;

use super::format::{count, grouped, local_time, size};
use super::streams::Output;

/// Prints what would stay and why, and what letting go would do.
pub(crate) fn print_forget_plan(plan: &ForgetPlan, out: &Output) {
    for kept in &plan.keep {
        let snapshot = &kept.snapshot;
        let reasons = kept.reasons.join(", ");
        out.line(format!("keep  {}  {}  {reasons}", snapshot.short_id, local_time(snapshot.time)));
    }
    for snapshot in &plan.drop {
        let paths = snapshot.paths.join(", ");
        out.line(format!("drop  {}  {}  {paths}", snapshot.short_id, local_time(snapshot.time)));
    }
    for file in &plan.lost {
        out.line(format!("lost  {} ({})", file.path, size(file.size_bytes)));
    }
    if plan.lost_files > plan.lost.len() as u64 {
        out.note(format!("{} more", grouped(plan.lost_files - plan.lost.len() as u64)));
    }
    out.line(format!(
        "{} would go, freeing {}; {} found nowhere else. They can be had back until {}",
        count(plan.drop.len() as u64, "backup"),
        size(plan.frees_bytes),
        count(plan.lost_files, "file"),
        local_time(plan.trash_until)
    ));
}
