//! Threads that share a piece of work: how many there are, and how each comes by its part.

mod parallel;
mod tasks;

pub(crate) use self::parallel::{
    cores, for_each, in_parallel, in_parallel_with, on_threads, threads,
};
pub(crate) use self::tasks::Tasks;
