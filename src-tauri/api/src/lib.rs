//! Every use case once: a typed request, the rooms below, a typed reply.

mod bindings;
mod use_cases;
pub mod wire;

pub use bindings::typescript;
pub use use_cases::{Audience, USE_CASES, UseCase, find_use_case};
