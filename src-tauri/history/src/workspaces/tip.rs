//! The version that a workspace stands at.

use undercroft_foundation::{Result, WorkspaceId};

use super::Workspace;
use crate::history::History;
use crate::store::HistoryStore;
use crate::tree::commit::Commit;
use crate::version::{GitId, Version};

impl History {
    /// The commit that the next version of a workspace comes after.
    pub(crate) fn tip_of(
        &self,
        workspace: &Workspace,
        store: &HistoryStore,
    ) -> Result<Option<GitId>> {
        if let Some(tip) = store.tip(&workspace.name)? {
            return Ok(Some(tip));
        }
        workspace.opened_from.map(|from| self.version(from).map(|it| it.commit)).transpose()
    }

    /// The version that a workspace holds when nothing changed since; none before its first.
    pub(crate) fn tip_version(&self, workspace: WorkspaceId) -> Result<Option<Version>> {
        let workspace = self.workspace(workspace)?;
        let store = self.store(workspace.project)?;
        let Some(tip) = self.tip_of(&workspace, &store)? else { return Ok(None) };
        self.version(Commit::read(&store, tip)?.version).map(Some)
    }
}
