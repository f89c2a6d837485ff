//! The limits that the system sets this process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises how many files may be open at once to what the system allows: many projects, connections
/// and repositories at a time need more than the usual 1,024.
pub(crate) fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    if let Err(error) = raised {
        tracing::warn!(%error, "no more files than usual may be open at once");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_files_may_be_open_as_the_system_allows() {
        raise_open_files();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
