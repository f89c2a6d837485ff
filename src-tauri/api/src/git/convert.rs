//! Git repositories of workspaces, from the history to the wire.

use undercroft_foundation::Result;
use undercroft_git::{self as git, FileState, GitHead, LogEntry, ProjectGit};

use super::wire::{GitBranch, GitCommit, GitRemote, GitStatus};
use crate::base::names::names;
use crate::base::wire::ChangeKind;
use crate::versions::wire::Change;

/// The most changed files that a status names.
const NAMED: usize = 1000;

pub(super) fn status(git: &ProjectGit) -> Result<GitStatus> {
    let Some(status) = git.status()? else { return Ok(GitStatus::default()) };
    let remotes = git.remotes()?.into_iter();
    let changes = status.files.iter().take(NAMED).map(|file| Change {
        path: names(&file.path),
        from: None,
        kind: match file.state {
            FileState::Added | FileState::Untracked | FileState::Nested => ChangeKind::Added,
            FileState::Modified | FileState::Conflicted => ChangeKind::Modified,
            FileState::Deleted => ChangeKind::Removed,
        },
        size_bytes: None,
        layer: None,
        lines: None,
    });
    let changes = changes.collect();
    let (ahead, behind) = status.upstream.as_ref().map_or((0, 0), |it| (it.ahead, it.behind));
    Ok(GitStatus {
        present: true,
        branch: match status.head {
            GitHead::Branch(name) | GitHead::Unborn(name) => Some(name),
            GitHead::Detached(_) => None,
        },
        head: status.commit.map(|id| id.to_string()),
        upstream: status.upstream.map(|upstream| upstream.name),
        ahead,
        behind,
        unfinished: status.unfinished.map(str::to_owned),
        remotes: remotes.map(|remote| GitRemote { name: remote.name, url: remote.url }).collect(),
        changes,
        changes_total: status.files.len() as u64,
    })
}

pub(super) fn commit(entry: LogEntry) -> GitCommit {
    let id = entry.id.to_string();
    GitCommit {
        short_id: id.chars().take(8).collect(),
        id,
        author: format!("{} <{}>", entry.author.name, entry.author.mail),
        time: entry.time,
        summary: entry.message.lines().next().unwrap_or_default().to_owned(),
        message: entry.message,
        parents: entry.parents.iter().map(ToString::to_string).collect(),
        left_out: Vec::new(),
    }
}

pub(super) fn branch(branch: git::GitBranch) -> GitBranch {
    let upstream = branch.upstream;
    GitBranch {
        name: branch.name,
        remote: branch.is_remote,
        current: branch.is_current,
        commit: commit(branch.tip),
        ahead: upstream.as_ref().map_or(0, |upstream| upstream.ahead),
        behind: upstream.as_ref().map_or(0, |upstream| upstream.behind),
        upstream: upstream.map(|upstream| upstream.name),
    }
}

pub(super) fn change_kind(kind: git::ChangeKind) -> ChangeKind {
    match kind {
        git::ChangeKind::Added => ChangeKind::Added,
        git::ChangeKind::Modified => ChangeKind::Modified,
        git::ChangeKind::Removed => ChangeKind::Removed,
        git::ChangeKind::Renamed => ChangeKind::Renamed,
        git::ChangeKind::Metadata => ChangeKind::Metadata,
    }
}
