//! The user's own git repository on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use crate::base::sentence::Sentence;
use crate::versions::wire::Change;

/// How a workspace's own git repository stands.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GitStatus {
    /// Whether there is one.
    pub present: bool,
    /// The branch that is worked on; nothing between branches.
    #[serde(default)]
    pub branch: Option<String>,
    /// The commit that is worked on; nothing before the first.
    #[serde(default)]
    pub head: Option<String>,
    /// The branch elsewhere that it follows: `origin/main`.
    #[serde(default)]
    pub upstream: Option<String>,
    /// Commits that are here and not there.
    #[specta(type = Number)]
    pub ahead: u64,
    /// Commits that are there and not here.
    #[specta(type = Number)]
    pub behind: u64,
    /// The operation that was begun with git and is not finished: `merge`, `rebase`.
    #[serde(default)]
    pub unfinished: Option<String>,
    /// The repositories elsewhere that it knows.
    pub remotes: Vec<GitRemote>,
    /// The files that differ from the last commit; at most a thousand.
    pub changes: Vec<Change>,
    /// How many changes there are in all.
    #[specta(type = Number)]
    pub changes_total: u64,
}

/// A repository elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GitRemote {
    /// Its name: `origin`.
    pub name: String,
    /// Its path or URL, without any password.
    pub url: String,
}

/// Makes a git repository in a workspace.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitCreate {
    /// The workspace.
    pub workspace: String,
    /// The first branch; `main` when left out.
    #[serde(default)]
    pub branch: Option<String>,
}

/// Commits what has changed.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitCommitNew {
    /// The workspace.
    pub workspace: String,
    /// The message.
    pub message: String,
    /// The author, `Name <mail>`; as git is configured when left out.
    #[serde(default)]
    pub author: Option<String>,
    /// Only what is at or below these paths, each name by name; everything that git does not
    /// ignore when left out.
    #[serde(default)]
    pub paths: Vec<Vec<String>>,
}

/// A commit.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GitCommit {
    /// Its id.
    pub id: String,
    /// The first digits of the id.
    pub short_id: String,
    /// The author, `Name <mail>`.
    pub author: String,
    /// When it was made.
    #[specta(type = String)]
    pub time: Timestamp,
    /// The first line of the message.
    pub summary: String,
    /// The whole message.
    pub message: String,
    /// The ids of the commits that it came after.
    pub parents: Vec<String>,
    /// The changes that it could not take, each with the reason; empty unless it was just made.
    pub left_out: Vec<Sentence>,
}

/// A branch.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GitBranch {
    /// Its name.
    pub name: String,
    /// Whether it is one of a repository elsewhere, as last fetched.
    pub remote: bool,
    /// Whether it is worked on.
    pub current: bool,
    /// Its last commit.
    pub commit: GitCommit,
    /// The branch elsewhere that it follows.
    #[serde(default)]
    pub upstream: Option<String>,
    /// Commits that are here and not there.
    #[specta(type = Number)]
    pub ahead: u64,
    /// Commits that are there and not here.
    #[specta(type = Number)]
    pub behind: u64,
}

/// Makes a branch.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitBranchCreate {
    /// The workspace.
    pub workspace: String,
    /// Its name.
    pub name: String,
    /// The commit or branch that it begins at; the present commit when left out.
    #[serde(default)]
    pub from: Option<String>,
}

/// Switches to a branch.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitBranchSwitch {
    /// The workspace.
    pub workspace: String,
    /// The branch.
    pub name: String,
}

/// Which commits to list, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitLog {
    /// The workspace.
    pub workspace: String,
    /// The branch or commit to begin at; the present one when left out.
    #[serde(default)]
    pub from: Option<String>,
    /// How many at most; 100 when left out.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Compares two commits, or one with what is on disk. Without either, the present commit and what
/// is on disk; with only the later one, that commit and the one before it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitCompare {
    /// The workspace.
    pub workspace: String,
    /// The commit that counts as before.
    #[serde(default)]
    pub from: Option<String>,
    /// The commit that counts as after.
    #[serde(default)]
    pub to: Option<String>,
}

/// A difference as git writes it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GitDiff {
    /// The files that differ, by path.
    pub changes: Vec<Change>,
    /// The text, in git's unified form.
    pub text: String,
    /// Whether there is more text than is here.
    pub truncated: bool,
}

/// Commits the present state of a workspace.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitSync {
    /// The workspace.
    pub workspace: String,
    /// The message of the commit; the version's when left out.
    #[serde(default)]
    pub message: Option<String>,
}

/// Sends commits to, or takes them from, a repository elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitTransfer {
    /// The workspace.
    pub workspace: String,
    /// The name of the repository elsewhere; `origin` when left out.
    #[serde(default)]
    pub remote: Option<String>,
    /// The branch; the present one when left out.
    #[serde(default)]
    pub branch: Option<String>,
}

/// Makes a repository elsewhere known.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitRemoteSet {
    /// The workspace.
    pub workspace: String,
    /// Its name: `origin`.
    pub name: String,
    /// Its address: a path, or a URL of ssh or https.
    pub url: String,
}

/// Writes the versions of a workspace into its git repository as a branch of their own.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GitExport {
    /// The workspace.
    pub workspace: String,
    /// The branch that is made or goes on; `undercroft/history/WORKSPACE` when left out.
    #[serde(default)]
    pub branch: Option<String>,
    /// Whether files that the repository ignores, such as `.env`, are in it too.
    #[serde(default)]
    pub include_ignored: bool,
}
