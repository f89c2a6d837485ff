//! Names: which ones destinations and plans may have.

mod check;

pub(crate) use check::{LONGEST_NAME, check_name};
