//! Unpacking, proved through its public interface: what the stock tools pack comes out as it was,
//! and no archive writes outside of its target or leaves anything behind.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests"
)]

mod contents;
mod hostile_tar;
mod hostile_zip;
mod limits;
mod property;
mod staging;
mod support;
mod tools;
