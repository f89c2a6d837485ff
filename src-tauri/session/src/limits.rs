//! The limits of session work, and the order in which it goes.

use std::time::Duration;

use jiff::Timestamp;
use undercroft_foundation::{Code, Error, Result, TextValue, text};

use super::items::{Item, Items};
use super::record::SessionKey;

/// A path may have this many bytes, and one content this many.
const PATH_BYTES: usize = 4096;
const CONTENT_BYTES: usize = 32 * 1024 * 1024;

/// The amount of session work that there may be, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRules {
    /// Work that was not written for so long goes.
    pub kept_for: Duration,
    /// Of a project and kind there are so many; then the oldest goes.
    pub items: usize,
    /// Of a project and kind there are so many bytes; then the oldest goes.
    pub size_bytes: u64,
    /// All is never larger; then writing is refused.
    pub total_bytes: u64,
}

impl Default for SessionRules {
    /// A month; a thousand pieces and 32 MiB a project and kind; 256 MiB in all.
    fn default() -> Self {
        Self {
            kept_for: Duration::from_secs(30 * 24 * 60 * 60),
            items: 1000,
            size_bytes: 32 * 1024 * 1024,
            total_bytes: 256 * 1024 * 1024,
        }
    }
}

impl SessionRules {
    /// Refuses what no journal should hold.
    pub(super) fn refuse_large(&self, key: &SessionKey, size_bytes: u64) -> Result<()> {
        let what = || Error::new(Code::Invalid, text!("Cannot keep {path}", path = key.path));
        if key.path.is_root() || key.path.as_bytes().len() > PATH_BYTES {
            return Err(what().why("It needs a name of at most 4,096 bytes"));
        }
        let most = self.size_bytes.min(CONTENT_BYTES as u64);
        if size_bytes > most {
            let why = text!("A draft may have {size} at most", size = TextValue::Size(most));
            return Err(what().why(why).next("Save it as a file of the workspace"));
        }
        Ok(())
    }

    /// The items of the same project and kind that have to go for this to fit.
    pub(super) fn make_room(
        &self,
        items: &Items,
        key: &SessionKey,
        size_bytes: u64,
    ) -> Result<Vec<SessionKey>> {
        let replaced = items.get(key).map(|item| item.content.len() as u64);
        let mut sum = items.sum(key.project, key.kind);
        sum.items += usize::from(replaced.is_none());
        sum.size_bytes = sum.size_bytes - replaced.unwrap_or(0) + size_bytes;
        let mut total = items.total_bytes() - replaced.unwrap_or(0) + size_bytes;
        let mut gone = Vec::new();
        if sum.items > self.items || sum.size_bytes > self.size_bytes {
            let same = |other: &SessionKey, _: &Item| {
                other.project == key.project && other.kind == key.kind && other != key
            };
            for (other, bytes) in items.by_age(same) {
                if sum.items <= self.items && sum.size_bytes <= self.size_bytes {
                    break;
                }
                sum.items -= 1;
                sum.size_bytes -= bytes;
                total -= bytes;
                gone.push(other);
            }
        }
        if total > self.total_bytes {
            let why = text!(
                "All drafts together may have {size}",
                size = TextValue::Size(self.total_bytes)
            );
            return Err(Error::new(
                Code::StorageFull,
                text!("Cannot keep {path}", path = key.path),
            )
            .why(why)
            .next("Delete scratch files or drafts that are not needed"));
        }
        Ok(gone)
    }

    /// From when on work may be cleared away.
    pub(super) fn end_of(&self, modified: Timestamp) -> Timestamp {
        modified.saturating_add(self.kept_for).unwrap_or(Timestamp::MAX)
    }
}
