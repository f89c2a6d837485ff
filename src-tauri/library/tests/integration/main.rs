//! The integration tests of `library`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod catalog;
mod events;
mod finding;
mod jobs;
mod projects;
mod refresh;
mod runs;
mod support;
