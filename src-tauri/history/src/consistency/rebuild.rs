//! The catalog's part of history, made again from what is on disk.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::{Job, Result, VersionId};
use undercroft_library::{Project, ProjectFilter, ProjectStatus};

use super::found_workspaces;
use crate::consistency::HistoryMaintenance;
use crate::store::HistoryStore;
use crate::tree::commit::Commit;
use crate::version::GitId;
use crate::versions::marks;
use crate::versions::{changes, table};
use crate::workspaces;

/// The result of a rebuild.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RebuildReport {
    /// Projects that have a history.
    pub projects: u64,
    /// Workspaces of theirs.
    pub workspaces: u64,
    /// Versions of those.
    pub versions: u64,
    /// Facts that could not be found out, a sentence each.
    pub unknown: Vec<String>,
}

/// A version as its commit says it, with its place in the order of the project's.
#[derive(Debug)]
pub(crate) struct FoundVersion {
    pub(crate) commit: Commit,
    pub(crate) id: GitId,
    seq: u64,
}

impl HistoryMaintenance {
    /// Makes all that the catalog knows of histories anew, project by project.
    ///
    /// # Errors
    /// Whatever keeps a history from being read; the projects before it are done then.
    pub fn rebuild(&self, job: &Job) -> Result<RebuildReport> {
        let mut rebuilt = RebuildReport::default();
        let projects = self.history.library().projects();
        let forgotten =
            ProjectFilter { status: Some(ProjectStatus::Trashed), ..ProjectFilter::default() };
        let mut all = projects.list(&ProjectFilter::default())?;
        all.extend(projects.list(&forgotten)?);
        for project in all {
            if !self.history.is_begun(project.id) {
                continue;
            }
            job.check_cancelled()?;
            job.set_current(project.name.clone());
            self.rebuild_project(&project, &mut rebuilt, job)?;
            rebuilt.projects += 1;
        }
        Ok(rebuilt)
    }

    fn rebuild_project(
        &self,
        project: &Project,
        rebuilt: &mut RebuildReport,
        job: &Job,
    ) -> Result<()> {
        let id = project.id;
        let store = self.history.store(id)?;
        let _lock = store.lock(&*self.history.library().world().clock)?;
        // A catalog that is sound may know of versions that no branch leads to any more.
        if let Err(error) = self.history.reconcile(id, &store) {
            tracing::warn!(%error, project = project.name, "the catalog was not brought up to it");
        }
        let found = find_versions(&store, job)?;
        let (all, derived) =
            found_workspaces::complete(self.history.library(), project, &store, &found)?;
        let marks = marks::read(&store)?;
        let mut described = Vec::with_capacity(found.len());
        for FoundVersion { commit, id: commit_id, seq } in &found {
            job.check_cancelled()?;
            let (mut version, changed) =
                self.history.describe(&store, id, &marks, commit, *commit_id)?;
            version.seq = *seq;
            described.push((version, changed));
        }
        self.history.library().catalog().write(|transaction| {
            workspaces::table::remove_project(transaction, id)?;
            table::remove_project(transaction, id)?;
            changes::remove_project(transaction, id)?;
            all.iter().try_for_each(|it| workspaces::table::put(transaction, it))?;
            described.iter().try_for_each(|(version, changed)| {
                table::put(transaction, version)?;
                changes::put(transaction, id, version.seq, changed)
            })
        })?;
        if !derived.is_empty() {
            workspaces::stored::write(self.history.library(), id, &all)?;
        }
        rebuilt.unknown.extend(derived);
        rebuilt.workspaces += all.len() as u64;
        rebuilt.versions += found.len() as u64;
        Ok(())
    }
}

/// Every version that a reference leads to, in their order. Branches come first: of a version that
/// thinning was about to write anew they have the last word.
fn find_versions(store: &HistoryStore, job: &Job) -> Result<Vec<FoundVersion>> {
    let mut tips = Vec::new();
    for branch in store.branches()? {
        tips.extend(store.tip(&branch)?);
    }
    tips.extend(store.aside()?.into_iter().map(|(_, commit)| commit));
    let mut order: HashMap<GitId, u64> = HashMap::new();
    let mut known: HashSet<VersionId> = HashSet::new();
    let mut found = Vec::new();
    for tip in tips {
        let mut chain = Vec::new();
        let mut next = Some(tip);
        while let Some(id) = next.filter(|id| !order.contains_key(id)) {
            job.check_cancelled()?;
            let commit = Commit::read(store, id)?;
            next = commit.parent;
            chain.push((commit, id));
        }
        let mut last = next.and_then(|id| order.get(&id).copied()).unwrap_or_default();
        for (commit, id) in chain.into_iter().rev() {
            last = commit.seq.max(last + 1);
            order.insert(id, last);
            if known.insert(commit.version) {
                found.push(FoundVersion { commit, id, seq: last });
            }
        }
    }
    put_in_order(&mut found);
    Ok(found)
}

/// Gives no two versions the same place, though an earlier program may have done so.
fn put_in_order(found: &mut [FoundVersion]) {
    found.sort_by_key(|it| (it.seq, it.commit.time, it.id));
    let mut last = 0;
    for it in found {
        it.seq = it.seq.max(last + 1);
        last = it.seq;
    }
}
