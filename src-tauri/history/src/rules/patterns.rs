//! Patterns as the user writes them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use undercroft_foundation::{Code, Error, Result, TreePath, escape_name, text};

use super::LayerRule;
use crate::version::Layer;

/// A pattern may have this many bytes, and a list this many patterns.
const PATTERN_BYTES: usize = 1024;
const PATTERNS: usize = 1000;

/// One matcher of all `patterns`.
pub(super) fn compile<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    builder.allow_unclosed_class(false);
    for (count, pattern) in patterns.into_iter().enumerate() {
        if count == PATTERNS {
            return Err(Error::new(
                Code::Invalid,
                text!("More than {patterns} patterns", patterns = PATTERNS),
            ));
        }
        if let Some(why) = fault_of(pattern) {
            return Err(refused(pattern).why(why));
        }
        builder
            .add_line(None, pattern)
            .map_err(|source| refused(pattern).why(reason(&source)).because(source))?;
    }
    builder.build().map_err(|source| {
        Error::new(Code::Invalid, "Cannot use these patterns").why(reason(&source)).because(source)
    })
}

/// The fault of a pattern that a `.gitignore` would silently pass over, or that would not mean what
/// it seems to.
fn fault_of(pattern: &str) -> Option<&'static str> {
    let first = pattern.chars().next();
    if pattern.trim().trim_matches('/').is_empty() {
        Some("It names nothing")
    } else if pattern.len() > PATTERN_BYTES {
        Some("It is too long")
    } else if first == Some('#') {
        Some("A # at the beginning makes it a remark; write \\# for a name that begins so")
    } else if first == Some('!') {
        Some("A pattern cannot be turned round here; say what to keep under `keep`")
    } else if pattern.chars().any(|c| matches!(c, '\n' | '\r' | '\0')) {
        Some("It has more than one line")
    } else {
        None
    }
}

fn refused(pattern: &str) -> Error {
    Error::new(
        Code::Invalid,
        text!("Not a pattern: {name}", name = escape_name(pattern.as_bytes())),
    )
    .next("Write it as in a .gitignore, such as /dist/ or *.log")
}

fn reason(source: &ignore::Error) -> String {
    let text = match source {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    };
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).collect::<String>().trim_end_matches('.').to_owned()
}

/// No version keeps its files in memory.
pub(super) fn refuse_memory(rule: &LayerRule) -> Result<()> {
    if rule.layer != Layer::Memory {
        return Ok(());
    }
    let what = text!("Cannot keep {name} in memory", name = escape_name(rule.pattern.as_bytes()));
    Err(Error::new(Code::Invalid, what)
        .why("Memory holds scratch files and drafts, which are in no version")
        .next("Choose git or objects"))
}

/// Whether the pattern matches this very path.
pub(super) fn matches<'a>(set: &'a Gitignore, path: &TreePath, is_dir: bool) -> Option<&'a str> {
    let path = Path::new(OsStr::from_bytes(path.as_bytes()));
    match set.matched(path, is_dir) {
        ignore::Match::Ignore(glob) => Some(glob.original()),
        _ => None,
    }
}

/// The steps of a pattern with folders in it, name by name: how far it reaches down.
#[derive(Debug)]
pub(super) struct Reach(Vec<Step>);

#[derive(Debug)]
enum Step {
    Name(GlobMatcher),
    /// `**`, or what cannot be taken apart: anything may follow.
    Anything,
}

impl Reach {
    /// Nothing for a pattern that may match at any depth: it would lead into every folder that
    /// is left out.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let inner = pattern.trim_end().trim_end_matches('/');
        if !inner.contains('/') || inner.starts_with("**/") {
            return None;
        }
        let steps = inner.trim_start_matches('/').split('/').map(|name| {
            let glob =
                GlobBuilder::new(name).literal_separator(true).backslash_escape(true).build();
            match glob {
                Ok(glob) if name != "**" => Step::Name(glob.compile_matcher()),
                _ => Step::Anything,
            }
        });
        Some(Self(steps.collect()))
    }

    /// Whether something below `folder` may match.
    pub(super) fn goes_below(&self, folder: &TreePath) -> bool {
        let mut steps = self.0.iter();
        for name in folder.names() {
            match steps.next() {
                None => return false,
                Some(Step::Anything) => return true,
                Some(Step::Name(glob)) => {
                    if !glob.is_match(OsStr::from_bytes(name)) {
                        return false;
                    }
                }
            }
        }
        steps.next().is_some()
    }
}
