//! Paths that a backup leaves out and a restore takes in: patterns that mean exactly what they mean
//! to restic, and the tag files that mark a folder as not worth keeping.
//!
//! A pattern is a path whose parts may hold `*`, `?`, `[a-z]` and `\` (as Go's `filepath.Match`
//! reads them) or be `**` for any number of folders. With a leading `/` it is matched from the
//! root, else from any folder on; it covers all below what it matches. A leading `!` takes back
//! what an earlier pattern matched; the last pattern that says something about a path decides.

mod glob;
mod tag_file;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use glob::Glob;
pub use tag_file::TagFile;
use undercroft_foundation::{Code, Error, Result, escape_name};

/// One part of a pattern's path.
#[derive(Debug, Clone)]
enum Part {
    /// The root, first in an absolute pattern.
    Root,
    /// `**`.
    Folders,
    /// A name without special characters.
    Name(Vec<u8>),
    /// A name with some.
    Glob(Glob),
}

impl Part {
    fn new(text: &[u8]) -> Option<Self> {
        Some(match text {
            b"**" => Self::Folders,
            text if text.iter().any(|byte| b"\\[]*?".contains(byte)) => {
                Self::Glob(Glob::parse(text)?)
            }
            text => Self::Name(text.to_vec()),
        })
    }

    fn matches(&self, name: Component<'_>) -> bool {
        match (self, name) {
            (Self::Root, Component::Root) => true,
            (Self::Name(own), Component::Name(name)) => own == name,
            (Self::Glob(glob), Component::Name(name)) => glob.matches(name),
            _ => false,
        }
    }
}

/// One part of a path that is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Component<'a> {
    Root,
    Name(&'a [u8]),
}

#[derive(Debug, Clone)]
struct Pattern {
    parts: Vec<Part>,
    negated: bool,
}

/// Patterns, read once and matched many times.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    patterns: Vec<Pattern>,
    any_negated: bool,
    ignore_case: bool,
}

/// The verdict of patterns on a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    /// The path is matched, and with it all below.
    pub(crate) matched: bool,
    /// Something below the path may be matched.
    pub(crate) children_may_match: bool,
}

impl Patterns {
    /// Reads patterns; empty ones say nothing.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a pattern that is not well formed, such as `a[`.
    pub fn parse<T: AsRef<[u8]>>(patterns: &[T]) -> Result<Self> {
        Self::read(patterns, false)
    }

    /// Reads patterns to which `A` and `a` are the same.
    ///
    /// # Errors
    /// As [`Patterns::parse`].
    pub(crate) fn parse_ignoring_case<T: AsRef<[u8]>>(patterns: &[T]) -> Result<Self> {
        Self::read(patterns, true)
    }

    fn read<T: AsRef<[u8]>>(texts: &[T], ignore_case: bool) -> Result<Self> {
        let texts = texts.iter().map(AsRef::as_ref).filter(|text| !text.is_empty());
        let read = |text: &[u8]| {
            let folded = if ignore_case { lower_case(text) } else { Cow::Borrowed(text) };
            Pattern::parse(&folded).ok_or_else(|| refuse(text))
        };
        let patterns = texts.map(read).collect::<Result<Vec<_>>>()?;
        let any_negated = patterns.iter().any(|pattern| pattern.negated);
        Ok(Self { patterns, any_negated, ignore_case })
    }

    /// Whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a path is matched. An empty path never is.
    pub fn matches(&self, path: &[u8]) -> bool {
        self.look_up(path, false).matched
    }

    /// Whether a path is matched, and whether something below it may be.
    pub(crate) fn matches_with_children(&self, path: &[u8]) -> Match {
        self.look_up(path, true)
    }

    fn look_up(&self, path: &[u8], look_at_children: bool) -> Match {
        let mut found = Match { matched: false, children_may_match: false };
        if self.patterns.is_empty() || path.is_empty() {
            return found;
        }
        let path = if self.ignore_case { lower_case(path) } else { Cow::Borrowed(path) };
        let components = split(&path);
        for pattern in &self.patterns {
            let matched = pattern.matches(&components);
            if pattern.negated {
                found.matched &= !matched;
                found.children_may_match &= !matched;
                continue;
            }
            found.matched |= matched;
            found.children_may_match |= !look_at_children || pattern.may_match_below(&components);
            if found.matched && found.children_may_match && !self.any_negated {
                break;
            }
        }
        found
    }
}

impl Pattern {
    fn parse(text: &[u8]) -> Option<Self> {
        let (negated, text) = match text {
            [b'!', rest @ ..] => (true, rest),
            text => (false, text),
        };
        let clean = clean(text);
        let parts = split(&clean).into_iter().map(|component| match component {
            Component::Root => Some(Part::Root),
            Component::Name(name) => Part::new(name),
        });
        Some(Self { parts: parts.collect::<Option<_>>()?, negated })
    }

    fn is_absolute(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Root))
    }

    fn matches(&self, components: &[Component<'_>]) -> bool {
        if self.is_absolute() {
            return matches_from(&self.parts, components, self.room(components));
        }
        let names = match components {
            [Component::Root, names @ ..] => names,
            names => names,
        };
        // Patterns of nothing but `**` match every path, though they could stand for no part.
        if self.parts.iter().all(|part| matches!(part, Part::Folders)) {
            return !names.is_empty() && self.room(components) >= 0;
        }
        let room = self.room(components);
        (0..names.len()).any(|start| matches_from(&self.parts, &names[start..], room))
    }

    /// The number of parts of a path that the first `**` may stand for, at most. restic counts each
    /// further `**` as one part here, so `a/**/b/**/c` is not found in `a/b/c`; and so it is here.
    fn room(&self, components: &[Component<'_>]) -> isize {
        components.len().cast_signed() - self.parts.len().cast_signed() + 1
    }

    fn may_match_below(&self, components: &[Component<'_>]) -> bool {
        if !self.is_absolute() {
            return true;
        }
        let fixed = self.parts.iter().take_while(|part| !matches!(part, Part::Folders)).count();
        let zipped = self.parts[..fixed].iter().zip(components);
        zipped.into_iter().all(|(part, &component)| part.matches(component))
    }
}

/// Whether the path starts with what the parts say.
fn matches_from(parts: &[Part], components: &[Component<'_>], room: isize) -> bool {
    match (parts, components) {
        ([], _) => true,
        ([Part::Folders, parts @ ..], components) => (0..=room)
            .zip(0..=components.len())
            .any(|(taken, count)| matches_from(parts, &components[count..], room - taken + 1)),
        ([part, parts @ ..], [component, components @ ..]) => {
            part.matches(*component) && matches_from(parts, components, room)
        }
        (_, []) => false,
    }
}

fn split(path: &[u8]) -> Vec<Component<'_>> {
    let mut components: Vec<_> = path.split(|&byte| byte == b'/').map(Component::Name).collect();
    if path.first() == Some(&b'/') {
        components[0] = Component::Root;
    }
    components
}

/// The shortest path that means the same, as Go's `filepath.Clean` finds it.
fn clean(path: &[u8]) -> Vec<u8> {
    let absolute = path.first() == Some(&b'/');
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|&last| last != b"..") => {
                parts.pop();
            }
            b".." if absolute => {}
            part => parts.push(part),
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => [b"/", &parts.join(&b'/')[..]].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => parts.join(&b'/'),
    }
}

/// Lower case where it is text; other bytes stay.
fn lower_case(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.iter().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        return Cow::Borrowed(text);
    }
    let mut lower = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        lower.extend_from_slice(chunk.valid().to_lowercase().as_bytes());
        lower.extend_from_slice(chunk.invalid());
    }
    Cow::Owned(lower)
}

fn refuse(text: &[u8]) -> Error {
    Error::new(Code::Invalid, format!("Not a pattern: {}", escape_name(text)))
        .why("A bracket or backslash in it has no end, or a range no start")
        .next("Put a backslash before a bracket that means itself")
}
