//! All entries of all snapshots that go by a pattern.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use undercroft_foundation::{Code, Error, Job, NameQuery, Result, escape_name};

use crate::files::exclude::Patterns;
use crate::format::id::BlobId;
use crate::format::snapshot::{Snapshot, SnapshotFilter};
use crate::format::tree::{Node, NodeKind, Nodes};
use crate::store::read::{BlobReader, FolderWalk, Step, walk_folders};
use crate::store::repository::Repository;

/// A search: the names to find, and the snapshots to look in.
#[derive(Debug, Clone, Default)]
pub struct FindRequest {
    /// Entries that one of these matches; what is below a folder that matches does, too.
    pub patterns: Vec<String>,
    /// Or entries whose own names fit this.
    pub names: Option<NameQuery>,
    /// Tell the newest snapshot first.
    pub newest_first: bool,
    /// `A` and `a` are the same.
    pub ignore_case: bool,
    /// Only what was changed at this moment or later.
    pub oldest: Option<Timestamp>,
    /// Only what was changed at this moment or earlier.
    pub newest: Option<Timestamp>,
    /// Only these snapshots, named as [`Repository::find_snapshot`] takes them; empty: all.
    pub snapshots: Vec<String>,
    /// Only snapshots that this accepts.
    pub filter: SnapshotFilter,
}

impl Repository {
    /// Tells `each` entry that is found, with its path: by snapshot, the oldest first unless asked
    /// otherwise, in the order of their trees; until it answers `false`. A tree that cannot be read is a warning of
    /// the job.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a pattern that is not well formed, or none; a snapshot that does not
    /// exist or cannot be read; [`Code::Cancelled`].
    pub fn find(
        &self,
        request: &FindRequest,
        job: &Job,
        each: &mut dyn FnMut(&Snapshot, &[u8], &Node) -> bool,
    ) -> Result<()> {
        let patterns = match request.ignore_case {
            true => Patterns::parse_ignoring_case(&request.patterns),
            false => Patterns::parse(&request.patterns),
        }?;
        if patterns.is_empty() && request.names.is_none() {
            return Err(Error::new(Code::Invalid, "There is nothing to find")
                .why("No pattern says what")
                .next("Give a name, or a pattern such as *.txt"));
        }
        let _lock = self.lock_reading(job)?;
        self.refresh_index()?;
        let reader = self.reader()?;
        let mut search = Search { request, patterns, reader, job, known: HashMap::new() };
        let mut meant = self.meant(request)?;
        if request.newest_first {
            meant.reverse();
        }
        for snapshot in meant {
            let Some(hits) = search.tree(&snapshot)? else { continue };
            if !tell(&snapshot, &hits, each) {
                break;
            }
        }
        Ok(())
    }

    /// The snapshots of a request, the oldest first.
    fn meant(&self, request: &FindRequest) -> Result<Vec<Snapshot>> {
        if request.snapshots.is_empty() {
            let mut all = self.snapshots()?;
            all.retain(|snapshot| request.filter.accepts(snapshot));
            return Ok(all);
        }
        let find = |spec: &String| self.find_snapshot(spec, &request.filter);
        let mut named = request.snapshots.iter().map(find).collect::<Result<Vec<_>>>()?;
        named.sort_by_key(|snapshot| (snapshot.time, snapshot.id));
        named.dedup_by_key(|snapshot| snapshot.id);
        Ok(named)
    }
}

/// The hits in a folder and below it, in order; an empty list is never kept.
type Hits = Vec<Hit>;

enum Hit {
    Entry(Vec<u8>, Box<Node>),
    Below(Arc<Hits>),
}

/// Tells all hits, those of a folder after the folder.
fn tell(
    snapshot: &Snapshot,
    hits: &Hits,
    each: &mut dyn FnMut(&Snapshot, &[u8], &Node) -> bool,
) -> bool {
    let mut levels = vec![hits.iter()];
    while let Some(level) = levels.last_mut() {
        match level.next() {
            Some(Hit::Entry(path, node)) => {
                if !each(snapshot, path, node) {
                    return false;
                }
            }
            Some(Hit::Below(hits)) => levels.push(hits.iter()),
            None => {
                levels.pop();
            }
        }
    }
    true
}

struct Search<'a> {
    request: &'a FindRequest,
    patterns: Patterns,
    reader: BlobReader<'a>,
    job: &'a Job,
    /// The hits of each tree at the path where it was seen: what matches depends on both.
    known: HashMap<(BlobId, Vec<u8>), Option<Arc<Hits>>>,
}

/// A folder that is being searched.
struct Level {
    id: BlobId,
    /// Ends with `/`.
    path: Vec<u8>,
    nodes: Nodes,
    hits: Hits,
}

impl Search<'_> {
    fn tree(&mut self, snapshot: &Snapshot) -> Result<Option<Arc<Hits>>> {
        let root = (snapshot.tree, b"/".to_vec());
        if !self.known.contains_key(&root) {
            let top = self.level(snapshot, root.clone())?;
            walk_folders(&mut SnapshotSearch { search: self, snapshot }, top)?;
        }
        Ok(self.known.get(&root).cloned().flatten())
    }

    /// Goes through a folder until there is one to search below it.
    fn advance(&self, level: &mut Level) -> Option<(BlobId, Vec<u8>)> {
        for node in level.nodes.by_ref() {
            let node = match node {
                Ok(node) => node,
                Err(error) => {
                    self.job.warn(escape_name(&level.path), error.to_string());
                    return None;
                }
            };
            let path = [&level.path[..], &node.name].concat();
            let found = self.patterns.matches_with_children(&path);
            let names = self.request.names.as_ref();
            let below = node.subtree.filter(|_| node.kind == NodeKind::Dir);
            let below = below.filter(|_| found.children_may_match || names.is_some());
            let below = below.map(|tree| (tree, [&path[..], b"/"].concat()));
            let has_name = names.is_some_and(|names| names.matches(&path).is_some());
            if (found.matched || has_name) && self.is_in_time(&node) {
                level.hits.push(Hit::Entry(path, Box::new(node)));
            }
            if below.is_some() {
                return below;
            }
        }
        None
    }

    fn is_in_time(&self, node: &Node) -> bool {
        let changed = node.mtime.timestamp();
        self.request.oldest.is_none_or(|oldest| changed >= oldest)
            && self.request.newest.is_none_or(|newest| changed <= newest)
    }

    fn level(&mut self, snapshot: &Snapshot, (id, path): (BlobId, Vec<u8>)) -> Result<Level> {
        self.job.check_cancelled()?;
        let nodes = match self.reader.nodes(&id) {
            Ok(nodes) => nodes,
            Err(error) if matches!(error.code(), Code::Damaged | Code::NotFound) => {
                let place = format!("{}:{}", snapshot.id.short(), escape_name(&path));
                self.job.warn(place, error.to_string());
                Nodes::of(Vec::new())
            }
            Err(error) => return Err(error),
        };
        Ok(Level { id, path, nodes, hits: Vec::new() })
    }
}

/// The search of one snapshot.
struct SnapshotSearch<'s, 'a> {
    search: &'s mut Search<'a>,
    snapshot: &'s Snapshot,
}

impl FolderWalk for SnapshotSearch<'_, '_> {
    type Folder = Level;

    fn step(&mut self, level: &mut Level) -> Result<Step<Level>> {
        let Some(below) = self.search.advance(level) else { return Ok(Step::Out) };
        if let Some(known) = self.search.known.get(&below) {
            level.hits.extend(known.clone().map(Hit::Below));
            return Ok(Step::On);
        }
        self.search.level(self.snapshot, below).map(Step::Into)
    }

    fn leave(&mut self, level: Level, above: Option<&mut Level>) -> Result<()> {
        let Level { id, path, hits, .. } = level;
        let hits = (!hits.is_empty()).then(|| Arc::new(hits));
        self.search.known.insert((id, path), hits.clone());
        if let Some(above) = above {
            above.hits.extend(hits.map(Hit::Below));
        }
        Ok(())
    }
}
