//! The integration tests of `cli`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod bad_input;
mod crash;
mod earlier;
mod forget;
mod fsck;
mod full_disks;
mod git;
mod grammar;
mod history;
mod hostile;
mod keyring;
mod library;
mod model;
mod new_projects;
mod parity;
mod permissions;
mod plan_faults;
mod plans;
mod program;
mod repository;
mod repository_find;
mod restore;
mod say;
#[path = "../../../repository/tests/integration/support/seal.rs"]
#[allow(dead_code, reason = "it belongs to the tests of `repository`")]
mod seal;
mod serve;
mod stage;
mod usage;
