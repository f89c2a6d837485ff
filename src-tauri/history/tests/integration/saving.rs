//! Saving versions: what makes one, what is in it, and what it costs.

use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use support::{Bench, path};
use undercroft_foundation::Job;
use undercroft_history::rules::ProjectRules;
use undercroft_history::{
    ChangeKind, EntryKind, Layer, LayerReason, Names, SaveOrder, Scope, Touched, Trigger, Version,
    VersionFilter,
};
use undercroft_testkit::{awkward_tree, random_bytes, set_modified, write_file};

#[test]
fn the_first_version_holds_everything_and_git_finds_it_sound() {
    let (bench, version) = Bench::begun(|work| {
        write_file(work.join("src/main.rs"), "fn main() {}\n");
        write_file(work.join("logo.png"), b"\x89PNG\r\n\x1a\n\0\0\0");
        write_file(work.join("large.txt"), "line\n".repeat(50_000));
        fs::create_dir(work.join("empty")).unwrap();
    });
    assert_eq!((version.trigger, version.files, version.added), (Trigger::Import, 3, 3));
    assert_eq!(bench.read(version.id, "src/main.rs"), b"fn main() {}\n");
    assert_eq!(bench.read(version.id, "large.txt"), "line\n".repeat(50_000).into_bytes());
    let entries = bench.history.reader().list(version.id, &path("")).unwrap();
    let kinds: BTreeMap<_, _> = entries
        .iter()
        .map(|entry| {
            (String::from_utf8_lossy(&entry.name).into_owned(), (entry.kind, entry.reason))
        })
        .collect();
    assert_eq!(kinds["empty"], (EntryKind::Folder, None));
    assert_eq!(kinds["logo.png"], (EntryKind::File, Some(LayerReason::Binary)));
    assert_eq!(kinds["large.txt"], (EntryKind::File, Some(LayerReason::Large)));
    assert_eq!(bench.git(&["log", "--format=%s"]).trim(), "Begin to keep versions");
    bench.fsck();
}

#[test]
fn nothing_changed_makes_no_version_and_neither_does_the_same_content_again() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "one"));
    assert_eq!(bench.save(), None);
    bench.write("a", "one");
    assert_eq!(bench.save(), None);
    bench.write("a", "two");
    assert_eq!(bench.save().unwrap().modified, 1);
}

#[test]
fn a_time_that_made_no_version_is_in_the_next() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "1"));
    set_modified(bench.work().join("a"), 1_000_000_000, 7);
    // How a file looks is relied on only once it has looked so for a moment.
    std::thread::sleep(std::time::Duration::from_millis(60));
    assert_eq!(bench.save(), None);
    bench.write("b", "2");
    let version = bench.save().unwrap();
    let modified = bench.history.reader().entry(version.id, &path("a")).unwrap().modified;
    assert_eq!(modified.as_second(), 1_000_000_000);
}

#[test]
fn changes_are_told_by_their_kind_and_renames_recognised() {
    let long = |end: &str| format!("{}{end}", "a line that is there before and after\n".repeat(20));
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("changed"), "1");
        write_file(work.join("removed"), "to be removed, and like no other");
        write_file(work.join("moved"), "the same before and after");
        write_file(work.join("edited"), long("old"));
        write_file(work.join("gone/deep/x"), "x");
    });
    bench.write("changed", "2");
    bench.write("new", "new");
    fs::remove_file(bench.work().join("removed")).unwrap();
    fs::create_dir(bench.work().join("sub")).unwrap();
    fs::rename(bench.work().join("moved"), bench.work().join("sub/moved")).unwrap();
    fs::remove_file(bench.work().join("edited")).unwrap();
    bench.write("edited and renamed", long("new"));
    fs::remove_dir_all(bench.work().join("gone")).unwrap();
    let version = bench.save().unwrap();
    let changes: BTreeMap<_, _> = bench
        .history
        .changes(version.id, 100)
        .unwrap()
        .into_iter()
        .map(|change| {
            (change.path.to_string(), (change.kind, change.from.map(|it| it.to_string())))
        })
        .collect();
    let expected = [
        ("changed", ChangeKind::Modified, None),
        ("edited and renamed", ChangeKind::Renamed, Some("edited")),
        ("gone/deep/x", ChangeKind::Removed, None),
        ("new", ChangeKind::Added, None),
        ("removed", ChangeKind::Removed, None),
        ("sub/moved", ChangeKind::Renamed, Some("moved")),
    ];
    let expected = expected
        .map(|(path, kind, from)| (path.to_owned(), (kind, from.map(str::to_owned))))
        .into_iter()
        .collect();
    assert_eq!(changes, expected);
    assert_eq!((version.added, version.modified, version.removed, version.renamed), (1, 1, 2, 2));
    bench.fsck();
}

#[test]
fn only_what_was_touched_is_looked_at() {
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("a/x"), "1");
        write_file(work.join("b/y"), "1");
    });
    bench.write("a/x", "2");
    bench.write("b/y", "2");
    let mut touched = Touched::default();
    touched.add(&path("a/x"));
    let order = || SaveOrder::new(Trigger::Automatic, "");
    let save =
        |scope| bench.history.writer().save(bench.main().id, scope, order(), &Job::new()).unwrap();
    let version = save(Scope::Touched(touched)).unwrap();
    assert_eq!(bench.read(version.id, "a/x"), b"2");
    assert_eq!(bench.read(version.id, "b/y"), b"1");
    let rest = save(Scope::Whole).unwrap();
    assert_eq!(bench.read(rest.id, "b/y"), b"2");
}

#[test]
fn a_touched_folder_that_is_new_or_gone_is_seen() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("old/deep/x"), "1"));
    fs::remove_dir_all(bench.work().join("old")).unwrap();
    bench.write("new/deep/er/y", "2");
    let touched = Touched {
        folders: BTreeMap::from([
            (path(""), Names::Some(BTreeSet::new())),
            (path("old/deep"), Names::All),
        ]),
        subtrees: BTreeSet::from([path("new/deep")]),
        ..Touched::default()
    };
    let order = SaveOrder::new(Trigger::Automatic, "");
    let save =
        bench.history.writer().save(bench.main().id, Scope::Touched(touched), order, &Job::new());
    let version = save.unwrap().unwrap();
    assert_eq!((version.files, version.removed + version.renamed), (1, 1));
    assert_eq!(bench.read(version.id, "new/deep/er/y"), b"2");
    assert_eq!(bench.save(), None, "a look at everything finds no more");
}

#[test]
fn every_awkward_thing_is_kept_and_stock_git_accepts_it() {
    let (bench, version) = Bench::begun(|work| {
        awkward_tree(work);
        for name in [
            ".git/config",
            "sub/.git/HEAD",
            "sub/.GIT/x",
            "git~1",
            ".gitmodules",
            "sub/.gitattributes",
        ] {
            write_file(work.join(name), "[core]\n\tfsmonitor = touch /tmp/never\n");
        }
        write_file(work.join(".undercroft/mine"), "the user's own");
        write_file(work.join(".git%"), "looks marked");
    });
    assert_eq!(bench.read(version.id, ".undercroft/mine"), b"the user's own");
    assert_eq!(bench.read(version.id, ".git%"), b"looks marked");
    assert!(
        bench.history.reader().entry(version.id, &path(".git")).is_err(),
        "the project's own git is not ours"
    );
    assert!(bench.history.reader().entry(version.id, &path("sub/.git/HEAD")).is_ok());
    bench.fsck();
    assert_eq!(bench.save(), None);
}

#[test]
fn a_pointer_of_the_users_own_is_not_taken_for_ours() {
    let digest = "0".repeat(64);
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 12\n");
    let (bench, version) = Bench::begun(|work| write_file(work.join("model.bin"), &pointer));
    let entry = bench.history.reader().entry(version.id, &path("model.bin")).unwrap();
    assert_eq!((entry.layer, entry.reason), (Some(Layer::Objects), Some(LayerReason::Pointer)));
    assert_eq!(bench.read(version.id, "model.bin"), pointer.as_bytes());
}

#[test]
fn a_large_file_that_changes_a_little_costs_a_little() {
    let mut content = random_bytes(7, 24 << 20);
    let (bench, _) = Bench::begun(|work| write_file(work.join("large.bin"), &content));
    content[12 << 20..][..1024].copy_from_slice(&random_bytes(8, 1024));
    bench.write("large.bin", &content);
    let version = bench.save().unwrap();
    assert!(version.stored_bytes < 9 << 20, "{}", version.stored_bytes);
    assert_eq!(bench.read(version.id, "large.bin"), content);
}

#[test]
fn many_versions_stay_in_few_packs() {
    let (bench, first) = Bench::begun(|work| write_file(work.join("a"), "0"));
    let mut versions = vec![first];
    for count in 1..150 {
        bench.write("a", count.to_string());
        versions.push(bench.save().unwrap());
    }
    let packs = fs::read_dir(bench.git_folder().join("objects/pack")).unwrap().count();
    assert!(packs < 100, "{packs}");
    for (count, version) in versions.iter().enumerate() {
        assert_eq!(bench.read(version.id, "a"), count.to_string().as_bytes());
    }
    bench.fsck();
}

#[test]
fn what_the_catalog_lost_comes_back() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "0"));
    bench.write("a", "1");
    bench.write("b", "1");
    let version = bench.save().unwrap();
    let mark = undercroft_history::VersionMark { name: Some("good".into()), ..Default::default() };
    let marked = bench.history.mark(version.id, &mark).unwrap();
    let changes = bench.history.changes(version.id, 10).unwrap();
    let rebuilt = bench.history.maintenance().rebuild(&Job::new()).unwrap();
    assert_eq!((rebuilt.projects, rebuilt.workspaces, rebuilt.versions), (1, 1, 2));
    assert_eq!(bench.history.version(version.id).unwrap(), marked);
    assert_eq!(bench.history.changes(version.id, 10).unwrap(), changes);
}

#[test]
fn the_hundredth_save_of_a_binary_file_finds_the_store_as_small_as_the_second() {
    let picture = |n| random_bytes(n, 2000);
    let (bench, first) = Bench::begun(|work| write_file(work.join("picture"), picture(0)));
    let objects = bench.library.root().join("objects");
    let count = |folder: &str| {
        let mut folders = vec![objects.join(folder)];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                match entry.file_type().unwrap().is_dir() {
                    true => folders.push(entry.path()),
                    false => files += 1,
                }
            }
        }
        files
    };
    let mut most = (0, 0);
    for n in 1..=100 {
        bench.write("picture", picture(n));
        bench.save().unwrap();
        most = (most.0.max(count("data")), most.1.max(count("index")));
    }
    assert!(most.0 <= 2 * 64 + 8 && most.1 <= 64, "{most:?} packs and index files at the most");
    assert!(count("data") < 80 && count("index") < 40, "{} packs", count("data"));
    assert_eq!(count("snapshots"), 1);
    assert_eq!(bench.read(first.id, "picture"), picture(0));
}

/// A folder of so many files, each of its own content.
fn wide(work: &Path, files: usize) {
    fs::create_dir_all(work.join("wide")).unwrap();
    for file in 0..files {
        fs::write(work.join(format!("wide/a-file-of-many-{file}")), format!("{file}\n")).unwrap();
    }
}

/// Changes a byte of a file in the wide folder, and saves as the watcher would.
fn save_one(bench: &Bench, file: usize, content: &str) -> Version {
    let name = format!("wide/a-file-of-many-{file}");
    bench.write(&name, content);
    save_told(bench, &[&name]).unwrap()
}

/// Saves as the watcher would that was told of these paths.
fn save_told(bench: &Bench, told: &[&str]) -> Option<Version> {
    let mut touched = Touched::default();
    told.iter().for_each(|it| touched.add(&path(it)));
    let order = SaveOrder::new(Trigger::Automatic, "");
    bench
        .history
        .writer()
        .save(bench.main().id, Scope::Touched(touched), order, &Job::new())
        .unwrap()
}

fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { bytes_in(&path) } else { path.metadata().unwrap().len() })
        .sum()
}

#[test]
fn a_byte_among_fifty_thousand_siblings_costs_little() {
    let (bench, _) = Bench::begun(|work| wide(work, 50_000));
    // Only what was told of is looked at.
    bench.write("wide/a-file-of-many-17", "nobody was told of this");
    let mut before = bytes_in(&bench.git_folder());
    for round in 0..4 {
        let version = save_one(&bench, 4321 * round, "changed\n");
        let now = bytes_in(&bench.git_folder());
        assert!(version.stored_bytes <= 20_000, "{} bytes", version.stored_bytes);
        assert!(now - before <= 20_000, "{} bytes more", now - before);
        assert_eq!((version.modified, version.files), (1, 50_000));
        before = now;
    }
    assert_eq!(bench.save().unwrap().modified, 1);
    bench.fsck();
}

#[test]
fn a_few_entries_looked_at_alone_are_as_if_all_had_been() {
    let (bench, _) = Bench::begun(|work| {
        wide(work, 1100);
        write_file(work.join("wide/folder/deep"), "deep");
        write_file(work.join("wide/target/made"), "made");
    });
    let leave_out = vec!["*.tmp".to_owned()];
    let rules = ProjectRules { follow_gitignore: true, leave_out, ..ProjectRules::default() };
    rules.store(bench.library.root(), bench.project).unwrap();
    let at = |name: &str| bench.work().join("wide").join(name);
    let steps: [(&[&str], &dyn Fn()); 14] = [
        (&["a-file-of-many-1", "new~"], &|| {
            fs::write(at("new~"), "in its place").unwrap();
            fs::rename(at("new~"), at("a-file-of-many-1")).unwrap();
        }),
        (&["a-file-of-many-2", "new"], &|| {
            fs::rename(at("a-file-of-many-2"), at("new")).unwrap();
        }),
        (&["a-file-of-many-3"], &|| fs::remove_file(at("a-file-of-many-3")).unwrap()),
        (&["a-file-of-many-4"], &|| {
            fs::remove_file(at("a-file-of-many-4")).unwrap();
            fs::create_dir(at("a-file-of-many-4")).unwrap();
        }),
        (&["a-file-of-many-5"], &|| {
            fs::set_permissions(at("a-file-of-many-5"), fs::Permissions::from_mode(0o755)).unwrap();
        }),
        (&["left-out.tmp", "a-file-of-many-6"], &|| {
            fs::write(at("left-out.tmp"), "left out").unwrap();
            fs::write(at("a-file-of-many-6"), "six").unwrap();
        }),
        (&["folder/deep"], &|| fs::write(at("folder/deep"), "deeper").unwrap()),
        (&["folder/deep", "folder"], &|| fs::remove_file(at("folder/deep")).unwrap()),
        (&["folder/deep", "folder"], &|| fs::write(at("folder/deep"), "again").unwrap()),
        (&["Cargo.toml"], &|| fs::write(at("Cargo.toml"), "[package]").unwrap()),
        (&["Cargo.toml"], &|| fs::write(at("Cargo.toml"), "[workspace]").unwrap()),
        (&[".gitignore"], &|| fs::write(at(".gitignore"), "*-99").unwrap()),
        (&[".gitignore"], &|| fs::write(at(".gitignore"), "*-98").unwrap()),
        (&["a-file-of-many-7", "a-file-of-many-98", "gone"], &|| {
            fs::write(at("a-file-of-many-7"), "seven").unwrap();
            fs::write(at("a-file-of-many-98"), "left out").unwrap();
        }),
    ];
    for (told, step) in steps {
        step();
        let told: Vec<_> = told.iter().map(|name| format!("wide/{name}")).collect();
        let told: Vec<_> = told.iter().map(String::as_str).collect();
        let few = save_told(&bench, &told).unwrap();
        let order = SaveOrder { says_more: true, ..SaveOrder::new(Trigger::Manual, "all of it") };
        let all =
            bench.history.writer().save(bench.main().id, Scope::Whole, order, &Job::new()).unwrap();
        let all = all.unwrap();
        let held = |it: &Version| {
            let id = |path| bench.git(&["rev-parse", &format!("{}:{path}", it.commit)]);
            (it.files, it.size_bytes, id("wide"), id(".undercroft/wide.d"))
        };
        assert_eq!(held(&few), held(&all), "{told:?}");
        assert_eq!(all.added + all.modified + all.removed + all.renamed, 0, "{told:?}");
    }
    assert!(bench.history.maintenance().check(bench.project, &Job::new()).unwrap().is_sound());
    bench.fsck();
}

#[test]
fn versions_of_a_wide_folder_are_as_they_were() {
    let (bench, _) = Bench::begun(|work| wide(work, 3000));
    let mut made = Vec::new();
    for round in 0..70 {
        made.push((round, save_one(&bench, round * 40, &format!("round {round}"))));
    }
    // What came, what went and another kind of change are seen beside it.
    let name = |file| format!("wide/a-file-of-many-{file}");
    fs::remove_file(bench.work().join(name(77))).unwrap();
    bench.write("wide/new", "new");
    fs::create_dir(bench.work().join("wide/folder")).unwrap();
    bench.write("wide/folder/deep", "deep");
    bench.write(&name(5), "five");
    let told = [&*name(5), &name(77), "wide/new", "wide/folder"];
    let mixed = save_told(&bench, &told).unwrap();
    assert_eq!((mixed.added, mixed.removed, mixed.modified), (2, 1, 1));
    bench.write("wide/folder/deep", "deeper");
    let deeper = save_told(&bench, &["wide/folder/deep"]).unwrap();
    assert_eq!((deeper.modified, deeper.files), (1, 3001));
    // All that is there is in the last version: looking at everything finds nothing more.
    assert_eq!(bench.save(), None);
    bench.fsck();
    let packs = fs::read_dir(bench.git_folder().join("objects/pack")).unwrap().count();
    assert!(packs < 100, "{packs} files of packs");
    let check = |bench: &Bench| {
        for (round, version) in &made {
            let content = bench.read(version.id, &name(round * 40));
            assert_eq!(content, format!("round {round}").as_bytes());
            assert_eq!(bench.read(version.id, &name(77)), b"77\n");
        }
        assert!(bench.history.maintenance().check(bench.project, &Job::new()).unwrap().is_sound());
    };
    check(&bench);
    let known = bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap();
    bench.history.maintenance().rebuild(&Job::new()).unwrap();
    assert_eq!(bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap(), known);
    bench.history.maintenance().compact(bench.project, &Job::new()).unwrap();
    bench.fsck();
    check(&bench);
    // And from there on.
    let last = save_one(&bench, 9, "nine");
    assert_eq!(bench.read(last.id, &name(9)), b"nine");
    bench.fsck();
}
