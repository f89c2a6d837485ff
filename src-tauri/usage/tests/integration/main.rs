//! The integration tests of `usage`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod duplicates;
mod questions;
mod samples;
mod saved;
mod scan;
mod scene;
