//! Saving: a version of a workspace as it is now.
//!
//! Content first, large content before the pointers to it, then the trees, then the commit, all of
//! it durable; then the branch is moved, which makes the version; then the catalog learns of it. A
//! crash before the branch is moved leaves no version; after it, the catalog catches up.

mod ahead;
mod complete;
mod content;
mod narrow;
mod pending_folder;
mod tree_scan;
mod unreadable;
mod visit;

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64};

use undercroft_foundation::{
    Code, Error, Job, ProjectId, Result, TextValue, TreePath, VersionId, WorkspaceId, escape_path,
    text,
};
use undercroft_library::Moment;

use crate::disk::Disk;
use crate::disk::stat_cache::{ScannedFolder, StatCache};
use crate::history::History;
use crate::rules::{LeaveOut, ProjectRules};
use crate::store::{Deflater, HistoryStore, ObjectKind, ObjectWriter, WriteLock};
use crate::tree::commit::Commit;
use crate::tree::folder_view::StoredFolder;
use crate::tree::sidecar::Totals;
use crate::version::{Change, ChangeKind, GitId, Layer, Trigger, Version};
use crate::versions::row::version_of;
use crate::versions::table;
use crate::workspaces::Workspace;
use tree_scan::{Outcome, TreeScan, locked};
use visit::Visit;

pub use visit::Scope;

/// The description of a version to be made.
#[derive(Debug, Clone)]
pub struct SaveOrder {
    /// The message; made up from what changed, when empty.
    pub message: String,
    /// The author, `Name <mail>`; this user when `None`.
    pub author: Option<String>,
    /// The trigger of the version.
    pub trigger: Trigger,
    /// The layer for what is stored anew, if the caller wishes one.
    pub layer: Option<Layer>,
    /// Whether the message alone is worth a version, where nothing changed since the last: that
    /// one may have been made by itself a moment ago.
    pub says_more: bool,
    /// Whether every file that is looked at is read, also one that looks as it did: what is written
    /// through mapped memory may change nothing else.
    pub reads_all: bool,
}

impl SaveOrder {
    /// A version with this message, by this user.
    pub fn new(trigger: Trigger, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { message, author: None, trigger, layer: None, says_more: false, reads_all: false }
    }

    /// Whether a version of the content of `before` would say what that one does not.
    fn says_more_than(&self, before: &Commit) -> bool {
        let is_said = before.trigger == self.trigger && before.message == self.message;
        self.says_more && !self.message.trim().is_empty() && !is_said
    }
}

/// Makes versions of workspaces, and writes into workspaces what a version or the user says. Clones
/// share what is open.
#[derive(Debug, Clone)]
pub struct HistoryWriter {
    pub(crate) history: History,
}

impl HistoryWriter {
    /// A writer of these histories.
    pub(crate) fn new(history: &History) -> Self {
        Self { history: history.clone() }
    }

    /// Makes a version of a workspace as it is now; nothing, when nothing changed since the last
    /// and the order says no more than that.
    /// It is durable when this returns.
    ///
    /// An entry that cannot be read becomes a warning of the job, and stays in the version as it was.
    ///
    /// # Errors
    /// [`Code::SourceMissing`] when the folder is not there, [`Code::Cancelled`],
    /// [`Code::Locked`], or whatever keeps it from being stored: then there is no new version, and
    /// the last one is as it was. When only the catalog cannot be written, the version is there,
    /// and the catalog learns of it with the next.
    pub fn save(
        &self,
        workspace: WorkspaceId,
        scope: Scope,
        order: SaveOrder,
        job: &Job,
    ) -> Result<Option<Version>> {
        self.save_and_tell(workspace, scope, order, job).map(|saved| saved.version)
    }

    /// The same, with what is to be looked at after it.
    pub(crate) fn save_and_tell(
        &self,
        workspace: WorkspaceId,
        scope: Scope,
        order: SaveOrder,
        job: &Job,
    ) -> Result<Saved> {
        let workspace = self.history.confirmed_workspace(workspace)?;
        let disk = Disk::open(&workspace.root)?;
        if order.trigger == Trigger::Automatic {
            self.history.check_root(&workspace, &disk)?;
        }
        let store = self.history.store(workspace.project)?;
        let lock = store.lock(&*self.history.library().world().clock)?;
        self.history.reconcile_for(&workspace, &store)?;
        let tip = self.history.tip_of(&workspace, &store)?;
        let before = match tip {
            Some(tip) => Some(Commit::read(&store, tip)?),
            None => None,
        };
        let scope = if before.is_none() { Scope::Whole } else { scope };
        let saved =
            SaveRun { history: &self.history, workspace: &workspace, store: &store, lock: &lock }
                .make(&disk, scope, order, before.as_ref().zip(tip), job)?;
        if let Err(error) = self.history.note_root(&workspace, &disk) {
            tracing::warn!(%error, "the folder of a workspace is not known by its identity");
        }
        if saved.version.is_some()
            && let Err(error) = store.roll_up(&lock)
        {
            tracing::warn!(%error, "small packs could not be put together");
        }
        Ok(saved)
    }
}

/// One version in the making.
struct SaveRun<'a> {
    history: &'a History,
    workspace: &'a Workspace,
    store: &'a HistoryStore,
    lock: &'a WriteLock,
}

impl SaveRun<'_> {
    fn make(
        &self,
        disk: &Disk,
        scope: Scope,
        order: SaveOrder,
        before: Option<(&Commit, GitId)>,
        job: &Job,
    ) -> Result<Saved> {
        let world = self.history.library().world();
        let project = self.workspace.project;
        let rules = ProjectRules::load(self.history.library().root(), project)?.compile()?;
        let writer = ObjectWriter::begin(self.store, self.lock)?;
        let cache = self.history.cache(self.workspace.id)?;
        let previous = match before {
            Some((commit, _)) => StoredFolder::root(self.store, commit.tree)?,
            None => StoredFolder::default(),
        };
        let scan = TreeScan {
            disk,
            store: self.store,
            writer: &writer,
            cache: &cache,
            rules: &rules,
            leave_out: &LeaveOut::new(&self.workspace.root, &rules),
            wish: order.layer,
            job,
            is_first: before.is_none(),
            looked_at: world.clock.now(),
            written_back: AtomicU64::new(0),
            mounts: cache.mounts().unwrap_or_default(),
            keeps_absent_mounts: order.trigger == Trigger::Automatic,
            outcome: Mutex::default(),
            deferred: Mutex::default(),
            claimed: AtomicU64::new(0),
            failed: AtomicBool::new(false),
        };
        scan.walk_and_count(Visit { reads_all: order.reads_all, ..Visit::of(scope) }, previous)?;
        job.settle_totals();
        let id = VersionId::new(&*world.clock, &*world.random);
        let objects_bytes = self.store_objects(&scan, project, id)?;
        let outcome = std::mem::take(&mut *locked(&scan.outcome));
        let Outcome { root: Some((root, totals)), changes, known, mounts, unread, linked } =
            outcome
        else {
            return Err(lost_root());
        };
        let is_automatic = order.trigger == Trigger::Automatic;
        if is_automatic && totals.files == 0 && previous.totals(self.store)?.files > 0 {
            return Err(emptied(&self.workspace.root));
        }
        let says_more = before.is_none_or(|(commit, _)| order.says_more_than(commit));
        let made = if changes.is_empty() && !says_more {
            None
        } else {
            if changes.may_hold_renames() {
                // What was added is read again, to be compared with what was removed.
                writer.flush()?;
            }
            let changed = changes.pair_renames(self.store)?;
            let stored_bytes = writer.stored_bytes() + objects_bytes;
            let new_version = NewVersion { id, root, totals, changed, stored_bytes };
            Some(self.publish(&writer, order, before, new_version)?)
        };
        let linked = other_names(&cache, &linked, &known);
        // Only now, because what it says is true of the last version only.
        if let Err(error) = cache.store(&known, &mounts) {
            tracing::warn!(%error, "files will be read again that did not change");
        }
        Ok(Saved { version: made, unread, linked })
    }

    /// Stores what belongs into the object store; says how many bytes that took.
    fn store_objects(&self, scan: &TreeScan<'_>, project: ProjectId, id: VersionId) -> Result<u64> {
        if locked(&scan.deferred).is_empty() {
            return Ok(0);
        }
        // The store's packs need the memory that ours took.
        scan.writer.flush()?;
        self.history.objects().add(project, id, |writer| {
            let contents = scan.store_deferred(writer)?;
            Ok((contents.iter().map(|content| content.stored_bytes).sum(), contents))
        })
    }

    fn publish(
        &self,
        writer: &ObjectWriter<'_>,
        order: SaveOrder,
        before: Option<(&Commit, GitId)>,
        new_version: NewVersion,
    ) -> Result<Version> {
        let world = self.history.library().world();
        let project = self.workspace.project;
        let catalog = self.history.library().catalog();
        let seq = catalog.read(|connection| table::next_seq(connection, project))?;
        let NewVersion { id, root, totals, changed, stored_bytes } = new_version;
        let message = if order.message.trim().is_empty() {
            describe(&changed, before.is_none())
        } else {
            order.message
        };
        let commit = Commit {
            tree: root.tree.ok_or_else(lost_root)?,
            parent: before.map(|(_, id)| id),
            author: order.author.unwrap_or_else(|| self.history.author().to_owned()),
            time: Moment::of(world.clock.now()).0,
            message,
            version: id,
            trigger: order.trigger,
            workspace: self.workspace.id,
            // What the catalog could not be told of comes before it all the same.
            seq: before.map_or(seq, |(commit, _)| seq.max(commit.seq + 1)),
            stored_bytes,
        };
        let content = commit.encode();
        // What the catalog is told is what it would read in the commit.
        let commit = Commit::decode(&content).ok_or_else(|| not_a_version(&commit))?;
        let commit_id = writer.put(&mut Deflater::new(), ObjectKind::Commit, &content)?;
        writer.flush()?;
        self.store.update_branch(&self.workspace.name, commit_id)?;
        let parent = before.map(|(commit, _)| commit.version);
        let version = version_of(&commit, commit_id, project, parent, totals, &changed);
        catalog.write(|transaction| {
            self.history.index_version(transaction, &self.workspace.name, &version, &changed)
        })?;
        Ok(version)
    }
}

/// The outcome of a save.
pub(crate) struct Saved {
    /// The version, when anything changed.
    pub(crate) version: Option<Version>,
    /// Paths that could not be read, and stay as they were.
    pub(crate) unread: Vec<TreePath>,
    /// The other names of files that changed: they have the same content, and were not looked at.
    pub(crate) linked: Vec<TreePath>,
}

/// The names that files with these inodes have that were not looked at.
fn other_names(cache: &StatCache, inodes: &BTreeSet<u64>, seen: &[ScannedFolder]) -> Vec<TreePath> {
    if inodes.is_empty() {
        return Vec::new();
    }
    let by_folder = seen.iter().map(|scanned| (&scanned.folder, &scanned.only));
    let by_folder: HashMap<_, _> = by_folder.collect();
    let mut names = cache.names_of(inodes).unwrap_or_default();
    names.retain(|path| {
        let Some((folder, name)) = path.split() else { return false };
        let only = by_folder.get(&folder).copied();
        only.is_none_or(|only| only.as_ref().is_some_and(|only| !only.contains(name)))
    });
    names
}

/// A version to be made, but for its commit.
struct NewVersion {
    id: VersionId,
    root: StoredFolder,
    totals: Totals,
    changed: Vec<Change>,
    stored_bytes: u64,
}

/// A message for a version that was given none: what changed, in a line.
fn describe(changed: &[Change], is_first: bool) -> String {
    if is_first {
        return "Begin to keep versions".to_owned();
    }
    let did = |kind| match kind {
        ChangeKind::Added => "Add",
        ChangeKind::Modified => "Change",
        ChangeKind::Removed => "Remove",
        ChangeKind::Renamed => "Rename",
        ChangeKind::Metadata => "Change the attributes of",
    };
    if changed.is_empty() {
        return "Change folders".to_owned();
    }
    // A file that went is named whatever else was done: it is looked for later.
    let mut kinds: Vec<ChangeKind> = Vec::new();
    for change in changed {
        if !kinds.contains(&change.kind) {
            kinds.push(change.kind);
        }
    }
    let say = |kind: &ChangeKind| {
        let mut of_kind = changed.iter().filter(|change| change.kind == *kind);
        let first = of_kind.next()?;
        let text = match (of_kind.count(), &first.from) {
            (0, Some(from)) => format!("{} {from} to {}", did(*kind), first.path),
            (0, None) => format!("{} {}", did(*kind), first.path),
            (others, _) => {
                let others = TextValue::count(others as u64, "other file");
                format!("{} {} and {others}", did(*kind), first.path)
            }
        };
        Some(text)
    };
    kinds.iter().filter_map(say).collect::<Vec<_>>().join("; ")
}

/// A folder that lost everything at once is most likely the place where a drive was.
fn emptied(root: &std::path::Path) -> Error {
    let what = text!("There is nothing left in {root}", root = escape_path(root));
    Error::new(Code::SourceMissing, what)
        .why("Its drive may be away; no version is made of that by itself")
        .next("Bring the drive back, restore the last version, or save a version by hand")
}

fn not_a_version(commit: &Commit) -> Error {
    Error::new(
        Code::Internal,
        text!("The version {version} has no form as a commit", version = commit.version),
    )
}

fn lost_root() -> Error {
    Error::new(Code::Internal, "The version's root was never completed")
}
