//! Which folders of a workspace are watched.

use std::sync::{PoisonError, RwLock};

use undercroft_foundation::Result;
use undercroft_library::is_proof;

use crate::path::TreePath;
use crate::rules::{Decision, LeaveOut, ProjectRules};
use crate::watch::{Decided, Included};
use crate::workspaces::Workspace;

/// Watches the folders that a project's rules do not leave out.
#[derive(Debug)]
pub(super) struct ByRules(RwLock<(ProjectRules, LeaveOut)>);

impl ByRules {
    pub(super) fn new(workspace: &Workspace, rules: ProjectRules) -> Result<Self> {
        let leave_out = LeaveOut::new(&workspace.root, &rules.compile()?);
        Ok(Self(RwLock::new((rules, leave_out))))
    }

    /// Takes up other rules; whether they are others.
    pub(super) fn set(&self, workspace: &Workspace, rules: &ProjectRules) -> Result<bool> {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = known.0 != *rules;
        if is_new {
            *known = (rules.clone(), LeaveOut::new(&workspace.root, &rules.compile()?));
        }
        Ok(is_new)
    }

    fn leave_out(&self) -> LeaveOut {
        self.0.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

impl Included for ByRules {
    fn folder(&self, path: &TreePath) -> bool {
        self.leave_out().is_included(path, true)
    }

    fn is_closed(&self, path: &TreePath) -> bool {
        let Some((parent, name)) = path.split() else { return false };
        let decision = self.leave_out().folder(&parent).map(|folder| folder.decide(name, true));
        matches!(decision, Some(Decision::LeaveOut(why)) if why.lies_inside())
    }

    fn decided_by(&self, name: &[u8]) -> Decided {
        match name {
            b".gitignore" => Decided::Below,
            name if is_proof(name) => Decided::Near,
            _ => Decided::Nothing,
        }
    }
}
