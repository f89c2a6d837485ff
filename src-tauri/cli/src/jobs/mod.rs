//! Work that takes its time: followed until it is over, and stopped by Ctrl-C.

pub(crate) mod interrupt;
pub(crate) mod progress;
