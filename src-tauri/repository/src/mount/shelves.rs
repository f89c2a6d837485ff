//! The folders above the snapshots: by id, by time, by host, by tag.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use undercroft_foundation::Result;

use super::contents::lock;
use crate::repository::Repository;
use crate::snapshot::{Snapshot, SnapshotFilter};

/// How long a list of the snapshots counts as new.
const FRESH_FOR: Duration = Duration::from_secs(2);

/// A folder above the snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Root,
    Ids,
    Snapshots,
    Hosts,
    Tags,
    Host(String),
    Tag(String),
}

/// What such a folder has by a name.
#[derive(Debug, Clone)]
pub(super) enum Shelved {
    Place(Place),
    Snapshot(Arc<Snapshot>),
    /// A link to this name.
    Link(String),
}

/// Snapshots by the names that they have in one folder.
#[derive(Debug, Default)]
struct Shelf {
    by_name: BTreeMap<String, Arc<Snapshot>>,
    latest: Option<String>,
}

/// All snapshots as they are shown.
#[derive(Debug, Default)]
pub(super) struct View {
    ids: BTreeMap<String, Arc<Snapshot>>,
    all: Shelf,
    hosts: BTreeMap<String, Shelf>,
    tags: BTreeMap<String, Shelf>,
}

/// The view, made anew as snapshots come and go.
pub(super) struct Shelves {
    repository: Arc<Repository>,
    filter: SnapshotFilter,
    view: Mutex<Option<(Duration, Arc<View>)>>,
}

impl Shelves {
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

impl Shelf {
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

    fn find(&self, name: &str) -> Option<Shelved> {
        if name == "latest" {
            return self.latest.clone().map(Shelved::Link);
        }
        self.by_name.get(name).cloned().map(Shelved::Snapshot)
    }

    fn list(&self) -> Vec<(String, Shelved)> {
        let snapshots = self.by_name.iter();
        let mut list: Vec<_> = snapshots
            .map(|(name, snapshot)| (name.clone(), Shelved::Snapshot(Arc::clone(snapshot))))
            .collect();
        list.extend(self.latest.clone().map(|name| ("latest".to_owned(), Shelved::Link(name))));
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

    /// What a folder has by a name.
    pub(super) fn find(&self, place: &Place, name: &str) -> Option<Shelved> {
        let folder = |place, names: &BTreeMap<String, Shelf>| {
            names.contains_key(name).then_some(Shelved::Place(place))
        };
        match place {
            Place::Root => self.list(place).into_iter().find(|(own, _)| own == name).map(|it| it.1),
            Place::Ids => self.ids.get(name).cloned().map(Shelved::Snapshot),
            Place::Snapshots => self.all.find(name),
            Place::Hosts => folder(Place::Host(name.to_owned()), &self.hosts),
            Place::Tags => folder(Place::Tag(name.to_owned()), &self.tags),
            Place::Host(host) => self.hosts.get(host)?.find(name),
            Place::Tag(tag) => self.tags.get(tag)?.find(name),
        }
    }

    /// All that a folder has.
    pub(super) fn list(&self, place: &Place) -> Vec<(String, Shelved)> {
        let names = |shelves: &BTreeMap<String, Shelf>, place: fn(String) -> Place| {
            let names = shelves.keys().cloned();
            names.map(|name| (name.clone(), Shelved::Place(place(name)))).collect()
        };
        let list = |shelf: Option<&Shelf>| shelf.map(Shelf::list).unwrap_or_default();
        match place {
            Place::Root => {
                let places = [
                    ("ids", Place::Ids),
                    ("snapshots", Place::Snapshots),
                    ("hosts", Place::Hosts),
                    ("tags", Place::Tags),
                ];
                let places = places.map(|(name, place)| (name.to_owned(), Shelved::Place(place)));
                let latest = self.all.latest.as_ref().map(|name| format!("snapshots/{name}"));
                let latest = latest.map(|to| ("latest".to_owned(), Shelved::Link(to)));
                places.into_iter().chain(latest).collect()
            }
            Place::Ids => {
                let ids = self.ids.iter();
                ids.map(|(id, it)| (id.clone(), Shelved::Snapshot(Arc::clone(it)))).collect()
            }
            Place::Snapshots => self.all.list(),
            Place::Hosts => names(&self.hosts, Place::Host),
            Place::Tags => names(&self.tags, Place::Tag),
            Place::Host(host) => list(self.hosts.get(host)),
            Place::Tag(tag) => list(self.tags.get(tag)),
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
