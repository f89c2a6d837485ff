//! Branches: listed, created, switched to.

use std::fs;

use git2::{BranchType, Repository};
use undercroft_foundation::{Code, Error, Result, escape_name, text};

use super::checkout::check_out;
use super::commit::check_finished;
use crate::ProjectGit;
use crate::reading::log::{LogEntry, log_entry};
use crate::reading::status::{GitHead, Upstream, head_of, upstream_of};
use crate::repository::create::sync_all;
use crate::repository::errors::GitContext;
use crate::repository::lookup::{check_name, commit_of, last_commit, resolve};

/// A branch of the repository, or of a remote as last fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitBranch {
    /// Its name; a remote's with the remote before it: `origin/main`.
    pub name: String,
    /// Whether it is a remote's.
    pub is_remote: bool,
    /// Whether it is checked out here.
    pub is_current: bool,
    /// The remote's branch that it follows.
    pub upstream: Option<Upstream>,
    /// Its last commit.
    pub tip: LogEntry,
}

impl ProjectGit {
    /// All branches with commits, the user's own first.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn branches(&self) -> Result<Vec<GitBranch>> {
        let (repository, what) = (self.repository()?, "list the branches");
        let mut branches = Vec::new();
        for branch in repository.branches(None).when(what)? {
            let (branch, kind) = branch.when(what)?;
            // `origin/HEAD` only points to another branch that is listed.
            if branch.get().kind() == Some(git2::ReferenceType::Symbolic) {
                continue;
            }
            branches.push(GitBranch {
                name: escape_name(branch.name_bytes().when(what)?),
                is_remote: kind == BranchType::Remote,
                is_current: branch.is_head(),
                upstream: upstream_of(&repository, &branch)?,
                tip: log_entry(&branch.get().peel_to_commit().when(what)?),
            });
        }
        branches.sort_by(|a, b| (a.is_remote, &a.name).cmp(&(b.is_remote, &b.name)));
        Ok(branches)
    }

    /// Makes a branch at `from` (a branch, a remote's branch or a commit), or where HEAD is, and
    /// leaves the files alone.
    ///
    /// # Errors
    /// When the name is taken or no name for a branch.
    pub fn create_branch(&self, name: &str, from: Option<&str>) -> Result<()> {
        check_name(name)?;
        let repository = self.repository()?;
        let commit = match from {
            Some(from) => Some(resolve(&repository, from)?),
            None => last_commit(&repository)?,
        };
        let commit = commit.ok_or_else(|| {
            Error::new(Code::Invalid, text!("Cannot make the branch {name}", name))
                .why("There is no commit yet")
                .next("Commit first")
        })?;
        if repository.find_reference(&format!("refs/heads/{name}")).is_ok() {
            return Err(Error::new(Code::AlreadyExists, text!("The branch {name} exists", name)));
        }
        repository.branch(name, &commit, false).when(&format!("make the branch {name}"))?;
        sync_all(&repository)
    }

    /// Checks out a branch of the user's own; whether another one was. Nothing that is not committed
    /// is overwritten.
    ///
    /// # Errors
    /// [`Code::Invalid`] when uncommitted changes are in the way, and names them.
    pub fn switch_branch(&self, name: &str) -> Result<bool> {
        check_name(name)?;
        let repository = self.repository()?;
        check_finished(&repository)?;
        let full_name = format!("refs/heads/{name}");
        let branch = repository.find_reference(&full_name).map_err(|_| no_branch(name))?;
        if head_of(&repository)? == GitHead::Branch(name.to_owned()) {
            return Ok(false);
        }
        check_free(&repository, &full_name)?;
        check_out(&repository, &commit_of(&branch)?)?;
        sync_all(&repository)?;
        repository.set_head(&full_name).when(&format!("switch to {name}"))?;
        sync_all(&repository)?;
        Ok(true)
    }
}

fn no_branch(name: &str) -> Error {
    Error::new(Code::NotFound, text!("There is no branch {name}", name))
}

/// Goes on, unless another working tree of the repository has the branch checked out.
fn check_free(repository: &Repository, full_name: &str) -> Result<()> {
    let shared = repository.commondir();
    let others = fs::read_dir(shared.join("worktrees")).into_iter().flatten().flatten();
    let heads = others.map(|other| other.path()).chain([shared.to_owned()]);
    for folder in heads.filter(|folder| folder != repository.path()) {
        let head = fs::read(folder.join("HEAD")).unwrap_or_default();
        if head.trim_ascii() == format!("ref: {full_name}").as_bytes() {
            let name = full_name.trim_start_matches("refs/heads/");
            return Err(Error::new(Code::Invalid, text!("Cannot switch to {name}", name))
                .why("Another working tree of this repository has it checked out"));
        }
    }
    Ok(())
}
