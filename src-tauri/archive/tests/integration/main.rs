//! Tests of the room archive: a project goes into a file and comes back, whatever happens.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod damage;
mod faults;
mod life;
mod reading;
mod stage;
