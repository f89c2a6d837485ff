//! The user's own git repository in a workspace, when he asks for it.

mod convert;
pub(crate) mod wire;

use std::time::Duration;

use undercroft_foundation::{Code, Error, Job, LogLevel, Result, Text, TextValue, text};
use undercroft_git::{
    CommitOrder, DiffRange, GitPerson, GitProgram, IgnoredFiles, LogFilter, Network, ProjectGit,
    Selection, export_branch,
};
use undercroft_history as history;
use undercroft_library::JobKind;

use crate::Api;
use crate::base::names::{names, tree_path};
use crate::base::sentence::Sentence;
use crate::jobs::wire::JobView;
use crate::versions::wire::Change;
use crate::workspaces::wire::WorkspaceRef;

use convert::{branch, change_kind, commit, status};
use wire::{
    GitBranch, GitBranchCreate, GitBranchSwitch, GitCommit, GitCommitNew, GitCompare, GitCreate,
    GitDiff, GitExport, GitLog, GitRemoteSet, GitStatus, GitSync, GitTransfer,
};

/// The most text of a difference that travels.
const DIFF_BYTES: usize = 4 << 20;
/// The number of commits that are listed when nobody says, and at most.
const COMMITS: (u32, u32) = (100, 10_000);
/// The time for which a remote may say nothing.
const SILENCE: Duration = Duration::from_secs(120);

impl Api {
    /// Shows the state of a workspace's own git repository.
    ///
    /// # Errors
    /// [`Code::NotFound`], and whatever keeps it from being read.
    pub fn git_status(&self, request: WorkspaceRef) -> Result<GitStatus> {
        status(&self.git_of(&request.workspace)?.0)
    }

    /// Makes a git repository in a workspace.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`].
    pub fn git_create(&self, request: GitCreate) -> Result<GitStatus> {
        let (git, _) = self.git_of(&request.workspace)?;
        git.create(request.branch.as_deref().unwrap_or("main"))?;
        status(&git)
    }

    /// Commits what has changed.
    ///
    /// # Errors
    /// [`Code::Invalid`] when nothing has changed, a merge is not finished, or nobody is known as
    /// author.
    pub fn git_commit(&self, request: GitCommitNew) -> Result<GitCommit> {
        let (git, _) = self.git_of(&request.workspace)?;
        let paths = request.paths.iter().map(|path| tree_path(path)).collect::<Result<Vec<_>>>()?;
        let order = CommitOrder {
            author: request.author.as_deref().map(GitPerson::parse).transpose()?,
            message: request.message,
            selection: if paths.is_empty() { Selection::All } else { Selection::Paths(paths) },
        };
        let committed = git.commit(&order, &Job::new())?;
        let left_out = committed
            .left_out
            .iter()
            .map(|it| text!("{path}: {why}", path = it.path, why = it.why));
        let left_out: Vec<Sentence> = left_out.map(Into::into).collect();
        let Some(made) = committed.commit else {
            return Err(Error::new(Code::Invalid, "Nothing was committed").why(
                match left_out.first() {
                    Some(first) => first.to_text(),
                    None => text!("Nothing has changed since the last commit"),
                },
            ));
        };
        Ok(GitCommit { left_out, ..commit(made) })
    }

    /// Commits the present state of a workspace.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn git_sync(&self, request: GitSync) -> Result<JobView> {
        let (git, workspace) = self.git_of(&request.workspace)?;
        let newest = self.0.history.newest_version(workspace.id)?;
        let message = request.message.or_else(|| newest.map(|version| version.message));
        let message = message.filter(|text| !text.is_empty());
        let message = message.unwrap_or_else(|| "Save the present state".to_owned());
        let title = text!("Bring {workspace} into git", workspace = self.name_of(&workspace)?);
        self.spawn(self.job_spec(JobKind::Git, title, &workspace), move |_, job| {
            let synced = git.sync(None, &message, job)?;
            for left in &synced.left_out {
                job.warn(left.path.to_string(), left.why.clone());
            }
            Ok(match synced.commit {
                Some(_) => {
                    text!("{files} committed", files = TextValue::count(synced.files, "file"))
                }
                None => text!("Nothing has changed since the last commit"),
            })
        })
    }

    /// Lists the branches of a workspace's git repository.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn git_branches(&self, request: WorkspaceRef) -> Result<Vec<GitBranch>> {
        let (git, _) = self.git_of(&request.workspace)?;
        Ok(git.branches()?.into_iter().map(branch).collect())
    }

    /// Makes a branch.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`], [`Code::Invalid`].
    pub fn git_branch_create(&self, request: GitBranchCreate) -> Result<GitBranch> {
        let (git, _) = self.git_of(&request.workspace)?;
        git.create_branch(&request.name, request.from.as_deref())?;
        let mut all = git.branches()?.into_iter();
        let made = all.find(|branch| !branch.is_remote && branch.name == request.name);
        made.map(branch).ok_or_else(|| {
            Error::new(
                Code::Internal,
                text!("The branch {branch} was not made", branch = request.name),
            )
        })
    }

    /// Switches to a branch; nothing that is not committed is overwritten.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] when uncommitted changes are in the way.
    pub fn git_branch_switch(&self, request: GitBranchSwitch) -> Result<GitStatus> {
        let (git, workspace) = self.git_of(&request.workspace)?;
        // What is replaced is in a version before.
        self.0.history.writer().save_before(workspace.id, &Job::new(), || {
            let has_changed = git.switch_branch(&request.name)?;
            Ok(((), has_changed))
        })?;
        status(&git)
    }

    /// Lists commits, newest first.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn git_log(&self, request: GitLog) -> Result<Vec<GitCommit>> {
        let (git, _) = self.git_of(&request.workspace)?;
        let limit = request.limit.unwrap_or(COMMITS.0).min(COMMITS.1) as usize;
        let filter = LogFilter { from: request.from, after: None, limit };
        Ok(git.log(&filter)?.into_iter().map(commit).collect())
    }

    /// Compares two commits, or one with what is on disk.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn git_diff(&self, request: GitCompare) -> Result<GitDiff> {
        let (git, _) = self.git_of(&request.workspace)?;
        let range = match (request.from, request.to) {
            (None, None) => DiffRange::WorkingTree,
            (Some(from), None) => DiffRange::Since(from),
            (None, Some(to)) => DiffRange::Commit(to),
            (Some(from), Some(to)) => DiffRange::Between { from, to },
        };
        let changes = git.diff(&range)?;
        let (text, truncated) = git.diff_text(&range, DIFF_BYTES)?;
        let changes = changes.into_iter().map(|change| Change {
            path: names(&change.path),
            from: change.from.as_ref().map(names),
            kind: change_kind(change.kind),
            size_bytes: None,
            layer: None,
            lines: None,
        });
        Ok(GitDiff { changes: changes.collect(), text, truncated })
    }

    /// Sends commits to a repository elsewhere.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn git_push(&self, request: GitTransfer) -> Result<JobView> {
        let (git, workspace) = self.git_of(&request.workspace)?;
        let network = self.network()?;
        let title = text!("Push {workspace}", workspace = self.name_of(&workspace)?);
        let GitTransfer { remote, branch, .. } = request;
        self.spawn(self.job_spec(JobKind::Git, title, &workspace), move |_, job| {
            let pushed = git.push(&network, branch.as_deref(), remote.as_deref(), job)?;
            let place = format!("{}/{}", pushed.remote, pushed.branch);
            Ok(match pushed.is_news {
                true => text!("Pushed to {place}", place),
                false => text!("{place} had everything already", place),
            })
        })
    }

    /// Takes commits from a repository elsewhere.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn git_pull(&self, request: GitTransfer) -> Result<JobView> {
        let (git, workspace) = self.git_of(&request.workspace)?;
        let network = self.network()?;
        let title = text!("Pull {workspace}", workspace = self.name_of(&workspace)?);
        self.spawn(self.job_spec(JobKind::Git, title, &workspace), move |history, job| {
            let pulled = history.writer().save_before(workspace.id, job, || {
                let pulled = git.pull(&network, request.remote.as_deref(), job)?;
                let has_changed = pulled.commits > 0;
                Ok((pulled, has_changed))
            })?;
            let commits = TextValue::count(pulled.commits, "commit");
            Ok(text!(
                "{commits} from {remote}/{branch}",
                commits,
                remote = pulled.remote,
                branch = pulled.branch
            ))
        })
    }

    /// Makes a repository elsewhere known.
    ///
    /// # Errors
    /// [`Code::Invalid`] for an address that is not let through.
    pub fn git_remote_set(&self, request: GitRemoteSet) -> Result<GitStatus> {
        let (git, _) = self.git_of(&request.workspace)?;
        git.set_remote(&request.name, &request.url)?;
        status(&git)
    }

    /// Writes the versions of a workspace into its git repository as a branch of their own.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn git_export_history(&self, request: GitExport) -> Result<JobView> {
        let (git, workspace) = self.git_of(&request.workspace)?;
        let versions = self.root().join("history").join(format!("{}.git", workspace.project));
        let branch = request.branch.unwrap_or_else(|| export_branch(&workspace.name));
        let ignored = match request.include_ignored {
            true => IgnoredFiles::Included,
            false => IgnoredFiles::LeftOut,
        };
        let title =
            text!("Export the history of {workspace}", workspace = self.name_of(&workspace)?);
        self.spawn(self.job_spec(JobKind::Git, title, &workspace), move |_, job| {
            let exported = git.export_history(&versions, &workspace.name, &branch, ignored, job)?;
            for path in &exported.left_out {
                job.log(LogLevel::Info, format!("Left out, because git ignores it: {path}"));
            }
            let commits = TextValue::count(exported.commits, "commit");
            let pointers = match exported.pointer_files {
                0 => Text::default(),
                count => text!(
                    "; {files} as pointers of git-lfs",
                    files = TextValue::count(count, "file")
                ),
            };
            let left_out = match &exported.left_out[..] {
                [] => Text::default(),
                [only] => text!("; {only} left out, which git ignores", only),
                [first, others @ ..] => {
                    let others = TextValue::count(others.len() as u64, "other file");
                    text!("; {first} and {others} left out, which git ignores", first, others)
                }
            };
            Ok(text!(
                "{commits} in the branch {branch}{pointers}{left_out}",
                commits,
                branch = exported.branch,
                pointers,
                left_out
            ))
        })
    }

    fn git_of(&self, workspace: &str) -> Result<(ProjectGit, history::Workspace)> {
        let workspace = self.find_workspace(workspace)?;
        self.0.library.require_confirmed(&workspace.root)?;
        Ok((ProjectGit::new(&workspace.root, self.0.library.world()), workspace))
    }

    fn network(&self) -> Result<Network> {
        Ok(Network {
            program: GitProgram::find(std::env::vars_os()),
            scratch: self.root().join("cache"),
            silence: SILENCE,
        })
    }
}
