//! Counts what there is to do, beside the work itself, so that the time left can be told.

use std::os::unix::ffi::OsStrExt;

use super::run::Run;

/// Adds files and bytes below the sources to the job's totals, then settles them.
pub(super) fn estimate(run: &Run<'_>, sources: &[std::path::PathBuf]) {
    let wanted = |path: &std::path::Path| {
        let path = path.as_os_str().as_bytes();
        !run.exclude.matches(path) && !run.exclude_ignoring_case.matches(path)
    };
    for source in sources {
        let entries = walkdir::WalkDir::new(source)
            .same_file_system(run.request.one_file_system)
            .into_iter()
            .filter_entry(|entry| wanted(entry.path()));
        // What cannot be looked at is reported by the backup itself.
        for entry in entries.flatten() {
            if run.is_over() || run.job.check_cancelled().is_err() {
                return;
            }
            if entry.file_type().is_file() {
                run.job.add_total(1, entry.metadata().map_or(0, |metadata| metadata.len()));
            }
        }
    }
    run.job.settle_totals();
}
