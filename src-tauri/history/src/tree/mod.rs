//! The form of a version in git: its commit, its trees, and the sidecar that holds what git cannot;
//! and the differences between two such trees.

pub(crate) mod change_set;
pub(crate) mod commit;
pub(crate) mod compare;
pub(crate) mod folder_view;
pub(crate) mod name_list;
pub(crate) mod names;
mod renames;
pub(crate) mod sidecar;
mod similar;
