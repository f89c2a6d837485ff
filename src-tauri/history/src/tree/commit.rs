//! A version as a commit: the message carries, after the user's words, what the catalog knows.

use jiff::Timestamp;
use undercroft_foundation::{Code, Error, Result, VersionId, WorkspaceId, text};

use crate::store::{HistoryStore, ObjectKind, parse_id};
use crate::version::{GitId, Trigger};

/// A version as its commit says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) tree: GitId,
    pub(crate) parent: Option<GitId>,
    /// `Name <mail>`.
    pub(crate) author: String,
    /// To the millisecond, as the catalog keeps it.
    pub(crate) time: Timestamp,
    pub(crate) message: String,
    pub(crate) version: VersionId,
    pub(crate) trigger: Trigger,
    pub(crate) workspace: WorkspaceId,
    pub(crate) seq: u64,
    pub(crate) stored_bytes: u64,
}

const VERSION: &str = "Undercroft-Version";
const TRIGGER: &str = "Undercroft-Trigger";
const WORKSPACE: &str = "Undercroft-Workspace";
const SEQUENCE: &str = "Undercroft-Sequence";
const STORED: &str = "Undercroft-Stored";
const TIME: &str = "Undercroft-Time";

impl Commit {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let parent = self.parent.map(|id| format!("parent {id}\n")).unwrap_or_default();
        let (author, seconds) = (sane_author(&self.author), self.time.as_second());
        // Words of the user's that look like ours would be taken for ours: the last ones count.
        let text = format!(
            "tree {}\n{parent}author {author} {seconds} +0000\ncommitter {author} {seconds} +0000\n\n\
             {}\n\n{VERSION}: {}\n{TRIGGER}: {}\n{WORKSPACE}: {}\n{SEQUENCE}: {}\n{STORED}: {}\n\
             {TIME}: {:.3}\n",
            self.tree,
            self.message.replace('\0', " ").trim(),
            self.version,
            self.trigger.name(),
            self.workspace,
            self.seq,
            self.stored_bytes,
            self.time,
        );
        text.into_bytes()
    }

    /// The commit of this id.
    ///
    /// # Errors
    /// [`Code::Damaged`] when it is missing, or is none of ours.
    pub(crate) fn read(store: &HistoryStore, id: GitId) -> Result<Self> {
        let content = store.read(ObjectKind::Commit, id)?;
        Self::decode(&content).ok_or_else(|| {
            Error::new(Code::Damaged, text!("The commit {id} is no version", id = id.to_string()))
                .why("It lacks what Undercroft writes into the commits of a history")
                .next("Other programs must not commit into it; move its branch back to the commit before")
        })
    }

    /// The version that a commit holds; nothing when it is none of ours.
    pub(crate) fn decode(content: &[u8]) -> Option<Self> {
        Self::parse(&String::from_utf8_lossy(content))
    }

    fn parse(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\n\n")?;
        let field =
            |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let author = field("author")?;
        let (author, _) = author.rsplit_once(' ')?.0.rsplit_once(' ')?;
        let trailer = |name: &str| {
            body.lines().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        };
        let ours = body
            .rfind(&format!("\n\n{VERSION}: "))
            .or_else(|| body.starts_with(VERSION).then_some(0))?;
        let parent = match field("parent") {
            Some(id) => Some(parse_id(id)?),
            None => None,
        };
        Some(Self {
            tree: parse_id(field("tree")?)?,
            parent,
            author: author.to_owned(),
            time: trailer(TIME)?.parse().ok()?,
            message: body[..ours].trim().to_owned(),
            version: trailer(VERSION)?.parse().ok()?,
            trigger: Trigger::from_name(trailer(TRIGGER)?)?,
            workspace: trailer(WORKSPACE)?.parse().ok()?,
            seq: trailer(SEQUENCE)?.parse().ok()?,
            stored_bytes: trailer(STORED)?.parse().ok()?,
        })
    }
}

/// The author in the form that git accepts: `Name <mail>`.
fn sane_author(author: &str) -> String {
    let plain = |text: &str| {
        text.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>')).collect::<String>()
    };
    match author.rsplit_once('<') {
        Some((name, mail)) => format!("{} <{}>", plain(name).trim(), plain(mail).trim()),
        None => format!("{} <>", plain(author).trim()),
    }
}

/// The user's name and mail address: as his git knows him, or by his name on this machine.
pub(crate) fn author_of_this_user() -> String {
    let config = git2::Config::open_default().and_then(|mut config| config.snapshot());
    let ask = |name: &str| config.as_ref().ok()?.get_str(name).ok().map(str::to_owned);
    let user = || {
        let name = std::env::var("USER").ok().filter(|name| !name.is_empty());
        name.unwrap_or_else(|| "user".to_owned())
    };
    let name = ask("user.name").unwrap_or_else(user);
    let mail = ask("user.email").unwrap_or_else(|| {
        let host = rustix::system::uname();
        format!("{}@{}", user(), host.nodename().to_string_lossy())
    });
    sane_author(&format!("{name} <{mail}>"))
}

#[cfg(test)]
mod tests {
    use undercroft_foundation::{OsRandom, SystemClock};

    use super::*;

    fn commit(message: &str, author: &str) -> Commit {
        Commit {
            tree: GitId([1; 20]),
            parent: Some(GitId([2; 20])),
            author: author.to_owned(),
            time: Timestamp::from_millisecond(1_700_000_000_123).unwrap(),
            message: message.to_owned(),
            version: VersionId::new(&SystemClock, &OsRandom),
            trigger: Trigger::BeforeRestore,
            workspace: WorkspaceId::new(&SystemClock, &OsRandom),
            seq: 7,
            stored_bytes: 99,
        }
    }

    #[test]
    fn a_version_survives_its_commit() {
        for message in
            ["", "One line", "Two\n\nparagraphs", "Undercroft-Version: x\n\nUndercroft-Sequence: 1"]
        {
            let commit = commit(message, "A B <a@b>");
            let text = String::from_utf8(commit.encode()).unwrap();
            assert_eq!(Commit::parse(&text), Some(commit));
        }
    }

    #[test]
    fn no_author_breaks_a_commit() {
        for author in ["", "x\n\ny", "<>", "a > <b\nparent"] {
            let text = String::from_utf8(commit("m", author).encode()).unwrap();
            assert!(Commit::parse(&text).is_some(), "{author:?}");
        }
    }
}
