//! Counts what there is to do, beside the work itself, so that the time left can be told.

use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, OFlags};

use super::run::Run;
use crate::files::metadata::{Entry, Stat};
use crate::files::noatime::{each_name, open_noatime};

/// Adds files and bytes below the sources to the job's totals, then settles them. What cannot be
/// looked at is reported by the backup itself.
pub(super) fn estimate(run: &Run<'_>, sources: &[PathBuf]) {
    for source in sources {
        let source_path = source.as_os_str().as_bytes();
        let Ok(stat) = Stat::of(Entry::In(CWD, source_path)) else { continue };
        if !stat.is_dir() {
            run.job.add_total(u64::from(stat.is_file()), stat.size());
            continue;
        }
        let mut folders = vec![source.clone()];
        while let Some(folder) = folders.pop() {
            if run.is_over() || run.job.check_cancelled().is_err() {
                return;
            }
            count_in(run, &folder, stat.device_id(), &mut folders);
        }
    }
    run.job.settle_totals();
}

/// Counts the files in a folder, and adds the folders in it to those that are left.
fn count_in(run: &Run<'_>, folder: &Path, device: u64, folders: &mut Vec<PathBuf>) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let Ok(open) = open_noatime(CWD, folder, flags) else { return };
    let count = |name: &[u8]| {
        let path = folder.join(OsStr::from_bytes(name));
        let text = path.as_os_str().as_bytes();
        if run.exclude.matches(text) || run.exclude_ignoring_case.matches(text) {
            return;
        }
        let Ok(stat) = Stat::of(Entry::In(open.as_fd(), name)) else { return };
        let here = !run.request.one_file_system || stat.device_id() == device;
        if stat.is_file() && here {
            run.job.add_total(1, stat.size());
        } else if stat.is_dir() && here {
            folders.push(path);
        }
    };
    // What cannot be listed is reported by the backup itself.
    let _ = each_name(&open, count);
}
