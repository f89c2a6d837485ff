//! Restores what the real restic backed up, and holds everything against the source.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use undercroft_foundation::{Code, Job, World};
use undercroft_providers::DiskProvider;
use undercroft_repository::{
    BackupRequest, Overwrite, Password, Repository, RestoreRequest, RestoreSummary, Snapshot,
    SnapshotFilter,
};
use undercroft_testkit::{
    Compare, Restic, assert_same_tree, awkward_tree, random_bytes, set_modified, text_bytes,
    tree_differences, write_file,
};

const PASSWORD: &str = "vault";

/// A repository that restic made, with one snapshot of `source`, and a target.
struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    /// `make` fills the source.
    fn new(make: impl FnOnce(&Path)) -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(scene.source()).unwrap();
        make(&scene.source());
        let restic = Restic::new(scene.path("repository"), PASSWORD);
        restic.init();
        restic.backup(scene.source());
        scene
    }

    /// The same with a repository and a snapshot that this crate made.
    fn of_our_own(make: impl FnOnce(&Path)) -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(scene.source()).unwrap();
        make(&scene.source());
        let provider = Arc::new(DiskProvider::create(&scene.path("repository")).unwrap());
        let password = Password::new(PASSWORD.to_owned());
        let repository = Repository::init(provider, &password, &World::real()).unwrap();
        let request = BackupRequest { sources: vec![scene.source()], ..Default::default() };
        let job = Job::new();
        repository.backup(&request, &job).unwrap();
        assert!(job.warnings().is_empty(), "{:?}", job.warnings());
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn source(&self) -> PathBuf {
        self.path("source")
    }

    fn target(&self) -> PathBuf {
        self.path("target")
    }

    fn open(&self) -> (Repository, Snapshot) {
        let provider = Arc::new(DiskProvider::open(&self.path("repository")).unwrap());
        let password = Password::new(PASSWORD.to_owned());
        let repository = Repository::open(provider, &password, &World::real()).unwrap();
        let snapshot = repository.find_snapshot("latest", &SnapshotFilter::default()).unwrap();
        (repository, snapshot)
    }

    /// The names that lead to the source in the snapshot.
    fn names(&self) -> Vec<Vec<u8>> {
        let source = self.source();
        let names = source.iter().skip(1);
        names.map(|name| name.to_str().unwrap().as_bytes().to_vec()).collect()
    }

    /// Restores the source's folder into the target; `target/source` then.
    fn request(&self) -> RestoreRequest {
        RestoreRequest { target: self.target(), subpath: self.names(), ..RestoreRequest::default() }
    }

    fn restored(&self) -> PathBuf {
        self.path("target/source")
    }

    fn restore(&self, request: &RestoreRequest) -> (RestoreSummary, Vec<String>) {
        let (repository, snapshot) = self.open();
        let job = Job::new();
        let summary = repository.restore(&snapshot, request, &job).unwrap();
        let progress = job.progress();
        assert!(progress.totals_settled);
        assert_eq!(progress.files_done, progress.files_total, "{progress:?}");
        assert_eq!(progress.bytes_done, progress.bytes_total, "{progress:?}");
        let warnings = job.warnings();
        (summary, warnings.iter().map(|w| format!("{}: {}", w.item, w.message)).collect())
    }

    fn restore_cleanly(&self, request: &RestoreRequest) -> RestoreSummary {
        let (summary, warnings) = self.restore(request);
        assert!(warnings.is_empty(), "{warnings:#?}");
        summary
    }
}

fn files_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| match path.symlink_metadata().unwrap().file_type() {
            kind if kind.is_dir() => files_in(&path),
            kind if kind.is_file() => 1,
            _ => 0,
        })
        .sum()
}

#[test]
fn an_awkward_tree_comes_back_whole() {
    let scene = Scene::new(|source| awkward_tree(source));
    let summary = scene.restore_cleanly(&scene.request());
    assert_same_tree(scene.source(), scene.restored());
    assert_eq!(summary.files_restored, files_in(&scene.source()));
    assert!(summary.others_restored >= 9);

    // Once more: all is there, and stays as it is.
    let again = scene.restore_cleanly(&scene.request());
    assert_eq!((again.files_restored, again.bytes_restored), (0, 0));
    assert_eq!(again.files_identical, summary.files_restored);
    assert_eq!(again.others_restored, summary.others_restored);
    assert_same_tree(scene.source(), scene.restored());

    for overwrite in [Overwrite::Always, Overwrite::IfChanged] {
        let request = RestoreRequest { overwrite, verify: true, ..scene.request() };
        let again = scene.restore_cleanly(&request);
        assert_eq!((again.files_restored, again.bytes_restored), (0, 0));
        assert_same_tree(scene.source(), scene.restored());
    }
}

#[test]
fn a_whole_snapshot_lands_under_its_full_path() {
    let scene = Scene::new(|source| awkward_tree(source));
    let request =
        RestoreRequest { target: scene.target(), sparse: true, verify: true, ..Default::default() };
    scene.restore_cleanly(&request);
    let landed = scene.target().join(scene.source().strip_prefix("/").unwrap());
    let differences =
        tree_differences(&scene.source(), &landed, Compare { holes: true, ..Compare::METADATA });
    assert!(differences.is_empty(), "{differences:#?}");
    let parent = |path: &Path| path.parent().unwrap().metadata().unwrap().mode();
    assert_eq!(parent(&scene.source()), parent(&landed));
}

#[test]
fn a_gibibyte_of_nothing_takes_no_room() {
    let scene = Scene::new(|source| {
        let file = fs::File::create(source.join("holes")).unwrap();
        file.set_len(1 << 30).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, b"x", 700_000_001).unwrap();
    });
    scene.restore_cleanly(&RestoreRequest { sparse: true, ..scene.request() });
    assert_same_tree(scene.source(), scene.restored());
    assert!(scene.restored().join("holes").metadata().unwrap().blocks() < 100);
}

#[test]
fn one_file_or_folder_lands_by_its_name() {
    let scene = Scene::new(|source| {
        write_file(source.join("folder/deeper/file"), "one");
        write_file(source.join("folder/other"), "two");
    });
    let below = |names: &[&str]| {
        let mut path = scene.names();
        path.extend(names.iter().map(|name| name.as_bytes().to_vec()));
        RestoreRequest { subpath: path, ..scene.request() }
    };
    scene.restore_cleanly(&below(&["folder", "deeper", "file"]));
    assert_eq!(fs::read(scene.path("target/file")).unwrap(), b"one");
    scene.restore_cleanly(&below(&["folder"]));
    assert_same_tree(scene.source().join("folder"), scene.path("target/folder"));

    let (repository, snapshot) = scene.open();
    let error = repository.restore(&snapshot, &below(&["gone"]), &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
}

#[test]
fn patterns_choose_as_in_restic() {
    let scene = Scene::new(|source| {
        for name in ["a.txt", "b.log", "deep/c.txt", "deep/d.log", "deep/er/e.txt", "other/f.log"] {
            write_file(source.join(name), name);
            set_modified(source.join(name), 1_000_000_000, 1);
        }
        for name in ["deep/er", "deep", "other"] {
            set_modified(source.join(name), 1_100_000_000, 2);
        }
    });
    let restic = Restic::new(scene.path("repository"), PASSWORD);
    let sets: &[(&str, &[&str])] = &[
        ("include", &["*.txt"]),
        ("include", &["deep"]),
        ("include", &["/**/er/*", "other"]),
        ("exclude", &["*.log"]),
        ("exclude", &["deep", "!deep"]),
        ("exclude", &["er"]),
    ];
    for (number, (option, patterns)) in sets.iter().enumerate() {
        let theirs = scene.path(&format!("theirs-{number}"));
        let mut arguments = vec!["restore", "latest", "--target", theirs.to_str().unwrap()];
        let option_name = format!("--{option}");
        for pattern in *patterns {
            arguments.extend([&option_name[..], pattern]);
        }
        restic.run(&arguments);
        let chosen: Vec<String> = patterns.iter().map(|&text| text.to_owned()).collect();
        let ours = scene.path(&format!("ours-{number}"));
        let mut request = RestoreRequest { target: ours.clone(), ..Default::default() };
        *(if *option == "include" { &mut request.include } else { &mut request.exclude }) = chosen;
        scene.restore_cleanly(&request);
        let differences =
            tree_differences(&theirs, &ours, Compare { roots: false, ..Compare::METADATA });
        assert!(differences.is_empty(), "{option} {patterns:?}: {differences:#?}");
    }
}

#[test]
fn what_is_there_is_treated_as_asked() {
    let scene = Scene::new(|source| {
        for name in ["same", "touched", "edited", "sneaky", "missing"] {
            write_file(source.join(name), text_bytes(1, 5000));
            set_modified(source.join(name), 1_000_000_000, 7);
        }
    });
    let spoil = || {
        let _ = fs::remove_dir_all(scene.target());
        for name in ["same", "touched", "edited", "sneaky"] {
            write_file(scene.restored().join(name), text_bytes(1, 5000));
        }
        write_file(scene.restored().join("edited"), "shorter");
        let mut bytes = text_bytes(1, 5000);
        bytes[2500] ^= 1;
        write_file(scene.restored().join("sneaky"), bytes);
        for name in ["same", "sneaky"] {
            set_modified(scene.restored().join(name), 1_000_000_000, 7);
        }
    };
    let counts = |overwrite, verify| {
        spoil();
        let request = RestoreRequest { overwrite, verify, ..scene.request() };
        let done = scene.restore_cleanly(&request);
        (done.files_restored, done.files_identical, done.files_skipped)
    };
    assert_eq!(counts(Overwrite::Never, false), (1, 0, 4));
    assert_eq!(fs::read(scene.restored().join("edited")).unwrap(), b"shorter");
    // Trusting sizes and times, the sneaky change stays.
    assert_eq!(counts(Overwrite::IfChanged, false), (3, 2, 0));
    assert_ne!(fs::read(scene.restored().join("sneaky")).unwrap(), text_bytes(1, 5000));
    assert_eq!(counts(Overwrite::IfChanged, true), (3, 2, 0));
    assert_same_tree(scene.source(), scene.restored());
    assert_eq!(counts(Overwrite::Always, false), (3, 2, 0));
    assert_same_tree(scene.source(), scene.restored());
}

#[test]
fn what_is_in_the_way_is_replaced_and_never_followed() {
    let scene = Scene::new(|source| {
        write_file(source.join("file"), "new");
        write_file(source.join("folder/file"), "new");
        write_file(source.join("was a folder"), "new");
        symlink("file", source.join("link")).unwrap();
    });
    let outside = scene.path("outside");
    write_file(outside.join("file"), "precious");
    fs::set_permissions(outside.join("file"), fs::Permissions::from_mode(0o640)).unwrap();
    let before = fs::metadata(outside.join("file")).unwrap();
    let restored = scene.restored();
    fs::create_dir_all(restored.join("was a folder")).unwrap();
    symlink(outside.join("file"), restored.join("file")).unwrap();
    symlink(&outside, restored.join("folder")).unwrap();
    fs::hard_link(outside.join("file"), restored.join("link")).unwrap();

    let never = RestoreRequest { overwrite: Overwrite::Never, ..scene.request() };
    let (kept, warnings) = scene.restore(&never);
    assert_eq!(kept.files_restored, 0);
    assert!(warnings.iter().any(|text| text.contains("folder")), "{warnings:?}");
    assert!(restored.join("file").is_symlink() && restored.join("folder").is_symlink());

    scene.restore_cleanly(&scene.request());
    assert_same_tree(scene.source(), &restored);
    assert_eq!(fs::read(outside.join("file")).unwrap(), b"precious");
    let after = fs::metadata(outside.join("file")).unwrap();
    assert_eq!((before.mode(), before.mtime()), (after.mode(), after.mtime()));
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
fn a_link_of_the_target_into_the_outside_is_cut() {
    let scene = Scene::new(|source| write_file(source.join("file"), "the same"));
    let outside = scene.path("outside");
    write_file(&outside, "the same");
    set_modified(&outside, 1, 0);
    fs::create_dir_all(scene.restored()).unwrap();
    fs::hard_link(&outside, scene.restored().join("file")).unwrap();
    scene.restore_cleanly(&RestoreRequest { overwrite: Overwrite::Always, ..scene.request() });
    assert_same_tree(scene.source(), scene.restored());
    assert_eq!(fs::metadata(&outside).unwrap().mtime(), 1);
}

#[test]
fn a_full_folder_where_a_file_belongs_stays() {
    let scene = Scene::new(|source| {
        write_file(source.join("a"), "file");
        write_file(source.join("b"), "file");
    });
    write_file(scene.restored().join("a/mine"), "mine");
    let (summary, warnings) = scene.restore(&scene.request());
    assert_eq!(summary.files_restored, 1);
    assert!(warnings[0].contains("Cannot replace the folder"), "{warnings:?}");
    assert_eq!(fs::read(scene.restored().join("a/mine")).unwrap(), b"mine");
}

#[test]
fn a_socket_and_folders_deeper_than_a_path_can_say_come_back() {
    let scene = Scene::of_our_own(|source| {
        drop(std::os::unix::net::UnixListener::bind(source.join("socket")).unwrap());
        let mut folder = fs::File::open(source).unwrap();
        for _ in 0..30 {
            let (name, mode) = ("n".repeat(250), rustix::fs::Mode::RWXU);
            rustix::fs::mkdirat(&folder, &name, mode).unwrap();
            let flags = rustix::fs::OFlags::DIRECTORY;
            folder = rustix::fs::openat(&folder, &name, flags, mode).unwrap().into();
        }
    });
    assert_eq!(scene.restore_cleanly(&scene.request()).others_restored, 1);
    assert_eq!(depth(&scene.restored()), depth(&scene.source()));
}

/// How many folders lie one in the other.
fn depth(folder: &Path) -> usize {
    let mut folder = fs::File::open(folder).unwrap();
    let mut depth = 0;
    loop {
        let (flags, mode) = (rustix::fs::OFlags::DIRECTORY, rustix::fs::Mode::empty());
        match rustix::fs::openat(&folder, "n".repeat(250), flags, mode) {
            Ok(next) => folder = next.into(),
            Err(_) => return depth,
        }
        depth += 1;
    }
}

#[test]
fn damage_is_reported_by_name_and_never_restored() {
    let scene = Scene::new(|source| {
        for number in 0..20 {
            write_file(source.join(format!("file-{number:02}")), random_bytes(number, 100_000));
        }
    });
    let pack = largest_file(&scene.path("repository/data"));
    undercroft_testkit::flip_bit(&pack, 1_000_000);
    let (summary, warnings) = scene.restore(&scene.request());
    assert_eq!(summary.files_restored, 19);
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("target/source/file-"), "{warnings:?}");
    assert!(warnings[0].contains("seal is broken"), "{warnings:?}");
    let differences = tree_differences(
        &scene.source(),
        &scene.restored(),
        Compare { roots: false, ..Compare::METADATA },
    );
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert!(differences[0].ends_with("is missing"), "{differences:?}");

    // What is there already survives a restore that cannot be.
    let missing = differences[0].trim_end_matches(" is missing").trim_start_matches("./");
    write_file(scene.restored().join(missing), "still mine");
    assert_eq!(scene.restore(&scene.request()).1.len(), 1);
    assert_eq!(fs::read(scene.restored().join(missing)).unwrap(), b"still mine");
    assert_eq!(fs::read_dir(scene.restored()).unwrap().count(), 20);

    undercroft_testkit::truncate_file(&pack, 500_000);
    let other = RestoreRequest { target: scene.path("second"), ..scene.request() };
    let (summary, warnings) = scene.restore(&other);
    assert!((1..20).contains(&summary.files_restored));
    assert_eq!(summary.files_restored + warnings.len() as u64, 20);
    fs::remove_file(&pack).unwrap();
    let other = RestoreRequest { target: scene.path("third"), ..scene.request() };
    let (summary, warnings) = scene.restore(&other);
    assert_eq!((summary.files_restored, warnings.len()), (0, 20));
    assert!(warnings[0].contains("The file is missing"), "{warnings:?}");
}

fn largest_file(folder: &Path) -> PathBuf {
    let mut largest = (0, PathBuf::new());
    for entry in fs::read_dir(folder).unwrap() {
        for file in fs::read_dir(entry.unwrap().path()).unwrap() {
            let file = file.unwrap();
            largest = largest.max((file.metadata().unwrap().len(), file.path()));
        }
    }
    largest.1
}

#[test]
fn a_cancelled_restore_says_so_and_can_be_resumed() {
    let scene = Scene::new(|source| {
        for number in 0..50 {
            write_file(source.join(format!("{number}")), random_bytes(number, 10_000));
        }
    });
    let (repository, snapshot) = scene.open();
    let job = Job::new();
    job.cancel();
    let error = repository.restore(&snapshot, &scene.request(), &job).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
    scene.restore_cleanly(&scene.request());
    assert_same_tree(scene.source(), scene.restored());
}

#[test]
fn a_full_disk_ends_the_restore_at_once() {
    let Some(disk) = undercroft_testkit::SmallDisk::mount(2 << 20) else { return };
    let scene = Scene::new(|source| {
        for number in 0..80 {
            write_file(source.join(format!("{number}")), random_bytes(number, 100_000));
        }
    });
    let (repository, snapshot) = scene.open();
    let request = RestoreRequest { target: disk.path().join("target"), ..scene.request() };
    let job = Job::new();
    let error = repository.restore(&snapshot, &request, &job).unwrap_err();
    assert_eq!(error.code(), Code::StorageFull, "{error}");
    assert!(job.warnings().is_empty());
}

/// The folder in which the process below is to work; set only when it is one that shall be killed.
const CRASH_IN: &str = "UNDERCROFT_TEST_CRASH_IN";

/// Not a test by itself: the one below runs it in a process that is killed on the way.
#[test]
fn restore_in_a_process_that_is_killed() {
    let Some(folder) = std::env::var_os(CRASH_IN).map(PathBuf::from) else { return };
    let provider = Arc::new(DiskProvider::open(&folder.join("repository")).unwrap());
    let password = Password::new(PASSWORD.to_owned());
    let repository = Repository::open(provider, &password, &World::real()).unwrap();
    let snapshot = repository.find_snapshot("latest", &SnapshotFilter::default()).unwrap();
    let names = |path: &Path| -> Vec<Vec<u8>> {
        path.iter().skip(1).map(|name| name.as_encoded_bytes().to_vec()).collect()
    };
    let request = RestoreRequest {
        target: folder.join("target"),
        subpath: names(&folder.join("source")),
        ..RestoreRequest::default()
    };
    let _ = repository.restore(&snapshot, &request, &Job::new());
}

/// Restores in a process that is killed at a moment.
fn kill_at(scene: &Scene, moment: &str) {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            &undercroft_testkit::test_name(module_path!(), "restore_in_a_process_that_is_killed"),
        ])
        .env(CRASH_IN, scene.folder.path())
        .env("UNDERCROFT_CRASH_AT", moment)
        .output()
        .unwrap();
    assert!(!output.status.success(), "it was not killed at {moment}");
}

#[test]
fn a_crash_leaves_no_part_of_a_file_under_its_name() {
    let scene = Scene::new(|source| {
        for number in 0..3 {
            write_file(source.join(format!("{number}")), random_bytes(number, 6 << 20));
            write_file(source.join(format!("folder/{number}")), random_bytes(number, 50_000));
        }
        fs::hard_link(source.join("0"), source.join("folder/linked")).unwrap();
    });
    for moment in ["restore.blob-written:2", "restore.blob-written:6", "restore.file-written:2"] {
        // From nothing, so that there are as many files and blobs left, however they are cut.
        let _ = fs::remove_dir_all(scene.restored());
        kill_at(&scene, moment);
        let differences = tree_differences(
            &scene.source(),
            &scene.restored(),
            Compare { roots: false, ..Compare::CONTENT },
        );
        let whole = |text: &String| text.ends_with("is missing");
        assert!(differences.iter().all(whole), "{moment}: {differences:#?}");
    }
    Restic::new(scene.path("repository"), PASSWORD).run(&["unlock", "--remove-all"]);
    // What there is of them is whole, and so the rest is all that is missing: but names that are
    // not looked at are joined with no other.
    let request = RestoreRequest { overwrite: Overwrite::Never, sparse: true, ..scene.request() };
    scene.restore_cleanly(&request);
    let but_links = Compare { hard_links: false, ..Compare::METADATA };
    let differences = tree_differences(&scene.source(), &scene.restored(), but_links);
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn a_crash_leaves_the_old_file_or_the_new_one_and_no_litter_after_the_next_restore() {
    let scene = Scene::new(|source| {
        for number in 0..6 {
            write_file(source.join(format!("{number}")), random_bytes(number, 50_000));
        }
    });
    for number in 0..6 {
        write_file(scene.restored().join(format!("{number}")), "old");
    }
    for nth in 1..=3 {
        kill_at(&scene, &format!("restore.file-written:{nth}"));
        for number in 0..6 {
            let bytes = fs::read(scene.restored().join(format!("{number}"))).unwrap();
            assert!(bytes == b"old" || bytes == random_bytes(number, 50_000));
        }
    }
    Restic::new(scene.path("repository"), PASSWORD).run(&["unlock", "--remove-all"]);
    scene.restore_cleanly(&scene.request());
    assert_same_tree(scene.source(), scene.restored());
}
