//! Caches of what was read.

mod fifo_cache;
mod object_cache;

pub(crate) use self::fifo_cache::FifoCache;
pub(crate) use self::object_cache::ObjectCache;
