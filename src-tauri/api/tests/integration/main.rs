//! The integration tests of `api`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod bindings;
mod history;
mod recorded;
mod recovery;
mod scheduling;
mod stage;
mod use_cases;
