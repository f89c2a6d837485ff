//! Files that look as they did are read all the same, a share of them a day, and held against the
//! version: what is written through mapped memory may change a file and none of its times.

use std::collections::BTreeMap;
use std::time::Duration;

use crossbeam_channel::{Receiver, select};
use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{Job, Result, TreePath, WorkspaceId, is_remote};
use undercroft_watch::Touched;

use super::WorkspaceWatcher;
use super::batches::SaveState;
use crate::disk::content::is_content_of;
use crate::disk::stat_cache::{CachedStat, ReadCursor, StatCache};
use crate::disk::{Disk, DiskFolder, stat_in};
use crate::guard::content_of;
use crate::save::Scope;
use crate::space::low_priority::lower_priority;
use crate::store::HistoryStore;
use crate::tree::commit::Commit;
use crate::tree::folder_view::folder_at;
use crate::tree::folder_view::{FolderView, StoredFolder};

/// After so many shares each file was read.
const SHARES: u64 = 14;

/// A share is no less than this, if there is so much.
const LEAST_BYTES: u64 = 1 << 30;

/// The time between two looks whether a share is due.
const LOOK: Duration = Duration::from_secs(60);

/// Whether a share is due, when the last was read at `last`.
fn is_due(last: Option<Timestamp>, now: Timestamp, period: Duration) -> bool {
    let Ok(period) = SignedDuration::try_from(period) else { return false };
    last.is_none_or(|last| now.duration_since(last).abs() >= period)
}

/// The state that the files of a workspace are held against.
struct Comparison<'a> {
    disk: &'a Disk,
    store: &'a HistoryStore,
    cache: &'a StatCache,
    root: StoredFolder,
    job: &'a Job,
}

impl WorkspaceWatcher {
    /// Reads a share of what is watched whenever one is due, one workspace after the other, until
    /// told to stop.
    pub(super) fn read_contents(&self, period: Duration, stopped: &Receiver<()>) {
        lower_priority();
        let ticks = crossbeam_channel::tick(LOOK.min(period));
        loop {
            select! {
                recv(stopped) -> _ => return,
                recv(ticks) -> _ => {}
            }
            for (workspace, save_state) in self.save_states() {
                if let Err(error) = self.read_when_due(workspace, &save_state, period) {
                    tracing::debug!(%workspace, %error, "files are read another time");
                }
            }
        }
    }

    fn read_when_due(
        &self,
        id: WorkspaceId,
        save_state: &SaveState,
        period: Duration,
    ) -> Result<()> {
        let workspace = self.history().workspace(id)?;
        let cache = self.history().cache(id)?;
        let now = self.history().library().world().clock.now();
        let mut reading = cache.read_cursor()?;
        // Another machine's files cost another machine's time; there a save by hand reads them.
        if !is_due(reading.last, now, period) || is_remote(&workspace.root) {
            return Ok(());
        }
        let store = self.history().store(workspace.project)?;
        let Some(tip) = self.history().tip_of(&workspace, &store)? else { return Ok(()) };
        let root = StoredFolder::root(&store, Commit::read(&store, tip)?.tree)?;
        let share = LEAST_BYTES.max(root.totals(&store)?.bytes / SHARES);
        let disk = Disk::open(&workspace.root)?;
        let job = &save_state.reading;
        let comparison = Comparison { disk: &disk, store: &store, cache: &cache, root, job };
        let mut touched = Touched::default();
        let compared = comparison.read(&mut reading, share, &mut touched);
        if !touched.is_empty() {
            tracing::info!(workspace = %id, "files changed that look as they did");
            self.save_scope(id, Scope::Touched(touched), save_state)?;
        }
        if compared.is_ok() {
            reading.last = Some(now);
        }
        // What was read until it was cancelled need not be read again.
        cache.set_read_cursor(&reading).and(compared)
    }
}

impl Comparison<'_> {
    /// Reads files from where `reading` stands on, until they are `share` bytes or there are no
    /// more. Those that are not what the version holds are added to `touched`.
    fn read(&self, reading: &mut ReadCursor, share: u64, touched: &mut Touched) -> Result<()> {
        let mut read = 0;
        while let Some((path, files)) = self.cache.next_folder(&reading.after)? {
            let last = reading.after.as_ref().filter(|(folder, _)| *folder == path);
            let last = last.and_then(|(_, name)| name.clone());
            let files: BTreeMap<_, _> = files.into_iter().collect();
            let folder = self.folder(&path)?;
            for (name, known) in files.iter().filter(|(name, _)| Some(*name) > last.as_ref()) {
                if read >= share {
                    return Ok(());
                }
                if let Some(folder) = &folder {
                    let (bytes, is_same) = self.compare(folder, name, known)?;
                    read += bytes;
                    if !is_same {
                        touched.add(&path.join(name));
                    }
                }
                reading.after = Some((path.clone(), Some(name.clone())));
            }
            reading.after = Some((path, None));
        }
        reading.after = None;
        Ok(())
    }

    /// A folder on disk, and as the version has it; nothing when one of the two lacks it.
    fn folder(&self, path: &TreePath) -> Result<Option<(DiskFolder, FolderView)>> {
        self.job.check_cancelled()?;
        let Ok(stored) = folder_at(self.store, self.root, path) else { return Ok(None) };
        let Ok(Some(disk)) = self.disk.folder(path) else { return Ok(None) };
        Ok(Some((disk, stored.view(self.store)?)))
    }

    /// Whether a file that looks as it did is what the version holds, and how much was read to know
    /// that. Whatever looks changed, other looks find.
    fn compare(
        &self,
        (disk, view): &(DiskFolder, FolderView),
        name: &[u8],
        known: &CachedStat,
    ) -> Result<(u64, bool)> {
        self.job.check_cancelled()?;
        let looks_same = stat_in(disk.as_fd(), name).is_ok_and(|stat| known.matches(&stat));
        let blob = view.blob(name).map(|(_, id)| id).filter(|id| *id == known.id);
        let (Some(blob), Some(line), true) = (blob, view.entries.find(name), looks_same) else {
            return Ok((0, true));
        };
        let size = line.totals.bytes;
        let content = content_of(self.store, line, blob)?;
        let (Some(content), Ok(Some(mut file))) = (content, disk.open(name)) else {
            return Ok((0, true));
        };
        Ok((size, is_content_of(&mut file, (&content, size), self.job)?))
    }
}
