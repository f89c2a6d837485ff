//! Scratch files and unsaved drafts, by project.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{IoContext, ProjectId, Result, World};

use super::items::{Item, Items, Sum};
use super::journal::{Damage, Journal};
use super::limits::SessionRules;
use super::record::{Record, SessionKey, SessionKind};
use super::syncing::Syncer;

/// A journal smaller than this is not written anew, however little of it is of use.
const SMALL_JOURNAL_BYTES: u64 = 256 * 1024;
/// Old work is cleared this often at most, and of it this part, or this many, at a time: a clock
/// that jumped ahead takes little with it before somebody notices.
const BETWEEN_CLEARINGS: SignedDuration = SignedDuration::from_hours(20);
const CLEARED_PART: usize = 4;
const CLEARED_ITEMS: usize = 16;

/// A piece of session work without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEntry {
    /// The key.
    pub key: SessionKey,
    /// The size.
    pub size_bytes: u64,
    /// When it was last written.
    pub modified: Timestamp,
    /// From when on it may be cleared away.
    pub expires: Timestamp,
}

/// A piece of session work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionContent {
    /// The content that was written.
    pub content: Arc<[u8]>,
    /// When.
    pub modified: Timestamp,
}

/// The amount of work of a kind in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTally {
    /// The project.
    pub project: ProjectId,
    /// The kind.
    pub kind: SessionKind,
    /// The number of pieces.
    pub items: usize,
    /// The size of them all.
    pub size_bytes: u64,
}

/// The state of session work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionStats {
    /// The amount of work, by project and kind.
    pub tallies: Vec<SessionTally>,
    /// The length of the journal.
    pub journal_bytes: u64,
    /// The parts of the journal that are not as they were written.
    pub damages: Vec<Damage>,
}

/// Scratch files and unsaved drafts of a library. Clones share them; when the last one goes, all
/// is synced.
#[derive(Debug, Clone)]
pub struct SessionWork(Arc<Open>);

#[derive(Debug)]
struct Open {
    shared: Arc<Shared>,
    syncer: Syncer,
}

/// The state that callers and the thread that syncs share.
#[derive(Debug)]
struct Shared {
    world: World,
    rules: SessionRules,
    state: Mutex<State>,
    is_dirty: AtomicBool,
}

#[derive(Debug)]
struct State {
    journal: Journal,
    items: Items,
    /// After a failed sync only a new file can be trusted.
    must_rewrite: bool,
}

impl SessionWork {
    /// Opens the session work of the library at `library`.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::TooNew`] for a journal of a newer Undercroft,
    /// [`undercroft_foundation::Code::Damaged`] for what is no journal at all, and whatever the system says.
    pub fn open(library: &Path, world: &World, rules: SessionRules) -> Result<Self> {
        let journal = Journal::open(&library.join("session"))?;
        let mut state = State { journal, items: Items::default(), must_rewrite: false };
        state.follow()?;
        let shared = Arc::new(Shared {
            world: world.clone(),
            rules,
            state: Mutex::new(state),
            is_dirty: AtomicBool::new(false),
        });
        let synced = Arc::clone(&shared);
        let syncer = Syncer::start(move || {
            synced.sync()?;
            synced.compact_if_due()
        })?;
        Ok(Self(Arc::new(Open { shared, syncer })))
    }

    /// Writes a scratch file or draft. When it returns, the end of this process takes nothing
    /// from it; within a second, a power cut neither. Says what had to go to make room.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for what is too large,
    /// [`undercroft_foundation::Code::StorageFull`] when there is no room.
    pub fn write(&self, key: &SessionKey, content: &[u8]) -> Result<Vec<SessionKey>> {
        self.write_at(key, Arc::from(content), self.0.shared.world.clock.now())
    }

    /// The time that it is.
    pub(super) fn now(&self) -> Timestamp {
        self.0.shared.world.clock.now()
    }

    /// Writes as at that time.
    pub(super) fn write_at(
        &self,
        key: &SessionKey,
        content: Arc<[u8]>,
        modified: Timestamp,
    ) -> Result<Vec<SessionKey>> {
        let rules = &self.0.shared.rules;
        rules.refuse_large(key, content.len() as u64)?;
        let gone = self.change(|items| {
            let gone = rules.make_room(items, key, content.len() as u64)?;
            let written = items.record_of(key, modified, content);
            // What is written counts before anything goes for it.
            Ok([written].into_iter().chain(gone.into_iter().map(Record::Deleted)).collect())
        })?;
        Ok(gone.into_iter().filter_map(deleted_key).collect())
    }

    /// The content that was last written, if there is some.
    ///
    /// # Errors
    /// Any error of the system.
    pub fn read(&self, key: &SessionKey) -> Result<Option<SessionContent>> {
        let state = self.0.shared.followed()?;
        let content = |item: &Item| SessionContent {
            content: Arc::clone(&item.content),
            modified: item.modified,
        };
        Ok(state.items.get(key).map(content))
    }

    /// The work of a project or of all, in the order of keys.
    ///
    /// # Errors
    /// Any error of the system.
    pub fn list(&self, project: Option<ProjectId>) -> Result<Vec<SessionEntry>> {
        let state = self.0.shared.followed()?;
        let entry = |(key, item): (&SessionKey, &Item)| SessionEntry {
            key: key.clone(),
            size_bytes: item.content.len() as u64,
            modified: item.modified,
            expires: self.0.shared.rules.end_of(item.modified),
        };
        Ok(match project {
            Some(project) => state.items.of_project(project).map(entry).collect(),
            None => state.items.iter().map(entry).collect(),
        })
    }

    /// Deletes one; says whether it was there.
    ///
    /// # Errors
    /// Any error of the system.
    pub fn delete(&self, key: &SessionKey) -> Result<bool> {
        let gone = self.change(|items| {
            Ok(items.get(key).map(|_| Record::Deleted(key.clone())).into_iter().collect())
        })?;
        Ok(!gone.is_empty())
    }

    /// Deletes all of a project; says how much there was.
    ///
    /// # Errors
    /// Any error of the system.
    pub fn delete_project(&self, project: ProjectId) -> Result<usize> {
        let gone = self.change(|items| {
            let keys = items.of_project(project).map(|(key, _)| key.clone());
            Ok(keys.map(Record::Deleted).collect())
        })?;
        Ok(gone.len())
    }

    /// Clears away what was not written for longer than the rules say, the oldest first. It may
    /// be called at any time: it does something once a day, and takes a quarter of all at most, so
    /// that a clock that jumped ahead does little harm.
    ///
    /// # Errors
    /// Any error of the system.
    pub fn expire(&self) -> Result<Vec<SessionKey>> {
        let now = self.0.shared.world.clock.now();
        let rules = &self.0.shared.rules;
        let gone = self.change(|items| {
            let since = items.expired.map(|last| now.duration_since(last));
            if since.is_some_and(|since| (SignedDuration::ZERO..BETWEEN_CLEARINGS).contains(&since))
            {
                return Ok(Vec::new());
            }
            let all = items.iter().count();
            let old = items.by_age(|_, item| rules.end_of(item.modified) <= now).into_iter();
            let mut gone: Vec<_> = old
                .take((all / CLEARED_PART).max(CLEARED_ITEMS))
                .map(|(key, _)| Record::Deleted(key))
                .collect();
            if !gone.is_empty() {
                gone.push(Record::Expired(now));
            }
            Ok(gone)
        })?;
        Ok(gone.into_iter().filter_map(deleted_key).collect())
    }

    /// Makes durable what was written.
    ///
    /// # Errors
    /// Any error of the system.
    pub fn sync(&self) -> Result<()> {
        self.0.shared.sync()
    }

    /// The state of session work.
    ///
    /// # Errors
    /// Any error of the system.
    pub fn stats(&self) -> Result<SessionStats> {
        let state = self.0.shared.followed()?;
        let tally = |(project, kind, sum): (ProjectId, SessionKind, Sum)| SessionTally {
            project,
            kind,
            items: sum.items,
            size_bytes: sum.size_bytes,
        };
        Ok(SessionStats {
            tallies: state.items.sums().map(tally).collect(),
            journal_bytes: state.journal.size_bytes(),
            damages: state.journal.damages().to_vec(),
        })
    }

    /// The work of a project or of all, in the order of writing.
    pub(super) fn snapshot(&self, project: Option<ProjectId>) -> Result<Vec<(SessionKey, Item)>> {
        let state = self.0.shared.followed()?;
        let keys = state.items.by_age(|key, _| project.is_none_or(|wanted| key.project == wanted));
        let found = keys.into_iter().filter_map(|(key, _)| {
            let item = state.items.get(&key)?.clone();
            Some((key, item))
        });
        Ok(found.collect())
    }

    /// Decides by how things stand what is to be recorded, and records it.
    fn change(&self, decide: impl FnOnce(&Items) -> Result<Vec<Record>>) -> Result<Vec<Record>> {
        let shared = &self.0.shared;
        let mut state = shared.state();
        let state = &mut *state;
        let held = state.journal.lock()?;
        state.follow()?;
        let records = decide(&state.items)?;
        if records.is_empty() {
            return Ok(records);
        }
        state.journal.append(&records)?;
        for record in &records {
            state.items.apply(record.clone());
        }
        drop(held);
        shared.is_dirty.store(true, Ordering::Release);
        self.0.syncer.wake();
        Ok(records)
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The current state, what other processes wrote included.
    fn followed(&self) -> Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        if !state.journal.is_current()? {
            let _held = state.journal.lock()?;
            state.follow()?;
        }
        Ok(state)
    }

    /// Makes durable what was written. After a sync that failed the file is written anew from
    /// memory: what the system still holds of it is not to be trusted.
    fn sync(&self) -> Result<()> {
        if !self.is_dirty.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let synced = self.sync_file();
        if synced.is_err() {
            self.is_dirty.store(true, Ordering::Release);
        }
        synced
    }

    fn sync_file(&self) -> Result<()> {
        let mut state = self.state();
        if !state.must_rewrite {
            let (file, path) = state.journal.file();
            let path = path.to_owned();
            drop(state);
            // Others write meanwhile.
            let synced = file.sync_data().at("sync", &path);
            let Err(error) = synced else { return Ok(()) };
            tracing::warn!(%error, "the journal of session work is written anew");
            state = self.state();
            state.must_rewrite = true;
        }
        state.rewrite()
    }

    /// Writes the journal anew when most of it is of no use any more.
    fn compact_if_due(&self) -> Result<()> {
        let mut state = self.state();
        let size_bytes = state.journal.size_bytes();
        let is_due = size_bytes > SMALL_JOURNAL_BYTES
            && state.items.journal_bytes().saturating_mul(2) < size_bytes;
        if is_due { state.rewrite() } else { Ok(()) }
    }
}

impl State {
    fn follow(&mut self) -> Result<()> {
        let items = &mut self.items;
        self.journal.follow(|event| items.apply_event(event))
    }

    fn rewrite(&mut self) -> Result<()> {
        let _held = self.journal.lock()?;
        self.follow()?;
        self.journal.rewrite(&self.items.records())?;
        self.must_rewrite = false;
        Ok(())
    }
}

fn deleted_key(record: Record) -> Option<SessionKey> {
    match record {
        Record::Deleted(key) => Some(key),
        _ => None,
    }
}
