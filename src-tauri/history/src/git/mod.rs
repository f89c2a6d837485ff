//! Real git in a project, when the user asks for it: his own repository is read to show how it
//! stands, and written by the explicit acts named here and by nothing else. What is local goes
//! through libgit2, which runs no programs. Only for a remote behind ssh or https is the installed
//! git run, and it never sees the project's configuration (see `scratch_repository`). No hook, filter,
//! textconv, fsmonitor or submodule of a project is ever run.

mod branches;
mod commit;
mod copying;
mod create;
mod diff;
mod exchange;
mod export;
mod filters;
mod log;
mod opening;
mod program;
mod remote_errors;
mod remotes;
mod scratch_repository;
mod status;
mod url;

use std::path::{Path, PathBuf};

use git2::{Oid, Repository};
use undercroft_foundation::{Code, Error, Result, World, escape_path};

use crate::version::GitId;

pub use branches::GitBranch;
pub use commit::{CommitOrder, Committed, GitPerson, Selection, SkippedChange};
pub use create::Created;
pub use diff::{DiffRange, FileHunks, GitChange, GitHunk, GitLine, LineTag};
pub use exchange::{Network, Pulled, Pushed};
pub use export::{Exported, IgnoredFiles, export_branch};
pub use log::{LogEntry, LogFilter};
pub use program::GitProgram;
pub use remotes::GitRemote;
pub use status::{FileState, GitFile, GitHead, GitStatus, Upstream};
pub use url::RemoteUrl;

/// The user's own git repository in a folder of his.
#[derive(Debug, Clone)]
pub struct ProjectGit {
    root: PathBuf,
    world: World,
}

impl ProjectGit {
    /// Speaks of the repository whose working tree is `root`; there need not be one.
    pub fn new(root: &Path, world: &World) -> Self {
        Self { root: root.to_owned(), world: world.clone() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn repository(&self) -> Result<Repository> {
        opening::open(&self.root)?.ok_or_else(|| {
            let what = format!("{} has no git repository", escape_path(&self.root));
            Error::new(Code::NotFound, what).next("Create one first")
        })
    }
}

fn git_id(oid: Oid) -> GitId {
    let mut id = [0; 20];
    id.copy_from_slice(oid.as_bytes());
    GitId(id)
}

fn oid(id: GitId) -> Oid {
    // Twenty bytes are an id; anything else would be a fault of `GitId`.
    Oid::from_bytes(&id.0).unwrap_or(Oid::ZERO_SHA1)
}
