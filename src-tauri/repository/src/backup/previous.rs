//! The entries of a folder as the parent snapshot has them.

use std::collections::HashMap;

use undercroft_foundation::Result;

use crate::format::tree::{Node, Nodes};

/// Entries to be asked for by their names. Those of a wide folder are read beside its own, in the
/// order of both, and never held at once.
#[expect(clippy::large_enum_variant, reason = "a folder has but one, and it lies in a box")]
pub(super) enum PreviousEntries {
    ByName(HashMap<Vec<u8>, Node>),
    InOrder { nodes: Nodes, next: Option<Node> },
}

impl Default for PreviousEntries {
    fn default() -> Self {
        Self::ByName(HashMap::new())
    }
}

impl PreviousEntries {
    /// The entries of a tree; none where there is no tree.
    ///
    /// # Errors
    /// A tree that cannot be read.
    pub(super) fn of(nodes: Option<Nodes>) -> Result<Self> {
        let Some(nodes) = nodes else { return Ok(Self::default()) };
        if nodes.known_length().is_none() {
            return Ok(Self::InOrder { nodes, next: None });
        }
        let by_name = nodes.map(|node| node.map(|node| (node.name.clone(), node)));
        Ok(Self::ByName(by_name.collect::<Result<_>>()?))
    }

    /// The number of entries, where that is known.
    pub(super) fn known_length(&self) -> Option<usize> {
        match self {
            Self::ByName(nodes) => Some(nodes.len()),
            Self::InOrder { .. } => None,
        }
    }

    /// The entry of a name; one must ask in the order of names, and once for each. One that is not
    /// found because its writer had another order is only read anew.
    pub(super) fn take(&mut self, name: &[u8]) -> Option<Node> {
        let (nodes, next) = match self {
            Self::ByName(nodes) => return nodes.remove(name),
            Self::InOrder { nodes, next } => (nodes, next),
        };
        loop {
            if next.is_none() {
                let read = nodes.next()?;
                *next = read
                    .inspect_err(|error| tracing::warn!(%error, "parent's tree cannot be used"))
                    .ok();
            }
            match next.as_ref()?.name[..].cmp(name) {
                std::cmp::Ordering::Less => *next = None,
                std::cmp::Ordering::Equal => return next.take(),
                std::cmp::Ordering::Greater => return None,
            }
        }
    }
}
