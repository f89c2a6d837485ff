//! `undercroft git`: the git repository that a user has in a workspace of his.

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{
    GitBranch, GitBranchCreate, GitBranchSwitch, GitCommit, GitCommitNew, GitCompare, GitCreate,
    GitDiff, GitExport, GitLog, GitRemoteSet, GitStatus, GitSync, GitTransfer, WorkspaceRef,
};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::{InWorkspace, Message, Workspace, legacy_positionals};
use crate::output::format::{count, local_time};
use crate::output::{Align, Output, Table, print_changes};
use crate::resolve;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the branch, the remotes, and what differs from the last commit
    Status(Named),
    /// Make a git repository in a workspace, on its first branch
    Create(Create),
    /// Commit what has changed, with a message
    Commit(Commit),
    /// Commit the present state of a workspace, with the message of its newest version
    Sync(Sync),
    /// List branches
    Branches(Named),
    /// Make a branch
    Branch(Branch),
    /// Switch to a branch; nothing that is not committed is overwritten
    Switch(Switch),
    /// List commits, newest first
    Log(Log),
    /// Show what differs between commits, or between one and the files on disk
    Diff(Diff),
    /// Set where a remote is
    Remote(Remote),
    /// Send commits of the present branch, or of another, to a remote
    Push(Push),
    /// Take commits from a remote, when that only adds to the branch
    Pull(Pull),
    /// Write the versions of a workspace into its repository, as a branch of their own:
    /// undercroft/history/WORKSPACE, if no other is named
    Export(Export),
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    #[command(flatten)]
    workspace: Workspace,
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    #[command(flatten)]
    workspace: Workspace,
    /// The branch
    #[arg(long, default_value = "main")]
    branch: String,
}

#[derive(Debug, Args)]
pub(crate) struct Commit {
    #[command(flatten)]
    workspace: Workspace,
    /// The message
    #[arg(long, short)]
    message: String,
    /// The author, instead of the user that git knows
    #[arg(long, value_name = "NAME <MAIL>")]
    author: Option<String>,
    /// Only what is at or below this path (again for more)
    #[arg(long = "path", short_alias = 'p', value_name = "PATH")]
    paths: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Sync {
    #[command(flatten)]
    workspace: Workspace,
    #[command(flatten)]
    message: Message,
}

#[derive(Debug, Args)]
pub(crate) struct Branch {
    #[command(flatten)]
    workspace: InWorkspace,
    /// The branch
    #[arg(required = true, num_args = 1..=2, value_name = "BRANCH")]
    name: Vec<String>,
    /// The branch or commit to begin at, instead of the present commit
    #[arg(long, value_name = "COMMIT", alias = "from")]
    start: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Switch {
    #[command(flatten)]
    workspace: InWorkspace,
    /// The branch
    #[arg(required = true, num_args = 1..=2, value_name = "BRANCH")]
    name: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Log {
    #[command(flatten)]
    workspace: Workspace,
    /// The branch or commit to begin at, instead of the present commit
    #[arg(long, value_name = "COMMIT", alias = "from")]
    start: Option<String>,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    #[command(flatten)]
    workspace: Workspace,
    /// The commit or branch that counts as before, instead of the last commit
    #[arg(long, value_name = "COMMIT", alias = "from")]
    old: Option<String>,
    /// The commit or branch that counts as after, instead of the files on disk
    #[arg(long, value_name = "COMMIT", alias = "to")]
    new: Option<String>,
    /// Only list the files
    #[arg(long)]
    names: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Remote {
    #[command(flatten)]
    workspace: InWorkspace,
    /// The name of the remote, such as origin, and where it is: https://…, ssh://…,
    /// user@host:path, or the whole path of a folder
    #[arg(required = true, num_args = 2..=3, value_names = ["NAME", "URL"])]
    remote: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Push {
    #[command(flatten)]
    workspace: Workspace,
    /// The remote, instead of the one that the branch follows
    #[arg(long)]
    remote: Option<String>,
    /// The branch
    #[arg(long)]
    branch: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Pull {
    #[command(flatten)]
    workspace: Workspace,
    /// The remote, instead of the one that the branch follows
    #[arg(long)]
    remote: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    workspace: Workspace,
    /// The branch
    #[arg(long)]
    branch: Option<String>,
    /// Take files that git ignores, such as .env, along: whoever gets the branch gets them
    #[arg(long)]
    include_ignored: bool,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::Status(named) => show_status(&api.git_status(named.request(&api)?)?, out),
            Self::Create(create) => show_status(&api.git_create(create.request(&api)?)?, out),
            Self::Commit(commit) => return commit.run(session, &api),
            Self::Sync(Sync { workspace, message: Message { message } }) => {
                let request = GitSync { workspace: workspace.or_current(&api)?, message };
                return exit_status::of_job(&progress::run(session, &api, || {
                    api.git_sync(request)
                })?);
            }
            Self::Branches(named) => {
                let branches = api.git_branches(named.request(&api)?)?;
                out.show(&branches, |branches| print_branches(branches, out));
            }
            Self::Branch(Branch { workspace, name, start: from }) => {
                let (workspace, [name]) = legacy_positionals(workspace, name, &api)?;
                let made = api.git_branch_create(GitBranchCreate { workspace, name, from })?;
                out.show(&made, |made| print_branches(std::slice::from_ref(made), out));
            }
            Self::Switch(Switch { workspace, name }) => {
                let (workspace, [name]) = legacy_positionals(workspace, name, &api)?;
                show_status(&api.git_branch_switch(GitBranchSwitch { workspace, name })?, out);
            }
            Self::Log(log) => {
                let commits = api.git_log(log.request(&api)?)?;
                out.show(&commits, |commits| print_commits(commits, out));
            }
            Self::Diff(diff) => {
                let names = diff.names;
                let shown = api.git_diff(diff.request(&api)?)?;
                out.show(&shown, |shown| print_diff(shown, names, out));
            }
            Self::Remote(Remote { workspace, remote }) => {
                let (workspace, [name, url]) = legacy_positionals(workspace, remote, &api)?;
                show_status(&api.git_remote_set(GitRemoteSet { workspace, name, url })?, out);
            }
            Self::Push(Push { workspace, remote, branch }) => {
                let workspace = workspace.or_current(&api)?;
                let request = GitTransfer { workspace, remote, branch };
                return exit_status::of_job(&progress::run(session, &api, || {
                    api.git_push(request)
                })?);
            }
            Self::Pull(Pull { workspace, remote }) => {
                let workspace = workspace.or_current(&api)?;
                let request = GitTransfer { workspace, remote, branch: None };
                return exit_status::of_job(&progress::run(session, &api, || {
                    api.git_pull(request)
                })?);
            }
            Self::Export(Export { workspace, branch, include_ignored }) => {
                let workspace = workspace.or_current(&api)?;
                let request = GitExport { workspace, branch, include_ignored };
                let job = progress::run(session, &api, || api.git_export_history(request))?;
                return exit_status::of_job(&job);
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl Named {
    fn request(self, api: &Api) -> Result<WorkspaceRef> {
        Ok(WorkspaceRef { workspace: self.workspace.or_current(api)? })
    }
}

impl Create {
    fn request(self, api: &Api) -> Result<GitCreate> {
        let workspace = self.workspace.or_current(api)?;
        Ok(GitCreate { workspace, branch: Some(self.branch) })
    }
}

impl Commit {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let out = &session.out;
        let made = api.git_commit(GitCommitNew {
            workspace: self.workspace.or_current(api)?,
            message: self.message,
            author: self.author,
            paths: self.paths.iter().map(|path| resolve::names(path)).collect(),
        })?;
        out.show(&made, |made| out.line(format!("{} {}", made.short_id, made.summary)));
        for left in &made.left_out {
            out.warning("Not committed", left);
        }
        Ok(if made.left_out.is_empty() { ExitStatus::Done } else { ExitStatus::Incomplete })
    }
}

impl Log {
    fn request(self, api: &Api) -> Result<GitLog> {
        let workspace = self.workspace.or_current(api)?;
        Ok(GitLog { workspace, from: self.start, limit: Some(self.limit) })
    }
}

impl Diff {
    fn request(self, api: &Api) -> Result<GitCompare> {
        let workspace = self.workspace.or_current(api)?;
        Ok(GitCompare { workspace, from: self.old, to: self.new })
    }
}

fn show_status(status: &GitStatus, out: &Output) {
    out.show(status, |status| print_status(status, out));
}

fn print_status(status: &GitStatus, out: &Output) {
    if !status.present {
        return out.line("There is no git repository; make one with undercroft git create");
    }
    out.line(match (&status.branch, &status.head) {
        (Some(branch), Some(_)) => format!("On branch {branch}"),
        (Some(branch), None) => format!("On branch {branch}, before its first commit"),
        (None, Some(commit)) => format!("At commit {commit}, on no branch"),
        (None, None) => "On no branch".to_owned(),
    });
    if let Some(upstream) = &status.upstream {
        let (ahead, behind) = (count(status.ahead, "commit"), count(status.behind, "commit"));
        out.line(format!("  follows {upstream}: {ahead} ahead, {behind} behind"));
    }
    if let Some(unfinished) = &status.unfinished {
        out.line(format!("  a {unfinished} is not finished"));
    }
    for remote in &status.remotes {
        out.line(format!("  remote {} {}", remote.name, remote.url));
    }
    if status.changes.is_empty() {
        return out.line("Nothing has changed since the last commit");
    }
    print_changes(&status.changes, status.changes_total, out);
}

fn print_branches(branches: &[GitBranch], out: &Output) {
    let mut table = Table::new(&[
        ("BRANCH", Align::Left),
        ("COMMIT", Align::Left),
        ("TIME", Align::Left),
        ("FOLLOWS", Align::Left),
        ("MESSAGE", Align::Left),
    ]);
    for branch in branches {
        let mark = if branch.current { "*" } else { "" };
        let follows = branch.upstream.as_ref().map(|upstream| {
            let apart = match (branch.ahead, branch.behind) {
                (0, 0) => String::new(),
                (ahead, behind) => format!(" +{ahead} -{behind}"),
            };
            format!("{upstream}{apart}")
        });
        table.row([
            format!("{}{mark}", branch.name),
            branch.commit.short_id.clone(),
            local_time(branch.commit.time),
            follows.unwrap_or_default(),
            branch.commit.summary.clone(),
        ]);
    }
    table.print(out, "No branch has a commit yet");
}

fn print_commits(commits: &[GitCommit], out: &Output) {
    let mut table = Table::new(&[
        ("COMMIT", Align::Left),
        ("TIME", Align::Left),
        ("AUTHOR", Align::Left),
        ("MESSAGE", Align::Left),
    ]);
    for commit in commits {
        let author = commit.author.split(" <").next().unwrap_or_default().to_owned();
        table.row([
            commit.short_id.clone(),
            local_time(commit.time),
            author,
            commit.summary.clone(),
        ]);
    }
    table.print(out, "No commits yet");
}

fn print_diff(diff: &GitDiff, names: bool, out: &Output) {
    if diff.changes.is_empty() {
        return out.note("They are the same");
    }
    if names {
        return print_changes(&diff.changes, diff.changes.len() as u64, out);
    }
    for line in diff.text.lines() {
        out.text_line(line);
    }
    if diff.truncated {
        out.note("There is more, which is too long to show");
    }
}
