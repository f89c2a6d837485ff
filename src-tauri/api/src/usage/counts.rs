//! The place where counts are kept, and the few of them that are held in memory: each step into the
//! picture is taken from there.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use undercroft_foundation::{Code, ProjectId, Result, TreePath};
use undercroft_library::Project;
use undercroft_usage::{RebuildableFolder, Samples, Scans, Tree};

use super::rebuilt::RebuildRule;
use super::summary::Summary;

/// So many trees are held: who looks around goes to and fro between a few.
const HELD: usize = 6;

/// A tree of the newest count of something.
#[derive(Debug)]
pub(super) struct Counted {
    /// The tree.
    pub(super) tree: Tree,
    /// The folders in it that programs make again, the largest first.
    pub(super) rebuildable: Vec<RebuildableFolder>,
}

impl Counted {
    /// How much at and below a path programs make again.
    pub(super) fn rebuildable_below(&self, path: &TreePath) -> u64 {
        let below = self.rebuildable.iter().filter(|folder| folder.path.is_in(path));
        below.map(|folder| folder.bytes).sum()
    }

    /// The folder that programs make again at a path, or above it.
    pub(super) fn rebuildable_above(&self, path: &TreePath) -> Option<&RebuildableFolder> {
        self.rebuildable.iter().find(|folder| path.is_in(&folder.path))
    }
}

/// A tree that is held, of the project, or of the library itself.
#[derive(Debug)]
struct Held {
    subject: Option<ProjectId>,
    scanned: Timestamp,
    counted: Arc<Counted>,
}

/// The counts of a library. Clones share what is held.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    library: PathBuf,
    folder: PathBuf,
    held: Arc<Mutex<Vec<Held>>>,
    /// When a count was last begun by itself, by the steady clock.
    began: Arc<Mutex<Option<Duration>>>,
}

impl Counts {
    /// The counts that are kept in the library at `library`.
    pub(crate) fn of(library: &Path) -> Self {
        let folder = library.join("cache").join("usage");
        Self { library: library.to_owned(), folder, held: Arc::default(), began: Arc::default() }
    }

    /// Whether the last count that began by itself was long enough ago. The next one is from now on.
    pub(super) fn may_begin(&self, steady: Duration, pause: Duration) -> bool {
        let mut began = self.began.lock().unwrap_or_else(PoisonError::into_inner);
        let may = began.is_none_or(|last| steady.saturating_sub(last) >= pause);
        if may {
            *began = Some(steady);
        }
        may
    }

    /// The folder of them.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The sums of the last count.
    ///
    /// # Errors
    /// Whatever keeps them from being read.
    pub(super) fn summary(&self) -> Result<Option<Summary>> {
        Summary::load(&self.folder)
    }

    /// The samples of what all took over the years.
    pub(super) fn samples(&self) -> Samples {
        Samples::new(&self.folder.join("samples"))
    }

    /// The saved scans of a project, or of the library itself.
    pub(super) fn scans(&self, subject: Option<ProjectId>) -> Scans {
        Scans::new(&match subject {
            Some(project) => self.folder.join("projects").join(project.to_string()),
            None => self.folder.join("library"),
        })
    }

    /// The newest count of a project; nothing where it was never counted.
    ///
    /// # Errors
    /// Whatever keeps it from being read.
    pub(super) fn project(&self, project: &Project) -> Result<Option<Arc<Counted>>> {
        self.newest(Some(project.id), |tree| {
            let rule = RebuildRule::of(&self.library, project)?;
            Ok(rule.folders_in(tree, &TreePath::root()))
        })
    }

    /// The newest count of the library itself; nothing where it was never counted.
    ///
    /// # Errors
    /// Whatever keeps it from being read.
    pub(super) fn library(&self) -> Result<Option<Arc<Counted>>> {
        self.newest(None, |_| Ok(Vec::new()))
    }

    /// Lets go of what is held of a project, or of the library: it was counted anew.
    pub(super) fn let_go(&self, subject: Option<ProjectId>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|it| it.subject != subject);
    }

    fn newest(
        &self,
        subject: Option<ProjectId>,
        rebuildable: impl FnOnce(&Tree) -> Result<Vec<RebuildableFolder>>,
    ) -> Result<Option<Arc<Counted>>> {
        let scans = self.scans(subject);
        let Some(newest) = scans.list()?.pop() else { return Ok(None) };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let known = held.iter().position(|it| it.subject == subject && it.scanned == newest);
        if let Some(known) = known {
            let found = held.remove(known);
            let counted = Arc::clone(&found.counted);
            held.push(found);
            return Ok(Some(counted));
        }
        let tree = match scans.newest() {
            Ok(Some(tree)) => tree,
            Ok(None) => return Ok(None),
            Err(error) if matches!(error.code(), Code::Damaged | Code::TooNew) => {
                tracing::warn!(%error, "a count cannot be read; the next one takes its place");
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let rebuildable = rebuildable(&tree)?;
        let counted = Arc::new(Counted { tree, rebuildable });
        held.retain(|it| it.subject != subject);
        if held.len() >= HELD {
            held.remove(0);
        }
        held.push(Held { subject, scanned: newest, counted: Arc::clone(&counted) });
        Ok(Some(counted))
    }
}
