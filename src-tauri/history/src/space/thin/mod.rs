//! Thinning: of many automatic versions a few stay, the fewer the longer ago.
//!
//! The commits of those that stay are written anew, with the same trees and other parents, as one
//! pack; then the branches move to them, each at one stroke; then the catalog follows in one
//! transaction, and when a crash keeps it from that, it catches up as after a save. A version keeps
//! its id. What was dropped takes room until the history is compacted.

mod cost;
mod rewrite;
mod rule;

use std::collections::HashMap;

use undercroft_foundation::{Job, ProjectId, Result, VersionId};

pub use self::cost::LostFile;
pub(crate) use self::cost::freed_objects;
pub use self::rule::{DropReason, KeepReason};
use crate::consistency::HistoryMaintenance;
use crate::restore::relied_upon;
use crate::store::{HistoryStore, WriteLock};
use crate::tree::commit::Commit;
use crate::version::Version;
use crate::versions::table;
use rule::ThinDecision;

/// The plan of a thinning, or its result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThinPlan {
    /// The versions that stay, oldest first, and why.
    pub keep: Vec<(VersionId, KeepReason)>,
    /// The versions that go, oldest first.
    pub drop: Vec<ThinDrop>,
    /// The bytes that compaction can free then: objects and blobs that no kept version needs, as
    /// stored.
    pub frees_bytes: u64,
    /// The number of files with a content that no kept version has.
    pub lost_files: u64,
    /// The first of them.
    pub lost: Vec<LostFile>,
}

/// A version that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThinDrop {
    /// The version.
    pub version: Version,
    /// Why.
    pub why: DropReason,
}

impl HistoryMaintenance {
    /// Plans which versions of a project thinning would drop, why, and what that means. Changes
    /// nothing.
    ///
    /// # Errors
    /// When the versions cannot be read.
    pub fn plan_thinning(&self, project: ProjectId, job: &Job) -> Result<ThinPlan> {
        let store = self.history.store(project)?;
        let versions = self.all_versions(project)?;
        self.plan_of(project, &store, &versions, job)
    }

    /// Drops the versions that the rule no longer keeps.
    ///
    /// # Errors
    /// When versions cannot be read or written; they are all there then, or all that
    /// should go are gone.
    pub fn thin(&self, project: ProjectId, job: &Job) -> Result<ThinPlan> {
        let store = self.history.store(project)?;
        let lock = store.lock(&*self.history.library().world().clock)?;
        self.thin_locked(project, &store, &lock, job)
    }

    pub(crate) fn thin_locked(
        &self,
        project: ProjectId,
        store: &HistoryStore,
        lock: &WriteLock,
        job: &Job,
    ) -> Result<ThinPlan> {
        self.history.reconcile(project, store)?;
        let versions = self.all_versions(project)?;
        let plan = self.plan_of(project, store, &versions, job)?;
        if !plan.drop.is_empty() {
            job.check_cancelled()?;
            let dropped = plan.drop.iter().map(|dropped| dropped.version.id).collect();
            self.drop_versions(store, lock, &versions, &dropped)?;
        }
        Ok(plan)
    }

    /// The number of versions, and of those that the rule no longer keeps.
    pub(crate) fn count_thinnable(
        &self,
        project: ProjectId,
        store: &HistoryStore,
    ) -> Result<(usize, usize)> {
        let versions = self.all_versions(project)?;
        let decisions =
            rule::decide(&versions, &self.needed_versions(project, store)?, self.history.now());
        let is_dropped = |decision: &&ThinDecision| matches!(decision, ThinDecision::Drop(_));
        let dropped = decisions.iter().filter(is_dropped).count();
        Ok((versions.len(), dropped))
    }

    fn all_versions(&self, project: ProjectId) -> Result<Vec<Version>> {
        self.history.library().catalog().read(|connection| table::of_project(connection, project))
    }

    /// The versions that something points at.
    fn needed_versions(
        &self,
        project: ProjectId,
        store: &HistoryStore,
    ) -> Result<HashMap<VersionId, KeepReason>> {
        let mut needed = HashMap::new();
        for workspace in self.history.workspaces(Some(project))? {
            needed.extend(workspace.opened_from.map(|id| (id, KeepReason::OpenedFrom)));
            let relied_upon = relied_upon(self.history.library().root(), &workspace)?;
            needed.extend(relied_upon.into_iter().map(|id| (id, KeepReason::Undo)));
            // Not the last in the order, where a branch was set back.
            if let Some(tip) = store.tip(&workspace.name)? {
                needed.insert(Commit::read(store, tip)?.version, KeepReason::Newest);
            }
        }
        Ok(needed)
    }

    fn plan_of(
        &self,
        project: ProjectId,
        store: &HistoryStore,
        versions: &[Version],
        job: &Job,
    ) -> Result<ThinPlan> {
        let needed = self.needed_versions(project, store)?;
        let mut plan = ThinPlan::default();
        let mut kept = Vec::new();
        let decisions = rule::decide(versions, &needed, self.history.now());
        for (version, decision) in versions.iter().zip(decisions) {
            match decision {
                ThinDecision::Keep(reason) => {
                    plan.keep.push((version.id, reason));
                    kept.push(version.clone());
                }
                ThinDecision::Drop(why) => {
                    plan.drop.push(ThinDrop { version: version.clone(), why });
                }
            }
        }
        cost::estimate_cost(&self.history, store, project, &kept, &mut plan, job)?;
        Ok(plan)
    }
}
