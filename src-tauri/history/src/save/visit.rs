//! The folders of a workspace to look at: all of them, or those where something happened.

use std::collections::{BTreeMap, BTreeSet};

use undercroft_foundation::TreePath;
use undercroft_watch::{Names, Touched};

/// The part of a workspace that a save looks at.
#[derive(Debug, Clone)]
pub enum Scope {
    /// All of it: every folder is listed, and every file that looks changed is read.
    Whole,
    /// Only where something happened. What lies elsewhere is taken to be as it was.
    Touched(Touched),
}

/// The work to do in one folder, and in those in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Visit {
    /// List it, and all below it.
    pub(super) deep: bool,
    /// List it; otherwise, only the suspects in it need be looked at.
    pub(super) list: bool,
    /// Names to look at, and files to read again although they look as they did.
    pub(super) suspects: BTreeSet<Vec<u8>>,
    /// Read all files again in it and below it.
    pub(super) reads_all: bool,
    /// Folders in it where there is something to do.
    pub(super) children: BTreeMap<Vec<u8>, Visit>,
}

impl Visit {
    pub(super) fn of(scope: Scope) -> Self {
        match scope {
            Scope::Whole => Self { deep: true, ..Self::default() },
            Scope::Touched(touched) => Self::of_touched(touched),
        }
    }

    fn of_touched(touched: Touched) -> Self {
        let mut root = Self::default();
        for (path, names) in touched.folders {
            let visit = root.at(&path);
            if let Names::Some(names) = names {
                visit.suspects = names;
            }
            visit.list = visit.suspects.is_empty() || touched.listed.contains(&path);
        }
        for path in touched.subtrees {
            root.at(&path).deep = true;
            // Whether it is there at all, its folder knows.
            if let Some((parent, name)) = path.split() {
                root.at(&parent).suspects.insert(name.to_vec());
            }
        }
        root
    }

    fn at(&mut self, path: &TreePath) -> &mut Self {
        path.names().fold(self, |visit, name| visit.children.entry(name.to_vec()).or_default())
    }

    /// The work to do in the folder `name` in this one; nothing, when it is to be taken as it was.
    pub(super) fn child(&self, name: &[u8]) -> Option<Self> {
        let child = self.children.get(name).cloned();
        if self.deep {
            let reads_all = self.reads_all;
            return Some(Self { deep: true, reads_all, ..child.unwrap_or_default() });
        }
        child
    }

    pub(super) fn lists(&self) -> bool {
        self.deep || self.list || !self.suspects.is_empty()
    }

    pub(super) fn suspects(&self, name: &[u8]) -> bool {
        self.reads_all || self.suspects.contains(name)
    }
}
