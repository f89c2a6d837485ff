//! Writing into a repository: commits, branches, the files of a checkout, and commits of another
//! repository.

pub(crate) mod branches;
pub(crate) mod checkout;
pub(crate) mod commit;
pub(crate) mod copying;
