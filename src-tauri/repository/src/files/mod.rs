//! Files on disk that are backed up or restored: their metadata, the patterns that leave some out,
//! and reading them without leaving a trace.

pub(crate) mod metadata;

pub(crate) mod noatime;

pub(crate) mod exclude;
