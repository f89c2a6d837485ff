//! Maintenance of a destination: the space that it takes, copying from one to another, repair, and
//! parity.

mod copying;
mod repair;
mod space;

pub use repair::{Parity, Repair};
pub use space::DestinationSpace;
