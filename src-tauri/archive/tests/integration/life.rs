//! A project is archived, freed, and comes back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use undercroft_archive::{Archives, Existing};
use undercroft_foundation::{Code, Job, TreePath};
use undercroft_testkit::{
    Compare, assert_same_tree, awkward_tree, random_bytes, tree_differences, write_file,
};

use super::stage::{Stage, extract, extract_over};

type Change = fn(&Path);

/// Devices are not archived: nobody but root could get them back.
fn remove_devices(root: &Path) {
    use std::os::unix::fs::FileTypeExt as _;
    for entry in fs::read_dir(root.join("specials")).into_iter().flatten() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_block_device() || kind.is_char_device() || kind.is_socket() {
            fs::remove_file(entry.path()).unwrap();
        }
    }
}

#[test]
fn the_most_awkward_tree_comes_back_as_it_was() {
    let stage = Stage::new();
    let project = stage.project("awkward", |root| {
        awkward_tree(root);
        remove_devices(root);
    });
    let archive = stage.archive(&project).unwrap();
    let back = stage.path("back");
    extract(&stage.reader(&archive), &back, &[]).unwrap();
    let compare = Compare { owners: false, holes: true, ..Compare::METADATA };
    let differences = tree_differences(&project.root, &back, compare);
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(stage.archives.check(archive.manifest.id, &Job::new()).unwrap().is_whole());
}

#[test]
fn stock_tar_and_zstd_open_an_archive() {
    let stage = Stage::new();
    let project = stage.project("stock", |root| {
        awkward_tree(root);
        remove_devices(root);
    });
    let parts = [("history.git", stage.path("git"))];
    write_file(stage.path("git/HEAD"), "ref: refs/heads/main\n");
    let archive = stage.archive_with(&project, &parts, &Job::new()).unwrap();
    let out = stage.path("out");
    fs::create_dir(&out).unwrap();
    let tar = Command::new("tar")
        .args(["--zstd", "-xpf"])
        .arg(&archive.path)
        .arg("-C")
        .arg(&out)
        .output();
    let tar = tar.unwrap();
    assert!(tar.status.success(), "{}", String::from_utf8_lossy(&tar.stderr));
    let compare = Compare { times: false, attributes: false, ..Compare::METADATA };
    let differences = tree_differences(&project.root, &out.join("stock"), compare);
    assert!(differences.is_empty(), "{differences:#?}");
    let head = fs::read_to_string(out.join(".undercroft/history.git/HEAD")).unwrap();
    assert_eq!(head, "ref: refs/heads/main\n");
    let known = fs::read_to_string(out.join(".undercroft/project.json")).unwrap();
    assert!(known.contains("\"name\": \"stock\""), "{known}");
    let zstd = Command::new("zstd").args(["-q", "-t"]).arg(&archive.path).output().unwrap();
    assert!(zstd.status.success(), "{}", String::from_utf8_lossy(&zstd.stderr));
    let digest = Command::new("sha256sum").arg(&archive.path).output().unwrap();
    assert!(String::from_utf8_lossy(&digest.stdout).starts_with(&archive.manifest.sha256));
}

#[test]
fn a_folder_is_freed_whole_and_comes_back_whole() {
    let stage = Stage::new();
    let project = stage.project("freed", |root| {
        awkward_tree(root);
        remove_devices(root);
        fs::create_dir(root.join("sealed")).unwrap();
        write_file(root.join("sealed/inside"), "x");
        fs::set_permissions(root.join("sealed"), fs::Permissions::from_mode(0o555)).unwrap();
    });
    let copy = stage.path("copy");
    let status = Command::new("cp").arg("-a").arg(&project.root).arg(&copy).status().unwrap();
    assert!(status.success());
    let archive = stage.archive(&project).unwrap();
    let freed = stage.archives.free_source(archive.manifest.id, &Job::new()).unwrap();
    assert!(freed.left.is_empty(), "{freed:?}");
    assert!(!project.root.exists());
    extract(&stage.reader(&archive), &project.root, &[]).unwrap();
    let compare = Compare { owners: false, ..Compare::METADATA };
    let differences = tree_differences(&copy, &project.root, compare);
    assert!(differences.is_empty(), "{differences:#?}");
    // Nothing of ours is left beside the project or the archive.
    let hidden = fs::read_dir(stage.path(""))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0);
    assert_eq!(stage.archive_files().len(), 2);
}

#[test]
fn nothing_that_changed_since_is_freed() {
    let changes: [(&str, Change); 5] = [
        ("a file", |root| write_file(root.join("a"), "newer, and longer")),
        ("a file of the same size", |root| write_file(root.join("a"), "2")),
        ("a new file", |root| write_file(root.join("folder/new"), "new")),
        ("a link", |root| {
            fs::remove_file(root.join("link")).unwrap();
            std::os::unix::fs::symlink("b", root.join("link")).unwrap();
        }),
        ("a replaced file", |root| {
            write_file(root.join("other"), "1");
            fs::rename(root.join("other"), root.join("a")).unwrap();
        }),
    ];
    for (what, change) in changes {
        let stage = Stage::new();
        let project = stage.project("changed", |root| {
            write_file(root.join("a"), "1");
            write_file(root.join("folder/b"), "2");
            std::os::unix::fs::symlink("a", root.join("link")).unwrap();
        });
        let archive = stage.archive(&project).unwrap();
        change(&project.root);
        let before = stage.path("before");
        Command::new("cp").arg("-a").arg(&project.root).arg(&before).status().unwrap();
        let refused = stage.archives.free_source(archive.manifest.id, &Job::new()).unwrap_err();
        assert_eq!(refused.code(), Code::NotKept, "{what}: {refused}");
        assert_same_tree(&before, &project.root);
        assert!(stage.archives.half_freed().unwrap().is_empty());
    }
}

#[test]
fn a_list_and_one_file_cost_little() {
    let stage = Stage::new();
    let project = stage.project("large", |root| {
        for number in 0..40 {
            write_file(root.join(format!("data/{number}")), random_bytes(number, 1 << 20));
        }
        write_file(root.join("src/main.rs"), "fn main() {}\n");
    });
    let archive = stage.archive(&project).unwrap();
    let reader = stage.reader(&archive);
    assert!(reader.bytes_read() < 16 << 10, "{} bytes were read to open", reader.bytes_read());
    let top = reader.find(&TreePath::root()).unwrap();
    let names: Vec<_> =
        reader.folder(top).unwrap().into_iter().map(|entry| (entry.name, entry.size)).collect();
    assert_eq!(names, [(b"data".to_vec(), 40 << 20), (b"src".to_vec(), 13)]);
    let file = reader.find(&TreePath::new(b"src/main.rs").unwrap()).unwrap();
    let mut content = Vec::new();
    reader.read(file, &mut content).unwrap();
    assert_eq!(content, b"fn main() {}\n");
    assert!(reader.bytes_read() < 9 << 20, "{} bytes were read for one file", reader.bytes_read());
}

#[test]
fn chosen_files_go_where_they_are_wanted() {
    let stage = Stage::new();
    let project = stage.project("chosen", |root| {
        write_file(root.join("a/one"), "1");
        write_file(root.join("a/two"), "2");
        write_file(root.join("b/three"), "3");
        fs::hard_link(root.join("b/three"), root.join("c")).unwrap();
    });
    let archive = stage.archive(&project).unwrap();
    let reader = stage.reader(&archive);
    let to = stage.path("to");
    extract(&reader, &to, &["a/one", "c"]).unwrap();
    assert_eq!(fs::read_to_string(to.join("a/one")).unwrap(), "1");
    assert_eq!(fs::read_to_string(to.join("c")).unwrap(), "3");
    assert!(!to.join("a/two").exists() && !to.join("b").exists());
    assert_eq!(extract(&reader, &to, &["a/none"]).unwrap_err().code(), Code::NotFound);

    write_file(to.join("a/one"), "mine");
    let refused = extract(&reader, &to, &["a"]).unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists, "{refused}");
    assert!(!to.join("a/two").exists());
    let kept = extract_over(&reader, &to, &["a"], Existing::Keep).unwrap();
    assert_eq!(kept.skipped, [TreePath::new(b"a/one").unwrap()]);
    assert_eq!((kept.files, kept.bytes, kept.files_skipped), (1, 1, 1));
    assert_eq!(fs::read_to_string(to.join("a/one")).unwrap(), "mine");
    assert_eq!(fs::read_to_string(to.join("a/two")).unwrap(), "2");
    extract_over(&reader, &to, &["a"], Existing::Replace).unwrap();
    assert_eq!(fs::read_to_string(to.join("a/one")).unwrap(), "1");
    let kept = to.join("replaced by restore/a/one");
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
    assert_eq!(fs::read_dir(&to).unwrap().count(), 3, "nothing else of ours stays");
}

#[test]
fn a_link_in_the_way_is_not_followed() {
    let stage = Stage::new();
    let project = stage.project("links", |root| write_file(root.join("out/file"), "1"));
    let archive = stage.archive(&project).unwrap();
    let (to, elsewhere) = (stage.path("to"), stage.path("elsewhere"));
    fs::create_dir(&to).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, to.join("out")).unwrap();
    let kept = extract_over(&stage.reader(&archive), &to, &[], Existing::Replace).unwrap();
    assert_eq!(kept.skipped, [TreePath::new(b"out").unwrap()]);
    assert_eq!((kept.files, kept.bytes, kept.files_skipped), (0, 0, 1), "nor counted as written");
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

#[test]
fn the_catalog_is_made_again_from_the_archives() {
    let stage = Stage::new();
    let project = stage.project("known", |root| write_file(root.join("a"), "1"));
    let archive = stage.archive(&project).unwrap();
    stage.archives.set_trashed(archive.manifest.id, true).unwrap();
    let known = stage.archives.list().unwrap();
    let forget = |stage: &Stage| {
        let forget = "DELETE FROM archives";
        stage
            .library
            .catalog()
            .write(|transaction| Ok(transaction.execute(forget, ()).unwrap()))
            .unwrap();
    };
    forget(&stage);
    assert_eq!(Archives::open(&stage.library).unwrap().list().unwrap(), known);
    // Without its manifest an archive says itself what it is.
    forget(&stage);
    fs::remove_file(archive.path.with_file_name(format!("{}.json", archive.manifest.id))).unwrap();
    let again = Archives::open(&stage.library).unwrap().list().unwrap().remove(0);
    assert_eq!(again.manifest.project, archive.manifest.project);
    assert_eq!(again.manifest.sha256, archive.manifest.sha256);
    assert_eq!(again.path, archive.path);
}

#[test]
fn an_archive_goes_through_the_trash_and_out() {
    let stage = Stage::new();
    let project = stage.project("gone", |root| write_file(root.join("a"), "1"));
    let archive = stage.archive(&project).unwrap();
    let id = archive.manifest.id;
    assert_eq!(stage.archives.remove(id).unwrap_err().code(), Code::Invalid);
    assert_eq!(stage.archives.of_project(project.id).unwrap().unwrap().manifest.id, id);
    stage.archives.set_trashed(id, true).unwrap();
    assert!(stage.archives.of_project(project.id).unwrap().is_none());
    stage.archives.set_trashed(id, false).unwrap();
    assert_eq!(stage.archives.find("gone").unwrap().manifest.id, id);
    stage.archives.set_trashed(id, true).unwrap();
    stage.archives.remove(id).unwrap();
    assert!(stage.archives.list().unwrap().is_empty());
    assert!(stage.archive_files().is_empty(), "{:?}", stage.archive_files());
}

#[test]
fn an_archive_is_of_its_owner_alone() {
    let stage = Stage::new();
    let project = stage.project("private", |root| write_file(root.join("a"), "1"));
    let archive = stage.archive(&project).unwrap();
    assert_eq!(fs::metadata(&archive.path).unwrap().permissions().mode() & 0o777, 0o600);
}
