//! Storage for bytes: one small trait, and a provider for each kind of place. It knows nothing of
//! what the bytes mean.

mod anchored;
mod disk;
mod memory;
mod provider;
mod throttled;

pub use anchored::AnchoredProvider;
pub use disk::DiskProvider;
pub use memory::MemoryProvider;
pub use provider::{ObjectMeta, Provider};
pub use throttled::ThrottledProvider;
