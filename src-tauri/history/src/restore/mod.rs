//! Restore: makes files and folders what a version says, in the workspace or elsewhere.
//!
//! One thread goes through the folders of the version and of the disk side by side; others compare
//! and write files. Everything on disk is reached through descriptors from the target down and no
//! symbolic link is followed. A file is written under another name, its bytes held against their
//! digest, and then takes its place; what is the same already is left alone. What cannot be
//! restored is told, and the rest goes on.

mod bytes;
mod clone;
mod hand;
mod last_kept;
mod order;
mod removing;
mod selection;
mod spot;
mod tally;
mod target;
mod walk;

use std::collections::HashSet;
use std::io::Read;

use undercroft_foundation::{
    Code, Error, Job, ProjectId, Result, VersionId, WorkspaceId, count_text, escape_path,
};

use crate::disk::Disk;
use crate::history::History;
use crate::path::TreePath;
use crate::rules::{LeaveOut, ProjectRules};
use crate::save::{SaveOrder, Scope};
use crate::version::{Change, ContentId, Trigger};
use crate::watch::Touched;
use crate::workspaces::Workspace;

use self::last_kept::LastKept;
use self::selection::Selection;
use self::tally::Tally;
use self::target::Target;

pub(crate) use bytes::is_content_of;
pub use clone::clone_or_copy;
pub use order::{RestoreOrder, RestorePlan, RestoreReport, RestoreTo};

/// How many changes a plan lists one by one.
const LISTED: usize = 1000;

/// What is done about what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It is restored.
    Act,
    /// It is counted, and the first of it listed.
    Plan,
    /// It is listed.
    List,
}

/// Where the content of files comes from.
trait Contents: Sync {
    fn open(&self, content: &ContentId) -> Result<Box<dyn Read + Send>>;
}

struct Stored<'a> {
    history: &'a History,
    project: ProjectId,
}

impl Contents for Stored<'_> {
    fn open(&self, content: &ContentId) -> Result<Box<dyn Read + Send>> {
        self.history.open_content(self.project, content)
    }
}

impl History {
    /// What a restore would do. Changes nothing.
    ///
    /// # Errors
    /// Those of [`History::restore`].
    pub fn plan_restore(&self, order: &RestoreOrder, job: &Job) -> Result<RestorePlan> {
        Ok(self.carry_out(order, Manner::Plan, HashSet::new(), job)?.plan())
    }

    /// Everything that a restore would change, by path. Changes nothing.
    pub(crate) fn differences(&self, order: &RestoreOrder, job: &Job) -> Result<Vec<Change>> {
        Ok(self.carry_out(order, Manner::List, HashSet::new(), job)?.plan().first)
    }

    /// Restores what the order says. In a workspace, what is there becomes a version before, and
    /// what is there afterwards another, so that [`History::undo`] goes back.
    ///
    /// What could not be restored is in the report; the rest is.
    ///
    /// # Errors
    /// [`Code::NotFound`] when the version has no such path, [`Code::Cancelled`], or what keeps all
    /// of it from being done. What was done until then stays, and can be undone.
    pub fn restore(&self, order: &RestoreOrder, job: &Job) -> Result<RestoreReport> {
        self.restore_as(order, "", job)
    }

    /// Restores; the message of the version that results begins with `act`.
    fn restore_as(&self, order: &RestoreOrder, act: &str, job: &Job) -> Result<RestoreReport> {
        let RestoreTo::InPlace { workspace, .. } = order.to else {
            return Ok(self.carry_out(order, Manner::Act, HashSet::new(), job)?.report());
        };
        self.check_paths(order)?;
        let scope = || scope_of(&order.paths);
        let keeping = Job::new();
        let before = self.keep_for_undo(workspace, scope(), &keeping)?;
        // What could not be kept must not be lost.
        let unkept = keeping.warnings().into_iter().map(|warning| warning.item).collect();
        let done = self.carry_out(order, Manner::Act, unkept, job);
        let version = self.version(order.version)?;
        let name = version.name.unwrap_or_else(|| version.id.to_string());
        let what = match &order.paths[..] {
            [] => format!("Go back to {name}"),
            [path] => format!("Restore {path} from {name}"),
            paths => {
                let paths = count_text(paths.len() as u64, "path");
                format!("Restore {paths} from {name}")
            }
        };
        let after = SaveOrder::new(Trigger::Manual, format!("{act}{what}"));
        let after = self.save(workspace, scope(), after, &Job::new())?;
        let mut report = done?.report();
        report.before = before;
        report.after = after.map(|version| version.id);
        Ok(report)
    }

    /// Makes what is there a version, to which [`History::undo`] brings back what is in the scope,
    /// until something else is restored or deleted. Gives that version, or, when nothing changed
    /// since, the last one.
    ///
    /// # Errors
    /// Those of [`History::save`].
    pub(crate) fn keep_for_undo(
        &self,
        workspace: WorkspaceId,
        scope: Scope,
        job: &Job,
    ) -> Result<Option<VersionId>> {
        let paths = match &scope {
            Scope::Whole => Vec::new(),
            Scope::Touched(touched) => touched.subtrees.iter().cloned().collect(),
        };
        let order = SaveOrder::new(Trigger::BeforeRestore, "");
        let before = match self.save(workspace, scope, order, job)? {
            Some(version) => Some(version),
            None => self.tip_version(workspace)?,
        };
        let before = before.map(|version| version.id);
        if let Some(version) = before {
            let last = LastKept { version, paths };
            last.write(self.library().root(), &self.workspace(workspace)?)?;
        }
        Ok(before)
    }

    /// Goes back behind the last restore or deletion in a workspace; what was not part of it stays
    /// as it is. Done twice, it changes nothing in the end.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there was none, and those of [`History::restore`].
    pub fn undo(&self, workspace: WorkspaceId, job: &Job) -> Result<RestoreReport> {
        let last = LastKept::read(self.library().root(), &self.workspace(workspace)?)?;
        let LastKept { version, paths } = last.ok_or_else(|| {
            Error::new(Code::NotFound, "There is nothing to undo")
                .why("Nothing was restored or deleted in this workspace")
                .next("Restore a version: `undercroft version restore`")
        })?;
        let to = RestoreTo::InPlace { workspace, remove_extra: true };
        self.restore_as(&RestoreOrder { version, paths, to, like: None }, "Undo: ", job)
    }

    /// The version that [`History::undo`] would go back to, which thinning must leave there.
    pub(crate) fn undo_version(&self, workspace: &Workspace) -> Result<Option<VersionId>> {
        Ok(LastKept::read(self.library().root(), workspace)?.map(|last| last.version))
    }

    /// Sees that there is something at each path to restore, or to remove.
    fn check_paths(&self, order: &RestoreOrder) -> Result<()> {
        let removes_from = match order.to {
            RestoreTo::InPlace { workspace, remove_extra: true } => {
                Some(self.workspace(workspace)?.root)
            }
            _ => None,
        };
        for path in &order.paths {
            let is_on_disk = || {
                let place = removes_from.as_ref().map(|root| path.below(root));
                place.is_some_and(|place| place.symlink_metadata().is_ok())
            };
            match self.entry(order.version, path) {
                Err(error) if error.code() == Code::NotFound && is_on_disk() => {}
                found => drop(found?),
            }
        }
        Ok(())
    }

    fn carry_out(
        &self,
        order: &RestoreOrder,
        manner: Manner,
        unkept: HashSet<String>,
        job: &Job,
    ) -> Result<Tally> {
        let acts = manner == Manner::Act;
        self.check_paths(order)?;
        let version = self.version(order.version)?;
        let (store, root) = self.root_of(order.version)?;
        let (path, rules, remove_extra) = match &order.to {
            RestoreTo::Elsewhere(path) => (path.clone(), None, false),
            RestoreTo::InPlace { workspace, remove_extra } => {
                let workspace = self.workspace(*workspace)?;
                let rules = ProjectRules::load(self.library().root(), workspace.project)?;
                let leave_out = LeaveOut::new(&workspace.root, &rules.compile()?);
                (workspace.root, Some(leave_out), *remove_extra)
            }
        };
        let in_place = rules.is_some();
        let restore = Restore {
            store: &store,
            contents: &Stored { history: self, project: version.project },
            target: Target::open(&path, acts && !in_place)?,
            like: order.like.as_deref().and_then(|like| Disk::open(like).ok()),
            in_place,
            remove_extra,
            acts,
            unkept,
            job,
            tally: Tally::new(if manner == Manner::List { usize::MAX } else { LISTED }),
        };
        let selection = Selection::new(&order.paths);
        restore.run(root, &selection, rules.map(|rules| rules.root()))?;
        Ok(restore.tally)
    }
}

/// All that a save must look at.
fn scope_of(paths: &[TreePath]) -> Scope {
    if paths.is_empty() || paths.iter().any(TreePath::is_root) {
        return Scope::Whole;
    }
    let mut touched = Touched::default();
    for path in paths {
        touched.add(path);
        touched.subtrees.insert(path.clone());
    }
    Scope::Touched(touched)
}

/// What all threads of one restore share.
struct Restore<'a> {
    store: &'a crate::store::HistoryStore,
    contents: &'a dyn Contents,
    target: Target,
    /// A workspace whose files may be copied, where they are the same.
    like: Option<Disk>,
    in_place: bool,
    remove_extra: bool,
    /// Whether anything is changed, or only looked at.
    acts: bool,
    /// Escaped paths on disk of what no version holds.
    unkept: HashSet<String>,
    job: &'a Job,
    tally: Tally,
}

impl Restore<'_> {
    /// Fails when what is there is nowhere else.
    fn check_kept(&self, at: &TreePath) -> Result<()> {
        if self.unkept.contains(&escape_path(&self.target.path_of(at))) {
            return Err(Error::new(Code::Unavailable, format!("{at} was left as it is"))
                .why("What is there could not be kept as a version first"));
        }
        Ok(())
    }
}
