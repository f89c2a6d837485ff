//! The integration tests of `backup`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod available_drives;
mod backups;
mod destinations;
mod drives;
mod fourteen_days;
mod guard;
mod keys;
mod library_copy;
mod moving;
mod plan_run;
mod plans;
mod protection;
mod schedule;
mod scheduler;
mod secrets;
mod settings;
mod support;
mod verification;
