//! The traffic between the page and Rust: use cases, events, and folders that are dropped.

pub(crate) mod bridge;
pub(crate) mod drag_drop;
