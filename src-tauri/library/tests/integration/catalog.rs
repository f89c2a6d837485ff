//! The catalog: nothing that is there is ever overwritten, and several processes can work.

use crate::support;

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::process::{Command, Stdio};
use std::sync::Barrier;

use rusqlite::Connection;
use support::{Home, add, open};
use undercroft_foundation::{Code, World};
use undercroft_library::{
    JobKind, JobSpec, Library, Migration, NewEvent, ProjectFilter, SqlContext, default_root,
};
use undercroft_testkit::{SmallDisk, simulated_world};

const FIRST: Migration =
    Migration { table: "extra", version: 1, sql: "CREATE TABLE extra (a TEXT) STRICT" };
const SECOND: Migration =
    Migration { table: "extra", version: 2, sql: "ALTER TABLE extra ADD COLUMN b TEXT" };
const BROKEN: Migration = Migration { table: "extra", version: 2, sql: "ALTER TABLE nothing" };

fn open_with(home: &Home, steps: &[Migration]) -> undercroft_foundation::Result<Library> {
    Library::open_or_create(&home.root(), &World::real(), &[steps])
}

fn copies(home: &Home) -> usize {
    let names = fs::read_dir(home.root()).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with("catalog-before-migration")).count()
}

#[test]
fn it_is_durable_and_safe_as_sqlite_can_be() {
    let library = Home::new();
    let library = library.open();
    let pragma = |name: &str| {
        library
            .catalog()
            .write(|tx| tx.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).sql("ask"))
            .unwrap()
    };
    assert_eq!(pragma("synchronous"), 2);
    assert_eq!(pragma("foreign_keys"), 1);
    assert_eq!(pragma("mmap_size"), 0);
    let mode: String = library
        .catalog()
        .read(|c| c.pragma_query_value(None, "journal_mode", |row| row.get(0)).sql("ask"))
        .unwrap();
    assert_eq!(mode, "wal");
    assert!(library.catalog().check().unwrap().is_empty());
}

#[test]
fn readers_cannot_write() {
    let home = Home::new();
    let library = home.open();
    let result = library
        .catalog()
        .read(|connection| connection.execute("DELETE FROM projects", ()).sql("delete everything"));
    assert_eq!(result.unwrap_err().code(), Code::PermissionDenied);
}

#[test]
fn a_failed_write_changes_nothing() {
    let home = Home::new();
    let library = home.open();
    let result = library.catalog().write(|tx| {
        library.events().append(tx, &NewEvent::new("test", "Never happened"))?;
        Err::<(), _>(undercroft_foundation::Error::new(Code::Invalid, "Stop"))
    });
    assert_eq!(result.unwrap_err().code(), Code::Invalid);
    assert!(library.events().after(0, 10).unwrap().is_empty());
}

#[test]
fn an_older_catalog_is_copied_and_brought_up_to_date() {
    let home = Home::new();
    add(&open_with(&home, &[FIRST]).unwrap(), &home.work("a")).unwrap();
    assert_eq!(copies(&home), 0);
    let library = open_with(&home, &[FIRST, SECOND]).unwrap();
    assert_eq!(copies(&home), 1);
    assert_eq!(library.projects().list(&ProjectFilter::default()).unwrap().len(), 1);
    library
        .catalog()
        .write(|tx| tx.execute("INSERT INTO extra VALUES ('x', 'y')", ()).sql("use"))
        .unwrap();
    drop(library);
    open_with(&home, &[FIRST, SECOND]).unwrap();
    assert_eq!(copies(&home), 1);
}

#[test]
fn a_migration_that_fails_leaves_the_catalog_as_it_was() {
    let home = Home::new();
    add(&open_with(&home, &[FIRST]).unwrap(), &home.work("a")).unwrap();
    assert!(open_with(&home, &[FIRST, BROKEN]).is_err());
    let library = open_with(&home, &[FIRST]).unwrap();
    assert_eq!(library.projects().list(&ProjectFilter::default()).unwrap().len(), 1);
}

#[test]
fn a_newer_catalog_is_refused_and_left_alone() {
    let home = Home::new();
    drop(open_with(&home, &[FIRST, SECOND]).unwrap());
    let before = fs::read(home.root().join("catalog.db")).unwrap();
    for steps in [&[FIRST][..], &[]] {
        let error = open_with(&home, steps).unwrap_err();
        assert_eq!(error.code(), Code::TooNew);
        assert!(error.why_text().contains("extra"), "{error}");
    }
    assert_eq!(fs::read(home.root().join("catalog.db")).unwrap(), before);
}

#[test]
fn a_damaged_catalog_is_refused_and_left_alone() {
    type Damage = fn(&std::path::Path);
    let damages: [(&str, Damage); 4] = [
        ("not a database", |path| fs::write(path, vec![7; 9000]).unwrap()),
        ("emptied", |path| fs::write(path, "").unwrap()),
        ("gone", |path| fs::remove_file(path).unwrap()),
        ("somebody else's", |path| {
            fs::remove_file(path).unwrap();
            Connection::open(path).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
        }),
    ];
    for (name, damage) in damages {
        let home = Home::new();
        let library = home.open();
        add(&library, &home.work("a")).unwrap();
        drop(library);
        let path = home.root().join("catalog.db");
        damage(&path);
        let before = fs::read(&path).ok();
        let error = open(&home.root()).unwrap_err();
        assert_eq!(error.code(), Code::Damaged, "{name}: {error}");
        assert_eq!(fs::read(&path).ok(), before, "{name}");
    }
}

#[test]
fn damage_in_the_middle_is_told_when_it_is_met() {
    let home = Home::new();
    let library = home.open();
    for n in 0..400 {
        library
            .events()
            .publish(&NewEvent::new("test", format!("{n} {}", "x".repeat(400))))
            .unwrap();
    }
    drop(library);
    let mut file = fs::OpenOptions::new().write(true).open(home.root().join("catalog.db")).unwrap();
    file.seek(SeekFrom::Start(60_000)).unwrap();
    file.write_all(&[0xff; 40_000]).unwrap();
    drop(file);
    let library = home.open();
    assert_eq!(library.events().after(0, 1000).unwrap_err().code(), Code::Damaged);
    assert!(library.catalog().check().map_or(true, |found| !found.is_empty()));
}

#[test]
fn a_new_library_that_was_interrupted_is_begun_again() {
    let home = Home::new();
    fs::create_dir_all(home.root()).unwrap();
    fs::write(home.root().join("catalog.db"), "").unwrap();
    add(&home.open(), &home.work("a")).unwrap();
}

#[test]
fn a_folder_that_is_something_else_becomes_no_library() {
    let home = Home::new();
    let work = home.work("work");
    let error = open(&work).unwrap_err();
    assert_eq!(error.code(), Code::Invalid);
    assert!(error.why_text().contains("main.rs"), "{error}");
    assert_eq!(fs::read_dir(&work).unwrap().count(), 1);
    for path in [work.join("main.rs"), work.join("main.rs/library")] {
        assert_eq!(open(&path).unwrap_err().code(), Code::Invalid);
    }
}

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let home = Home::new();
    let Some(disk) = undercroft_testkit::SmallDisk::mount(2 << 20) else { return };
    let library = open(&disk.path().join("library")).unwrap();
    let first = add(&library, &home.work("first")).unwrap();
    let ballast = disk.fill();
    // The log of SQLite has some room of its own; then there is none.
    let failed = (0..200).find_map(|n| add(&library, &home.work(&format!("p{n}"))).err());
    let error = failed.expect("a full disk takes no more");
    assert_eq!(error.code(), Code::StorageFull, "{error}");
    let kept = library.projects().list(&ProjectFilter::default()).unwrap();
    assert!(kept.contains(&first));
    fs::remove_file(ballast).unwrap();
    add(&library, &home.work("later")).unwrap();
    drop(library);
    let library = open(&disk.path().join("library")).unwrap();
    assert!(library.catalog().check().unwrap().is_empty());
    assert!(library.projects().list(&ProjectFilter::default()).unwrap().len() > kept.len());
}

#[test]
fn a_consistent_copy_can_be_made() {
    let home = Home::new();
    let library = home.open();
    add(&library, &home.work("a")).unwrap();
    let copy = home.path().join("copy.db");
    library.catalog().copy_to(&copy).unwrap();
    let count: i64 = Connection::open(&copy)
        .unwrap()
        .query_row("SELECT count(*) FROM projects", (), |row| row.get(0))
        .unwrap();
    assert_eq!(count, 1);
    assert_eq!(library.catalog().copy_to(&copy).unwrap_err().code(), Code::AlreadyExists);
}

#[test]
fn the_default_place_follows_the_environment() {
    let root = |set: &[(&str, &str)]| {
        default_root(|name| set.iter().find(|(n, _)| *n == name).map(|(_, value)| value.into()))
    };
    let home = ("HOME", "/home/a");
    assert_eq!(root(&[home]).unwrap().to_str(), Some("/home/a/.local/share/undercroft"));
    assert_eq!(root(&[home, ("XDG_DATA_HOME", "/d")]).unwrap().to_str(), Some("/d/undercroft"));
    assert_eq!(
        root(&[home, ("XDG_DATA_HOME", "d")]).unwrap().to_str(),
        Some("/home/a/.local/share/undercroft")
    );
    assert_eq!(root(&[home, ("UNDERCROFT_HOME", "/u")]).unwrap().to_str(), Some("/u"));
    assert_eq!(root(&[home, ("UNDERCROFT_HOME", "u")]).unwrap_err().code(), Code::Invalid);
    assert_eq!(root(&[]).unwrap_err().code(), Code::NotFound);
}

const WRITERS: usize = 3;
const WRITES: usize = 60;

/// Acts only as the other process of the test below.
#[test]
fn another_process() {
    let Some(root) = std::env::var_os("LIBRARY_OF_THE_TEST") else { return };
    write_many(root.as_ref());
}

fn write_many(root: &std::path::Path) {
    let library = open(root).unwrap();
    for n in 0..WRITES {
        library.events().publish(&NewEvent::new("race", format!("{n}"))).unwrap();
        assert!(!library.events().latest(1).unwrap().is_empty());
    }
}

#[test]
fn processes_that_race_lose_nothing() {
    let home = Home::new();
    let root = home.root();
    let children: Vec<_> = (0..WRITERS)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    &undercroft_testkit::test_name(module_path!(), "another_process"),
                ])
                .env("LIBRARY_OF_THE_TEST", &root)
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    write_many(&root);
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let events = home.open().events().after(0, 10_000).unwrap();
    assert_eq!(events.len(), (WRITERS + 1) * WRITES);
    assert!(events.windows(2).all(|pair| pair[0].seq < pair[1].seq));
}

#[test]
fn threads_that_race_lose_nothing() {
    let home = Home::new();
    let library = home.open();
    let start = Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                start.wait();
                for n in 0..20 {
                    library.events().publish(&NewEvent::new("race", format!("{n}"))).unwrap();
                }
            });
        }
    });
    assert_eq!(library.events().after(0, 1000).unwrap().len(), 80);
}

#[test]
fn only_the_user_reads_what_lies_in_the_library() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let home = Home::new();
    // A folder that was there before, open to all, as are the files of an older Undercroft.
    fs::create_dir(home.root()).unwrap();
    fs::set_permissions(home.root(), fs::Permissions::from_mode(0o755)).unwrap();
    drop(home.open());
    fs::set_permissions(home.root().join("catalog.db"), fs::Permissions::from_mode(0o644)).unwrap();
    let library = open_with(&home, &[FIRST]).unwrap();
    library.catalog().write(|_| Ok(())).unwrap();
    assert_eq!((mode(&home.root()), copies(&home)), (0o700, 1));
    let files = fs::read_dir(home.root()).unwrap().map(|entry| entry.unwrap().path());
    let open: Vec<_> = files.filter(|path| path.is_file() && mode(path) != 0o600).collect();
    assert_eq!(open, [] as [std::path::PathBuf; 0]);
}

#[test]
fn an_older_catalog_that_another_process_has_open_is_left_as_it_is() {
    let home = Home::new();
    let older = open_with(&home, &[FIRST]).unwrap();
    // The wait for the other passes at once.
    let (world, _) = simulated_world(1);
    let open = || Library::open_or_create(&home.root(), &world, &[&[FIRST, SECOND]]);
    let error = open().unwrap_err();
    assert_eq!(error.code(), Code::Locked);
    assert!(error.next_text().contains("Quit the window"), "{error}");
    assert_eq!(copies(&home), 0);
    older
        .catalog()
        .write(|tx| tx.execute("INSERT INTO extra VALUES ('x')", ()).sql("go on"))
        .unwrap();
    drop(older);
    let newer = open().unwrap();
    let found = newer.catalog().read(|connection| {
        connection
            .query_row("SELECT count(*) FROM extra", (), |row| row.get::<_, i64>(0))
            .sql("ask")
    });
    assert_eq!(found.unwrap(), 1);
}

#[test]
fn on_a_full_disk_everything_can_still_be_read_and_brought_back() {
    let Some(disk) = SmallDisk::mount(8 << 20) else { return };
    let (home, root) = (Home::new(), disk.path().join("library"));
    let project = add(&open(&root).unwrap(), &home.work("a")).unwrap();
    let ballast = disk.fill();
    let library = open(&root).unwrap();
    assert_eq!(library.projects().get(project.id).unwrap().name, "a");
    assert!(library.runs().list(None, 10).unwrap().is_empty());
    assert!(library.catalog().check().unwrap().is_empty());
    let big = NewEvent::new("test", "x".repeat(1 << 20));
    assert_eq!(library.events().publish(&big).unwrap_err().code(), Code::StorageFull);
    let spawn = |kind| library.jobs().spawn(JobSpec::new(kind, "work"), |_| Ok("Done".to_owned()));
    let job = library.jobs().wait(spawn(JobKind::Restore).unwrap().id).unwrap();
    assert_eq!(job.outcome.unwrap().summary, "Done");
    library.jobs().shut_down();
    drop(library);
    // With room again, others can share it, and it can be written.
    fs::remove_file(ballast).unwrap();
    let (one, other) = (open(&root).unwrap(), open(&root).unwrap());
    one.events().publish(&NewEvent::new("test", "Room")).unwrap();
    assert_eq!(other.events().latest(1).unwrap()[0].text, "Room");
}

#[test]
fn a_lost_catalog_is_begun_anew_beside_what_killed_programs_left() {
    let home = Home::new();
    let project = add(&home.open(), &home.work("a")).unwrap();
    fs::remove_file(home.root().join("catalog.db")).unwrap();
    for left in ["serve.token", "serve.token.tmp-1", "library-id.tmp-1"] {
        fs::write(home.root().join(left), "x").unwrap();
    }
    let (library, lost) = Library::open_without_catalog(&home.root(), &World::real(), &[]).unwrap();
    assert_eq!((library.projects().get(project.id).unwrap().name.as_str(), lost), ("a", None));
}
