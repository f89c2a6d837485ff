//! Blobs: the pieces of content and the trees that packs are made of.

/// The kind of content that a blob holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BlobKind {
    /// A piece of a file's content.
    Data,
    /// The entries of a folder.
    Tree,
}

impl BlobKind {
    /// The word of the format: `data`, `tree`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Tree => "tree",
        }
    }
}
