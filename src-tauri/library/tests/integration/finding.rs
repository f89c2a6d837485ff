//! Finding folders that look like projects.

use crate::support;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use support::{Home, add};
use undercroft_foundation::{Clock, World};
use undercroft_library::{
    FindLimits, FindProjects, FolderLook, Library, OccupiedFolder, ProjectFinds,
};
use undercroft_testkit::{ManualClock, awkward_names, set_modified, write_file};

fn request(home: &Home) -> FindProjects<'static> {
    FindProjects {
        below: home.path(),
        home: Some(home.path()),
        apart_from: &[],
        limits: FindLimits { time: Duration::from_secs(60), ..FindLimits::default() },
    }
}

fn find(home: &Home, library: &Library) -> ProjectFinds {
    library.projects().find_below(&request(home)).unwrap()
}

fn look(home: &Home, library: &Library, name: &str) -> undercroft_foundation::Result<FolderLook> {
    let below = home.path().join(name);
    library.projects().look_at(&FindProjects { below, ..request(home) })
}

/// The paths below the home, in the order in which they were found.
fn paths(home: &Home, finds: &ProjectFinds) -> Vec<PathBuf> {
    let below = |root: &PathBuf| root.strip_prefix(home.path()).unwrap().to_owned();
    finds.projects.iter().map(|found| below(&found.root)).collect()
}

fn project(home: &Home, name: &str) {
    write_file(home.path().join(name).join("Cargo.toml"), "[package]\nname = \"a\"\n");
    write_file(home.path().join(name).join("src/main.rs"), "fn main() {}\n");
}

#[test]
fn projects_are_found_with_their_size_and_what_can_be_rebuilt() {
    let home = Home::new();
    let library = home.open();
    project(&home, "work/atlas");
    write_file(home.path().join("work/atlas/target/debug/big"), vec![1; 5000]);
    write_file(home.path().join("work/web/package.json"), "{}\n");
    write_file(home.path().join("work/web/node_modules/x/index.js"), vec![1; 700]);
    fs::create_dir_all(home.path().join("notes/.git")).unwrap();
    write_file(home.path().join("notes/may.md"), "# May\n");
    write_file(home.path().join("letters/mother.txt"), "Dear\n");
    let finds = find(&home, &library);
    let mut found = paths(&home, &finds);
    found.sort();
    assert_eq!(found, ["notes", "work/atlas", "work/web"].map(PathBuf::from));
    assert!(!finds.is_partial);
    let atlas = finds.projects.iter().find(|it| it.root.ends_with("atlas")).unwrap();
    assert_eq!(atlas.languages, ["Rust"]);
    assert_eq!((atlas.measured.files, atlas.measured.rebuildable_bytes), (3, 5000));
    assert_eq!(atlas.measured.rebuildable, ["target"]);
    assert!(atlas.is_suggested && !atlas.measured.is_partial);
    assert!(library.projects().list(&Default::default()).unwrap().is_empty(), "nothing is added");
}

#[test]
fn a_project_in_a_project_belongs_to_the_outer_one() {
    let home = Home::new();
    let library = home.open();
    project(&home, "work/outer");
    project(&home, "work/outer/crates/inner");
    assert_eq!(paths(&home, &find(&home, &library)), [PathBuf::from("work/outer")]);
    let inner = look(&home, &library, "work/outer/crates/inner").unwrap();
    assert!(inner.within.unwrap().root.ends_with("work/outer"));
    assert!(inner.folder.unwrap().root.ends_with("crates/inner"));
}

#[test]
fn neither_home_nor_its_shelves_nor_what_is_hidden_is_a_project() {
    let home = Home::new();
    let library = home.open();
    fs::create_dir_all(home.path().join(".git")).unwrap();
    write_file(home.path().join("Downloads/package.json"), "{}\n");
    project(&home, "Downloads/sample");
    project(&home, ".cargo/registry/serde");
    project(&home, "go/pkg/mod/gin");
    project(&home, "web/node_modules/left-pad");
    write_file(home.path().join("cache/CACHEDIR.TAG"), "Signature: x\n");
    project(&home, "cache/thing");
    let finds = find(&home, &library);
    assert_eq!(paths(&home, &finds), [PathBuf::from("Downloads/sample")]);
    assert!(!finds.projects[0].is_suggested, "a download is not suggested");
}

#[test]
fn what_was_long_left_alone_comes_last_and_is_not_suggested() {
    let home = Home::new();
    let library = home.open();
    for name in ["a-old", "b-new"] {
        project(&home, name);
    }
    for file in ["Cargo.toml", "src/main.rs"] {
        set_modified(home.path().join("a-old").join(file), 1_500_000_000, 0);
    }
    // Built anew: that is no work on it.
    write_file(home.path().join("a-old/target/out"), "x");
    let finds = find(&home, &library);
    assert_eq!(paths(&home, &finds), ["b-new", "a-old"].map(PathBuf::from));
    assert_eq!([0, 1].map(|it| finds.projects[it].is_suggested), [true, false]);
}

#[test]
fn hostile_names_links_and_loops_are_no_matter() {
    let home = Home::new();
    let library = home.open();
    for name in awkward_names() {
        let folder = home.path().join("work").join(OsStr::from_bytes(&name));
        // A few of them are hidden, or longer than a path with a file below allows.
        if !name.starts_with(b".") && fs::create_dir_all(&folder).is_ok() {
            fs::write(folder.join("go.mod"), "module a\n").unwrap();
        }
    }
    let odd = home.path().join("work").join(OsStr::from_bytes(b"bad\xffname"));
    write_file(odd.join("go.mod"), "module a\n");
    let before = find(&home, &library).projects.len();
    assert!(before > 3);
    let elsewhere = tempfile::tempdir().unwrap();
    write_file(elsewhere.path().join("go.mod"), "module b\n");
    symlink(elsewhere.path(), home.path().join("work/link")).unwrap();
    symlink(home.path(), home.path().join("work/loop")).unwrap();
    symlink("/nowhere", home.path().join("dangling")).unwrap();
    // A folder called as a manifest is none.
    fs::create_dir_all(home.path().join("odd/package.json")).unwrap();
    let finds = find(&home, &library);
    assert_eq!(finds.projects.len(), before);
    assert!(!finds.is_partial);
}

#[test]
fn a_folder_that_may_not_be_read_costs_itself_alone() {
    let home = Home::new();
    let library = home.open();
    project(&home, "work/atlas");
    let sealed = home.path().join("sealed");
    fs::create_dir(&sealed).unwrap();
    fs::set_permissions(&sealed, fs::Permissions::from_mode(0o000)).unwrap();
    let can_read_all = fs::read_dir(&sealed).is_ok();
    let finds = find(&home, &library);
    fs::set_permissions(&sealed, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(paths(&home, &finds), [PathBuf::from("work/atlas")]);
    assert_eq!(finds.unread, u64::from(!can_read_all));
}

#[test]
fn a_search_ends_at_its_limits_and_says_so() {
    let home = Home::new();
    let library = home.open();
    for n in 0..20 {
        project(&home, &format!("work/p{n:02}"));
    }
    project(&home, "a/b/c/deep");
    let with = |limits| {
        let finds = library.projects().find_below(&FindProjects { limits, ..request(&home) });
        let finds = finds.unwrap();
        assert!(finds.is_partial);
        finds.projects.len()
    };
    let far = request(&home).limits;
    assert_eq!(with(FindLimits { projects: 5, ..far }), 5);
    assert_eq!(with(FindLimits { folders: 10, ..far }), 5);
    assert_eq!(with(FindLimits { depth: 3, ..far }), 20);
    assert_eq!(with(FindLimits { time: Duration::ZERO, ..far }), 0);
}

/// A clock that goes on by a millisecond whenever it is looked at.
#[derive(Debug, Default)]
struct TickingClock(ManualClock);

impl Clock for TickingClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn steady(&self) -> Duration {
        self.0.advance(Duration::from_millis(1));
        self.0.steady()
    }

    fn since_boot(&self) -> Duration {
        self.0.since_boot()
    }

    fn sleep(&self, duration: Duration) {
        self.0.advance(duration);
    }
}

#[test]
fn one_folder_of_very_many_files_is_counted_no_longer_than_any_other() {
    let home = Home::new();
    let world = World { clock: Arc::new(TickingClock::default()), ..World::real() };
    let library = Library::open_or_create(&home.root(), &world, &[]).unwrap();
    project(&home, "work/flat");
    for number in 0..3000 {
        write_file(home.path().join(format!("work/flat/{number}")), "");
    }
    let limits = FindLimits { time: Duration::from_secs(1), ..FindLimits::default() };
    let request = FindProjects { limits, ..request(&home) };
    let found = library.projects().find_below(&request).unwrap().projects.remove(0);
    assert!(found.measured.is_partial);
    assert!((500..1000).contains(&found.measured.files), "{}", found.measured.files);
}

#[test]
fn what_is_in_use_is_passed_over() {
    let home = Home::new();
    let library = home.open();
    project(&home, "work/known");
    project(&home, "work/known/inner");
    project(&home, "work/new");
    project(&home, "backups/a");
    project(&home, "holder");
    project(&home, "holder/added");
    project(&home, "library/projects/x");
    add(&library, &home.path().join("work/known")).unwrap();
    add(&library, &home.path().join("holder/added")).unwrap();
    let occupied =
        [OccupiedFolder { path: home.path().join("backups"), what: "the destination D".into() }];
    let request = FindProjects { apart_from: &occupied, ..request(&home) };
    let finds = library.projects().find_below(&request).unwrap();
    assert_eq!(paths(&home, &finds), [PathBuf::from("work/new")]);
}

#[test]
fn a_folder_that_is_pointed_out_says_what_may_be_meant() {
    let home = Home::new();
    let library = home.open();
    project(&home, "work/atlas");
    project(&home, "work/birch");
    home.work("plain");
    let work = look(&home, &library, "work").unwrap();
    assert_eq!((work.below.projects.len(), work.folder.is_some()), (2, true));
    let plain = look(&home, &library, "plain").unwrap();
    assert!(plain.below.projects.is_empty() && plain.within.is_none());
    assert!(plain.folder.unwrap().is_suggested);
    let atlas = add(&library, &home.path().join("work/atlas")).unwrap();
    for name in ["work/atlas", "work/atlas/src"] {
        assert_eq!(look(&home, &library, name).unwrap().known, Some(atlas.clone()));
    }
    // The home holds the library: it cannot be a project, but has one in it.
    let own = look(&home, &library, "").unwrap();
    assert_eq!((own.folder, own.below.projects.len()), (None, 1));
    assert!(look(&home, &library, "library").is_err());
    assert!(look(&home, &library, "nowhere").is_err());
}
