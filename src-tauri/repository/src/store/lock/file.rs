//! The content of a lock file, and what that means to others.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, text};

use super::process::{Process, is_no_process};
use crate::store::identity::Identity;

/// A lock that was not refreshed for this long has no owner any more, as restic has it.
const STALE_AFTER: SignedDuration = SignedDuration::from_mins(30);

/// A lock file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) struct LockFile {
    time: String,
    pub(super) exclusive: bool,
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    pid: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    uid: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    gid: u32,
    /// Ours alone: restic takes no notice of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undercroft_process: Option<Process>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl LockFile {
    pub(super) fn new(identity: &Identity, exclusive: bool, now: Timestamp) -> Self {
        Self {
            time: now.to_string(),
            exclusive,
            hostname: identity.hostname.clone(),
            username: identity.username.clone(),
            pid: identity.pid,
            uid: identity.uid,
            gid: identity.gid,
            undercroft_process: Process::current(),
        }
    }

    /// Whether it was not refreshed for so long that its owner must know it lost.
    pub(in crate::store) fn is_old(&self, now: Timestamp) -> bool {
        self.time.parse::<Timestamp>().map_or(true, |time| now.duration_since(time) > STALE_AFTER)
    }

    /// Whether its owner is proven to be gone.
    pub(in crate::store) fn is_orphaned(&self) -> bool {
        let (owner, own) = (&self.undercroft_process, Process::current());
        owner.as_ref().zip(own).is_some_and(|(owner, own)| owner.is_gone(self.pid, &own))
    }

    /// Whether its owner is gone by restic's rule, for which a machine's name is proof enough.
    pub(in crate::store) fn is_stale(&self, identity: &Identity, now: Timestamp) -> bool {
        self.is_old(now) || (self.hostname == identity.hostname && is_no_process(self.pid))
    }

    pub(super) fn refusal(&self, location: &str) -> Error {
        Error::new(Code::Locked, text!("The repository at {location} is locked", location))
            .why(self.describe())
            .next("Wait until it is done; if that program is gone, run `undercroft repo unlock`")
    }

    pub(super) fn describe(&self) -> String {
        let mode = if self.exclusive { "exclusively" } else { "for reading or adding" };
        format!(
            "{}@{} (process {}) holds it {mode} since {}",
            self.username, self.hostname, self.pid, self.time
        )
    }
}
