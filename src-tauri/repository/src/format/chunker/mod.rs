//! Cuts content into chunks where the content itself says so, so that an insertion moves only the
//! cuts near it and all other chunks stay the same.
//!
//! Two chunkers share the bounds: [`Chunker::gear`], fast, for repositories of our own, and
//! [`Chunker::rabin`], cut for cut the one of restic, for repositories that restic writes to as
//! well. Where a cut falls depends on nothing but the 64 bytes before it, so neither keeps a state.

mod gear;
mod polynomial;
mod rabin;
mod stream;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use polynomial::Polynomial;
pub use stream::ChunkStream;

/// The smallest chunk, but for the last of a file.
pub(crate) const MIN_CHUNK: usize = 512 * 1024;
/// The largest chunk.
pub(crate) const MAX_CHUNK: usize = 8 * 1024 * 1024;
/// The average length of a chunk.
pub(crate) const AVERAGE_CHUNK: usize = 1024 * 1024;

/// The bytes before a cut that decide about it.
const WINDOW: usize = 64;

/// Whether content of this length is one chunk whatever it holds, and need not be cut.
pub(crate) fn is_single(length: u64) -> bool {
    length <= MIN_CHUNK as u64
}

/// Decides where chunks end. Cheap to clone: the tables are shared.
#[derive(Debug, Clone)]
pub struct Chunker(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Gear(Arc<gear::Gear>),
    Rabin(Arc<rabin::Rabin>),
}

impl Chunker {
    /// The fast chunker with the table that all repositories once shared.
    pub fn gear() -> Self {
        Self::keyed_gear("")
    }

    /// The fast chunker with a table of its own: without the secret, nobody can tell from the
    /// lengths of chunks which content they are of.
    pub(crate) fn keyed_gear(secret: &str) -> Self {
        Self(Kind::Gear(Arc::new(gear::Gear::new(secret))))
    }

    /// The chunker of restic with the polynomial of a repository.
    pub fn rabin(polynomial: Polynomial) -> Self {
        Self(Kind::Rabin(Arc::new(rabin::Rabin::new(polynomial))))
    }

    /// The length of the chunk that `content` starts with, when its end is known.
    ///
    /// `content` begins where the chunk begins; its first `scanned` bytes were searched before, in
    /// vain. `None`: no cut in there, show more.
    pub(crate) fn find_cut(&self, content: &[u8], scanned: usize) -> Option<usize> {
        let from = scanned.max(MIN_CHUNK - 1);
        if content.len() <= from {
            return None;
        }
        let end = content.len().min(MAX_CHUNK);
        let cut = match &self.0 {
            Kind::Gear(gear) => gear.find_cut(&content[..end], from),
            Kind::Rabin(rabin) => rabin.find_cut(&content[..end], from),
        };
        cut.or((end == MAX_CHUNK).then_some(MAX_CHUNK))
    }
}
