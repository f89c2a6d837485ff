//! Git: the user's own repository in a workspace, when the user asks for it. It is read to show how
//! it stands, and written by the explicit acts named here and by nothing else. It knows no versions,
//! no catalog and no objects of Undercroft: a history to export is handed over as a bare repository,
//! and whoever switches or pulls sees to it that a version has what is replaced.
//!
//! Local work goes through libgit2, which runs no programs. Only for a remote behind ssh or
//! https is the installed git run, and it never sees the project's configuration (see
//! `remotes/scratch_repository`). No hook, filter, textconv, fsmonitor or submodule of a project is
//! ever run.
//!
//! Each folder uses only those before it:
//!
//! - `repository`: opening and creating one, and finding commits by name.
//! - `reading`: status, log, differences.
//! - `writing`: commits, branches, checkouts, copies of commits.
//! - `remotes`: addresses, the installed git, push, fetch and pull.
//! - `export`: versions as an ordinary branch.

mod export;
mod reading;
mod remotes;
mod repository;
mod writing;

pub use export::{Exported, IgnoredFiles, export_branch};
pub use reading::diff::{ChangeKind, DiffRange, FileHunks, GitChange, GitHunk, GitLine, LineTag};
pub use reading::log::{GitPerson, LogEntry, LogFilter};
pub use reading::status::{FileState, GitFile, GitHead, GitStatus, Upstream};
pub use remotes::configured::GitRemote;
pub use remotes::exchange::{Pulled, Pushed};
pub use remotes::program::{GitProgram, Network};
pub use remotes::url::RemoteUrl;
pub use repository::ProjectGit;
pub use repository::commit_id::CommitId;
pub use repository::create::Created;
pub use writing::branches::GitBranch;
pub use writing::commit::{CommitOrder, Committed, Selection, SkippedChange};
