//! Names in archives: what may become a path below the target, and where a link may lead.

use super::plan::UnpackLimits;
use super::refuse;
use undercroft_foundation::{Result, text};

/// The longest name that file systems take.
const LONGEST_NAME: usize = 255;

/// A path below the target: names with one slash between, none of them empty, `.` or `..`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct EntryPath(Vec<u8>);

/// The meaning of a backslash in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backslash {
    /// A character like others, unless it would lead out where it separates.
    Character,
    /// The separator of names.
    Separator,
}

/// A name of an archive: a path, the root itself, or one that is left out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    Path(EntryPath),
    Root,
    LeftOut(&'static str),
}

impl EntryPath {
    /// Reads the name of an entry.
    ///
    /// # Errors
    /// A name beyond the limits.
    pub(super) fn read(raw: &[u8], backslash: Backslash, limits: &UnpackLimits) -> Result<Named> {
        let converted;
        let name = if backslash == Backslash::Separator && raw.contains(&b'\\') {
            converted = raw.iter().map(|b| if *b == b'\\' { b'/' } else { *b }).collect::<Vec<_>>();
            &converted[..]
        } else {
            raw
        };
        if let Some(reason) = leads_out(name, backslash) {
            return Ok(Named::LeftOut(reason));
        }
        let parts = || name.split(|b| *b == b'/').filter(|part| !matches!(*part, b"" | b"."));
        let depth = parts().count();
        if depth > limits.depth {
            let why = text!("A path in it is more than {depth} folders deep", depth = limits.depth);
            return Err(refuse::limit(why));
        }
        let mut path = Vec::with_capacity(name.len());
        for part in parts() {
            if part.len() > LONGEST_NAME {
                return Ok(Named::LeftOut("Its name is longer than file systems take"));
            }
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(part);
        }
        if path.len() > limits.path_bytes {
            let why = text!("A path in it is longer than {most} bytes", most = limits.path_bytes);
            return Err(refuse::limit(why));
        }
        Ok(if path.is_empty() { Named::Root } else { Named::Path(Self(path)) })
    }

    /// The bytes, with slashes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The folder that it is in, empty for the root, and its name there.
    pub(super) fn split(&self) -> (&[u8], &[u8]) {
        match self.0.iter().rposition(|b| *b == b'/') {
            Some(at) => (&self.0[..at], &self.0[at + 1..]),
            None => (&[], &self.0),
        }
    }

    /// The first name of the path, and whether that is all.
    pub(super) fn top(&self) -> (&[u8], bool) {
        match self.0.iter().position(|b| *b == b'/') {
            Some(at) => (&self.0[..at], false),
            None => (&self.0, true),
        }
    }

    /// The number of folders above it.
    pub(super) fn depth(&self) -> usize {
        self.0.iter().filter(|b| **b == b'/').count()
    }
}

fn leads_out(name: &[u8], backslash: Backslash) -> Option<&'static str> {
    let separates = |b: &u8| *b == b'/' || *b == b'\\';
    if name.contains(&0) {
        return Some("Its name holds a zero byte");
    }
    if name.first() == Some(&b'/') || name.starts_with(b"\\\\") {
        return Some("Its name is absolute");
    }
    if name.split(separates).any(|part| part == b"..") {
        return Some("Its name leads out of the folder");
    }
    let has_drive = name.len() >= 2 && name[0].is_ascii_alphabetic() && name[1] == b':';
    let ends_there = matches!(name.get(2), None | Some(b'/' | b'\\'));
    if has_drive && (ends_there || backslash == Backslash::Separator) {
        return Some("Its name begins with a drive letter");
    }
    None
}

/// The destination of a symbolic link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// It stays inside, also below the top folder.
    Inside,
    /// It goes through the root: it stays inside only where no layer is taken away.
    ThroughRoot,
    /// It is left out.
    LeftOut(&'static str),
}

/// Finds where a symbolic link leads, of which every folder above is a real one.
///
/// `..` is taken at the beginning alone: after a name it could follow another link, and what it
/// leads to could not be told from the text.
pub(super) fn lead(link: &EntryPath, target: &[u8]) -> Lead {
    if target.is_empty() || target.contains(&0) || target.len() > 4095 {
        return Lead::LeftOut("The link leads nowhere");
    }
    if target[0] == b'/' {
        return Lead::LeftOut("The link leads to an absolute path");
    }
    let mut up = 0;
    let mut names = 0;
    for part in target.split(|b| *b == b'/').filter(|part| !matches!(*part, b"" | b".")) {
        if part != b".." {
            names += 1;
        } else if names > 0 {
            return Lead::LeftOut("The link leads back up after a name, perhaps out of the folder");
        } else {
            up += 1;
        }
    }
    match up.cmp(&link.depth()) {
        std::cmp::Ordering::Less => Lead::Inside,
        std::cmp::Ordering::Equal => Lead::ThroughRoot,
        std::cmp::Ordering::Greater => Lead::LeftOut("The link leads out of the folder"),
    }
}

/// Whether all names lie in one top folder, gathered name by name.
#[derive(Debug, Default)]
pub(super) struct TopFolder {
    name: Option<Vec<u8>>,
    is_shared: bool,
    is_folder: bool,
}

impl TopFolder {
    /// Adds a path.
    pub(super) fn add(&mut self, path: &EntryPath, is_folder: bool) {
        let (top, is_all) = path.top();
        match &self.name {
            Some(name) if name != top => self.is_shared = true,
            Some(_) => {}
            None => self.name = Some(top.to_vec()),
        }
        self.is_folder |= !is_all || is_folder;
    }

    /// The folder, if it is one.
    pub(super) fn single(self) -> Option<Vec<u8>> {
        let is_single = self.is_folder && !self.is_shared;
        self.name.filter(|name| is_single && may_be_stripped(name))
    }
}

/// Whether the layer of this folder says nothing by its name.
pub(super) fn may_be_stripped(name: &[u8]) -> bool {
    name != b".git"
}
