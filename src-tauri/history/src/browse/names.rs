//! Names looked for in all versions of a project, also ones that are in no newest version: which
//! those are, the table of changes knows.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use undercroft_foundation::{
    Job, NameMatch, NameQuery, ProjectId, Result, TreePath, VersionId, WorkspaceId,
};

use crate::history::History;
use crate::tree::name_list::{ListedName, NameList};
use crate::version::{ChangeKind, EntryKind, Version};
use crate::versions::reading::{HistoryReader, moment};
use crate::versions::{changes, table};

/// The number of changes of one file that are counted.
const COUNTED: usize = 10_000;

/// A file or folder that was found in the versions of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundName {
    /// Its path, in the newest version that has it.
    pub path: TreePath,
    /// How well it fits.
    pub matched: NameMatch,
    /// The kind of thing that it is.
    pub kind: EntryKind,
    /// A file's size, or that of all files in a folder.
    pub size_bytes: u64,
    /// When its content last changed.
    pub modified: Timestamp,
    /// The newest version that has it.
    pub version: Version,
    /// When this content was kept first.
    pub kept: Timestamp,
    /// The place that it went to; nothing for what the newest version of a workspace has.
    pub gone: Option<GoneName>,
    /// The number of versions that brought another content of a file under this name.
    pub versions: u64,
}

/// A name that no newest version has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoneName {
    /// When it was removed; nothing where no version tells.
    pub removed: Option<Timestamp>,
    /// Its new path, where it was renamed.
    pub renamed_to: Option<TreePath>,
}

/// The names that were found in a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundNames {
    /// The best fit first; then what changed or went last, former names of what lives on after others.
    pub names: Vec<FoundName>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

/// A name that fits, before it was looked at.
struct Fit {
    path: TreePath,
    matched: NameMatch,
    place: Place,
    time: Timestamp,
}

enum Place {
    /// In the newest version of a workspace.
    Newest { version: Arc<Version>, kind: EntryKind, size_bytes: u64 },
    /// The last version that did something to it has this number.
    Gone { seq: u64, renamed_to: Option<TreePath> },
}

impl HistoryReader {
    /// The names in the versions of a project that fit, at most `limit` of them.
    ///
    /// # Errors
    /// When versions cannot be read; [`undercroft_foundation::Code::Cancelled`].
    pub fn find_names(
        &self,
        project: ProjectId,
        query: &NameQuery,
        limit: usize,
        job: &Job,
    ) -> Result<FoundNames> {
        let mut fits = HashMap::new();
        for workspace in self.history.workspaces(Some(project))? {
            if workspace.closed.is_none() {
                self.fits_now(workspace.id, query, &mut fits, job)?;
            }
        }
        let versions = self.fits_before(project, query, &mut fits, job)?;
        let mut fits: Vec<Fit> = fits.into_values().collect();
        let order = |fit: &Fit| {
            let is_former = matches!(fit.place, Place::Gone { renamed_to: Some(_), .. });
            (fit.matched, is_former, Reverse(fit.time))
        };
        fits.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.path.cmp(&b.path)));
        let mut found = FoundNames { more: fits.len() > limit, ..FoundNames::default() };
        for fit in fits.into_iter().take(limit) {
            job.check_cancelled()?;
            found.names.extend(self.look_at(project, fit, &versions)?);
        }
        Ok(found)
    }

    /// All names of a version, folders before what is in them.
    fn all_names(&self, version: VersionId, job: &Job) -> Result<NameList> {
        let lists = self.history.name_lists();
        if let Some(list) = lists.get(version) {
            return Ok(list);
        }
        let (store, root) = self.root_of(version)?;
        let mut names = Vec::new();
        let mut open = vec![(TreePath::root(), root)];
        while let Some((folder, stored)) = open.pop() {
            job.check_cancelled()?;
            let view = stored.view(&store)?;
            for line in &view.entries.lines {
                let path = folder.join(&line.name);
                if line.kind == EntryKind::Folder {
                    open.push((path.clone(), view.folder(&line.name)));
                }
                let (size_bytes, modified) = (line.totals.bytes, line.attributes.modified);
                names.push(ListedName { path, kind: line.kind, size_bytes, modified });
            }
        }
        let list = Arc::new(names);
        lists.put(version, &list);
        Ok(list)
    }

    /// Adds the names of the newest version of a workspace.
    fn fits_now(
        &self,
        workspace: WorkspaceId,
        query: &NameQuery,
        fits: &mut HashMap<TreePath, Fit>,
        job: &Job,
    ) -> Result<()> {
        let Some(version) = self.history.newest_version(workspace)? else { return Ok(()) };
        let version = Arc::new(version);
        for name in self.all_names(version.id, job)?.iter() {
            job.check_cancelled()?;
            let Some(matched) = query.matches(name.path.as_bytes()) else { continue };
            let (kind, size_bytes) = (name.kind, name.size_bytes);
            let place = Place::Newest { version: Arc::clone(&version), kind, size_bytes };
            let time = moment(name.modified);
            // What several workspaces have is that of the first.
            let fit = || Fit { path: name.path.clone(), matched, place, time };
            fits.entry(name.path.clone()).or_insert_with(fit);
        }
        Ok(())
    }

    /// Adds the names that versions had once, and gives the versions by their numbers.
    fn fits_before(
        &self,
        project: ProjectId,
        query: &NameQuery,
        fits: &mut HashMap<TreePath, Fit>,
        job: &Job,
    ) -> Result<HashMap<u64, Version>> {
        let mut gone = GoneFits { query, found: HashMap::new(), folders: HashMap::new() };
        let versions = self.history.library().catalog().read(|connection| {
            changes::each_path(connection, project, &mut |path, seq, renamed_to| {
                job.check_cancelled()?;
                gone.add(path, seq, renamed_to);
                Ok(())
            })?;
            table::of_project(connection, project)
        })?;
        let versions: HashMap<_, _> = versions.into_iter().map(|it| (it.seq, it)).collect();
        for (path, (matched, seq, renamed_to)) in gone.found {
            let (Ok(path), Some(version)) = (TreePath::new(&path), versions.get(&seq)) else {
                continue;
            };
            let renamed_to = renamed_to.and_then(|path| TreePath::new(&path).ok());
            let (place, time) = (Place::Gone { seq, renamed_to }, version.time);
            fits.entry(path.clone()).or_insert_with(|| Fit { path, matched, place, time });
        }
        Ok(versions)
    }

    /// The name as the newest version that has it says; nothing where none does any more.
    fn look_at(
        &self,
        project: ProjectId,
        fit: Fit,
        versions: &HashMap<u64, Version>,
    ) -> Result<Option<FoundName>> {
        let Fit { path, matched, place, time } = fit;
        let changed = self.history.contents_of(project, &path)?;
        let first = versions.values().min_by_key(|version| version.seq);
        let kept = changed.brought.iter().find_map(|seq| versions.get(seq)).or(first);
        let found = |version: &Version, kind, size_bytes, modified, gone| FoundName {
            path: path.clone(),
            matched,
            kind,
            size_bytes,
            modified,
            kept: kept.map_or(version.time, |kept| kept.time.min(version.time)),
            version: version.clone(),
            gone,
            versions: if kind == EntryKind::Folder { 0 } else { changed.count() },
        };
        match place {
            Place::Newest { version, kind, size_bytes } => {
                Ok(Some(found(&version, kind, size_bytes, time, None)))
            }
            Place::Gone { seq, renamed_to } => {
                let Some(last) = versions.get(&seq) else { return Ok(None) };
                let held = self.held_last(&path, last, renamed_to)?;
                Ok(held.map(|(version, entry, gone)| {
                    found(&version, entry.kind, entry.size_bytes, entry.modified, Some(gone))
                }))
            }
        }
    }
}

/// The versions that brought another content of a file under one name.
struct Contents {
    /// Their numbers, the newest first.
    brought: Vec<u64>,
    /// Whether the first version had it, which is in no list of changes.
    first_had_it: bool,
}

impl Contents {
    fn count(&self) -> u64 {
        self.brought.len() as u64 + u64::from(self.first_had_it)
    }
}

impl History {
    /// The number of versions that brought another content of a file under this name.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn count_contents(&self, project: ProjectId, path: &TreePath) -> Result<u64> {
        self.contents_of(project, path).map(|contents| contents.count())
    }

    fn contents_of(&self, project: ProjectId, path: &TreePath) -> Result<Contents> {
        use ChangeKind::{Added, Modified, Renamed};

        let changed = self
            .library()
            .catalog()
            .read(|connection| changes::of_path(connection, project, path, u64::MAX, COUNTED))?;
        let oldest = changed.last().map(|(_, change)| change.kind);
        let first_had_it = !matches!(oldest, Some(Added | Renamed));
        let brings = |kind| matches!(kind, Added | Modified | Renamed);
        let brought = changed.into_iter().filter(|(_, change)| brings(change.kind));
        Ok(Contents { brought: brought.map(|(seq, _)| seq).collect(), first_had_it })
    }
}

/// How well a name fits, the last version that did something to it, and its new path.
type LastChange = (NameMatch, u64, Option<Vec<u8>>);

/// Names of files that versions changed, and of the folders above them, that fit.
struct GoneFits<'a> {
    query: &'a NameQuery,
    /// By path.
    found: HashMap<Vec<u8>, LastChange>,
    /// How well folders fit.
    folders: HashMap<Vec<u8>, Option<NameMatch>>,
}

impl GoneFits<'_> {
    fn add(&mut self, path: &[u8], seq: u64, renamed_to: Option<&[u8]>) {
        if let Some(matched) = self.query.matches(path) {
            self.note(path, matched, seq, renamed_to);
        }
        let mut rest = path;
        while let Some(at) = rest.iter().rposition(|byte| *byte == b'/') {
            rest = &rest[..at];
            let known = self.folders.get(rest).copied();
            let matched = known.unwrap_or_else(|| {
                let matched = self.query.matches(rest);
                self.folders.insert(rest.to_vec(), matched);
                matched
            });
            if let Some(matched) = matched {
                self.note(rest, matched, seq, None);
            }
        }
    }

    fn note(&mut self, path: &[u8], matched: NameMatch, seq: u64, renamed_to: Option<&[u8]>) {
        let is_known = self.found.get(path).is_some_and(|(_, known, _)| *known >= seq);
        if !is_known {
            self.found.insert(path.to_vec(), (matched, seq, renamed_to.map(<[u8]>::to_vec)));
        }
    }
}
