//! The commits behind a branch, newest first.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use git2::{Commit, Oid};
use jiff::Timestamp;
use undercroft_foundation::{Code, Error, Result, text};

use crate::ProjectGit;
use crate::repository::commit_id::CommitId;
use crate::repository::errors::GitContext;
use crate::repository::lookup::{last_commit, resolve};

/// Somebody, as commits name people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitPerson {
    /// The name.
    pub name: String,
    /// The mail address.
    pub mail: String,
}

impl GitPerson {
    /// Reads `Name <mail>`.
    ///
    /// # Errors
    /// [`Code::Invalid`] when it is not of that form.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = text.trim().strip_suffix('>').and_then(|text| text.split_once('<'));
        let (name, mail) = parts.map(|(name, mail)| (name.trim(), mail.trim())).unwrap_or_default();
        let is_bad = |c: char| c.is_control() || matches!(c, '<' | '>');
        if name.is_empty() || mail.is_empty() || text.matches(is_bad).count() != 2 {
            return Err(Error::new(
                Code::Invalid,
                text!("{text} does not name an author", text = format!("{text:?}")),
            )
            .why("An author is written as Name <mail>"));
        }
        Ok(Self { name: name.to_owned(), mail: mail.to_owned() })
    }
}

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its id.
    pub id: CommitId,
    /// The commits that it came after.
    pub parents: Vec<CommitId>,
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
    pub after: Option<CommitId>,
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
            None => last_commit(&repository)?,
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
            is_behind |= filter.after.is_some_and(|after| after == CommitId::from(commit.id()));
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

pub(crate) fn log_entry(commit: &Commit<'_>) -> LogEntry {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let author = commit.author();
    LogEntry {
        id: commit.id().into(),
        parents: commit.parent_ids().map(CommitId::from).collect(),
        author: GitPerson { name: text(author.name_bytes()), mail: text(author.email_bytes()) },
        // A forged commit may claim a moment that no calendar has.
        time: Timestamp::from_second(commit.time().seconds()).unwrap_or_default(),
        message: text(commit.message_bytes()),
    }
}
