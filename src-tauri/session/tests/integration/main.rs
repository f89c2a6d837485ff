//! The integration tests of `session`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod memory_cache;
mod memory_journal;
mod memory_session;
