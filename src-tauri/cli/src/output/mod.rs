//! The output of commands: results and errors, tables, sizes and times as people read them, and the
//! lists that several commands print.

mod backups;
mod changes;
mod forget_plan;
pub(crate) mod format;
mod hooks;
mod preview;
mod runs;
mod states;
mod streams;
mod table;

pub(crate) use backups::print_backups;
pub(crate) use changes::print_changes;
pub(crate) use forget_plan::print_forget_plan;
pub(crate) use hooks::hooks;
pub(crate) use preview::print_preview;
pub(crate) use runs::print_runs;
pub(crate) use states::{job_state_name, watch_name};
pub(crate) use streams::Output;
pub(crate) use table::{Align, Table};
