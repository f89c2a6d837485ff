//! The findings worth a look: the largest files, folders that are made again, and duplicates.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use undercroft_foundation::{
    Code, Error, ProjectId, Result, TextValue, TreePath, VersionId, make_folders, replace_file,
    text,
};
use undercroft_history::EntryKind;
use undercroft_library::{JobKind, JobSpec, Project, ProjectStatus};
use undercroft_usage::duplicates;

use super::counts::{Counted, Counts};
use super::key::{Filter, Key};
use super::wire::{UsageAt, UsageDuplicate, UsageFinding, UsageFindings, UsageHeld};
use crate::Api;
use crate::base::names::{names, tree_path};
use crate::base::wire::Nothing;
use crate::jobs::wire::JobView;

/// The number of each kind of finding, when nobody says.
const FINDINGS: u32 = 50;
const MOST_FINDINGS: u32 = 500;
/// Smaller files are no duplicates worth a look.
const SMALLEST_DUPLICATE: u64 = 256 << 10;
/// So many sets of duplicates are kept, those first that waste the most.
const SETS_KEPT: usize = 500;

/// The duplicates of the last search.
#[derive(Debug, Serialize, Deserialize)]
struct Search {
    searched: Timestamp,
    sets: Vec<FoundSet>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FoundSet {
    bytes_each: u64,
    wasted_bytes: u64,
    files: Vec<FoundFile>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FoundFile {
    project: ProjectId,
    path: Vec<String>,
    bytes: u64,
}

/// A project, with its count and the newest version of it.
struct Place {
    project: Project,
    counted: Arc<Counted>,
    newest: Option<VersionId>,
}

impl Api {
    /// Lists the largest files, folders that can be made again, and duplicates.
    ///
    /// # Errors
    /// [`Code::Invalid`] for what is the key of nothing, or of what is in no project.
    pub fn usage_findings(&self, request: UsageAt) -> Result<UsageFindings> {
        let limit = request.limit.unwrap_or(FINDINGS).clamp(1, MOST_FINDINGS) as usize;
        let (only, below) = match Key::parse(&request.key)? {
            Key::Whole => (None, TreePath::root()),
            Key::Project(id) => (Some(id), TreePath::root()),
            Key::Files(id, _, path) => (Some(id), path),
            _ => {
                return Err(Error::new(Code::Invalid, "Nothing is looked for there")
                    .next("Ask for all, for a project or for a folder in one"));
            }
        };
        let places = self.places_to_find_in(only)?;
        let (mut largest, mut rebuildable) = (Vec::new(), Vec::new());
        for (number, place) in places.iter().enumerate() {
            for file in place.counted.tree.largest_files(&below, limit) {
                // What is made again is found as a folder.
                if place.counted.rebuildable_above(&file.path).is_none() {
                    largest.push((number, file));
                }
            }
            let folders = place.counted.rebuildable.iter();
            let below = folders.filter(|folder| folder.path.is_in(&below));
            rebuildable.extend(below.map(|folder| (number, folder.clone())));
        }
        largest.sort_by_key(|(_, file)| std::cmp::Reverse(file.bytes));
        rebuildable.sort_by_key(|(_, folder)| std::cmp::Reverse(folder.bytes));
        let search = self.0.counts.search()?;
        let is_below = |file: &FoundFile| {
            only.is_none_or(|id| file.project == id)
                && tree_path(&file.path).is_ok_and(|path| path.is_in(&below))
        };
        let sets = search.iter().flat_map(|search| &search.sets);
        let sets = sets.filter(|set| set.files.iter().any(is_below)).take(limit);
        let all = if only.is_some() { self.places_to_find_in(None)? } else { Vec::new() };
        let known = if only.is_some() { &all } else { &places };
        Ok(UsageFindings {
            largest: largest
                .into_iter()
                .take(limit)
                .map(|(number, file)| {
                    self.file_finding(&places[number], file.path, file.bytes, file.modified)
                })
                .collect(),
            rebuildable: rebuildable
                .into_iter()
                .take(limit)
                .map(|(number, folder)| UsageFinding {
                    held: UsageHeld::Rebuildable,
                    files: folder.files,
                    rebuilt_by: Some(folder.rebuilt_by),
                    ..finding(&places[number].project, folder.path, folder.bytes, folder.newest)
                })
                .collect(),
            duplicates: sets.filter_map(|set| self.duplicate(set, known)).collect(),
            searched: search.as_ref().map(|search| search.searched),
        })
    }

    /// Searches for files of equal content.
    ///
    /// # Errors
    /// Whatever keeps the job from being begun.
    pub fn usage_duplicates(&self, _: Nothing) -> Result<JobView> {
        let places = self.places_to_find_in(None)?;
        let (counts, library) = (self.0.counts.clone(), self.0.library.clone());
        let spec = JobSpec::new(JobKind::Refresh, text!("Search for duplicates"));
        let job = self.0.library.jobs().spawn(spec, move |job| {
            let roots: Vec<_> = places.iter().map(|place| place.project.folder()).collect();
            let trees = places.iter().zip(&roots);
            let trees: Vec<_> = trees
                .map(|(place, root)| (place.project.id, root.as_path(), &place.counted.tree))
                .collect();
            let sets = duplicates(&trees, SMALLEST_DUPLICATE, job)?;
            let wasted = sets.iter().map(|set| set.wasted_bytes).sum();
            let found = TextValue::count(sets.len() as u64, "set");
            let sets = sets.into_iter().take(SETS_KEPT).map(|set| FoundSet {
                bytes_each: set.bytes_each,
                wasted_bytes: set.wasted_bytes,
                files: set
                    .files
                    .into_iter()
                    .map(|file| FoundFile {
                        project: file.tree,
                        path: names(&file.path),
                        bytes: file.bytes,
                    })
                    .collect(),
            });
            let searched = library.world().clock.now();
            counts.keep_search(&Search { searched, sets: sets.collect() })?;
            Ok(text!(
                "{found} of duplicates; all but one of each take {size}",
                found,
                size = TextValue::Size(wasted)
            ))
        })?;
        Ok(job.into())
    }

    /// The projects in use that were counted, or one of them.
    fn places_to_find_in(&self, only: Option<ProjectId>) -> Result<Vec<Place>> {
        let mut projects = self.counted_projects()?;
        projects.retain(|project| {
            project.status == ProjectStatus::Active && only.is_none_or(|id| project.id == id)
        });
        let mut places = Vec::new();
        for project in projects {
            let Some(counted) = self.0.counts.project(&project)? else { continue };
            let newest = self.newest_of(project.id)?;
            places.push(Place { project, counted, newest });
        }
        Ok(places)
    }

    /// The newest version of a project's own folder.
    fn newest_of(&self, project: ProjectId) -> Result<Option<VersionId>> {
        if !self.0.history.is_begun(project) {
            return Ok(None);
        }
        let workspace = self.0.history.main_workspace(project)?;
        Ok(self.0.history.newest_version(workspace.id)?.map(|version| version.id))
    }

    fn file_finding(
        &self,
        place: &Place,
        path: TreePath,
        bytes: u64,
        modified: Option<Timestamp>,
    ) -> UsageFinding {
        let held = match self.is_in_newest(place, &path) {
            true => UsageHeld::Version,
            false => UsageHeld::Nowhere,
        };
        UsageFinding { held, ..finding(&place.project, path, bytes, modified) }
    }

    /// Whether the newest version holds a file as it is on disk, as far as its looks tell.
    fn is_in_newest(&self, place: &Place, path: &TreePath) -> bool {
        let Some(newest) = place.newest else { return false };
        let Ok(entry) = self.0.history.reader().entry(newest, path) else { return false };
        let Ok(found) = path.below(&place.project.folder()).symlink_metadata() else {
            return false;
        };
        let modified = found.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        entry.kind == EntryKind::File
            && found.is_file()
            && entry.size_bytes == found.len()
            && modified == Some(entry.modified)
    }

    fn duplicate(&self, set: &FoundSet, places: &[Place]) -> Option<UsageDuplicate> {
        let finding = |file: &FoundFile| {
            let place = places.iter().find(|place| place.project.id == file.project)?;
            let path = tree_path(&file.path).ok()?;
            let found = path.below(&place.project.folder()).symlink_metadata().ok()?;
            let modified = found.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
            Some(self.file_finding(place, path, file.bytes, modified))
        };
        let files: Vec<_> = set.files.iter().filter_map(finding).collect();
        // One that is left has no double any more.
        (files.len() > 1).then_some(UsageDuplicate {
            bytes_each: set.bytes_each,
            wasted_bytes: set.wasted_bytes,
            files,
        })
    }
}

/// A finding that is held nowhere, as far as is known.
pub(super) fn finding(
    project: &Project,
    path: TreePath,
    bytes: u64,
    modified: Option<Timestamp>,
) -> UsageFinding {
    UsageFinding {
        path: names(&path),
        key: Key::Files(project.id, Filter::All, path).to_string(),
        project: project.id.to_string(),
        project_name: project.name.clone(),
        bytes,
        files: 1,
        modified,
        held: UsageHeld::Nowhere,
        rebuilt_by: None,
    }
}

impl Counts {
    fn search_file(&self) -> PathBuf {
        self.folder().join("duplicates.json")
    }

    /// The last search for duplicates.
    fn search(&self) -> Result<Option<Search>> {
        let path = self.search_file();
        match fs::read(&path) {
            // What cannot be understood is as if nobody had searched.
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(source) if source.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::io("read", &path, source)),
        }
    }

    fn keep_search(&self, search: &Search) -> Result<()> {
        make_folders(self.folder())?;
        let bytes = serde_json::to_vec(search).map_err(|source| {
            Error::new(Code::Internal, "Cannot write down the duplicates").because(source)
        })?;
        replace_file(&self.search_file(), &bytes, 0o600)
    }
}
