//! The storage that dropping versions frees, and the files that are lost with them.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::{Job, ProjectId, Result, TreePath, VersionId};
use undercroft_repository::{BlobId, Repository};

use super::ThinPlan;
use crate::history::History;
use crate::objects::{objects_in, project_tag};
use crate::space::compact::reach::Reached;
use crate::space::compact::stored_sizes;
use crate::store::HistoryStore;
use crate::tree::commit::Commit;
use crate::tree::names::real_name;
use crate::version::Version;

/// The plan lists so many lost files, and counts the others.
const LOST_LISTED: usize = 1000;

/// A file as no other version has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostFile {
    /// The first version that has it.
    pub version: VersionId,
    /// The path of the file there.
    pub path: TreePath,
    /// The size of the file there.
    pub size_bytes: u64,
}

/// Works out what dropping the plan's versions means, and notes it there.
pub(super) fn estimate_cost(
    history: &History,
    store: &HistoryStore,
    project: ProjectId,
    kept: &[Version],
    plan: &mut ThinPlan,
    job: &Job,
) -> Result<()> {
    if plan.drop.is_empty() {
        return Ok(());
    }
    let mut reached = Reached::default();
    for version in kept {
        let tree = Commit::read(store, version.commit)?.tree;
        reached.walk(store, tree, job, |_| {})?;
    }
    let needed = reached.contents.clone();
    let sizes = stored_sizes(store)?;
    let mut frees_bytes = 0;
    let mut lost = Vec::new();
    let mut contents = HashMap::new();
    for dropped in &plan.drop {
        let tree = Commit::read(store, dropped.version.commit)?.tree;
        reached.walk(store, tree, job, |met| {
            frees_bytes += sizes.get(&met.id).copied().unwrap_or(0);
            if met.is_file {
                contents.extend(met.content.map(|content| (content, lost.len())));
                lost.push((dropped.version.id, met.path.to_vec(), met.size));
            }
        })?;
    }
    let freed: HashSet<_> = reached.contents.difference(&needed).copied().collect();
    if let Some(repository) = history.objects().repository()? {
        let (bytes, sizes) = freed_objects(&repository, project, &freed)?;
        frees_bytes += bytes;
        for (content, at) in contents {
            // What the pointer stands for is what is lost.
            lost[at].2 = sizes.get(&content).copied().unwrap_or(lost[at].2);
        }
    }
    plan.frees_bytes = frees_bytes;
    plan.lost_files = lost.len() as u64;
    for (version, path, size_bytes) in lost.into_iter().take(LOST_LISTED) {
        let path = TreePath::from_names(path.split(|byte| *byte == b'/').map(real_name))?;
        plan.lost.push(LostFile { version, path, size_bytes });
    }
    Ok(())
}

/// The stored bytes of all blobs that only these objects need, and the objects' sizes.
pub(crate) fn freed_objects(
    repository: &Repository,
    project: ProjectId,
    freed: &HashSet<[u8; 32]>,
) -> Result<(u64, HashMap<[u8; 32], u64>)> {
    if freed.is_empty() {
        return Ok((0, HashMap::new()));
    }
    let tag = project_tag(project);
    let mut needed: HashSet<BlobId> = HashSet::new();
    let mut free: HashSet<BlobId> = HashSet::new();
    let mut sizes = HashMap::new();
    for snapshot in repository.snapshots()? {
        let is_own = snapshot.tags.contains(&tag);
        for (digest, node) in objects_in(repository, &snapshot)? {
            let blobs = node.content.into_iter().flatten();
            if is_own && freed.contains(&digest) {
                sizes.insert(digest, node.size);
                free.extend(blobs);
            } else {
                needed.extend(blobs);
            }
        }
    }
    let bytes = free.difference(&needed).filter_map(|id| repository.stored_bytes(id)).sum();
    Ok((bytes, sizes))
}
