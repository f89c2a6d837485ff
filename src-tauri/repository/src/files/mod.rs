//! Files on disk that are backed up or restored: their metadata, the patterns that leave some out,
//! opening them without following links or leaving a trace, and new files beside them.

pub(crate) mod metadata;

pub(crate) mod open;

pub(crate) mod noatime;

pub(crate) mod new_file;

pub(crate) mod left_over;

pub mod exclude;
