//! A member of the tar before it is put.

use super::source::Stamp;
use crate::format::index::{Attributes, EntryKind, Xattr};

/// A member that is about to be put.
#[derive(Debug, Clone)]
pub(super) struct Head<'a> {
    pub(super) name: &'a [u8],
    pub(super) kind: EntryKind,
    pub(super) attributes: Attributes,
    pub(super) owner: (u32, u32),
    pub(super) stamp: Stamp,
    pub(super) size: u64,
    pub(super) is_sparse: bool,
    pub(super) target: Vec<u8>,
    pub(super) original: u32,
    pub(super) xattrs: Vec<Xattr>,
}

impl Default for Head<'_> {
    fn default() -> Self {
        Self {
            name: b"",
            kind: EntryKind::File,
            attributes: Attributes { mode: 0, modified: (0, 0) },
            owner: (0, 0),
            stamp: Stamp::default(),
            size: 0,
            is_sparse: false,
            target: Vec::new(),
            original: 0,
            xattrs: Vec::new(),
        }
    }
}

impl Head<'_> {
    /// The most that records before the header take.
    pub(super) fn record_bytes(&self) -> usize {
        let xattrs: usize =
            self.xattrs.iter().map(|(name, value)| name.len() + value.len() + 64).sum();
        xattrs + 8 * 1024
    }
}
