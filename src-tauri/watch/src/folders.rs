//! The watched folders, by the kernel's number of each, in a tree: a folder that is renamed takes
//! everything below it along, and what is no longer below the root has no path.

use std::collections::{BTreeMap, HashMap};

use undercroft_foundation::TreePath;

use super::inotify::WatchId;

/// The watched folders.
pub(super) struct Folders {
    root: WatchId,
    nodes: HashMap<WatchId, Node>,
    /// Folders that left their place; most were renamed and soon have another.
    loose: Vec<WatchId>,
}

#[derive(Default)]
struct Node {
    place: Option<(WatchId, Box<[u8]>)>,
    children: BTreeMap<Box<[u8]>, WatchId>,
}

/// The effect of putting a folder in a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// It was there already.
    Before,
    /// It is new there.
    Anew,
    /// It cannot be there: the place is below itself, as what is known is out of date.
    Never,
}

impl Folders {
    pub(super) fn new(root: WatchId) -> Self {
        let nodes = HashMap::from([(root, Node::default())]);
        Self { root, nodes, loose: Vec::new() }
    }

    pub(super) fn root(&self) -> WatchId {
        self.root
    }

    /// The number of folders.
    pub(super) fn count(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn contains(&self, folder: WatchId) -> bool {
        self.nodes.contains_key(&folder)
    }

    /// The path of a folder; nothing when it is not below the root, as far as is known.
    pub(super) fn path(&self, folder: WatchId) -> Option<TreePath> {
        let mut names = Vec::new();
        let mut at = folder;
        while at != self.root {
            let (parent, name) = self.nodes.get(&at)?.place.as_ref()?;
            names.push(name);
            at = *parent;
        }
        TreePath::from_names(names.into_iter().rev()).ok()
    }

    /// The folder that holds this one, and its name there.
    pub(super) fn place(&self, folder: WatchId) -> Option<(WatchId, &[u8])> {
        let (parent, name) = self.nodes.get(&folder)?.place.as_ref()?;
        Some((*parent, name))
    }

    /// The folder of this name in another.
    pub(super) fn child(&self, parent: WatchId, name: &[u8]) -> Option<WatchId> {
        self.nodes.get(&parent)?.children.get(name).copied()
    }

    /// Puts a folder below another, wherever it was before.
    pub(super) fn put(&mut self, folder: WatchId, parent: WatchId, name: &[u8]) -> Placed {
        if self.place(folder) == Some((parent, name)) {
            return Placed::Before;
        }
        if self.is_below(parent, folder) {
            return Placed::Never;
        }
        self.leave(folder);
        self.detach(parent, name);
        self.nodes.entry(folder).or_default().place = Some((parent, name.into()));
        if let Some(node) = self.nodes.get_mut(&parent) {
            node.children.insert(name.into(), folder);
        }
        Placed::Anew
    }

    fn is_below(&self, mut at: WatchId, folder: WatchId) -> bool {
        loop {
            if at == folder {
                return true;
            }
            match self.place(at) {
                Some((parent, _)) => at = parent,
                None => return false,
            }
        }
    }

    /// The folder of this name is no longer there.
    pub(super) fn detach(&mut self, parent: WatchId, name: &[u8]) {
        let children = self.nodes.get_mut(&parent).map(|node| &mut node.children);
        if let Some(folder) = children.and_then(|children| children.remove(name)) {
            if let Some(node) = self.nodes.get_mut(&folder) {
                node.place = None;
            }
            self.loose.push(folder);
        }
    }

    /// The kernel watches the folder no longer. What was below it has left its place.
    pub(super) fn forget(&mut self, folder: WatchId) {
        self.leave(folder);
        self.remove(folder);
    }

    /// The names of the folders that are known below this one, and that `keep` does not know, have
    /// left their place.
    pub(super) fn retain_below(&mut self, parent: WatchId, keep: impl Fn(&[u8]) -> bool) {
        let Some(node) = self.nodes.get(&parent) else { return };
        let names: Vec<_> = node.children.keys().filter(|name| !keep(name)).cloned().collect();
        names.iter().for_each(|name| self.detach(parent, name));
    }

    fn leave(&mut self, folder: WatchId) {
        let Some((parent, name)) = self.nodes.get_mut(&folder).and_then(|node| node.place.take())
        else {
            return;
        };
        // Another folder may have the name by now.
        if let Some(parent) = self.nodes.get_mut(&parent)
            && parent.children.get(&name) == Some(&folder)
        {
            parent.children.remove(&name);
        }
    }

    pub(super) fn has_loose(&self) -> bool {
        !self.loose.is_empty()
    }

    /// A folder that left its place and has no other, to be watched no longer. What is below it
    /// follows, one by one.
    pub(super) fn take_loose(&mut self) -> Option<WatchId> {
        while let Some(folder) = self.loose.pop() {
            if folder == self.root || self.place(folder).is_some() {
                continue;
            }
            if self.remove(folder) {
                return Some(folder);
            }
        }
        None
    }

    /// Removes a folder that has no place; whether it was there.
    fn remove(&mut self, folder: WatchId) -> bool {
        let Some(node) = self.nodes.remove(&folder) else { return false };
        for child in node.children.into_values() {
            if let Some(node) = self.nodes.get_mut(&child) {
                node.place = None;
            }
            self.loose.push(child);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(bytes: &str) -> Option<TreePath> {
        Some(TreePath::new(bytes.as_bytes()).unwrap())
    }

    #[test]
    fn a_renamed_folder_takes_what_is_below_it_along() {
        let mut folders = Folders::new(1);
        assert_eq!(folders.put(2, 1, b"a"), Placed::Anew);
        assert_eq!(folders.put(3, 2, b"b"), Placed::Anew);
        assert_eq!(folders.put(3, 2, b"b"), Placed::Before);
        folders.detach(1, b"a");
        assert_eq!((folders.path(2), folders.path(3)), (None, None));
        assert_eq!(folders.put(2, 1, b"c"), Placed::Anew);
        assert_eq!(folders.path(3), path("c/b"));
        assert_eq!(folders.take_loose(), None);
        assert_eq!(folders.put(2, 3, b"x"), Placed::Never);
        assert_eq!(folders.put(1, 2, b"x"), Placed::Never);
    }

    #[test]
    fn what_left_for_good_is_given_up_with_all_below_it() {
        let mut folders = Folders::new(1);
        folders.put(2, 1, b"a");
        folders.put(3, 2, b"b");
        folders.put(4, 3, b"c");
        // Another folder takes the place of the first.
        folders.put(5, 1, b"a");
        let mut given_up: Vec<_> = std::iter::from_fn(|| folders.take_loose()).collect();
        given_up.sort_unstable();
        assert_eq!(given_up, [2, 3, 4]);
        // The kernel's late word on the first leaves the second alone.
        folders.forget(2);
        assert_eq!((folders.path(5), folders.count()), (path("a"), 2));
        folders.put(6, 5, b"b");
        folders.put(7, 5, b"c");
        folders.retain_below(5, |name| name == b"c");
        assert_eq!((folders.take_loose(), folders.path(7)), (Some(6), path("a/c")));
        // What the kernel gives up takes what is below it along.
        folders.forget(5);
        assert_eq!((folders.take_loose(), folders.count()), (Some(7), 1));
    }
}
