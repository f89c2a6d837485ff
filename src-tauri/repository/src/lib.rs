//! The format.

mod chunker;

pub use chunker::{
    AVERAGE_CHUNK, ChunkStream, Chunker, MAX_CHUNK, MIN_CHUNK, Polynomial, is_single,
};
