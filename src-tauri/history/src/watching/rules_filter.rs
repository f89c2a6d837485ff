//! The folders of a workspace that are watched.

use std::sync::{PoisonError, RwLock};

use undercroft_foundation::{Result, TreePath};
use undercroft_library::is_proof;
use undercroft_watch::{AffectedFolders, FolderFilter};

use crate::disk::Disk;
use crate::history::History;
use crate::rules::{Decision, LeaveOut, ProjectRules};
use crate::workspaces::Workspace;

/// Watches the folders that a project's rules do not leave out.
#[derive(Debug)]
pub(super) struct RulesFilter {
    history: History,
    workspace: Workspace,
    rules: RwLock<(ProjectRules, LeaveOut)>,
}

impl RulesFilter {
    pub(super) fn new(
        history: &History,
        workspace: &Workspace,
        rules: ProjectRules,
    ) -> Result<Self> {
        let leave_out = LeaveOut::new(&workspace.root, &rules.compile()?);
        let rules = RwLock::new((rules, leave_out));
        Ok(Self { history: history.clone(), workspace: workspace.clone(), rules })
    }

    /// Takes up other rules; whether they are others.
    pub(super) fn set(&self, workspace: &Workspace, rules: &ProjectRules) -> Result<bool> {
        let mut known = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = known.0 != *rules;
        if is_new {
            *known = (rules.clone(), LeaveOut::new(&workspace.root, &rules.compile()?));
        }
        Ok(is_new)
    }

    fn leave_out(&self) -> LeaveOut {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

impl FolderFilter for RulesFilter {
    fn includes(&self, path: &TreePath) -> bool {
        self.leave_out().is_included(path, true)
    }

    fn is_closed(&self, path: &TreePath) -> bool {
        let Some((parent, name)) = path.split() else { return false };
        let decision = self.leave_out().folder(&parent).map(|folder| folder.decide(name, true));
        matches!(decision, Some(Decision::LeaveOut(why)) if why.lies_inside())
    }

    fn takes_root(&self) -> bool {
        let disk = Disk::open(&self.workspace.root);
        disk.and_then(|disk| self.history.is_root(&self.workspace, &disk)).unwrap_or(false)
    }

    fn affected_by(&self, name: &[u8]) -> AffectedFolders {
        match name {
            b".gitignore" => AffectedFolders::Below,
            name if is_proof(name) => AffectedFolders::Near,
            _ => AffectedFolders::Nothing,
        }
    }
}
