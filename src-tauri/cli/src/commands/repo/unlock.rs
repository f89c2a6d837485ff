//! `undercroft repo unlock`: remove locks that nobody holds any more.

use clap::Args;
use serde_json::json;
use undercroft_foundation::Result;
use undercroft_repository::Repository;

use crate::exit_status::ExitStatus;
use crate::output::format::count;
use crate::session::Session;

/// Remove locks that nobody holds any more
#[derive(Debug, Args)]
pub(crate) struct Unlock {
    /// Remove all locks, even those whose owners may be at work
    #[arg(long)]
    remove_all: bool,
}

impl Unlock {
    pub(super) fn run(self, session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let removed = repository.unlock(self.remove_all)?;
        let out = &session.out;
        if out.is_json() {
            out.record(&json!({"message_type": "summary", "locks_removed": removed}));
        } else {
            out.line(format!("Removed {}", count(removed as u64, "lock")));
        }
        Ok(ExitStatus::Done)
    }
}
