//! The integration tests of `watch`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod changes;
mod faults;
mod many;
mod model;
mod scene;
mod settling;
