//! The metadata of an entry in a file system, all but its content: read into a node for a backup,
//! put back from a node by a restore. Entries are reached by the descriptor of their folder and
//! their name, so that no symbolic link on the way is ever followed.

mod apply;
mod attributes;
mod capture;
mod mode;
mod owners;
mod stat;
mod view;

#[cfg(test)]
mod tests;

use std::os::fd::BorrowedFd;

pub use apply::apply;
pub(crate) use apply::{create_special, set_mode};
pub(crate) use capture::Capture;
pub use mode::go_mode;
pub(crate) use mode::permissions;
pub use stat::Stat;
pub(crate) use view::view;

/// An entry of a file system.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// Opened: a file or a folder.
    Open(BorrowedFd<'a>),
    /// The entry of this name in a folder; a symbolic link is the entry itself.
    In(BorrowedFd<'a>, &'a [u8]),
}
