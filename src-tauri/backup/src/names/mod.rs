//! Names: which ones destinations and plans may have, and how several stand in a sentence.

mod check;
mod list;

pub(crate) use check::{LONGEST_NAME, check_name};
pub(crate) use list::list;
