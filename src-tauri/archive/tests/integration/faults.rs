//! Archiving and restoring fail half way: nothing is lost, nothing half is left.

use std::fs;
use std::path::Path;
use std::process::Command;

use undercroft_archive::{Existing, ExtractOrder};
use undercroft_foundation::{Code, Job};
use undercroft_testkit::{SmallDisk, random_bytes, write_file};

use super::stage::Stage;

#[test]
fn cancelled_work_leaves_nothing() {
    let stage = Stage::new();
    let project = stage.project("cancelled", |root| {
        for number in 0..20 {
            write_file(root.join(number.to_string()), random_bytes(number, 100_000));
        }
    });
    let job = Job::new();
    job.cancel();
    assert_eq!(stage.archive_with(&project, &[], &job).unwrap_err().code(), Code::Cancelled);
    assert!(stage.archive_files().is_empty(), "{:?}", stage.archive_files());

    let archive = stage.archive(&project).unwrap();
    let to = stage.path("to");
    let order = ExtractOrder { folder: &to, paths: &[], existing: Existing::Refuse };
    assert_eq!(stage.reader(&archive).extract(&order, &job).unwrap_err().code(), Code::Cancelled);
    assert!(!to.exists());
    assert_eq!(
        stage.archives.check(archive.manifest.id, &job).unwrap_err().code(),
        Code::Cancelled
    );
    assert_eq!(
        stage.archives.free_source(archive.manifest.id, &job).unwrap_err().code(),
        Code::Cancelled
    );
    assert_eq!(fs::read_dir(&project.root).unwrap().count(), 20);
}

#[test]
fn a_full_disk_stops_an_archive_and_leaves_nothing() {
    let Some(disk) = SmallDisk::mount(4 << 20) else { return };
    let stage = Stage::at(tempfile::tempdir().unwrap(), &disk.path().join("library"));
    let project = stage.project("large", |root| {
        write_file(root.join("noise"), random_bytes(1, 8 << 20));
    });
    let refused = stage.archive(&project).unwrap_err();
    assert_eq!(refused.code(), Code::StorageFull, "{refused}");
    assert!(stage.archive_files().is_empty(), "{:?}", stage.archive_files());
    assert!(stage.archives.list().unwrap().is_empty());
}

#[test]
fn a_full_disk_stops_a_restore_and_leaves_nothing() {
    let Some(disk) = SmallDisk::mount(4 << 20) else { return };
    let stage = Stage::new();
    let project = stage.project("large", |root| {
        write_file(root.join("noise"), random_bytes(1, 8 << 20));
    });
    let archive = stage.archive(&project).unwrap();
    let to = disk.path().join("to");
    let order = ExtractOrder { folder: &to, paths: &[], existing: Existing::Refuse };
    let refused = stage.reader(&archive).extract(&order, &Job::new()).unwrap_err();
    assert_eq!(refused.code(), Code::StorageFull, "{refused}");
    assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 0);
}

#[test]
fn a_missing_folder_is_told() {
    let stage = Stage::new();
    let project = stage.project("gone", |_| {});
    fs::remove_dir(&project.root).unwrap();
    assert_eq!(stage.archive(&project).unwrap_err().code(), Code::SourceMissing);
}

#[test]
fn what_a_killed_archive_left_is_swept() {
    let stage = Stage::new();
    let project = stage.project("swept", |root| write_file(root.join("a"), "1"));
    let archive = stage.archive(&project).unwrap();
    let name = format!(".{}.tmp-archive", project.id);
    let left = archive.path.with_file_name(name);
    fs::write(&left, "half").unwrap();
    stage.archives.reconcile().unwrap();
    assert!(!left.exists() && archive.path.exists());
}

#[test]
fn a_bind_mount_in_a_project_is_refused_and_never_freed() {
    let stage = Stage::new();
    let other = stage.path("other");
    write_file(other.join("precious"), "b");
    let project = stage.project("mounting", |root| {
        write_file(root.join("file"), "a");
        fs::create_dir(root.join("mounted")).unwrap();
    });
    let place = project.root.join("mounted");
    let bind = || {
        let mut mount = Command::new("mount");
        mount.arg("--bind").args([&other, &place]).status().is_ok_and(|status| status.success())
    };
    let unmount = |place: &Path| {
        assert!(Command::new("umount").arg(place).status().unwrap().success());
    };
    if !bind() {
        undercroft_testkit::skip("bind mounts are not allowed here");
        return;
    }
    let refused = stage.archive(&project);
    unmount(&place);
    let error = refused.unwrap_err();
    assert_eq!(error.code(), Code::Invalid, "{error}");
    assert!(error.why_text().contains("mounted there"), "{error}");
    // Mounted after the folder was archived, it is not part of what is freed.
    let archive = stage.archive(&project).unwrap();
    assert!(bind());
    let freed = stage.archives.free_source(archive.manifest.id, &Job::new());
    let mounted: Vec<_> =
        [place.clone()].into_iter().filter(|it| it.join("precious").exists()).collect();
    mounted.iter().for_each(|place| unmount(place));
    assert!(freed.is_err() && project.root.join("file").exists(), "{freed:?}");
    assert_eq!(fs::read_to_string(other.join("precious")).unwrap(), "b");
}
