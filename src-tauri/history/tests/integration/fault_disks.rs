//! Disks that are full.

use crate::support;

use std::fs::{self, File};

use support::Bench;
use undercroft_foundation::{Code, Job, World};
use undercroft_history::{SaveOrder, Scope, TreePath, Trigger, Version, VersionFilter};
use undercroft_library::{AddProject, Library};
use undercroft_testkit::{SmallDisk, random_bytes, text_bytes, write_file};

fn versions(bench: &Bench) -> Vec<Version> {
    bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap()
}

/// A library on a small disk, and a project on a large one.
fn bench_on(disk: &SmallDisk) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("work");
    write_file(work.join("first"), "1");
    let root = disk.path().join("library");
    let tables = undercroft_history::TABLES;
    let library = Library::open_or_create(&root, &World::real(), tables).unwrap();
    let request = AddProject { path: work, ..AddProject::default() };
    let project = library.projects().add_linked(&request).unwrap().id;
    Bench::of(folder, library, project)
}

/// Fills the disk but for so many bytes.
fn leave(disk: &SmallDisk, bytes: u64) -> std::path::PathBuf {
    let ballast = disk.fill();
    let file = File::options().write(true).open(&ballast).unwrap();
    let full = file.metadata().unwrap().len();
    file.set_len(full.saturating_sub(bytes)).unwrap();
    ballast
}

/// A version, and the files that it has.
type Acknowledged = (Version, Vec<(String, Vec<u8>)>);

/// All that was acknowledged is there.
fn is_whole(bench: &Bench, acknowledged: &[Acknowledged]) {
    for (version, files) in acknowledged {
        for (name, content) in files {
            assert!(bench.read(version.id, name) == *content, "{name} in {}", version.id);
        }
    }
    bench.fsck();
}

#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    let Some(disk) = SmallDisk::mount(48 << 20) else { return };
    let bench = bench_on(&disk);
    let first = bench.history.writer().begin(bench.project, &Job::new()).unwrap();
    let mut acknowledged = vec![(first, vec![("first".to_owned(), b"1".to_vec())])];
    let mut refused = 0;
    // From nothing at all to nearly enough.
    let rooms = [0, 4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536];
    for (round, room) in rooms.into_iter().enumerate() {
        let seed = round as u64;
        let mut files = vec![(format!("object{round}"), random_bytes(seed, 400_000))];
        for number in 0..6 {
            files.push((format!("text{round}/{number}"), text_bytes(seed * 10 + number, 60_000)));
        }
        for (name, content) in &files {
            bench.write(name, content);
        }
        let ballast = leave(&disk, room << 10);
        let (order, job) = (SaveOrder::new(Trigger::Automatic, ""), Job::new());
        let made = bench.history.writer().save(bench.main().id, Scope::Whole, order, &job);
        let mut made = match made {
            Ok(made) => made,
            Err(error) => {
                refused += 1;
                assert_eq!(error.code(), Code::StorageFull, "{room} KiB: {error}");
                None
            }
        };
        // The large one alone may find no room.
        if let Some(partly) = made.take_if(|_| !job.warnings().is_empty()) {
            acknowledged.push((partly, files[1..].to_vec()));
        }
        is_whole(&bench, &acknowledged);
        fs::remove_file(&ballast).unwrap();
        let version = made.or_else(|| bench.save()).unwrap_or_else(|| {
            // It was made, but there was no room left for what follows that.
            assert_eq!(versions(&bench).len(), acknowledged.len() + 1);
            versions(&bench).remove(0)
        });
        acknowledged.push((version, files));
    }
    is_whole(&bench, &acknowledged);
    assert!(refused > 5, "{refused}");
}

#[test]
fn a_disk_too_full_for_the_first_version_is_told_and_the_next_try_succeeds() {
    let Some(disk) = SmallDisk::mount(48 << 20) else { return };
    let bench = bench_on(&disk);
    for number in 0..40 {
        bench.write(&format!("large/{number}"), random_bytes(number, 200_000));
        bench.write(&format!("text/{number}"), text_bytes(number, 50_000));
    }
    for room in [0, 16, 64, 256, 1024, 4096] {
        let ballast = leave(&disk, room << 10);
        // What a try had stored is there for the next, so that a little room may do in the end.
        match bench.history.writer().begin(bench.project, &Job::new()) {
            Ok(_) => assert!(room >= 1024, "{room} KiB"),
            Err(error) => assert_eq!(error.code(), Code::StorageFull, "{room} KiB: {error}"),
        }
        fs::remove_file(&ballast).unwrap();
    }
    let version = bench.history.writer().begin(bench.project, &Job::new()).unwrap();
    assert_eq!(version.files, 81);
    for number in 0..40 {
        let name = format!("large/{number}");
        let kept =
            bench.history.reader().read(version.id, &TreePath::new(name.as_bytes()).unwrap(), None);
        assert!(kept.unwrap() == random_bytes(number, 200_000), "{name}");
    }
    bench.fsck();
}

#[test]
fn a_file_that_is_too_large_for_the_disk_holds_back_no_other() {
    let Some(disk) = SmallDisk::mount(48 << 20) else { return };
    let bench = bench_on(&disk);
    bench.write("grows", random_bytes(1, 400_000));
    let first = bench.history.writer().begin(bench.project, &Job::new()).unwrap();
    bench.write("grows", random_bytes(2, 60 << 20));
    bench.write("image", random_bytes(3, 400_000));
    bench.write("text", "small");
    let job = Job::new();
    let order = SaveOrder::new(Trigger::Automatic, "");
    let version =
        bench.history.writer().save(bench.main().id, Scope::Whole, order, &job).unwrap().unwrap();
    let warned: Vec<_> = job.warnings().into_iter().map(|it| it.message).collect();
    assert!(warned.len() == 1 && warned[0].contains("Too large"), "{warned:?}");
    let files = [
        ("grows".to_owned(), random_bytes(1, 400_000)),
        ("image".to_owned(), random_bytes(3, 400_000)),
        ("text".to_owned(), b"small".to_vec()),
    ];
    is_whole(&bench, &[(first, files[..1].to_vec()), (version, files.to_vec())]);
    // Zeros take no room, however many there are.
    File::create(bench.folder.path().join("work/grows")).unwrap().set_len(60 << 20).unwrap();
    assert!(bench.save().is_some_and(|version| version.size_bytes > 60 << 20));
}
