//! Threads that share a piece of work.

mod parallel;
mod tasks;

pub(crate) use self::parallel::{for_each, in_parallel, on_threads, threads};
pub(crate) use self::tasks::Tasks;
