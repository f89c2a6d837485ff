//! The catalog brought up to what branches say, when it lags behind: a process ended between the
//! two, or stock git moved a branch.

use std::collections::{HashMap, HashSet};

use rusqlite::Transaction;
use undercroft_foundation::{Code, Error, ProjectId, Result, TreePath, VersionId, text};

use crate::history::History;
use crate::store::HistoryStore;
use crate::tree::commit::Commit;
use crate::tree::compare::changes_between;
use crate::tree::folder_view::StoredFolder;
use crate::version::{Change, GitId, Version};
use crate::versions::marks::{self, Marks};
use crate::versions::row::version_of;
use crate::versions::{changes, table};
use crate::workspaces::Workspace;

/// A commit that the catalog has another idea of, or none.
struct Missing {
    version: Version,
    /// The changes that it made; nothing where the catalog knows.
    changed: Option<Vec<Change>>,
    is_new: bool,
}

/// The catalog's versions of one workspace.
struct Rows<'a>(HashMap<VersionId, &'a Version>);

impl History {
    /// Brings the catalog up to all branches of a project. The history's lock must be held.
    ///
    /// # Errors
    /// [`Code::Damaged`] for a branch that is gone or cannot be read.
    pub(crate) fn reconcile(&self, project: ProjectId, store: &HistoryStore) -> Result<()> {
        let workspaces = self.workspaces(Some(project))?;
        workspaces.iter().try_for_each(|workspace| self.reconcile_branch(workspace, store))
    }

    /// The same before a version of `workspace` is made: damage to the others keeps nobody from
    /// saving in this one.
    pub(crate) fn reconcile_for(&self, workspace: &Workspace, store: &HistoryStore) -> Result<()> {
        for other in self.workspaces(Some(workspace.project))? {
            match self.reconcile_branch(&other, store) {
                Err(error) if other.id != workspace.id => {
                    tracing::warn!(%error, workspace = other.name, "a branch cannot be read");
                }
                done => done?,
            }
        }
        Ok(())
    }

    fn reconcile_branch(&self, workspace: &Workspace, store: &HistoryStore) -> Result<()> {
        let newest = self.newest_version(workspace.id)?;
        let tip = store.tip(&workspace.name)?;
        if newest.as_ref().map(|version| version.commit) == tip {
            return Ok(());
        }
        let Some(tip) = tip else {
            let what =
                text!("The branch {workspace} of the history is gone", workspace = workspace.name);
            return Err(Error::new(Code::Damaged, what)
                .why("Versions of it are known, so that beginning anew would lose them")
                .next("Bring the history back from a backup, or restore the branch with git"));
        };
        let project = workspace.project;
        let mut known =
            self.library().catalog().read(|connection| table::of_project(connection, project))?;
        known.retain(|version| version.workspace == workspace.id);
        let rows = Rows(known.iter().map(|version| (version.id, version)).collect());
        let (commits, joint) = branch_until_known(store, workspace, tip, &rows)?;
        let on_branch: HashSet<VersionId> = commits
            .iter()
            .map(|(commit, _)| commit.version)
            .chain(rows.chain(joint).map(|version| version.id))
            .collect();
        let thinned = rows.thinned(&commits, &on_branch);
        let aside =
            |version: &&Version| !on_branch.contains(&version.id) && !thinned.contains(&version.id);
        let aside: Vec<&Version> = known.iter().filter(aside).collect();
        if !aside.is_empty() {
            // A file that looks as it did had other attributes in the version that is the newest now.
            self.cache(workspace.id)?.forget()?;
        }
        let lost = protect_orphans(store, &aside)?;
        let missing = self.describe_missing(store, project, commits, &rows)?;
        let gone = known.iter().filter(|it| thinned.contains(&it.id) || lost.contains(&it.id));
        self.library().catalog().write(|transaction| {
            for version in gone {
                table::remove(transaction, version.id)?;
                changes::remove(transaction, project, version.seq)?;
            }
            self.put_missing(transaction, workspace, &missing)
        })
    }

    /// The versions of a branch's commits of which the catalog has another idea.
    fn describe_missing(
        &self,
        store: &HistoryStore,
        project: ProjectId,
        commits: Vec<(Commit, GitId)>,
        rows: &Rows<'_>,
    ) -> Result<Vec<Missing>> {
        let marks = marks::read(store)?;
        let describe = |(commit, id): (Commit, GitId)| {
            let row = rows.0.get(&commit.version).copied();
            if let Some(row) = row {
                let parent = commit.parent.map(|parent| Commit::read(store, parent)).transpose()?;
                if parent.map(|parent| parent.version) == row.parent {
                    let version = Version { commit: id, ..row.clone() };
                    return Ok(Missing { version, changed: None, is_new: false });
                }
            }
            let (mut version, changed) = self.describe(store, project, &marks, &commit, id)?;
            version.seq = row.map_or(version.seq, |row| row.seq);
            Ok(Missing { version, changed: Some(changed), is_new: row.is_none() })
        };
        commits.into_iter().map(describe).collect()
    }

    /// Tells the catalog of commits, the oldest first. None takes another's place in the order,
    /// though an earlier program may have given both the same.
    fn put_missing(
        &self,
        transaction: &Transaction<'_>,
        workspace: &Workspace,
        missing: &[Missing],
    ) -> Result<()> {
        let mut last = 0;
        for Missing { version, changed, is_new } in missing {
            let (project, mut version) = (version.project, version.clone());
            let is_taken = || table::is_taken(transaction, project, version.seq);
            if *is_new && (version.seq <= last || is_taken()?) {
                version.seq = table::next_seq(transaction, project)?;
            }
            last = version.seq;
            match changed {
                Some(changed) if *is_new => {
                    self.index_version(transaction, &workspace.name, &version, changed)?;
                }
                Some(changed) => {
                    table::put(transaction, &version)?;
                    changes::put(transaction, project, version.seq, changed)?;
                }
                None => table::put(transaction, &version)?,
            }
        }
        Ok(())
    }

    /// The version that the catalog should hold for a commit.
    pub(crate) fn describe(
        &self,
        store: &HistoryStore,
        project: ProjectId,
        marks: &Marks,
        commit: &Commit,
        id: GitId,
    ) -> Result<(Version, Vec<Change>)> {
        let root = StoredFolder::root(store, commit.tree)?;
        let parent = commit.parent.map(|parent| Commit::read(store, parent)).transpose()?;
        let changed = match &parent {
            Some(parent) => {
                let before = StoredFolder::root(store, parent.tree)?;
                changes_between(store, &TreePath::root(), before, root)?
            }
            None => Vec::new(),
        };
        let totals = root.totals(store)?;
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

impl<'a> Rows<'a> {
    /// A version and those that it came after, as the catalog has them.
    fn chain(&self, from: Option<VersionId>) -> impl Iterator<Item = &'a Version> {
        let find = |id: VersionId| self.0.get(&id).copied();
        std::iter::successors(from.and_then(find), move |version| version.parent.and_then(find))
    }

    /// The versions that thinning took out from between those of the branch: one that is there
    /// came after them once. Where a branch was only set back, nothing on it came after them.
    fn thinned(
        &self,
        commits: &[(Commit, GitId)],
        on_branch: &HashSet<VersionId>,
    ) -> HashSet<VersionId> {
        let rewritten = commits.iter().filter_map(|(commit, _)| self.0.get(&commit.version));
        let between = rewritten.flat_map(|version| {
            self.chain(version.parent).take_while(|before| !on_branch.contains(&before.id))
        });
        between.map(|version| version.id).collect()
    }
}

/// Commits, each with its id.
type Commits = Vec<(Commit, GitId)>;

/// The commits of a workspace's branch that the catalog has another idea of, the oldest first, and
/// the version before them that it knows.
fn branch_until_known(
    store: &HistoryStore,
    workspace: &Workspace,
    tip: GitId,
    rows: &Rows<'_>,
) -> Result<(Commits, Option<VersionId>)> {
    let mut commits = Vec::new();
    let mut joint = None;
    let mut next = Some(tip);
    while let Some(id) = next {
        let commit = Commit::read(store, id)?;
        // Beyond its beginning, a branch is that of another workspace.
        if commit.workspace != workspace.id {
            break;
        }
        if rows.0.get(&commit.version).is_some_and(|row| row.commit == id) {
            joint = Some(commit.version);
            break;
        }
        next = commit.parent;
        commits.push((commit, id));
    }
    commits.reverse();
    Ok((commits, joint))
}

/// Sees that no garbage collection takes versions to which no branch leads any more. Gives those
/// that are gone already.
fn protect_orphans(store: &HistoryStore, aside: &[&Version]) -> Result<HashSet<VersionId>> {
    let mut lost = HashSet::new();
    for version in aside {
        if !store.contains(version.commit)? {
            lost.insert(version.id);
        }
    }
    let kept: HashSet<VersionId> = store.aside()?.into_iter().map(|(version, _)| version).collect();
    let before: HashSet<VersionId> = aside.iter().filter_map(|version| version.parent).collect();
    for version in aside {
        let is_last = !before.contains(&version.id);
        if is_last && !lost.contains(&version.id) && !kept.contains(&version.id) {
            store.set_aside(version.id, version.commit)?;
        }
    }
    Ok(lost)
}
