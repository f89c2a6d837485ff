//! A place inside a workspace, by the names that lead to it.

use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::{Code, Error, Result, escape_name, text};

/// A path below the root of a workspace: real names of any bytes, joined by `/`; empty for the
/// root itself. No name is empty, `.` or `..`, so that it never leads out of the root.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(Vec<u8>);

impl TreePath {
    /// The root.
    pub fn root() -> Self {
        Self::default()
    }

    /// The path of these bytes.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a name that cannot be a file's.
    pub fn new(bytes: &[u8]) -> Result<Self> {
        if bytes.is_empty() {
            return Ok(Self::root());
        }
        Self::from_names(bytes.split(|byte| *byte == b'/'))
    }

    /// The path of these names.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a name that cannot be a file's.
    pub fn from_names<N: AsRef<[u8]>>(names: impl IntoIterator<Item = N>) -> Result<Self> {
        let mut path = Self::root();
        for name in names {
            let name = name.as_ref();
            let impossible = name.is_empty() || name == b"." || name == b"..";
            if impossible || name.iter().any(|byte| matches!(byte, b'/' | 0)) {
                let what = text!(
                    "{name} is not the name of a file",
                    name = format!("{:?}", escape_name(name))
                );
                return Err(Error::new(Code::Invalid, what));
            }
            path.push(name);
        }
        Ok(path)
    }

    /// The names, from the root on.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        // Splitting nothing would give one empty name.
        let names = (!self.is_root()).then(|| self.0.split(|byte| *byte == b'/'));
        names.into_iter().flatten()
    }

    /// The path of `name` in this folder. The name is one that a folder listed.
    #[must_use]
    pub fn join(&self, name: &[u8]) -> Self {
        let mut path = self.clone();
        path.push(name);
        path
    }

    fn push(&mut self, name: &[u8]) {
        if !self.is_root() {
            self.0.push(b'/');
        }
        self.0.extend_from_slice(name);
    }

    /// The folder that holds it, and its name there; nothing for the root.
    pub fn split(&self) -> Option<(Self, &[u8])> {
        if self.is_root() {
            return None;
        }
        Some(match self.0.iter().rposition(|byte| *byte == b'/') {
            Some(at) => (Self(self.0[..at].to_vec()), &self.0[at + 1..]),
            None => (Self::root(), &self.0),
        })
    }

    /// The folder that holds it; nothing for the root.
    pub fn parent(&self) -> Option<Self> {
        self.split().map(|(parent, _)| parent)
    }

    /// Its last name; nothing for the root.
    pub fn name(&self) -> Option<&[u8]> {
        self.names().next_back()
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is `folder` or below it.
    pub fn is_in(&self, folder: &Self) -> bool {
        folder.is_root()
            || self.0.strip_prefix(&*folder.0).is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
    }

    /// Its bytes, names joined by `/`.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path on disk when the workspace is at `root`.
    pub fn below(&self, root: &Path) -> PathBuf {
        if self.is_root() {
            return root.to_owned();
        }
        root.join(std::ffi::OsStr::from_bytes(&self.0))
    }

    /// The place inside the workspace at `root` that `path` means; nothing when it is outside.
    pub fn of(root: &Path, path: &Path) -> Option<Self> {
        Self::new(path.strip_prefix(root).ok()?.as_os_str().as_bytes()).ok()
    }
}

/// As people read it: escaped, on one line.
impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape_name(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_its_root() {
        for bad in [&b".."[..], b"a/../b", b"/a", b"a//b", b"a/", b"a\0b", b"."] {
            assert!(TreePath::new(bad).is_err(), "{bad:?}");
        }
        assert_eq!(TreePath::new(b"a/b\n").unwrap().below(Path::new("/w")), Path::new("/w/a/b\n"));
    }

    #[test]
    fn names_lead_there_and_back() {
        let path = TreePath::from_names(["a", "b", "c"]).unwrap();
        assert_eq!(path.names().count(), 3);
        assert_eq!(path.parent().unwrap().join(b"c"), path);
        assert!(path.is_in(&TreePath::new(b"a/b").unwrap()) && path.is_in(&TreePath::root()));
        assert!(!TreePath::new(b"ab").unwrap().is_in(&TreePath::new(b"a").unwrap()));
        assert_eq!(TreePath::root().names().count(), 0);
        assert_eq!(TreePath::of(Path::new("/w"), Path::new("/w/a")), TreePath::new(b"a").ok());
        assert_eq!(TreePath::of(Path::new("/w"), Path::new("/w")), Some(TreePath::root()));
        assert_eq!(TreePath::of(Path::new("/w"), Path::new("/v")), None);
    }
}
