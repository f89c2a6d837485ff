//! The commits behind a branch, newest first.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use git2::{Commit, Oid};
use jiff::Timestamp;
use undercroft_foundation::Result;

use super::branches::resolve;
use super::opening::GitContext;
use super::{GitPerson, ProjectGit, commit, git_id, oid};
use crate::version::GitId;

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its id.
    pub id: GitId,
    /// The commits that it came after.
    pub parents: Vec<GitId>,
    /// The author of the changes.
    pub author: GitPerson,
    /// When it was committed.
    pub time: Timestamp,
    /// The message; bytes that are no text are replaced.
    pub message: String,
}

/// A selection of commits to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// A branch, a remote's branch (`origin/main`) or a commit's id; HEAD when nothing is said.
    pub from: Option<String>,
    /// The commit that an earlier list ended with: only those behind it.
    pub after: Option<GitId>,
    /// The most commits to list.
    pub limit: usize,
}

impl ProjectGit {
    /// Commits, newest first; none on a branch that waits for its first.
    ///
    /// # Errors
    /// When there is no such branch or commit, or the repository is damaged.
    pub fn log(&self, filter: &LogFilter) -> Result<Vec<LogEntry>> {
        let (repository, what) = (self.repository()?, "read the commits");
        let start = match &filter.from {
            Some(name) => Some(resolve(&repository, name)?),
            None => commit::last_commit(&repository)?,
        };
        let Some(start) = start else { return Ok(Vec::new()) };
        let mut entries = Vec::new();
        let mut is_behind = filter.after.is_none();
        for commit in NewestFirst::from(start) {
            let commit = commit.when(what)?;
            if entries.len() >= filter.limit {
                break;
            }
            if is_behind {
                entries.push(log_entry(&commit));
            }
            is_behind |= filter.after.is_some_and(|after| oid(after) == commit.id());
        }
        Ok(entries)
    }
}

/// Commits by their time, none before all its children that were met, each read only when it is
/// its turn: libgit2 would shuffle those of one second, or read all before the first.
struct NewestFirst<'r> {
    waiting: BinaryHeap<(i64, Reverse<usize>)>,
    met: HashMap<usize, Commit<'r>>,
    known: HashSet<Oid>,
}

impl<'r> From<Commit<'r>> for NewestFirst<'r> {
    fn from(start: Commit<'r>) -> Self {
        let mut walk =
            Self { waiting: BinaryHeap::new(), met: HashMap::new(), known: HashSet::new() };
        walk.meet(start);
        walk
    }
}

impl<'r> NewestFirst<'r> {
    fn meet(&mut self, commit: Commit<'r>) {
        if self.known.insert(commit.id()) {
            self.waiting.push((commit.time().seconds(), Reverse(self.known.len())));
            self.met.insert(self.known.len(), commit);
        }
    }
}

impl<'r> Iterator for NewestFirst<'r> {
    type Item = Result<Commit<'r>, git2::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let (_, Reverse(n)) = self.waiting.pop()?;
        let commit = self.met.remove(&n)?;
        for parent in 0..commit.parent_count() {
            match commit.parent(parent) {
                Ok(parent) => self.meet(parent),
                Err(error) => return Some(Err(error)),
            }
        }
        Some(Ok(commit))
    }
}

pub(super) fn log_entry(commit: &Commit<'_>) -> LogEntry {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let author = commit.author();
    LogEntry {
        id: git_id(commit.id()),
        parents: commit.parent_ids().map(git_id).collect(),
        author: GitPerson { name: text(author.name_bytes()), mail: text(author.email_bytes()) },
        // A forged commit may claim a moment that no calendar has.
        time: Timestamp::from_second(commit.time().seconds()).unwrap_or_default(),
        message: text(commit.message_bytes()),
    }
}
