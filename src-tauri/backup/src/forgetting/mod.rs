//! Letting backups go: what that would do, the trash from which they can be had back, and freeing
//! what nobody needs any more.

mod cleanup;
mod forget;
mod policy;
mod trash;

use jiff::{SignedDuration, Timestamp};
use undercroft_repository::Deletion;

use crate::seen::SeenSnapshot;

pub use cleanup::Cleanup;
pub use trash::Trashed;

/// How long a forgotten backup can be had back.
pub const TRASH_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What letting backups go would do.
#[derive(Debug, Clone)]
pub struct Forgetting {
    /// Those that stay, newest first, and why, in restic's words.
    pub keep: Vec<(SeenSnapshot, Vec<String>)>,
    /// Those that go, newest first.
    pub drop: Vec<SeenSnapshot>,
    /// What that frees, and what is lost with it.
    pub deletion: Deletion,
    /// Until when they can be had back.
    pub trash_until: Timestamp,
}
