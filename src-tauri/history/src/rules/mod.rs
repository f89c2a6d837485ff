//! The rules of what is versioned of a workspace, and in which layer. It owns
//! `projects/{id}/rules.json`.
//!
//! Everything is versioned but the workspace's own `.git` and what a program makes again: a folder
//! such as `node_modules`, and only with its manifest beside it. What a `.gitignore` names is
//! versioned, too, unless the project's rules say that it is followed.

mod gitignore;
mod layers;
mod leave_out;
mod own_configuration;
mod patterns;
mod secrets;
pub(crate) mod stored;
mod survey;

use std::path::Path;
use std::sync::Arc;

use ignore::gitignore::Gitignore;
use undercroft_foundation::{ProjectId, Result};

use crate::history::History;
use crate::version::Layer;
use crate::workspaces::Workspace;
use patterns::Reach;

pub use gitignore::NotFollowed;
pub use layers::{HEAD_BYTES, choose_layer};
pub use leave_out::{Decision, FolderRules, LeaveOut, LeaveOutReason};
pub(crate) use own_configuration::own_configuration;
pub use secrets::is_secret;
pub use survey::{Amount, LeftOut, Survey, survey};

/// A layer for what a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerRule {
    /// As in a `.gitignore`, from the project's folder on.
    pub pattern: String,
    /// Git or objects.
    pub layer: Layer,
}

/// The rules that the user set for a project. Patterns are those of a `.gitignore` in the project's
/// folder, one each, without `!`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectRules {
    /// Whether what the project's `.gitignore` files name is left out.
    pub follow_gitignore: bool,
    /// The patterns of what is left out.
    pub leave_out: Vec<String>,
    /// The patterns of what is versioned whatever else is said. What is kept is kept with all that
    /// is in it. A pattern with a `/` before its end, such as `node_modules/patched`, reaches into
    /// folders that are left out; others, and those that begin with `**/`, do not.
    pub keep: Vec<String>,
    /// The layers of files; the first that matches counts.
    pub layers: Vec<LayerRule>,
}

/// A project's rules, ready to be asked. Clones share them.
#[derive(Debug, Clone)]
pub struct Rules(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    follow_gitignore: bool,
    leave_out: Gitignore,
    keep: Gitignore,
    reaches: Vec<Reach>,
    layers: Vec<(Gitignore, Layer)>,
}

impl ProjectRules {
    /// The rules, ready to be asked.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a pattern that is none, and for a layer that
    /// no version can have.
    pub fn compile(&self) -> Result<Rules> {
        let one = |rule: &LayerRule| {
            patterns::refuse_memory(rule)?;
            Ok((patterns::compile([rule.pattern.as_str()])?, rule.layer))
        };
        Ok(Rules(Arc::new(Compiled {
            follow_gitignore: self.follow_gitignore,
            leave_out: patterns::compile(self.leave_out.iter().map(String::as_str))?,
            keep: patterns::compile(self.keep.iter().map(String::as_str))?,
            reaches: self.keep.iter().filter_map(|pattern| Reach::of(pattern)).collect(),
            layers: self.layers.iter().map(one).collect::<Result<_>>()?,
        })))
    }
}

impl History {
    /// The rules by which files of a workspace are in no version.
    pub(crate) fn leave_out(&self, workspace: &Workspace) -> Result<LeaveOut> {
        self.leave_out_in(workspace.project, &workspace.root)
    }

    /// The same of a folder that is not yet a workspace of the project.
    pub(crate) fn leave_out_in(&self, project: ProjectId, root: &Path) -> Result<LeaveOut> {
        let rules = ProjectRules::load(self.library().root(), project)?.compile()?;
        Ok(LeaveOut::new(root, &rules))
    }
}
