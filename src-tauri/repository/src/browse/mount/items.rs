//! The items that the kernel knows by number. A number follows from where its entry is, so that it
//! is the same every time; names of one file share one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

use super::contents::lock;
use super::snapshot_dirs::VirtualDir;
use crate::format::id::BlobId;
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind};

/// The number of the root.
pub(super) const ROOT: u64 = 1;

/// A thing that has an inode number.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// A folder above the snapshots.
    VirtualDir(VirtualDir),
    /// A link to the newest snapshot.
    Link(String),
    /// The root of a snapshot.
    Snapshot(Arc<Snapshot>),
    /// An entry of a snapshot, and the number of that snapshot's root.
    Entry(Arc<Node>, u64),
}

impl Item {
    /// The tree of a folder in a snapshot, or of its root, and the number of that root when this
    /// has the number `own`.
    pub(super) fn tree(&self, own: u64) -> Option<(BlobId, u64)> {
        match self {
            Self::Snapshot(snapshot) => Some((snapshot.tree, own)),
            Self::Entry(node, root) if node.kind == NodeKind::Dir => Some((node.subtree?, *root)),
            _ => None,
        }
    }
}

/// The full digest behind a number.
type Identity = [u8; 32];

struct Held {
    item: Item,
    identity: Identity,
    /// The times that the kernel was told of it and has not forgotten that.
    lookups: u64,
}

/// All that the kernel knows.
pub(super) struct Items(Mutex<HashMap<u64, Held>>);

impl Items {
    /// The root alone.
    pub(super) fn new() -> Self {
        let item = Item::VirtualDir(VirtualDir::Root);
        let root = Held { item, identity: [0; 32], lookups: u64::MAX / 2 };
        Self(Mutex::new(HashMap::from([(ROOT, root)])))
    }

    /// The item of this number.
    pub(super) fn get(&self, number: u64) -> Option<Item> {
        lock(&self.0).get(&number).map(|held| held.item.clone())
    }

    /// Takes in what the kernel is told of, and says its number.
    pub(super) fn enter(&self, parent: u64, name: &[u8], item: Item) -> u64 {
        let identity = identity_of(parent, name, &item);
        let mut items = lock(&self.0);
        let mut number = number_of(&identity);
        loop {
            match items.get_mut(&number) {
                Some(held) if held.identity == identity => {
                    held.item = item;
                    held.lookups += 1;
                    return number;
                }
                // Two digests that begin alike: the next free number is as good.
                Some(_) => number = number.wrapping_add(1).max(ROOT + 1),
                None => {
                    items.insert(number, Held { item, identity, lookups: 1 });
                    return number;
                }
            }
        }
    }

    /// Lets go what the kernel forgot so many times.
    pub(super) fn forget(&self, number: u64, lookups: u64) {
        let mut items = lock(&self.0);
        if let Some(held) = items.get_mut(&number) {
            held.lookups = held.lookups.saturating_sub(lookups);
            if held.lookups == 0 && number != ROOT {
                items.remove(&number);
            }
        }
    }
}

/// The number that an entry has, as a listing tells it.
pub(super) fn number(parent: u64, name: &[u8], item: &Item) -> u64 {
    number_of(&identity_of(parent, name, item))
}

fn number_of(identity: &Identity) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *identity;
    u64::from_le_bytes([a, b, c, d, e, f, g, h]).max(ROOT + 1)
}

fn identity_of(parent: u64, name: &[u8], item: &Item) -> Identity {
    let mut digest = Sha256::new();
    match item {
        Item::Entry(node, root)
            if node.kind != NodeKind::Dir && node.links > 1 && node.inode != 0 =>
        {
            digest.update(b"one file");
            digest.update(root.to_le_bytes());
            digest.update(node.inode.to_le_bytes());
            digest.update(node.device_id.to_le_bytes());
            // The same number with another content is a file that was replaced meanwhile.
            node.content.iter().flatten().for_each(|id| digest.update(id.0));
        }
        _ => {
            digest.update(b"a name");
            digest.update(parent.to_le_bytes());
            digest.update(name);
        }
    }
    if let Item::Snapshot(snapshot) = item {
        // What is at a name such as `latest-1` may be another snapshot tomorrow.
        digest.update(snapshot.id.0);
    }
    digest.finalize().into()
}
