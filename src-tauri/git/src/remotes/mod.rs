//! Repositories elsewhere: their addresses, the program that reaches them, and the exchange of
//! commits with them.

pub(crate) mod configured;
pub(crate) mod exchange;
pub(crate) mod program;
mod refusal;
mod scratch_repository;
pub(crate) mod url;
