//! The status of a repository: its branch, how far that is from its upstream, and what differs.

use std::collections::BTreeSet;

use git2::{
    Branch, IndexEntryExtendedFlag, Repository, RepositoryState, Status, StatusOptions, StatusShow,
};
use undercroft_foundation::{Result, TreePath, escape_name};

use super::filters::{filter_of, is_what_the_pointer_says};
use crate::ProjectGit;
use crate::repository::commit_id::CommitId;
use crate::repository::errors::GitContext;
use crate::repository::opening::open;

/// The state of HEAD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitHead {
    /// A branch with commits.
    Branch(String),
    /// A branch whose first commit is still to come.
    Unborn(String),
    /// A commit and no branch.
    Detached(CommitId),
}

/// The branch of a remote that a branch follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// Its name: `origin/main`.
    pub name: String,
    /// Commits that only the branch has.
    pub ahead: u64,
    /// Commits that only the upstream has, as last fetched.
    pub behind: u64,
}

/// The state of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileState {
    /// New, and git was told of it.
    Added,
    /// Other content, mode or kind.
    Modified,
    /// Gone.
    Deleted,
    /// New, and git was told nothing.
    Untracked,
    /// A merge left more than one side of it.
    Conflicted,
    /// A folder with a repository of its own.
    Nested,
}

impl FileState {
    /// The stable name: `untracked`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::Untracked => "untracked",
            Self::Conflicted => "conflicted",
            Self::Nested => "nested",
        }
    }
}

/// A file that differs from the last commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitFile {
    /// The path.
    pub path: TreePath,
    /// The kind of difference.
    pub state: FileState,
    /// Whether (some of) the difference is in the index.
    pub staged: bool,
}

/// The status of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitStatus {
    /// The state of HEAD.
    pub head: GitHead,
    /// The last commit.
    pub commit: Option<CommitId>,
    /// The branch that the current branch follows.
    pub upstream: Option<Upstream>,
    /// The operation that was begun with git and is not finished: `merge`, `rebase`, …
    pub unfinished: Option<&'static str>,
    /// Whether the older commits are not here.
    pub shallow: bool,
    /// The files that differ, ignored ones aside, in the order of their paths.
    pub files: Vec<GitFile>,
}

impl ProjectGit {
    /// The status of the repository; nothing when there is none. Writes nothing.
    ///
    /// # Errors
    /// When it cannot be read, or leads elsewhere.
    pub fn status(&self) -> Result<Option<GitStatus>> {
        let Some(repository) = open(self.root())? else { return Ok(None) };
        let head = head_of(&repository)?;
        let upstream = match &head {
            GitHead::Branch(_) => {
                upstream_of(&repository, &Branch::wrap(repository.head().when("read HEAD")?))?
            }
            _ => None,
        };
        Ok(Some(GitStatus {
            commit: repository.head().ok().and_then(|head| head.target()).map(CommitId::from),
            head,
            upstream,
            unfinished: unfinished(&repository),
            shallow: repository.is_shallow(),
            files: changed_files(&repository)?,
        }))
    }
}

pub(crate) fn head_of(repository: &Repository) -> Result<GitHead> {
    let head = repository.find_reference("HEAD").when("read HEAD")?;
    let Some(target) = head.symbolic_target_bytes() else {
        return Ok(GitHead::Detached(
            head.target().map(CommitId::from).unwrap_or(CommitId([0; 20])),
        ));
    };
    let name = escape_name(target.strip_prefix(b"refs/heads/").unwrap_or(target));
    Ok(match repository.head() {
        Ok(_) => GitHead::Branch(name),
        Err(error) if error.code() == git2::ErrorCode::UnbornBranch => GitHead::Unborn(name),
        Err(error) => return Err(error).when("read HEAD"),
    })
}

/// The branch that `branch` follows.
pub(crate) fn upstream_of(
    repository: &Repository,
    branch: &Branch<'_>,
) -> Result<Option<Upstream>> {
    // Configured, but never fetched or not valid: it says nothing of how far they are apart.
    let Ok(upstream) = branch.upstream() else { return Ok(None) };
    let (Some(ours), Some(theirs)) = (branch.get().target(), upstream.get().target()) else {
        return Ok(None);
    };
    let name = escape_name(upstream.name_bytes().when("read a branch")?);
    let (ahead, behind) =
        repository.graph_ahead_behind(ours, theirs).when("compare the branch with its upstream")?;
    Ok(Some(Upstream { name, ahead: ahead as u64, behind: behind as u64 }))
}

/// The operation that a command of git left half done.
pub(crate) fn unfinished(repository: &Repository) -> Option<&'static str> {
    Some(match repository.state() {
        RepositoryState::Clean => return None,
        RepositoryState::Merge => "merge",
        RepositoryState::Revert | RepositoryState::RevertSequence => "revert",
        RepositoryState::CherryPick | RepositoryState::CherryPickSequence => "cherry-pick",
        RepositoryState::Bisect => "bisect",
        RepositoryState::Rebase
        | RepositoryState::RebaseInteractive
        | RepositoryState::RebaseMerge => "rebase",
        RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => "am",
    })
}

/// The files that differ from the last commit, ignored ones aside.
pub(crate) fn changed_files(repository: &Repository) -> Result<Vec<GitFile>> {
    let what = "compare the files with the last commit";
    let mut options = StatusOptions::new();
    options.show(StatusShow::IndexAndWorkdir).include_untracked(true).recurse_untracked_dirs(true);
    // A submodule's repository is not looked into, and not written for being looked at.
    options.exclude_submodules(true).update_index(false);
    let statuses = repository.statuses(Some(&mut options)).when(what)?;
    let index = repository.index().when(what)?;
    let absent = left_out_by_sparse_checkout(&index);
    let mut files = Vec::new();
    for entry in statuses.iter() {
        let (path, mut status) = (entry.path_bytes(), entry.status());
        if status.contains(Status::WT_DELETED) && absent.contains(path) {
            status.remove(Status::WT_DELETED);
        }
        if status.contains(Status::WT_MODIFIED)
            && filter_of(repository, path)?.is_some()
            && is_what_the_pointer_says(repository, &index, path)
        {
            status.remove(Status::WT_MODIFIED);
        }
        if let Some(state) = state_of(path, status) {
            let path = TreePath::new(path.strip_suffix(b"/").unwrap_or(path))?;
            files.push(GitFile { path, state, staged: status.intersects(staged()) });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn staged() -> Status {
    Status::INDEX_NEW
        | Status::INDEX_MODIFIED
        | Status::INDEX_DELETED
        | Status::INDEX_RENAMED
        | Status::INDEX_TYPECHANGE
}

fn left_out_by_sparse_checkout(index: &git2::Index) -> BTreeSet<Vec<u8>> {
    let is_absent = |entry: &git2::IndexEntry| {
        entry.flags_extended & IndexEntryExtendedFlag::SKIP_WORKTREE.bits() != 0
    };
    index.iter().filter(is_absent).map(|entry| entry.path).collect()
}

fn state_of(path: &[u8], status: Status) -> Option<FileState> {
    let changed = Status::INDEX_MODIFIED
        | Status::INDEX_TYPECHANGE
        | Status::WT_MODIFIED
        | Status::WT_TYPECHANGE;
    // The order: a file that is staged as new and was changed since is new.
    Some(if status.contains(Status::CONFLICTED) {
        FileState::Conflicted
    } else if status.contains(Status::WT_NEW) && path.ends_with(b"/") {
        FileState::Nested
    } else if status.contains(Status::WT_DELETED) && status.contains(Status::INDEX_NEW) {
        FileState::Deleted
    } else if status.contains(Status::INDEX_NEW) {
        FileState::Added
    } else if status.contains(Status::WT_NEW) {
        // Staged as deleted, but there again: other content.
        match status.contains(Status::INDEX_DELETED) {
            true => FileState::Modified,
            false => FileState::Untracked,
        }
    } else if status.intersects(Status::INDEX_DELETED | Status::WT_DELETED) {
        FileState::Deleted
    } else if status.intersects(changed) {
        FileState::Modified
    } else {
        return None;
    })
}
