//! One path over all snapshots.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Result};

use crate::format::id::{BlobId, SnapshotId};
use crate::format::snapshot::{Snapshot, SnapshotFilter};
use crate::format::tree::{Node, NodeKind, decode_entry};
use crate::store::repository::Repository;
use crate::store::threads::in_parallel;

/// Trees that one thread reads at a time.
const SHARE: usize = 32;

/// The versions of a path over all snapshots.
#[derive(Debug, Clone, Default)]
pub struct FileVersions {
    /// Its different contents, that of the newest snapshot first.
    pub versions: Vec<FileVersion>,
    /// The state of the path in each snapshot, the newest first.
    pub by_snapshot: Vec<PathInSnapshot>,
}

/// A content that a path had.
#[derive(Debug, Clone)]
pub struct FileVersion {
    /// The entry as the newest snapshot with this content has it.
    pub node: Node,
    /// The snapshots with this content, the newest first.
    pub snapshots: Vec<SnapshotId>,
}

/// A snapshot and what it has at the path.
#[derive(Debug, Clone)]
pub struct PathInSnapshot {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// The state of the path there.
    pub found: PathState,
}

/// The state of a path in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathState {
    /// The version of this number.
    Version(usize),
    /// Nothing.
    Nothing,
    /// Nobody knows: a tree on the way cannot be read, for this reason.
    Unreadable(String),
}

/// The progress along the path in one snapshot.
enum Way {
    Tree(BlobId),
    Entry(Arc<Node>),
    Nothing,
    Unreadable(String),
}

/// The entry of a tree by the name that is looked for.
type Looked = std::result::Result<Option<Arc<Node>>, String>;

impl Repository {
    /// The state of `path` (names from the root) in each snapshot that the filter accepts. A
    /// snapshot whose trees cannot be read says so, and the others tell what they have.
    ///
    /// # Errors
    /// [`Code::Invalid`] for the root; a snapshot or an index that cannot be read.
    pub fn file_versions(&self, path: &[Vec<u8>], filter: &SnapshotFilter) -> Result<FileVersions> {
        let Some((last, folders)) = path.split_last() else {
            return Err(Error::new(Code::Invalid, "The root is no file").next("Name a path in it"));
        };
        let _lock = self.lock_shared()?;
        self.refresh_index()?;
        let mut snapshots = self.snapshots()?;
        snapshots.retain(|snapshot| filter.accepts(snapshot));
        snapshots.reverse();
        let mut ways: Vec<_> = snapshots.iter().map(|snapshot| Way::Tree(snapshot.tree)).collect();
        for name in folders {
            self.go(&mut ways, name)?;
            for way in &mut ways {
                if let Way::Entry(node) = way {
                    let subtree = node.subtree.filter(|_| node.kind == NodeKind::Dir);
                    *way = subtree.map_or(Way::Nothing, Way::Tree);
                }
            }
        }
        self.go(&mut ways, last)?;
        Ok(group(snapshots, ways))
    }

    /// Goes one name on in all snapshots.
    fn go(&self, ways: &mut [Way], name: &[u8]) -> Result<()> {
        let mut trees: Vec<BlobId> = ways.iter().filter_map(Way::tree).collect();
        trees.sort_unstable();
        trees.dedup();
        let shares: Vec<&[BlobId]> = trees.chunks(SHARE).collect();
        let look = |share: &[BlobId]| -> Result<Vec<(BlobId, Looked)>> {
            let mut reader = self.reader()?;
            let mut look = |id: &BlobId| -> Result<_> {
                Ok(decode_entry(&reader.tree_text(id)?, name)?.map(Arc::new))
            };
            let looked = |id: &BlobId| (*id, look(id).map_err(|error| error.to_string()));
            Ok(share.iter().map(looked).collect())
        };
        let mut found: HashMap<BlobId, Looked> = HashMap::with_capacity(trees.len());
        for share in in_parallel(&shares, look) {
            found.extend(share?);
        }
        for way in ways {
            if let Some(looked) = way.tree().and_then(|tree| found.get(&tree)) {
                *way = match looked {
                    Ok(Some(node)) => Way::Entry(Arc::clone(node)),
                    Ok(None) => Way::Nothing,
                    Err(why) => Way::Unreadable(why.clone()),
                };
            }
        }
        Ok(())
    }
}

impl Way {
    fn tree(&self) -> Option<BlobId> {
        match self {
            Self::Tree(id) => Some(*id),
            _ => None,
        }
    }
}

fn group(snapshots: Vec<Snapshot>, ways: Vec<Way>) -> FileVersions {
    let mut grouped = FileVersions::default();
    let mut numbers = HashMap::new();
    for (snapshot, way) in snapshots.into_iter().zip(ways) {
        let found = match way {
            Way::Entry(node) => {
                let versions = &mut grouped.versions;
                let number = *numbers.entry(digest_of(&node)).or_insert_with(|| {
                    versions.push(FileVersion { node: Node::clone(&node), snapshots: Vec::new() });
                    versions.len() - 1
                });
                versions[number].snapshots.push(snapshot.id);
                PathState::Version(number)
            }
            Way::Unreadable(why) => PathState::Unreadable(why),
            Way::Tree(_) | Way::Nothing => PathState::Nothing,
        };
        grouped.by_snapshot.push(PathInSnapshot { snapshot, found });
    }
    grouped
}

/// The digest of what an entry holds, whatever its times, mode and owner are.
fn digest_of(node: &Node) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(node.kind.name());
    digest.update([0]);
    digest.update(node.device.to_le_bytes());
    node.content.iter().flatten().chain(&node.subtree).for_each(|id| digest.update(id.0));
    digest.update(&node.linktarget);
    digest.finalize().into()
}
