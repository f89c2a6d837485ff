//! The integration tests of `repository`, one program: each file is about one thing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod backup;
mod changing;
mod check;
mod check_share;
mod chunker;
mod copy;
mod damage;
mod diff;
mod diff_disk;
mod exclude;
mod faults;
mod find;
mod ingest;
mod interop;
mod keys;
mod limits;
mod locks;
mod mount;
mod parity;
mod parity_format;
mod properties;
mod prune;
mod prune_beside;
mod prune_room;
mod repair;
mod restore;
mod restore_plan;
mod resume;
mod retention;
mod support;
mod tags;
mod trash;
mod usage;
