//! The chain of commits without those that are dropped.

use std::collections::{HashMap, HashSet};

use undercroft_foundation::{
    ProjectId, Result, TextValue, TreePath, VersionId, reach_write_point, text,
};
use undercroft_library::NewEvent;

use crate::consistency::HistoryMaintenance;
use crate::store::{Deflater, HistoryStore, ObjectKind, ObjectWriter, WriteLock};
use crate::tree::commit::Commit;
use crate::tree::compare::changes_between;
use crate::tree::folder_view::StoredFolder;
use crate::tree::sidecar::Totals;
use crate::version::{Change, GitId, Version};
use crate::versions::row::version_of;
use crate::versions::{changes, table};

/// A version that is no longer what the catalog says.
struct Rewritten {
    version: Version,
    /// The changes of the version, where it comes after another one now.
    changes: Option<Vec<Change>>,
}

impl HistoryMaintenance {
    /// Drops versions: `versions` are all of the project, in their order.
    pub(super) fn drop_versions(
        &self,
        store: &HistoryStore,
        lock: &WriteLock,
        versions: &[Version],
        dropped: &HashSet<VersionId>,
    ) -> Result<()> {
        let writer = ObjectWriter::begin(store, lock)?;
        let chain = Chain::of(versions, dropped);
        let rewritten = chain.rewrite(store, &writer)?;
        writer.flush()?;
        reach_write_point("history.thin-written");
        let commits: HashMap<VersionId, GitId> =
            rewritten.iter().map(|it| (it.version.id, it.version.commit)).collect();
        let Some(project) = versions.first().map(|version| version.project) else { return Ok(()) };
        self.move_references(project, store, &chain, &commits)?;
        self.history.library().catalog().write(|transaction| {
            for version in versions.iter().filter(|version| dropped.contains(&version.id)) {
                table::remove(transaction, version.id)?;
                changes::remove(transaction, project, version.seq)?;
            }
            for Rewritten { version, changes } in &rewritten {
                table::put(transaction, version)?;
                if let Some(changed) = changes {
                    changes::put(transaction, project, version.seq, changed)?;
                }
            }
            let gone = TextValue::count(dropped.len() as u64, "automatic version");
            let event = NewEvent::new("history.thinned", text!("Thinned out {gone}", gone));
            self.history.library().events().append(transaction, &event.of_project(Some(project)))
        })?;
        reach_write_point("history.thinned");
        Ok(())
    }

    /// Moves branches, and what keeps versions beside them, to the commits that were written anew.
    fn move_references(
        &self,
        project: ProjectId,
        store: &HistoryStore,
        chain: &Chain<'_>,
        commits: &HashMap<VersionId, GitId>,
    ) -> Result<()> {
        let mut branches = Vec::new();
        for workspace in self.history.workspaces(Some(project))? {
            if let Some(tip) = store.tip(&workspace.name)? {
                branches.push((workspace.name, Commit::read(store, tip)?.version));
            }
        }
        let on_branches: HashSet<VersionId> =
            branches.iter().flat_map(|(_, tip)| chain.line(*tip)).collect();
        let commit_of = |id| {
            let known = || chain.versions.iter().find(|it| it.id == id).map(|it| it.commit);
            commits.get(&id).copied().or_else(known)
        };
        for (version, _) in store.aside()? {
            let stays = chain.line(version).find(|id| !chain.dropped.contains(id));
            if stays != Some(version) || on_branches.contains(&version) {
                store.release(version)?;
            }
            let aside = stays.filter(|id| !on_branches.contains(id));
            if let Some((id, commit)) = aside.and_then(|id| Some((id, commit_of(id)?))) {
                store.set_aside(id, commit)?;
            }
        }
        for (name, tip) in branches {
            if let Some(commit) = commits.get(&tip) {
                store.update_branch(&name, *commit)?;
                reach_write_point("history.thin-published");
            }
        }
        Ok(())
    }
}

/// The versions of a project, and which of them go.
struct Chain<'a> {
    versions: &'a [Version],
    dropped: &'a HashSet<VersionId>,
    parents: HashMap<VersionId, Option<VersionId>>,
}

impl<'a> Chain<'a> {
    fn of(versions: &'a [Version], dropped: &'a HashSet<VersionId>) -> Self {
        let parents = versions.iter().map(|version| (version.id, version.parent)).collect();
        Self { versions, dropped, parents }
    }

    /// The version that a version comes after when those that go are gone.
    fn parent(&self, version: &Version) -> Option<VersionId> {
        let mut parent = version.parent;
        while let Some(id) = parent.filter(|id| self.dropped.contains(id)) {
            parent = self.parents.get(&id).copied().flatten();
        }
        parent
    }

    /// A version and those that it came after.
    fn line(&self, from: VersionId) -> impl Iterator<Item = VersionId> {
        std::iter::successors(Some(from), |id| self.parents.get(id).copied().flatten())
    }

    /// Writes anew the commits that come after others now.
    fn rewrite(&self, store: &HistoryStore, writer: &ObjectWriter<'_>) -> Result<Vec<Rewritten>> {
        let mut deflater = Deflater::new();
        // Of those that stay: where they are, and their tree.
        let mut places: HashMap<VersionId, (GitId, GitId)> = HashMap::new();
        let mut rewritten = Vec::new();
        for version in self.versions.iter().filter(|version| !self.dropped.contains(&version.id)) {
            let commit = Commit::read(store, version.commit)?;
            let parent = self.parent(version);
            let place = parent.and_then(|parent| places.get(&parent).copied());
            let before = place.map_or(commit.parent, |(id, _)| Some(id));
            let is_same = before == commit.parent;
            let commit = Commit { parent: before, ..commit };
            let id = if is_same {
                version.commit
            } else {
                writer.put(&mut deflater, ObjectKind::Commit, &commit.encode())?
            };
            places.insert(version.id, (id, commit.tree));
            let follows_another = parent != version.parent;
            if id == version.commit && !follows_another {
                continue;
            }
            let mut new = Version { commit: id, parent, ..version.clone() };
            let mut changed = None;
            if let Some((_, before)) = place.filter(|_| follows_another) {
                let found = differences(store, before, commit.tree)?;
                let totals = Totals { files: version.files, bytes: version.size_bytes };
                let counted = version_of(&commit, id, version.project, parent, totals, &found);
                let Version { added, modified, removed, renamed, .. } = counted;
                new = Version { added, modified, removed, renamed, ..new };
                changed = Some(found);
            }
            rewritten.push(Rewritten { version: new, changes: changed });
        }
        Ok(rewritten)
    }
}

fn differences(store: &HistoryStore, before: GitId, after: GitId) -> Result<Vec<Change>> {
    let before = StoredFolder::root(store, before)?;
    let after = StoredFolder::root(store, after)?;
    changes_between(store, &TreePath::root(), before, after)
}
