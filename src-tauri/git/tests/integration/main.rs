//! The integration tests of `git`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod git_export;
mod git_hostile;
mod git_local;
mod git_remote;
mod git_support;
