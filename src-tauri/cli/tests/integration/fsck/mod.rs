//! git's own check of a repository.

use std::path::Path;
use std::process::Command;

/// git finds nothing wrong with the repository at `path`.
pub fn assert_git_finds_nothing_wrong(path: &Path) {
    let checked = Command::new("git")
        .args(["-c", "safe.directory=*", "-C"])
        .arg(path)
        .args(["fsck", "--strict", "--no-dangling"])
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
}
