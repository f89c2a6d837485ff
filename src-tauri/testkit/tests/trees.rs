//! The judge sees every kind of difference, and the awkward tree is a fair test: the real restic
//! brings it back the same.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use undercroft_testkit::{
    Compare, ProjectKind, Restic, SmallDisk, assert_same_tree, awkward_tree, edit_files, flip_bit,
    project_tree, set_modified, tree_differences, truncate_file, write_file,
};

#[test]
fn two_trees_of_one_recipe_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        project_tree(folder.path().join(name), ProjectKind::Rust, 1, 20);
    }
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    assert_eq!(tree_differences(&a, &b, Compare::CONTENT), Vec::<String>::new());
    assert_eq!(edit_files(&b, 5, 3).len(), 3);
    assert_eq!(tree_differences(&a, &b, Compare::CONTENT).len(), 3);
}

#[test]
fn every_kind_of_difference_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    for root in [&a, &b] {
        for name in ["same", "bytes", "size", "mode", "time", "kind", "gone", "links/1"] {
            write_file(root.join(name), name);
            set_modified(root.join(name), 1_000_000, 1);
        }
        fs::hard_link(root.join("links/1"), root.join("links/2")).unwrap();
        symlink(root.file_name().unwrap(), root.join("target")).unwrap();
        set_modified(root.join("target"), 1_000_000, 1);
    }
    flip_bit(b.join("bytes"), -1);
    truncate_file(b.join("size"), 2);
    fs::set_permissions(b.join("mode"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(b.join("bytes"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(b.join("size"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::remove_file(b.join("kind")).unwrap();
    fs::create_dir(b.join("kind")).unwrap();
    fs::remove_file(b.join("gone")).unwrap();
    fs::remove_file(b.join("links/2")).unwrap();
    write_file(b.join("links/2"), "links/1");
    write_file(b.join("extra"), "");
    for name in ["bytes", "size", "mode", "links/1", "links/2"] {
        set_modified(b.join(name), 1_000_000, 1);
    }
    set_modified(b.join("time"), 1_000_000, 2);
    for root in [&a, &b] {
        set_modified(root.join("links"), 1_000_000, 1);
        set_modified(root, 1_000_000, 1);
    }
    let differences = tree_differences(&a, &b, Compare::METADATA);
    let expected = [
        "./extra should not be there",
        "./bytes has other bytes from 4",
        "./gone is missing",
        "./kind is a folder, should be a file",
        "./links/2 is linked to other names",
        "./mode has mode \"600\", should have \"644\"",
        "./size has size 2, should have 4",
        "./target has target \"b\", should have \"a\"",
        "./time has modification time (1000000, 2), should have (1000000, 1)",
    ];
    assert_eq!(differences, expected);
}

#[test]
fn restic_brings_the_awkward_tree_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (source, target) = (folder.path().join("source"), folder.path().join("target"));
    awkward_tree(&source);
    let restic = Restic::new(folder.path().join("repository"), "a password");
    restic.init();
    restic.backup(&source);
    restic.check();
    restic.restore("latest", &target);
    assert_same_tree(&source, target.join(source.strip_prefix("/").unwrap()));
}

#[test]
fn a_small_disk_runs_full_and_empties_again() {
    let Some(disk) = SmallDisk::mount(1 << 20) else { return };
    let ballast = disk.fill();
    let refused = fs::write(disk.path().join("more"), [0; 8192]).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::StorageFull);
    fs::remove_file(ballast).unwrap();
    fs::write(disk.path().join("more"), [0; 8192]).unwrap();
}
