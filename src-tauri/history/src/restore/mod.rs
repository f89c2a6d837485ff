//! Restore: makes files and folders what a version says, in the workspace or elsewhere.
//!
//! One thread goes through the folders of the version and of the disk side by side; others compare
//! and write files. Everything on disk is reached through descriptors from the target down and no
//! symbolic link is followed. A file is written under another name, its bytes held against their
//! digest, and then takes its place; what is the same already is left alone. What cannot be
//! restored is told, and the rest goes on.

mod begun_change;
mod clone;
mod kept_before;
mod order;
mod removing;
mod selection;
mod tally;
mod target;
mod target_entry;
mod under_way;
mod undo_record;
mod walk;
mod worker;

use std::io::Read;
use std::path::Path;

use jiff::tz::TimeZone;
use undercroft_foundation::{
    Code, Error, Job, ProjectId, Result, TextValue, TreePath, VersionId, WorkspaceId, text,
};
use undercroft_watch::Touched;

use crate::disk::Disk;
use crate::guard::{GivenBack, HeldTree, Trash, TrashPart, check_path};
use crate::history::History;
use crate::rules::own_configuration;
use crate::save::HistoryWriter;
use crate::save::{SaveOrder, Scope};
use crate::tree::names::is_git;
use crate::version::{Change, ContentId, Trigger};
use crate::versions::reading::HistoryReader;

use self::selection::Selection;
use self::tally::Tally;
use self::target::Target;
use self::undo_record::UndoRecord;

pub(crate) use self::begun_change::BegunChange;
pub(crate) use self::under_way::files_record;
pub(crate) use self::undo_record::relied_upon;

pub use clone::clone_or_copy;
pub use kept_before::KeptBefore;
pub use order::{RestoreOrder, RestorePlan, RestoreReport, RestoreTo};
pub use undo_record::UndoableChange;

/// The number of changes that a plan lists one by one.
const LISTED: usize = 1000;
/// Why an undoing brings something back no more.
const GONE: &str = "No version holds it, and the trash that it went to was emptied";

/// The action on what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RestoreMode {
    /// It is restored.
    Act,
    /// It is counted, and the first of it listed.
    Plan,
    /// It is listed.
    List,
}

/// The source of the content of files.
trait Contents: Sync {
    fn open(&self, content: &ContentId) -> Result<Box<dyn Read + Send>>;
}

struct Stored<'a> {
    history: &'a History,
    project: ProjectId,
}

impl Contents for Stored<'_> {
    fn open(&self, content: &ContentId) -> Result<Box<dyn Read + Send>> {
        HistoryReader::new(self.history).open_content(self.project, content)
    }
}

impl HistoryWriter {
    /// Plans a restore. Changes nothing.
    ///
    /// # Errors
    /// The errors of [`HistoryWriter::restore`].
    pub fn plan_restore(&self, order: &RestoreOrder, job: &Job) -> Result<RestorePlan> {
        self.check_paths(order, &order.paths)?;
        Ok(self.carry_out(order, RestoreMode::Plan, Vec::new(), job)?.plan())
    }

    /// Everything that a restore would change, by path. Changes nothing.
    pub(crate) fn differences(&self, order: &RestoreOrder, job: &Job) -> Result<Vec<Change>> {
        self.check_paths(order, &order.paths)?;
        Ok(self.carry_out(order, RestoreMode::List, Vec::new(), job)?.plan().first)
    }

    /// Restores what the order says. In a workspace, what is there becomes a version before, and
    /// what is there afterwards another, so that [`HistoryWriter::undo`] goes back.
    ///
    /// An entry that could not be restored is in the report; all others are restored.
    ///
    /// # Errors
    /// [`Code::NotFound`] when the version has no such path, [`Code::Cancelled`], or what keeps all
    /// of it from being done. What was done until then stays, and can be undone.
    pub fn restore(&self, order: &RestoreOrder, job: &Job) -> Result<RestoreReport> {
        self.restore_as(order, None, job)
    }

    /// Restores; when that undoes something, what then went to the trash is brought back, too.
    fn restore_as(
        &self,
        order: &RestoreOrder,
        undone: Option<&UndoRecord>,
        job: &Job,
    ) -> Result<RestoreReport> {
        let RestoreTo::InPlace { workspace, .. } = order.to else {
            self.check_paths(order, &order.paths)?;
            return Ok(self.carry_out(order, RestoreMode::Act, Vec::new(), job)?.report());
        };
        let known = self.history.workspace(workspace)?;
        let trash = Trash::of(self.history.library().root(), &known);
        let gone = match undone {
            None => self.check_paths(order, &order.paths).map(|()| Vec::new())?,
            Some(undone) => self.gone(order, undone, &trash)?,
        };
        let order = &order.without(&gone);
        let scope = || scope_of(&order.paths);
        // An undoing that ends midway can be done again: it is noted at its end.
        let (change, before, back) = match undone {
            None => {
                let change = self.save_and_begin(&known, scope(), false, &Job::new())?;
                let before = change.before();
                (Some(change), before, GivenBack::default())
            }
            Some(undone) => {
                let before = self.ensure_saved(workspace, scope(), &Job::new())?;
                (None, before, trash.give_back(undone.parts(), &undone.paths, before)?)
            }
        };
        let given = back.paths.len() as u64;
        let under_way = under_way::record(self.history.library().root(), &known, order)?;
        let done = self.carry_out(order, RestoreMode::Act, back.paths, job);
        drop(under_way);
        let version = self.history.version(order.version)?;
        let name = version.name.unwrap_or_else(|| {
            version.time.to_zoned(TimeZone::system()).strftime("%-d %b %Y, %H:%M").to_string()
        });
        let what = match &order.paths[..] {
            [] => format!("Go back to {name}"),
            [path] => format!("Restore {path} from {name}"),
            paths => {
                let paths = TextValue::count(paths.len() as u64, "path");
                format!("Restore {paths} from {name}")
            }
        };
        let act = if undone.is_some() { "Undo: " } else { "" };
        let after = SaveOrder::new(Trigger::Manual, format!("{act}{what}"));
        let after = self.save(workspace, scope(), after, &Job::new())?;
        let done = done.map(Tally::report);
        // After a failure it is looked whether something came of it.
        if let (Some(change), Ok(report)) = (change, &done) {
            change.end(report.restored + report.removed > 0)?;
        }
        let mut report = done?;
        report.restored += given;
        report.failed.extend(back.left.into_iter().map(|(path, error)| (path, error.to_string())));
        report.failed.extend(gone.into_iter().map(|path| (path, GONE.to_owned())));
        if let (Some(_), Some(version)) = (undone, before) {
            let parts = back.part.iter().map(TrashPart::name).collect();
            let (paths, has_ended) = (order.paths.clone(), true);
            let record = UndoRecord { version, parts: Some(parts), has_ended, paths };
            record.write(self.history.library().root(), &known)?;
        }
        report.before = before;
        report.after = after.map(|version| version.id);
        Ok(report)
    }

    /// Makes what is there a version. Gives that, or, when nothing changed since, the last one.
    pub(crate) fn ensure_saved(
        &self,
        workspace: WorkspaceId,
        scope: Scope,
        job: &Job,
    ) -> Result<Option<VersionId>> {
        let order = SaveOrder::new(Trigger::BeforeRestore, "");
        let before = match self.save(workspace, scope, order, job)? {
            Some(version) => Some(version),
            None => self.history.tip_version(workspace)?,
        };
        Ok(before.map(|version| version.id))
    }

    /// Goes back behind the last restore or deletion in a workspace; what was not part of it stays
    /// as it is. Done twice, it changes nothing in the end.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there was none, and those of [`HistoryWriter::restore`].
    pub fn undo(&self, workspace: WorkspaceId, job: &Job) -> Result<RestoreReport> {
        let last =
            UndoRecord::read(self.history.library().root(), &self.history.workspace(workspace)?)?;
        let last = last.ok_or_else(|| {
            Error::new(Code::NotFound, "There is nothing to undo")
                .why("Nothing was restored or deleted in this workspace")
                .next("Restore a version: `undercroft version restore`")
        })?;
        let to = RestoreTo::InPlace { workspace, remove_extra: true };
        let (version, paths) = (last.version, last.paths.clone());
        self.restore_as(&RestoreOrder { version, paths, to, like: None }, Some(&last), job)
    }

    /// Whether there is something to undo in a workspace.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a workspace that is not there.
    pub fn can_undo(&self, workspace: WorkspaceId) -> Result<bool> {
        let workspace = self.history.workspace(workspace)?;
        Ok(UndoRecord::read(self.history.library().root(), &workspace)?.is_some())
    }

    /// The paths that an undoing cannot bring back: no version holds them, and the trash that they
    /// went to was emptied.
    ///
    /// # Errors
    /// [`Code::NotFound`] where all of them are gone, so that there is nothing to do.
    fn gone(
        &self,
        order: &RestoreOrder,
        undone: &UndoRecord,
        trash: &Trash,
    ) -> Result<Vec<TreePath>> {
        let mut gone = Vec::new();
        for path in &undone.paths {
            if trash.holds(undone.parts(), path)? {
                continue;
            }
            match self.check_paths(order, std::slice::from_ref(path)) {
                Err(error) if error.code() == Code::NotFound => gone.push(path.clone()),
                checked => checked?,
            }
        }
        if !gone.is_empty() && gone.len() == undone.paths.len() {
            let what = match &gone[..] {
                [path] => text!("{path} cannot be brought back", path = path.to_string()),
                paths => {
                    let paths = TextValue::count(paths.len() as u64, "path");
                    text!("{paths} cannot be brought back", paths)
                }
            };
            return Err(Error::new(Code::NotFound, what).why(GONE).next("Look for it in a backup"));
        }
        Ok(gone)
    }

    /// Sees that there is something at each of these paths to restore, or to remove.
    fn check_paths(&self, order: &RestoreOrder, paths: &[TreePath]) -> Result<()> {
        let removes_from = match order.to {
            RestoreTo::InPlace { workspace, remove_extra: true } => {
                Some(self.history.workspace(workspace)?.root)
            }
            _ => None,
        };
        for path in paths {
            let is_on_disk = || {
                let place = removes_from.as_ref().map(|root| path.below(root));
                place.is_some_and(|place| place.symlink_metadata().is_ok())
            };
            match HistoryReader::new(&self.history).entry(order.version, path) {
                Err(error) if error.code() == Code::NotFound && is_on_disk() => {}
                found => drop(found?),
            }
        }
        Ok(())
    }

    /// Does what the order says, as far as its paths are there; what was just brought back stays.
    fn carry_out(
        &self,
        order: &RestoreOrder,
        mode: RestoreMode,
        back: Vec<TreePath>,
        job: &Job,
    ) -> Result<Tally> {
        let acts = mode == RestoreMode::Act;
        let version = self.history.version(order.version)?;
        let (store, root) = HistoryReader::new(&self.history).root_of(order.version)?;
        let (path, held, rules, remove_extra) = match &order.to {
            RestoreTo::Elsewhere(path) => (path.clone(), None, None, false),
            RestoreTo::InPlace { workspace, remove_extra } => {
                let workspace = self.history.confirmed_workspace(*workspace)?;
                let leave_out = self.history.leave_out(&workspace)?;
                let held = self.history.held_tree(&workspace)?;
                let trash = Trash::of(self.history.library().root(), &workspace);
                (workspace.root, Some((held, trash)), Some(leave_out), *remove_extra)
            }
        };
        let (held, trash) = held.unzip();
        let in_place = held.is_some();
        let restore = Restore {
            store: &store,
            contents: &Stored { history: &self.history, project: version.project },
            target: Target::open(&path, acts && !in_place)?,
            own: own_configuration(&path),
            like: order.like.as_deref().and_then(|like| Disk::open(like).ok()),
            held,
            trash,
            remove_extra,
            back,
            acts,
            job,
            tally: Tally::new(if mode == RestoreMode::List { usize::MAX } else { LISTED }),
        };
        let selection = Selection::new(&order.paths);
        restore.run(root, &selection, rules.map(|rules| rules.root()))?;
        Ok(restore.tally)
    }
}

/// Goes on, unless the path leads into a `.git` that is there, or is one.
fn check_existing(root: &Path, path: &TreePath) -> Result<()> {
    let mut above = TreePath::root();
    for name in path.names() {
        above = above.join(name);
        if is_git(name) && above.below(root).symlink_metadata().is_ok() {
            return check_path(own_configuration(root).as_ref(), &above);
        }
    }
    Ok(())
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

/// The state that all threads of one restore share.
struct Restore<'a> {
    store: &'a crate::store::HistoryStore,
    contents: &'a dyn Contents,
    target: Target,
    /// The place of Undercroft's own configuration in the target.
    own: Option<TreePath>,
    /// A workspace whose files may be copied, where they are the same.
    like: Option<Disk>,
    /// The tree that may be replaced or removed, in a workspace; elsewhere nothing may be.
    held: Option<HeldTree>,
    /// The trash that leftovers of a workspace go to.
    trash: Option<Trash>,
    remove_extra: bool,
    /// Paths that came out of the trash just now, and stay.
    back: Vec<TreePath>,
    /// Whether anything is changed, or only looked at.
    acts: bool,
    job: &'a Job,
    tally: Tally,
}
