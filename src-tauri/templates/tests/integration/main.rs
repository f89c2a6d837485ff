//! The integration tests of `templates`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod builtin;
mod own;
