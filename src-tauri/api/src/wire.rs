//! The types that travel between a face and the use cases: requests, replies, events and errors, as
//! JSON with camel-case names. Engine types are not serialised; these are made from them.
//!
//! Ids are strings, sizes and counters are numbers below 2^53, moments are RFC 3339 in UTC, and
//! names of files are text of `escape_name`, so any name survives the trip.

pub use crate::archives::wire::*;
pub use crate::backups::wire::*;
pub use crate::base::wire::*;
pub use crate::console::wire::*;
pub use crate::dashboard::wire::*;
pub use crate::destinations::wire::*;
pub use crate::diagnostics::wire::*;
pub use crate::doctor::wire::*;
pub use crate::events::wire::*;
pub use crate::files::wire::*;
pub use crate::git::wire::*;
pub use crate::histories::wire::*;
pub use crate::host::wire::*;
pub use crate::imports::wire::*;
pub use crate::jobs::wire::*;
pub use crate::library_cleanup::wire::*;
pub use crate::memory::wire::*;
pub use crate::plans::wire::*;
pub use crate::projects::wire::*;
pub use crate::recovery::wire::*;
pub use crate::retention::wire::*;
pub use crate::runs::wire::*;
pub use crate::search::wire::*;
pub use crate::settings::wire::*;
pub use crate::undoing::wire::*;
pub use crate::usage::wire::*;
pub use crate::verification::wire::*;
pub use crate::versions::wire::*;
pub use crate::workspaces::wire::*;
