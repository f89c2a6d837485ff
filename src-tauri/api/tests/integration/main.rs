//! The integration tests of `api`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod archives;
mod archives_elsewhere;
mod bindings;
mod cleanup;
mod console;
mod copies;
mod deleting;
mod diagnostics;
mod first_run;
mod guard;
mod history;
mod new_projects;
mod recorded;
mod recovery;
mod scheduling;
mod search;
mod stage;
mod usage;
mod use_cases;
