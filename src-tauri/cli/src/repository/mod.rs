//! A repository that is opened without a library: its folder and password, and the snapshots and
//! entries in it, named and shown as restic does.

mod access;
mod entries;
mod snapshots;
mod spec;

pub(crate) use access::{Access, missing_repository};
pub(crate) use entries::{long, permissions};
pub(crate) use snapshots::to_json;
pub(crate) use spec::{Filter, Spec, chosen, find_ids, match_ids, names};
