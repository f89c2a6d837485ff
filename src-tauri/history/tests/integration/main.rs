//! The integration tests of `history`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod browse_names;
mod browse_versions;
mod check;
mod corrupt;
#[path = "support/dice.rs"]
mod dice;
mod diff_preview;
mod diff_text;
mod fault_changing;
mod fault_disks;
mod fault_drives;
mod guard;
mod hostile;
mod lines;
mod maintenance;
mod promise;
mod restore_faults;
mod restore_versions;
mod rules_layers;
mod rules_leave_out;
mod rules_survey;
mod saving;
mod support;
mod thin;
mod thin_scene;
mod transfer;
mod transfer_crash;
mod undoing;
mod watch_storm;
mod watching;
mod workspaces;
