//! The paths that changed, as far as anybody can say without looking: which folders to look into
//! again.

use std::collections::{BTreeMap, BTreeSet};

use undercroft_foundation::TreePath;

/// The parts of a workspace that may have changed.
///
/// It says where to look, never what is there: a path in it may be gone again, or be another kind
/// of thing by now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Folders in which something happened, each with the names to read again even when their size
    /// and times look unchanged. Where there are some, they are all that is to be looked at.
    pub folders: BTreeMap<TreePath, Names>,
    /// The folders of these that are to be listed whatever names there are.
    pub listed: BTreeSet<TreePath>,
    /// Folders that are new or came from elsewhere: to visit with everything below them.
    pub subtrees: BTreeSet<TreePath>,
}

/// Names in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Names {
    /// Every name: too many were touched to tell them apart.
    All,
    /// These.
    Some(BTreeSet<Vec<u8>>),
}

impl Touched {
    /// Whether nothing was touched.
    pub fn is_empty(&self) -> bool {
        self.folders.is_empty() && self.subtrees.is_empty()
    }

    /// Adds one path: its name in its folder is to be read again. The root has no folder above it,
    /// so that only its own listing is asked for.
    pub fn add(&mut self, path: &TreePath) {
        match path.split() {
            Some((folder, name)) => self.folders.entry(folder).or_default().add(name),
            None => self.list(TreePath::root()),
        }
    }

    /// Adds a folder that is to be listed.
    pub fn list(&mut self, folder: TreePath) {
        self.folders.entry(folder.clone()).or_default();
        self.listed.insert(folder);
    }

    /// Adds what `other` holds.
    pub fn merge(&mut self, other: Self) {
        for (folder, names) in other.folders {
            self.folders.entry(folder).or_default().merge(names);
        }
        self.listed.extend(other.listed);
        self.subtrees.extend(other.subtrees);
    }
}

impl Names {
    /// Adds one name.
    pub fn add(&mut self, name: &[u8]) {
        if let Self::Some(names) = self
            && !names.contains(name)
        {
            names.insert(name.to_vec());
        }
    }

    /// Whether `name` is among them.
    pub fn contains(&self, name: &[u8]) -> bool {
        match self {
            Self::All => true,
            Self::Some(names) => names.contains(name),
        }
    }

    /// Adds what `other` holds.
    pub(super) fn merge(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::All, _) => {}
            (_, Self::All) => *self = Self::All,
            (Self::Some(names), Self::Some(more)) => names.extend(more),
        }
    }
}

/// None.
impl Default for Names {
    fn default() -> Self {
        Self::Some(BTreeSet::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_twice_is_there_once() {
        let path = TreePath::new(b"a/b").unwrap();
        let mut touched = Touched::default();
        assert!(touched.is_empty());
        touched.add(&path);
        touched.add(&path);
        touched.add(&TreePath::root());
        let mut other = Touched::default();
        other.add(&TreePath::new(b"a/c").unwrap());
        other.folders.insert(TreePath::root(), Names::All);
        other.subtrees.insert(path.clone());
        touched.merge(other);
        let a = &touched.folders[&path.parent().unwrap()];
        assert!(a.contains(b"b") && a.contains(b"c") && !a.contains(b"d"));
        assert_eq!(touched.folders[&TreePath::root()], Names::All);
        assert_eq!(touched.subtrees.len(), 1);
        assert_eq!(touched.listed, [TreePath::root()].into());
    }
}
