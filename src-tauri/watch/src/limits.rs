//! Why a part of a workspace is not watched, in words.

use undercroft_foundation::{Text, escape_path, text};

use super::Health;
use std::path::Path;

/// The limits that keep the watcher from seeing everything.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    /// The user may have no more queues of notices.
    pub(super) no_queue: bool,
    /// The user may watch no more folders.
    pub(super) no_room: bool,
    /// Changes came faster than the system could tell of them.
    pub(super) too_fast: bool,
    /// The folder is on another machine.
    pub(super) remote: bool,
    /// And nothing compares it with what was there.
    pub(super) unpolled: bool,
    /// A folder that could not be watched, and why, in words.
    pub(super) odd: Option<(String, Text)>,
}

impl Limits {
    /// Notes a folder that could not be watched.
    pub(super) fn note(&mut self, folder: &Path, why: Text) {
        self.odd.get_or_insert_with(|| (escape_path(folder), why));
    }

    /// Whether some change may go unnoticed for as long as nothing changes about that.
    pub(super) fn any(&self) -> bool {
        self.no_queue || self.no_room || self.unpolled || self.odd.is_some()
    }

    /// The health of a workspace with so many watched folders.
    pub(super) fn health(&self, folders: u64) -> Health {
        let limited = |why: Text, next: Text| Health::Limited { why, next };
        if self.no_queue {
            return limited(
                text!("The system lets no more programs watch folders"),
                text!(
                    "Raise the limit with `sudo sysctl fs.inotify.max_user_instances=1024`. Until \
                 then everything is looked through every few minutes"
                ),
            );
        }
        if self.no_room {
            return limited(
                text!(
                    "The system lets no more folders be watched than the {folders} that are",
                    folders
                ),
                text!(
                    "Raise the limit with `sudo sysctl fs.inotify.max_user_watches=1048576`. Until \
                 then everything is looked through every few minutes"
                ),
            );
        }
        if self.too_fast {
            return limited(
                text!("More changed at once than the system can tell"),
                text!(
                    "Nothing needs doing: everything is looked through. If it happens often, raise \
                 the limit with `sudo sysctl fs.inotify.max_queued_events=131072`"
                ),
            );
        }
        if self.remote {
            return limited(
                text!(
                    "The folder is on a drive that does not tell what other machines change in it"
                ),
                text!("Nothing needs doing: it is compared with what was there every minute, too"),
            );
        }
        match &self.odd {
            Some((folder, why)) => limited(
                text!("{folder} cannot be watched: {why}", folder, why),
                text!("Nothing needs doing: everything is looked through every few minutes, too"),
            ),
            None => Health::Watching { folders },
        }
    }
}
