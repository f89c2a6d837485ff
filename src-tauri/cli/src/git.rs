//! `undercroft git`: the git repository that a user has in a workspace of his.

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{
    GitBranch, GitBranchCreate, GitBranchSwitch, GitCommit, GitCommitNew, GitCompare, GitCreate,
    GitDiff, GitExport, GitLog, GitRemoteSet, GitStatus, GitSync, GitTransfer, WorkspaceRef,
};
use undercroft_foundation::Result;

use crate::ending::{self, Ending};
use crate::file::print_text;
use crate::output::Output;
use crate::session::Session;
use crate::table::{Align, Table};
use crate::version::print_changes;
use crate::words::{count, moment};
use crate::workspace::or_current;
use crate::{inside, progress};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the branch, the remotes, and what differs from the last commit
    Status(Named),
    /// Make a git repository in a workspace
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
    /// Send commits to a remote
    Push(Push),
    /// Take commits from a remote, when that only adds to the branch
    Pull(Pull),
    /// Write the versions of a workspace into its repository, as a branch of their own
    Export(Export),
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The workspace: PROJECT, PROJECT/NAME or its id; without it, the current one
    workspace: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The workspace: PROJECT, PROJECT/NAME or its id; without it, the current one
    workspace: Option<String>,
    /// The first branch
    #[arg(long, default_value = "main")]
    branch: String,
}

#[derive(Debug, Args)]
pub(crate) struct Commit {
    /// The workspace: PROJECT, PROJECT/NAME or its id; without it, the current one
    workspace: Option<String>,
    /// What the changes are about
    #[arg(long, short)]
    message: String,
    /// Who made them, instead of the user that git knows
    #[arg(long, value_name = "NAME <MAIL>")]
    author: Option<String>,
    /// Only what is at or below this path (again for more)
    #[arg(long = "path", short, value_name = "PATH")]
    paths: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// The workspace: PROJECT, PROJECT/NAME or its id; without it, the current one
    workspace: Option<String>,
    /// Another message for the commit
    #[arg(long, short)]
    message: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Branch {
    /// The workspace: PROJECT, PROJECT/NAME or its id
    workspace: String,
    /// The name of the branch
    name: String,
    /// The branch or commit that it begins at, instead of the present commit
    #[arg(long)]
    from: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Switch {
    /// The workspace: PROJECT, PROJECT/NAME or its id
    workspace: String,
    /// The branch
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Log {
    /// The workspace: PROJECT, PROJECT/NAME or its id; without it, the current one
    workspace: Option<String>,
    /// The branch or commit to begin at, instead of the present commit
    #[arg(long)]
    from: Option<String>,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The workspace: PROJECT, PROJECT/NAME or its id; without it, the current one
    workspace: Option<String>,
    /// The commit or branch that counts as before, instead of the last commit
    #[arg(long, value_name = "COMMIT")]
    from: Option<String>,
    /// The commit or branch that counts as after, instead of the files on disk
    #[arg(long, value_name = "COMMIT")]
    to: Option<String>,
    /// Only list the files
    #[arg(long)]
    names: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Remote {
    /// The workspace: PROJECT, PROJECT/NAME or its id
    workspace: String,
    /// The name of the remote, such as origin
    name: String,
    /// Where it is: https://…, ssh://…, user@host:path, or the whole path of a folder
    url: String,
}

#[derive(Debug, Args)]
pub(crate) struct Push {
    /// The workspace: PROJECT, PROJECT/NAME or its id; without it, the current one
    workspace: Option<String>,
    /// The remote, instead of the one that the branch follows
    #[arg(long)]
    remote: Option<String>,
    /// The branch, instead of the present one
    #[arg(long)]
    branch: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Pull {
    /// The workspace: PROJECT, PROJECT/NAME or its id; without it, the current one
    workspace: Option<String>,
    /// The remote, instead of the one that the branch follows
    #[arg(long)]
    remote: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The workspace: PROJECT, PROJECT/NAME or its id; without it, the current one
    workspace: Option<String>,
    /// The branch, instead of undercroft/history/WORKSPACE
    #[arg(long)]
    branch: Option<String>,
    /// Take files that git ignores, such as .env, along: whoever gets the branch gets them
    #[arg(long)]
    include_ignored: bool,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<Ending> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::Status(named) => show_status(&api.git_status(named.request(&api)?)?, out),
            Self::Create(create) => show_status(&api.git_create(create.request(&api)?)?, out),
            Self::Commit(commit) => return commit.run(session, &api),
            Self::Sync(Sync { workspace, message }) => {
                let request = GitSync { workspace: or_current(&api, workspace)?, message };
                return ending::of_job(&progress::run(session, &api, || api.git_sync(request))?);
            }
            Self::Branches(named) => {
                let branches = api.git_branches(named.request(&api)?)?;
                out.show(&branches, |branches| print_branches(branches, out));
            }
            Self::Branch(Branch { workspace, name, from }) => {
                let made = api.git_branch_create(GitBranchCreate { workspace, name, from })?;
                out.show(&made, |made| print_branches(std::slice::from_ref(made), out));
            }
            Self::Switch(Switch { workspace, name }) => {
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
            Self::Remote(Remote { workspace, name, url }) => {
                show_status(&api.git_remote_set(GitRemoteSet { workspace, name, url })?, out);
            }
            Self::Push(Push { workspace, remote, branch }) => {
                let workspace = or_current(&api, workspace)?;
                let request = GitTransfer { workspace, remote, branch };
                return ending::of_job(&progress::run(session, &api, || api.git_push(request))?);
            }
            Self::Pull(Pull { workspace, remote }) => {
                let workspace = or_current(&api, workspace)?;
                let request = GitTransfer { workspace, remote, branch: None };
                return ending::of_job(&progress::run(session, &api, || api.git_pull(request))?);
            }
            Self::Export(Export { workspace, branch, include_ignored }) => {
                let workspace = or_current(&api, workspace)?;
                let request = GitExport { workspace, branch, include_ignored };
                let job = progress::run(session, &api, || api.git_export_history(request))?;
                return ending::of_job(&job);
            }
        }
        Ok(Ending::Done)
    }
}

impl Named {
    fn request(self, api: &Api) -> Result<WorkspaceRef> {
        Ok(WorkspaceRef { workspace: or_current(api, self.workspace)? })
    }
}

impl Create {
    fn request(self, api: &Api) -> Result<GitCreate> {
        let workspace = or_current(api, self.workspace)?;
        Ok(GitCreate { workspace, branch: Some(self.branch) })
    }
}

impl Commit {
    fn run(self, session: &Session, api: &Api) -> Result<Ending> {
        let out = &session.out;
        let made = api.git_commit(GitCommitNew {
            workspace: or_current(api, self.workspace)?,
            message: self.message,
            author: self.author,
            paths: self.paths.iter().map(|path| inside::names(path)).collect(),
        })?;
        out.show(&made, |made| out.line(format!("{} {}", made.short_id, made.summary)));
        for left in &made.left_out {
            out.warning("Not committed", left);
        }
        Ok(if made.left_out.is_empty() { Ending::Done } else { Ending::Incomplete })
    }
}

impl Log {
    fn request(self, api: &Api) -> Result<GitLog> {
        let workspace = or_current(api, self.workspace)?;
        Ok(GitLog { workspace, from: self.from, limit: Some(self.limit) })
    }
}

impl Diff {
    fn request(self, api: &Api) -> Result<GitCompare> {
        let workspace = or_current(api, self.workspace)?;
        Ok(GitCompare { workspace, from: self.from, to: self.to })
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
            moment(branch.commit.time),
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
        table.row([commit.short_id.clone(), moment(commit.time), author, commit.summary.clone()]);
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
        print_text(line, out);
    }
    if diff.truncated {
        out.note("There is more, which is too long to show");
    }
}
