//! Trees: the entries of folders, as JSON that is the same byte for byte as Go writes it, because
//! a tree's id is the digest of its text.

mod decode;
mod encode;
mod entry;
mod go_text;
mod links;
mod node;
mod stream;
mod time;

pub(crate) use encode::{TreeBuilder, encode_tree};
pub(crate) use entry::decode_entry;
pub(crate) use links::Links;
pub(crate) use stream::{Nodes, TreeText};

pub use node::{ExtendedAttribute, Node, NodeKind, NodeTime};

/// The entries of a folder, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// The entries, strictly ascending by the bytes of their names.
    pub nodes: Vec<Node>,
}

impl Tree {
    /// The entry of this name.
    pub fn find(&self, name: &[u8]) -> Option<&Node> {
        // Other writers may have sorted differently: a missed entry would be a lie.
        self.nodes.iter().find(|node| node.name == name)
    }
}

#[cfg(test)]
mod tests;
