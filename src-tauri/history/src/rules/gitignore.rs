//! One `.gitignore` of a workspace. Whoever wrote it, reading it takes a bounded time, follows no
//! link, and never hides everything.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustix::fs::{Mode, OFlags};

/// The largest size of a list; a larger file is none that somebody wrote.
const LARGEST_BYTES: u64 = 64 * 1024;
/// A longer line is passed over, and one with more wildcards: it takes long to make sense of.
const LINE_BYTES: usize = 1024;
const LINE_WILDCARDS: usize = 12;
/// Names that nobody has: a list that names them names everything.
const NOBODYS: [(&str, bool); 3] = [("uq7zxk", false), ("uq7zxk.uq7", false), ("uq7zxk", true)];

/// Why a `.gitignore` is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotFollowed {
    /// It ignores everything.
    Everything,
    /// It is too large.
    TooLarge,
    /// It is not text, or not patterns.
    NotText,
    /// It is a link, a pipe or a folder.
    NotAFile,
    /// The system did not let it be read.
    Unreadable,
}

/// As people read it.
impl fmt::Display for NotFollowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Everything => "It ignores everything, which would hide the work itself",
            Self::TooLarge => "It is too large to be a list of patterns",
            Self::NotText => "It is not a list of patterns",
            Self::NotAFile => "It is not an ordinary file",
            Self::Unreadable => "It cannot be read",
        })
    }
}

/// The `.gitignore` of a folder.
#[derive(Debug)]
pub(super) struct IgnoreFile {
    patterns: Gitignore,
    pub(super) not_followed: Option<NotFollowed>,
}

/// The verdict of a list on a name below it.
pub(super) enum Said<'a> {
    Nothing,
    Ignore(&'a str),
    Keep,
}

impl IgnoreFile {
    /// The list of the folder at `folder`; an empty one where there is none to follow.
    pub(super) fn read(folder: &Path) -> Self {
        match read_text(&folder.join(".gitignore")).and_then(|text| compile(&text)) {
            Ok(patterns) => Self { patterns, not_followed: None },
            Err(not_followed) => Self { patterns: Gitignore::empty(), not_followed },
        }
    }

    /// The verdict on a path below its folder.
    pub(super) fn says(&self, below: &Path, is_dir: bool) -> Said<'_> {
        match self.patterns.matched(below, is_dir) {
            Match::None => Said::Nothing,
            Match::Ignore(glob) => Said::Ignore(glob.original()),
            Match::Whitelist(_) => Said::Keep,
        }
    }
}

/// An error of nothing: there is no list.
fn read_text(path: &Path) -> Result<Vec<u8>, Option<NotFollowed>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) => return Err(None),
        Err(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO) => {
            return Err(Some(NotFollowed::NotAFile));
        }
        Err(_) => return Err(Some(NotFollowed::Unreadable)),
    };
    let unreadable = |_| Some(NotFollowed::Unreadable);
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(Some(NotFollowed::NotAFile));
    }
    let mut text = Vec::new();
    file.take(LARGEST_BYTES + 1).read_to_end(&mut text).map_err(unreadable)?;
    match text.len() as u64 > LARGEST_BYTES {
        true => Err(Some(NotFollowed::TooLarge)),
        false => Ok(text),
    }
}

fn is_reasonable(line: &[u8]) -> bool {
    let wildcards = line.iter().filter(|byte| matches!(byte, b'*' | b'?' | b'[' | b'{'));
    line.len() <= LINE_BYTES && wildcards.take(LINE_WILDCARDS + 1).count() <= LINE_WILDCARDS
}

fn compile(text: &[u8]) -> Result<Gitignore, Option<NotFollowed>> {
    if text.contains(&0) {
        return Err(Some(NotFollowed::NotText));
    }
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let mut builder = GitignoreBuilder::new("");
    for line in text.split(|byte| *byte == b'\n').filter(|line| is_reasonable(line)) {
        // What is no pattern ignores nothing, as with git.
        if let Ok(line) = std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)) {
            let _ = builder.add_line(None, line);
        }
    }
    let patterns = builder.build().map_err(|_| Some(NotFollowed::NotText))?;
    let all = NOBODYS.iter().any(|(name, is_dir)| patterns.matched(name, *is_dir).is_ignore());
    if all { Err(Some(NotFollowed::Everything)) } else { Ok(patterns) }
}
