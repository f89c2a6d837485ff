//! The object store's part: one snapshot of what a project's versions need, and nothing else kept.

use std::collections::{BTreeMap, HashSet};

use undercroft_foundation::{Code, Error, Job, ProjectId, Result, reach_write_point, text};
use undercroft_repository::Forget;
use undercroft_repository::ingest::SnapshotOrder;
use undercroft_repository::prune::PruneOptions;

use crate::history::History;
use crate::objects::{add_objects, objects_in, snapshots_of};

/// The part of the object store that was freed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Freed {
    /// Objects of the project that no version needs.
    pub(super) objects: u64,
    /// Bytes, of all projects.
    pub(super) bytes: u64,
}

/// Makes a snapshot of the `live` objects of a project, forgets those before it, and prunes.
pub(super) fn compact(
    history: &History,
    project: ProjectId,
    live: &HashSet<[u8; 32]>,
    job: &Job,
) -> Result<Freed> {
    let Some(repository) = history.objects().repository()? else {
        return if live.is_empty() { Ok(Freed::default()) } else { Err(missing(live)) };
    };
    let ingest = repository.begin_ingest()?;
    let before = snapshots_of(&repository, project)?;
    let mut objects = BTreeMap::new();
    for snapshot in before.iter().rev() {
        objects.extend(objects_in(&repository, snapshot)?);
    }
    let lacking: HashSet<_> =
        live.iter().filter(|digest| !objects.contains_key(*digest)).copied().collect();
    if !lacking.is_empty() {
        return Err(missing(&lacking));
    }
    let all = objects.len();
    objects.retain(|digest, _| live.contains(digest));
    let dead = all - objects.len();
    if dead > 0 || before.len() > 1 {
        if let Some(newest) = before.first().filter(|_| !objects.is_empty()) {
            let tree = ingest.store(|writer| add_objects(&repository, writer, None, objects))?;
            let (paths, tags) = (newest.paths.clone(), newest.tags.clone());
            ingest.publish(SnapshotOrder { tree, paths, tags, time: None })?;
            reach_write_point("history.compact-objects-published");
        }
        let older: Vec<_> = before.iter().map(|snapshot| snapshot.id).collect();
        repository.forget(&older, Forget::ForGood)?;
    }
    drop(ingest);
    let report = repository.prune(&PruneOptions::default(), job)?;
    Ok(Freed { objects: dead as u64, bytes: report.plan.frees_bytes })
}

fn missing(objects: &HashSet<[u8; 32]>) -> Error {
    let first = objects.iter().next().map(hex::encode).unwrap_or_default();
    Error::new(
        Code::Damaged,
        text!("The object store lacks {objects} objects", objects = objects.len()),
    )
    .why(text!("Versions need them; {first} is one", first))
    .next("Nothing was removed. Run `undercroft history check` to see what is affected")
}
