//! The folders above the snapshots: by id, by time, by host, by tag.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use undercroft_foundation::Result;

use super::contents::lock;
use crate::format::snapshot::{Snapshot, SnapshotFilter};
use crate::store::repository::Repository;

/// The time for which a list of the snapshots counts as new.
const FRESH_FOR: Duration = Duration::from_secs(2);

/// A folder above the snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum VirtualDir {
    Root,
    Ids,
    Snapshots,
    Hosts,
    Tags,
    Host(String),
    Tag(String),
}

/// An entry of such a folder.
#[derive(Debug, Clone)]
pub(super) enum VirtualEntry {
    Dir(VirtualDir),
    Snapshot(Arc<Snapshot>),
    /// A link to this name.
    Link(String),
}

/// Snapshots by the names that they have in one folder.
#[derive(Debug, Default)]
struct SnapshotDir {
    by_name: BTreeMap<String, Arc<Snapshot>>,
    latest: Option<String>,
}

/// All snapshots as they are shown.
#[derive(Debug, Default)]
pub(super) struct View {
    ids: BTreeMap<String, Arc<Snapshot>>,
    all: SnapshotDir,
    hosts: BTreeMap<String, SnapshotDir>,
    tags: BTreeMap<String, SnapshotDir>,
}

/// All folders above the snapshots, made anew as snapshots come and go.
pub(super) struct SnapshotDirs {
    repository: Arc<Repository>,
    filter: SnapshotFilter,
    view: Mutex<Option<(Duration, Arc<View>)>>,
}

impl SnapshotDirs {
    pub(super) fn new(repository: Arc<Repository>, filter: SnapshotFilter) -> Self {
        Self { repository, filter, view: Mutex::default() }
    }

    /// The snapshots as they were a moment ago at most. What was seen before stays, when they
    /// cannot be listed now.
    pub(super) fn view(&self) -> Result<Arc<View>> {
        let mut view = lock(&self.view);
        let now = self.repository.storage.world.clock.steady();
        if let Some((at, view)) = &*view
            && now.saturating_sub(*at) < FRESH_FOR
        {
            return Ok(Arc::clone(view));
        }
        let snapshots = match (self.repository.snapshots(), &*view) {
            (Ok(snapshots), _) => snapshots,
            (Err(error), Some((_, known))) => {
                tracing::warn!(%error, "the snapshots cannot be listed anew");
                return Ok(Arc::clone(known));
            }
            (Err(error), None) => return Err(error),
        };
        let accepted = snapshots.into_iter().filter(|snapshot| self.filter.accepts(snapshot));
        let made = Arc::new(View::of(accepted.map(Arc::new)));
        *view = Some((now, Arc::clone(&made)));
        Ok(made)
    }
}

impl SnapshotDir {
    /// Puts a snapshot in, by its time; a second one of the same moment gets a number.
    fn put(&mut self, snapshot: &Arc<Snapshot>) {
        let time = snapshot.time.to_zoned(snapshot.offset.to_time_zone());
        let zone = if snapshot.offset.is_zero() { "Z" } else { "%:z" };
        let time = time.strftime(&format!("%Y-%m-%dT%H:%M:%S{zone}")).to_string();
        let numbered = |n: u32| if n == 0 { time.clone() } else { format!("{time}-{n}") };
        let free = (0..).map(numbered).find(|name| !self.by_name.contains_key(name));
        let name = free.unwrap_or(time);
        self.latest = Some(name.clone());
        self.by_name.insert(name, Arc::clone(snapshot));
    }

    fn find(&self, name: &str) -> Option<VirtualEntry> {
        if name == "latest" {
            return self.latest.clone().map(VirtualEntry::Link);
        }
        self.by_name.get(name).cloned().map(VirtualEntry::Snapshot)
    }

    fn list(&self) -> Vec<(String, VirtualEntry)> {
        let snapshots = self.by_name.iter();
        let mut list: Vec<_> = snapshots
            .map(|(name, snapshot)| (name.clone(), VirtualEntry::Snapshot(Arc::clone(snapshot))))
            .collect();
        let latest = self.latest.clone();
        list.extend(latest.map(|name| ("latest".to_owned(), VirtualEntry::Link(name))));
        list
    }
}

impl View {
    /// The snapshots come in the order of their times.
    fn of(snapshots: impl Iterator<Item = Arc<Snapshot>>) -> Self {
        let mut view = Self::default();
        for snapshot in snapshots {
            view.all.put(&snapshot);
            view.hosts.entry(safe_name(&snapshot.hostname)).or_default().put(&snapshot);
            for tag in &snapshot.tags {
                view.tags.entry(safe_name(tag)).or_default().put(&snapshot);
            }
            view.ids.insert(snapshot.id.short(), snapshot);
        }
        view
    }

    /// The entry of a folder by its name.
    pub(super) fn find(&self, dir: &VirtualDir, name: &str) -> Option<VirtualEntry> {
        let folder = |dir, names: &BTreeMap<String, SnapshotDir>| {
            names.contains_key(name).then_some(VirtualEntry::Dir(dir))
        };
        match dir {
            VirtualDir::Root => {
                self.list(dir).into_iter().find(|(own, _)| own == name).map(|it| it.1)
            }
            VirtualDir::Ids => self.ids.get(name).cloned().map(VirtualEntry::Snapshot),
            VirtualDir::Snapshots => self.all.find(name),
            VirtualDir::Hosts => folder(VirtualDir::Host(name.to_owned()), &self.hosts),
            VirtualDir::Tags => folder(VirtualDir::Tag(name.to_owned()), &self.tags),
            VirtualDir::Host(host) => self.hosts.get(host)?.find(name),
            VirtualDir::Tag(tag) => self.tags.get(tag)?.find(name),
        }
    }

    /// All that a folder has.
    pub(super) fn list(&self, dir: &VirtualDir) -> Vec<(String, VirtualEntry)> {
        let names = |by_name: &BTreeMap<String, SnapshotDir>, dir: fn(String) -> VirtualDir| {
            let names = by_name.keys().cloned();
            names.map(|name| (name.clone(), VirtualEntry::Dir(dir(name)))).collect()
        };
        let list = |dir: Option<&SnapshotDir>| dir.map(SnapshotDir::list).unwrap_or_default();
        match dir {
            VirtualDir::Root => {
                let dirs = [
                    ("ids", VirtualDir::Ids),
                    ("snapshots", VirtualDir::Snapshots),
                    ("hosts", VirtualDir::Hosts),
                    ("tags", VirtualDir::Tags),
                ];
                let dirs = dirs.map(|(name, dir)| (name.to_owned(), VirtualEntry::Dir(dir)));
                let latest = self.all.latest.as_ref().map(|name| format!("snapshots/{name}"));
                let latest = latest.map(|to| ("latest".to_owned(), VirtualEntry::Link(to)));
                dirs.into_iter().chain(latest).collect()
            }
            VirtualDir::Ids => {
                let ids = self.ids.iter();
                ids.map(|(id, it)| (id.clone(), VirtualEntry::Snapshot(Arc::clone(it)))).collect()
            }
            VirtualDir::Snapshots => self.all.list(),
            VirtualDir::Hosts => names(&self.hosts, VirtualDir::Host),
            VirtualDir::Tags => names(&self.tags, VirtualDir::Tag),
            VirtualDir::Host(host) => list(self.hosts.get(host)),
            VirtualDir::Tag(tag) => list(self.tags.get(tag)),
        }
    }
}

/// A host or a tag as the name of a folder.
fn safe_name(text: &str) -> String {
    match text {
        "" | "." | ".." => format!("_{text}"),
        text => text.replace(['/', '\0'], "_"),
    }
}
