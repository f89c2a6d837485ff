//! The storage that only one version needs.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::{Job, Result, TreePath, VersionId};

use crate::objects::pointer::object_of;
use crate::space::compact::stored_sizes;
use crate::space::thin::freed_objects;
use crate::store::{HistoryStore, ObjectKind, TreeMode};
use crate::tree::commit::Commit;
use crate::tree::names::{SIDECAR, real_name};
use crate::version::{GitId, Version};
use crate::versions::reading::HistoryReader;
use crate::versions::table;

/// The number of files that are listed.
const LISTED: usize = 20;

/// The storage that a version takes and that no other version of its project needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionSizes {
    /// The bytes of the files that no other version has.
    pub unique_bytes: u64,
    /// The bytes that are free again when the version is dropped and the history compacted, as they
    /// are stored.
    pub reclaimable_bytes: u64,
    /// The largest of those files.
    pub largest: Vec<(TreePath, u64)>,
}

impl HistoryReader {
    /// The storage that a version takes and that no other version of its project needs.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], [`undercroft_foundation::Code::Cancelled`].
    pub fn sizes(&self, id: VersionId, job: &Job) -> Result<VersionSizes> {
        let version = self.history.version(id)?;
        let store = self.history.store(version.project)?;
        let all = self
            .history
            .library()
            .catalog()
            .read(|connection| table::of_project(connection, version.project))?;
        let unique = unique(&store, &version, all, job)?;
        if unique.is_empty() {
            return Ok(VersionSizes::default());
        }
        let stored = stored_sizes(&store)?;
        let reclaimable_bytes = unique.keys().filter_map(|id| stored.get(id)).sum();
        let mut sizes = VersionSizes { reclaimable_bytes, ..VersionSizes::default() };
        let mut objects = HashSet::new();
        for (id, path) in unique {
            let Some(path) = path else { continue };
            let content = store.read(ObjectKind::Blob, id)?;
            let object = pointer_of(&content);
            objects.extend(object.map(|(digest, _)| digest));
            let size = object.map_or(content.len() as u64, |(_, size)| size);
            sizes.unique_bytes += size;
            sizes.largest.push((path, size));
        }
        sizes.largest.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        sizes.largest.truncate(LISTED);
        if let Some(repository) = self.history.objects().repository()? {
            sizes.reclaimable_bytes += freed_objects(&repository, version.project, &objects)?.0;
        }
        Ok(sizes)
    }
}

/// The object that content points to, and its size.
fn pointer_of(content: &[u8]) -> Option<([u8; 32], u64)> {
    let text = std::str::from_utf8(content).ok()?;
    if !text.starts_with("version https://git-lfs.github.com/spec/v1\n") {
        return None;
    }
    let size = text.lines().find_map(|line| line.strip_prefix("size "))?;
    Some((object_of(content)?, size.parse().ok()?))
}

/// The objects of the history that only this version leads to, and where its files are.
fn unique(
    store: &HistoryStore,
    version: &Version,
    mut all: Vec<Version>,
    job: &Job,
) -> Result<HashMap<GitId, Option<TreePath>>> {
    all.retain(|other| other.id != version.id);
    // Those next to it share most with it.
    all.sort_by_key(|other| other.seq.abs_diff(version.seq));
    let (near, far) = all.split_at(all.len().min(2));
    let mut seen = HashSet::new();
    for other in near {
        walk(store, tree_of(store, other)?, &mut seen, job, |_, _| {})?;
    }
    let mut unique = HashMap::new();
    let before = seen.clone();
    walk(store, tree_of(store, version)?, &mut seen, job, |id, path| {
        unique.insert(id, path);
    })?;
    // What only this version leads to so far must be seen again when another does.
    seen = before;
    for other in far {
        if unique.is_empty() {
            break;
        }
        walk(store, tree_of(store, other)?, &mut seen, job, |id, _| {
            unique.remove(&id);
        })?;
    }
    Ok(unique)
}

fn tree_of(store: &HistoryStore, version: &Version) -> Result<GitId> {
    Ok(Commit::read(store, version.commit)?.tree)
}

/// Tells of all that a tree leads to and was not seen before, itself included: files with their
/// path.
fn walk(
    store: &HistoryStore,
    root: GitId,
    seen: &mut HashSet<GitId>,
    job: &Job,
    mut met: impl FnMut(GitId, Option<TreePath>),
) -> Result<()> {
    let mut open = vec![(root, Some(TreePath::root()))];
    while let Some((tree, path)) = open.pop() {
        if !seen.insert(tree) {
            continue;
        }
        job.check_cancelled()?;
        met(tree, None);
        for line in store.tree(tree)? {
            let is_sidecar = tree == root && line.name == SIDECAR;
            let place = path.as_ref().filter(|_| !is_sidecar);
            let place = place.map(|path| path.join(real_name(&line.name)));
            if line.mode == TreeMode::Folder {
                open.push((line.id, place));
            } else if seen.insert(line.id) {
                met(line.id, place);
            }
        }
    }
    Ok(())
}
