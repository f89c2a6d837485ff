//! Session work as it stands, by what the journal said.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;

use jiff::Timestamp;
use undercroft_foundation::ProjectId;

use super::change::{CHANGES_IN_A_ROW, Change};
use super::journal::JournalEvent;
use super::record::{Record, SessionKey, SessionKind, written_bytes};

/// One piece of session work.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) content: Arc<[u8]>,
    pub(super) modified: Timestamp,
    /// Its place in the order of writing, whatever the clock said.
    seq: u64,
    /// So many changes led here from content that was written whole.
    changes: u8,
}

/// A number of pieces and their size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) items: usize,
    pub(super) size_bytes: u64,
}

impl AddAssign<u64> for Sum {
    fn add_assign(&mut self, size_bytes: u64) {
        self.items += 1;
        self.size_bytes += size_bytes;
    }
}

#[derive(Debug, Default)]
pub(super) struct Items {
    all: BTreeMap<SessionKey, Item>,
    sums: BTreeMap<(ProjectId, SessionKind), Sum>,
    next_seq: u64,
    /// The bytes that the journal needs for all this.
    journal_bytes: u64,
    /// When old work was last cleared.
    pub(super) expired: Option<Timestamp>,
}

impl Items {
    /// Follows the journal; says whether that was possible.
    pub(super) fn apply_event(&mut self, event: JournalEvent) -> bool {
        match event {
            JournalEvent::Everything => *self = Self::default(),
            JournalEvent::Record(record) => return self.apply(record),
        }
        true
    }

    /// Does what a record says, if it is possible.
    pub(super) fn apply(&mut self, record: Record) -> bool {
        match record {
            Record::Written { key, modified, content } => self.put(key, modified, content, 0),
            Record::Changed { key, modified, change } => {
                let old = self.all.get(&key);
                let new = old.and_then(|old| Some((change.apply(&old.content)?, old.changes)));
                let Some((content, changes)) = new else { return false };
                self.put(key, modified, content, changes.saturating_add(1));
            }
            Record::Deleted(key) => self.remove(&key),
            Record::Expired(time) => self.expired = Some(time),
        }
        true
    }

    fn put(&mut self, key: SessionKey, modified: Timestamp, content: Arc<[u8]>, changes: u8) {
        self.remove(&key);
        self.journal_bytes += written_bytes(&key, content.len());
        *self.sums.entry((key.project, key.kind)).or_default() += content.len() as u64;
        let seq = self.next_seq;
        self.next_seq += 1;
        self.all.insert(key, Item { content, modified, seq, changes });
    }

    /// The shortest record that writes this.
    pub(super) fn record_of(
        &self,
        key: &SessionKey,
        modified: Timestamp,
        content: Arc<[u8]>,
    ) -> Record {
        let key = key.clone();
        let old = self.all.get(&key).filter(|old| old.changes < CHANGES_IN_A_ROW);
        match old.and_then(|old| Change::between(&old.content, &content)) {
            Some(change) => Record::Changed { key, modified, change },
            None => Record::Written { key, modified, content },
        }
    }

    fn remove(&mut self, key: &SessionKey) {
        let Some(item) = self.all.remove(key) else { return };
        let size_bytes = item.content.len() as u64;
        self.journal_bytes -= written_bytes(key, item.content.len());
        if let Some(sum) = self.sums.get_mut(&(key.project, key.kind)) {
            sum.items -= 1;
            sum.size_bytes -= size_bytes;
        }
    }

    pub(super) fn get(&self, key: &SessionKey) -> Option<&Item> {
        self.all.get(key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&SessionKey, &Item)> {
        self.all.iter()
    }

    /// The items of a project.
    pub(super) fn of_project(
        &self,
        project: ProjectId,
    ) -> impl Iterator<Item = (&SessionKey, &Item)> {
        self.all.iter().filter(move |(key, _)| key.project == project)
    }

    pub(super) fn sums(&self) -> impl Iterator<Item = (ProjectId, SessionKind, Sum)> {
        let sums = self.sums.iter().filter(|(_, sum)| sum.items > 0);
        sums.map(|((project, kind), sum)| (*project, *kind, *sum))
    }

    pub(super) fn total_bytes(&self) -> u64 {
        self.sums.values().map(|sum| sum.size_bytes).sum()
    }

    pub(super) fn sum(&self, project: ProjectId, kind: SessionKind) -> Sum {
        self.sums.get(&(project, kind)).copied().unwrap_or_default()
    }

    /// Keys, the ones that were written the longest time ago first.
    pub(super) fn by_age<'a>(
        &self,
        of: impl Fn(&SessionKey, &Item) -> bool + 'a,
    ) -> Vec<(SessionKey, u64)> {
        let mut found: Vec<_> = self.all.iter().filter(|(key, item)| of(key, item)).collect();
        found.sort_unstable_by_key(|(_, item)| item.seq);
        found.into_iter().map(|(key, item)| (key.clone(), item.content.len() as u64)).collect()
    }

    /// The records that would make all this, in the order of writing.
    pub(super) fn records(&self) -> Vec<Record> {
        let mut all: Vec<_> = self.all.iter().collect();
        all.sort_unstable_by_key(|(_, item)| item.seq);
        let written = all.into_iter().map(|(key, item)| Record::Written {
            key: key.clone(),
            modified: item.modified,
            content: Arc::clone(&item.content),
        });
        self.expired.map(Record::Expired).into_iter().chain(written).collect()
    }

    pub(super) fn journal_bytes(&self) -> u64 {
        self.journal_bytes
    }
}
