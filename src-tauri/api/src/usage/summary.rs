//! The sums of the last count: enough for everything above the folders of a single project. It lies
//! beside the saved scans, and the next count makes it again.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, ProjectId, Result, make_folders, replace_file};
use undercroft_usage::Rest;

use super::key::layer_name;
use super::wire::UsageLayer;

/// The version of this form; another one is as if nothing had been counted.
const FORMAT: u32 = 1;

/// Sums of files.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Sums {
    pub(super) bytes: u64,
    pub(super) apparent: u64,
    pub(super) files: u64,
    pub(super) newest: Option<Timestamp>,
}

impl Sums {
    pub(super) fn of_bytes(bytes: u64) -> Self {
        Self { bytes, apparent: bytes, ..Self::default() }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.apparent = self.apparent.saturating_add(other.apparent);
        self.files = self.files.saturating_add(other.files);
        self.newest = self.newest.max(other.newest);
    }
}

impl From<&Rest> for Sums {
    fn from(rest: &Rest) -> Self {
        Self { bytes: rest.bytes, apparent: rest.apparent, files: rest.files, newest: rest.newest }
    }
}

/// The versions of a month.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct MonthSums {
    /// The number of them.
    pub(super) versions: u64,
    /// The space of what no earlier version has.
    pub(super) bytes: u64,
}

/// The sums of a project.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct ProjectSums {
    /// The files that it is worked on with.
    pub(super) working: Sums,
    /// The class of most of them.
    pub(super) class: String,
    /// The part of them that programs make again.
    pub(super) rebuildable: u64,
    /// The code and text of its versions.
    pub(super) versions: Sums,
    /// The part of that which thinning would free.
    pub(super) thinnable: u64,
    /// Large and binary content of its versions that no other project needs.
    pub(super) objects: u64,
    /// The archives that it lies in.
    pub(super) archives: Sums,
    /// Its drafts and scratch files.
    #[serde(default)]
    pub(super) drafts: Sums,
    /// The versions of each month.
    #[serde(default)]
    pub(super) months: BTreeMap<String, MonthSums>,
    /// The size of all files in all its versions.
    pub(super) versioned: u64,
    /// Its files by class.
    pub(super) types: BTreeMap<String, Sums>,
    /// Its files by age, as of the count.
    pub(super) ages: BTreeMap<String, Sums>,
    /// Whether its folder is in the trash.
    pub(super) is_trashed: bool,
}

impl ProjectSums {
    /// All that goes with the project.
    pub(super) fn total(&self) -> Sums {
        let mut total = self.working;
        total.add(self.versions);
        total.add(Sums::of_bytes(self.objects));
        total.add(self.archives);
        total.add(self.drafts);
        total
    }

    /// The part that can be had back without losing work.
    pub(super) fn reclaimable(&self) -> u64 {
        let working = if self.is_trashed { self.working.bytes } else { self.rebuildable };
        working + self.thinnable
    }
}

/// The sums of a destination, as of the last time that it was there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct DestinationSums {
    pub(super) sums: Sums,
}

/// The sums of all.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Summary {
    format: u32,
    /// When it was counted.
    pub(super) scanned: Timestamp,
    /// The library's folder, without the projects in it.
    pub(super) library: Sums,
    /// The projects whose folders lie in the library.
    pub(super) managed: u64,
    /// Each layer.
    pub(super) layers: BTreeMap<String, Sums>,
    /// Each project.
    pub(super) projects: BTreeMap<ProjectId, ProjectSums>,
    /// Each destination, by its id.
    pub(super) destinations: BTreeMap<String, DestinationSums>,
    /// Archives in the trash.
    pub(super) trashed_archives: Sums,
}

impl Summary {
    pub(super) fn new(scanned: Timestamp) -> Self {
        Self {
            format: FORMAT,
            scanned,
            library: Sums::default(),
            managed: 0,
            layers: BTreeMap::new(),
            projects: BTreeMap::new(),
            destinations: BTreeMap::new(),
            trashed_archives: Sums::default(),
        }
    }

    /// The sums of a layer.
    pub(super) fn layer(&self, layer: UsageLayer) -> Sums {
        self.layers.get(layer_name(layer)).copied().unwrap_or_default()
    }

    /// Takes from a layer what was counted in it.
    pub(super) fn take_from_layer(&mut self, layer: UsageLayer, sums: Sums) {
        if let Some(known) = self.layers.get_mut(layer_name(layer)) {
            known.bytes = known.bytes.saturating_sub(sums.bytes);
            known.apparent = known.apparent.saturating_sub(sums.apparent);
            known.files = known.files.saturating_sub(sums.files);
        }
    }

    pub(super) fn add_to_layer(&mut self, layer: UsageLayer, sums: Sums) {
        self.layers.entry(layer_name(layer).to_owned()).or_default().add(sums);
    }

    /// The library's folder, with the projects in it.
    pub(super) fn library_bytes(&self) -> u64 {
        self.library.bytes.saturating_add(self.managed)
    }

    /// All projects and the library.
    pub(super) fn total(&self) -> Sums {
        let mut total = Sums::default();
        for (name, sums) in &self.layers {
            if name != layer_name(UsageLayer::Backups) {
                total.add(*sums);
            }
        }
        total
    }

    /// The part of that which can be had back without losing work.
    pub(super) fn reclaimable(&self) -> u64 {
        let live = self.projects.values().filter(|project| !project.is_trashed);
        let projects: u64 = live.map(ProjectSums::reclaimable).sum();
        self.layer(UsageLayer::Trash).bytes + projects
    }

    /// The sums that were saved in `folder`; nothing where nothing was counted.
    ///
    /// # Errors
    /// Whatever keeps the file from being read.
    pub(super) fn load(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join("summary.json");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(source) if source.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::io("read", &path, source)),
        };
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(found) if found.format == FORMAT => Ok(Some(found)),
            Ok(_) => Ok(None),
            Err(error) => {
                tracing::warn!(%error, "the sums of the last count are damaged");
                Ok(None)
            }
        }
    }

    /// Keeps the sums in `folder`.
    ///
    /// # Errors
    /// Whatever keeps the file from being written.
    pub(super) fn save(&self, folder: &Path) -> Result<()> {
        make_folders(folder)?;
        let bytes = serde_json::to_vec(self).map_err(|source| {
            Error::new(Code::Internal, "Cannot write down what was counted").because(source)
        })?;
        replace_file(&folder.join("summary.json"), &bytes, 0o600)
    }
}
