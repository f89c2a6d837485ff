//! The use of the storage: counting it, looking into it, and freeing what can go.

mod convert;
mod counting;
pub(crate) mod counts;
mod findings;
mod freeing;
mod growth;
mod key;
mod overview;
pub(crate) mod quota;
mod rebuilt;
mod resting;
mod showing;
mod summary;
mod trend;
pub(crate) mod wire;
