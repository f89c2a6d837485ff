//! Writing below a folder: where it lands, with which rights, and what is in the way.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use undercroft_foundation::{Code, Job, TreePath};

use super::{Conflict, WorkspaceFiles};

fn path(text: &str) -> TreePath {
    TreePath::new(text.as_bytes()).unwrap()
}

#[test]
fn a_file_is_put_where_it_belongs_with_the_rights_of_its_folder() {
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o750)).unwrap();
    let files = WorkspaceFiles::open(home.path(), None).unwrap();
    assert!(files.put(&path("a/b/c"), b"one", None, &Job::new()).unwrap());
    assert!(!files.put(&path("a/b/c"), b"one", None, &Job::new()).unwrap(), "nothing changed");
    let file = home.path().join("a/b/c");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o751)).unwrap();
    let refused = files.put(&path("a/b/c"), b"two", None, &Job::new()).unwrap_err();
    assert_eq!(refused.code(), Code::NotKept, "no version holds it");
    assert_eq!(fs::read(&file).unwrap(), b"one");
    assert_eq!(fs::read_dir(home.path().join("a/b")).unwrap().count(), 1, "nothing is left over");
}

#[test]
fn nothing_is_written_through_a_link() {
    let (home, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(outside.path().join("file"), "theirs").unwrap();
    symlink(outside.path(), home.path().join("way")).unwrap();
    symlink(outside.path().join("file"), home.path().join("link")).unwrap();
    let files = WorkspaceFiles::open(home.path(), None).unwrap();
    for bad in ["way/file", "way/new/file", "link", "way"] {
        assert_eq!(
            files.put(&path(bad), b"ours", None, &Job::new()).unwrap_err().code(),
            Code::Invalid,
            "{bad}"
        );
    }
    assert_eq!(fs::read(outside.path().join("file")).unwrap(), b"theirs");
}

#[test]
fn what_comes_in_meets_what_is_there_as_asked() {
    let (home, from) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir_all(from.path().join("tree/sub")).unwrap();
    fs::write(from.path().join("tree/sub/a.tar.gz"), "new").unwrap();
    fs::write(from.path().join("tree/other"), "other").unwrap();
    symlink("other", from.path().join("tree/link")).unwrap();
    fs::create_dir_all(home.path().join("in/tree/sub")).unwrap();
    let taken = home.path().join("in/tree/sub/a.tar.gz");
    fs::write(&taken, "old").unwrap();
    let files = WorkspaceFiles::open(home.path(), None).unwrap();
    let copy =
        |conflict| files.copy_in(&path("in"), &[from.path().join("tree")], conflict, &Job::new());
    let refused = copy(Conflict::Ask).unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists);
    assert!(refused.why_text().contains("a.tar.gz"), "{refused:?}");
    assert!(!home.path().join("in/tree/other").exists(), "nothing was copied yet");

    let copied = copy(Conflict::KeepBoth).unwrap();
    assert_eq!((copied.files, copied.renamed, copied.failed), (3, 1, 0));
    assert_eq!(fs::read(&taken).unwrap(), b"old");
    assert_eq!(fs::read(home.path().join("in/tree/sub/a (2).tar.gz")).unwrap(), b"new");
    assert_eq!(fs::read_link(home.path().join("in/tree/link")).unwrap().to_str(), Some("other"));

    assert_eq!(copy(Conflict::Skip).unwrap().skipped, 3);
    assert_eq!(fs::read(&taken).unwrap(), b"old");
    assert_eq!(copy(Conflict::Replace).unwrap().failed, 3, "no version holds what is there");
    assert_eq!(fs::read(&taken).unwrap(), b"old");
}

#[test]
fn a_workspace_is_not_copied_into_itself() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("a")).unwrap();
    let files = WorkspaceFiles::open(home.path(), None).unwrap();
    for source in [home.path().to_owned(), home.path().join("a")] {
        let refused = files.copy_in(&path("a"), &[source], Conflict::Replace, &Job::new());
        assert_eq!(refused.unwrap_err().code(), Code::Invalid);
    }
    let missing = home.path().join("missing");
    let refused = files.copy_in(&path("a"), &[missing], Conflict::Replace, &Job::new());
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
}
