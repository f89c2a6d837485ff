//! Files of equal content.

use std::fs;
use std::os::unix::fs::symlink;

use undercroft_foundation::{Code, Job};
use undercroft_usage::duplicates;

use crate::scene::{at, count, write};

#[test]
fn equal_content_is_found_across_trees_and_nothing_else_is() {
    let [one, two] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    write(one.path(), "a/first", 200_000);
    write(two.path(), "b/second", 200_000);
    // Several names of one file, in one tree and across both.
    fs::hard_link(one.path().join("a/first"), one.path().join("name")).unwrap();
    fs::hard_link(one.path().join("a/first"), two.path().join("name")).unwrap();
    symlink("a/first", one.path().join("link")).unwrap();
    // The same size: another beginning, another end, and small ones.
    let mut other = vec![b'x'; 200_000];
    other[199_999] = b'y';
    fs::write(one.path().join("other end"), &other).unwrap();
    fs::write(one.path().join("other beginning"), vec![b'z'; 200_000]).unwrap();
    write(one.path(), "tiny", 10);
    write(two.path(), "tiny", 10);
    let trees = [count(one.path()), count(two.path())];
    let trees = [("one", one.path(), &trees[0]), ("two", two.path(), &trees[1])];
    let found = duplicates(&trees, 1000, &Job::new()).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let files: Vec<_> = found[0].files.iter().map(|it| (it.tree, it.path.clone())).collect();
    assert_eq!(files, [("one", at("name")), ("two", at("b/second"))]);
    assert_eq!((found[0].bytes_each, found[0].wasted_bytes), (200_000, 200_704));
    assert_eq!(duplicates(&trees, 0, &Job::new()).unwrap().len(), 2);
}

#[test]
fn what_changed_or_went_is_passed_over_and_a_unique_size_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "changed", "gone", "link"] {
        write(folder.path(), name, 5000);
    }
    write(folder.path(), "unique", 900_000);
    let tree = count(folder.path());
    write(folder.path(), "changed", 5001);
    fs::remove_file(folder.path().join("gone")).unwrap();
    fs::remove_file(folder.path().join("link")).unwrap();
    symlink("a", folder.path().join("link")).unwrap();
    let job = Job::new();
    let found = duplicates(&[((), folder.path(), &tree)], 1, &job).unwrap();
    assert_eq!(found[0].files.len(), 2);
    assert_eq!(job.progress().bytes_done, 10_000);
    job.cancel();
    let ended = duplicates(&[((), folder.path(), &tree)], 1, &job);
    assert_eq!(ended.unwrap_err().code(), Code::Cancelled);
}
