//! The catalog's part of history, made again from what is on disk: after a crash between the two,
//! or because the catalog is gone.

use std::collections::HashSet;

use undercroft_foundation::{Code, Error, Job, ProjectId, Result, VersionId};
use undercroft_library::{ProjectFilter, ProjectStatus};

use crate::commit::Commit;
use crate::compare::changes_between;
use crate::folder_view::StoredFolder;
use crate::history::History;
use crate::path::TreePath;
use crate::save::version_of;
use crate::store::HistoryStore;
use crate::version::{Change, GitId, Version};
use crate::versions::marks::{self, Marks};
use crate::versions::{changes, table};
use crate::workspaces::{self, Workspace};

/// What was made again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Projects that have a history.
    pub projects: u64,
    /// Workspaces of theirs.
    pub workspaces: u64,
    /// Versions of those.
    pub versions: u64,
}

impl History {
    /// Makes all that the catalog knows of histories anew, project by project.
    ///
    /// # Errors
    /// Whatever keeps a history from being read; the projects before it are done then.
    pub fn rebuild(&self, job: &Job) -> Result<Rebuilt> {
        let mut rebuilt = Rebuilt::default();
        let projects = self.library().projects();
        let forgotten =
            ProjectFilter { status: Some(ProjectStatus::Trashed), ..ProjectFilter::default() };
        let mut all = projects.list(&ProjectFilter::default())?;
        all.extend(projects.list(&forgotten)?);
        for project in all {
            if !self.is_begun(project.id) {
                continue;
            }
            job.check_cancelled()?;
            job.set_current(project.name);
            let (workspaces, versions) = self.rebuild_project(project.id, job)?;
            rebuilt.projects += 1;
            rebuilt.workspaces += workspaces;
            rebuilt.versions += versions;
        }
        Ok(rebuilt)
    }

    fn rebuild_project(&self, project: ProjectId, job: &Job) -> Result<(u64, u64)> {
        let store = self.store(project)?;
        let _lock = store.lock(&*self.library().world().clock)?;
        let known = workspaces::stored::read(self.library(), project)?;
        let marks = marks::read(&store)?;
        self.library().catalog().write(|transaction| {
            workspaces::table::remove_project(transaction, project)?;
            known.iter().try_for_each(|workspace| workspaces::table::put(transaction, workspace))
        })?;
        let mut all = Vec::new();
        for workspace in &known {
            let Some(tip) = store.tip(&workspace.name)? else { continue };
            for (commit, id) in self.branch(&store, workspace, tip, |_, _| Ok(false))? {
                job.check_cancelled()?;
                all.push(self.describe(&store, project, &marks, &commit, id)?);
            }
        }
        self.library().catalog().write(|transaction| {
            table::remove_project(transaction, project)?;
            changes::remove_project(transaction, project)?;
            for (version, changed) in &all {
                table::insert(transaction, version)?;
                changes::insert(transaction, project, version.seq, changed)?;
            }
            Ok(())
        })?;
        Ok((known.len() as u64, all.len() as u64))
    }

    /// Brings the catalog up to what the branch of a workspace says, when it lags behind: a process
    /// ended between the two. The history's lock must be held.
    pub(crate) fn catch_up(&self, workspace: &Workspace, store: &HistoryStore) -> Result<()> {
        let newest = self.newest_version(workspace.id)?;
        let tip = store.tip(&workspace.name)?;
        if newest.as_ref().map(|version| version.commit) == tip {
            return Ok(());
        }
        let Some(tip) = tip else {
            let what = format!("The branch {} of the history is gone", workspace.name);
            return Err(Error::new(Code::Damaged, what)
                .why("Versions of it are known, so that beginning anew would lose them")
                .next("Bring the history back from a backup, or restore the branch with git"));
        };
        let is_known = |commit: &Commit, id: GitId| -> Result<bool> {
            Ok(self.version(commit.version).is_ok_and(|version| version.commit == id))
        };
        let missing = self.branch(store, workspace, tip, is_known)?;
        let joint = match missing.first().and_then(|(commit, _)| commit.parent) {
            Some(parent) => Some(Commit::read(store, parent)?),
            None => None,
        };
        let joint = joint.filter(|commit| commit.workspace == workspace.id);
        let is_there: HashSet<VersionId> = missing
            .iter()
            .map(|(commit, _)| commit.version)
            .chain(joint.iter().map(|it| it.version))
            .collect();
        let marks = marks::read(store)?;
        for (commit, id) in &missing {
            let (version, changed) =
                self.describe(store, workspace.project, &marks, commit, *id)?;
            self.library()
                .catalog()
                .write(|transaction| changes::remove(transaction, version.project, version.seq))?;
            self.index_version(workspace, &version, &changed)?;
        }
        // What the branch no longer has was thinned out.
        let since = joint.map_or(0, |commit| commit.seq);
        let all = self
            .library()
            .catalog()
            .read(|connection| table::of_project(connection, workspace.project))?;
        let is_gone = |version: &&Version| {
            version.workspace == workspace.id
                && version.seq > since
                && !is_there.contains(&version.id)
        };
        let gone: Vec<_> = all.iter().filter(is_gone).collect();
        self.library().catalog().write(|transaction| {
            gone.iter().try_for_each(|version| {
                table::remove(transaction, version.id)?;
                changes::remove(transaction, version.project, version.seq)
            })
        })
    }

    /// The commits of a workspace's branch, the oldest first, from the one after the last that
    /// `ends`.
    fn branch(
        &self,
        store: &HistoryStore,
        workspace: &Workspace,
        tip: GitId,
        ends: impl Fn(&Commit, GitId) -> Result<bool>,
    ) -> Result<Vec<(Commit, GitId)>> {
        let mut commits = Vec::new();
        let mut next = Some(tip);
        while let Some(id) = next {
            let commit = Commit::read(store, id)?;
            // Beyond its beginning, a branch is that of another workspace.
            if commit.workspace != workspace.id || ends(&commit, id)? {
                break;
            }
            next = commit.parent;
            commits.push((commit, id));
        }
        commits.reverse();
        Ok(commits)
    }

    /// What the catalog should say of a commit.
    fn describe(
        &self,
        store: &HistoryStore,
        project: ProjectId,
        marks: &Marks,
        commit: &Commit,
        id: GitId,
    ) -> Result<(Version, Vec<Change>)> {
        let root = StoredFolder::root(store, commit.tree)?;
        let parent = match commit.parent {
            Some(parent) => Some(Commit::read(store, parent)?),
            None => None,
        };
        let changed = match &parent {
            Some(parent) => {
                let before = StoredFolder::root(store, parent.tree)?;
                changes_between(store, &TreePath::root(), before, root)?
            }
            None => Vec::new(),
        };
        let totals = root.view(store)?.entries.totals;
        let parent = parent.map(|parent| parent.version);
        let mut version = version_of(commit, id, project, parent, totals, &changed);
        if let Some(mark) = marks.get(&version.id) {
            version.name = mark.name.clone();
            version.note = mark.note.clone();
            version.pinned = mark.pinned;
        }
        Ok((version, changed))
    }
}
