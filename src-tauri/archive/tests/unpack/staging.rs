//! Whole or not at all: cancelling, targets that are there, leftovers of killed runs.

use std::fs;

use undercroft_archive::unpack::{inspect, sweep, unpack};
use undercroft_foundation::{Code, Job};

use crate::support::{Scene, TarBytes, ZipEntry, names, zip_bytes};

fn archives() -> [Vec<u8>; 2] {
    let tar = TarBytes::default().file("p/a", "a").file("p/b", "b").finish();
    [tar, zip_bytes(&[ZipEntry::new("p/a", b"a"), ZipEntry::new("p/b", b"b")])]
}

#[test]
fn a_cancelled_job_leaves_nothing() {
    for bytes in archives() {
        let scene = Scene::new();
        let (archive, job) = (scene.archive(&bytes), Job::new());
        job.cancel();
        let error = unpack(&archive, &scene.target(), &scene.options, &job).unwrap_err();
        assert_eq!(error.code(), Code::Cancelled);
        scene.assert_nothing_else(false);
        let error = inspect(&archive, &scene.options.limits, &job).unwrap_err();
        assert_eq!(error.code(), Code::Cancelled);
    }
}

#[test]
fn cancelling_in_the_middle_leaves_nothing() {
    let tar = TarBytes::default().add(b'0', "p/a", "", &vec![1; 20 << 20]).finish();
    let zip = zip_bytes(&[ZipEntry::new("p/a", &vec![1; 20 << 20])]);
    for bytes in [tar, zip] {
        let scene = Scene::new();
        let (archive, job) = (scene.archive(&bytes), Job::new());
        let error = std::thread::scope(|scope| {
            let work = scope.spawn(|| unpack(&archive, &scene.target(), &scene.options, &job));
            // It stops wherever it is then: at the least before its name is given.
            while job.progress().bytes_done == 0 && !work.is_finished() {
                std::hint::spin_loop();
            }
            job.cancel();
            work.join().unwrap()
        });
        if let Err(error) = &error {
            assert_eq!(error.code(), Code::Cancelled);
        }
        scene.assert_nothing_else(error.is_ok());
    }
}

#[test]
fn a_target_that_is_there_stays_as_it_is() {
    for bytes in archives() {
        let scene = Scene::new();
        let archive = scene.archive(&bytes);
        fs::create_dir(scene.target()).unwrap();
        let error = unpack(&archive, &scene.target(), &scene.options, &Job::new()).unwrap_err();
        assert_eq!(error.code(), Code::AlreadyExists);
        assert!(names(&scene.target()).is_empty());
        scene.assert_nothing_else(true);
    }
}

#[test]
fn files_that_are_no_archive_are_told_by_what_they_are() {
    let cases: [(&[u8], &str); 6] = [
        (b"", "empty"),
        (b"hello", "not an archive"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"BZh91AY&SY", "bzip2"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0", "no tar"),
    ];
    for (bytes, told) in cases {
        let scene = Scene::new();
        let why = scene.inspect_bytes(bytes).refusal.unwrap();
        assert!(why.contains(told), "{why}");
        assert_eq!(scene.unpack_bytes(bytes).unwrap_err().why_text(), why.as_str());
    }
}

#[test]
fn an_empty_archive_becomes_an_empty_folder() {
    for bytes in [TarBytes::default().finish(), zip_bytes(&[])] {
        let scene = Scene::new();
        assert_eq!(scene.inspect_bytes(&bytes).bytes, Some(0));
        scene.unpack_bytes(&bytes).unwrap();
        assert!(names(&scene.target()).is_empty());
    }
}

#[test]
fn leftovers_are_swept_and_nothing_else() {
    let scene = Scene::new();
    let out = scene.path("out");
    let kept = [
        ".project.tmp-import-0123",
        ".project.tmp-import-0123456789ABCDEF",
        ".tmp-import-0123456789abcdef",
        "project.tmp-import-0123456789abcdef",
        "project",
    ];
    for name in kept {
        fs::create_dir(out.join(name)).unwrap();
    }
    fs::write(out.join(".file.tmp-import-0123456789abcdef"), "a file").unwrap();
    let left = out.join(".project.tmp-import-0123456789abcdef");
    fs::create_dir_all(left.join("sub")).unwrap();
    fs::write(left.join("sub/file"), "half").unwrap();
    crate::support::run(&left, "chmod 500 sub");
    // One in which a process still works.
    let busy = out.join(".busy.tmp-import-0123456789abcdef");
    fs::create_dir(&busy).unwrap();
    let lock = fs::File::open(&busy).unwrap();
    lock.lock().unwrap();
    assert_eq!(sweep(&out).unwrap(), 1);
    assert!(!left.exists() && busy.exists());
    assert_eq!(names(&out).len(), kept.len() + 2);
    drop(lock);
    assert_eq!(sweep(&out).unwrap(), 1);
}
