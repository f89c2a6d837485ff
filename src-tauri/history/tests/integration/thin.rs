//! Thinning and compaction: what stays, what goes, and that nothing else is harmed.

use crate::support;
use crate::thin_scene;

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use support::{git_in, path};
use thin_scene::{DAY, Scene};
use undercroft_foundation::{Code, Job, VersionId};
use undercroft_history::{
    ChangeKind, DropReason, History, KeepReason, RestoreOrder, RestoreTo, SaveOrder, Scope,
    Trigger, UnsavedPolicy, VersionFilter, VersionMark,
};
use undercroft_library::Library;
use undercroft_testkit::{Restic, random_bytes, simulated_world, write_file};

#[test]
fn many_versions_become_few_and_those_are_as_they_were() {
    let scene = Scene::begun(|scene| {
        scene.write("a", "0");
        scene.write("other", "stays");
    });
    let mut made = BTreeMap::new();
    for n in 1..=12 {
        scene.wait(600);
        if n % 5 == 0 {
            scene.write("other", format!("other {n}"));
        }
        made.insert(scene.version(&format!("content {n}")).id, n);
    }
    scene.wait(3 * DAY);
    let plan = scene.history.maintenance().plan_thinning(scene.project, &Job::new()).unwrap();
    assert_eq!(plan.keep.len() + plan.drop.len(), 13);
    assert!(plan.drop.iter().all(|dropped| dropped.why == DropReason::Hour));
    assert!((8..=10).contains(&plan.drop.len()), "{}", plan.drop.len());
    assert!(plan.lost_files >= plan.drop.len() as u64 && plan.frees_bytes > 0);
    assert_eq!(scene.versions().len(), 13, "a plan changes nothing");
    assert_eq!(scene.history.maintenance().thin(scene.project, &Job::new()).unwrap(), plan);

    let left = scene.versions();
    assert_eq!(left.len(), plan.keep.len());
    for version in &left {
        if let Some(n) = made.get(&version.id) {
            assert_eq!(scene.read(version.id, "a"), format!("content {n}").into_bytes());
            let changes = scene.history.changes(version.id, 10).unwrap();
            assert!(
                changes.iter().any(|it| it.path == path("a") && it.kind == ChangeKind::Modified)
            );
            assert_eq!(version.modified, changes.len() as u64);
        }
    }
    let log = git_in(&scene.git_folder(), &["rev-list", "main"]);
    let commits: Vec<_> = left.iter().map(|version| version.commit.to_string()).collect();
    assert_eq!(log.lines().collect::<Vec<_>>(), commits);
    assert!(left.windows(2).all(|pair| pair[0].parent == Some(pair[1].id)));
    scene.assert_sound();

    let again = scene.history.maintenance().thin(scene.project, &Job::new()).unwrap();
    assert_eq!((again.drop.len(), again.frees_bytes, again.lost_files), (0, 0, 0));
    scene.version("goes on");
    scene.assert_sound();
}

#[test]
fn what_is_marked_stays_and_the_plan_says_why() {
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    let mut versions = Vec::new();
    for n in 0..6 {
        scene.wait(60);
        versions.push(scene.version(&format!("version {n}")).id);
    }
    scene.wait(60);
    scene.write("a", "by hand");
    let manual = scene.save(Trigger::Manual).id;
    scene.version("newest");
    let named = VersionMark { name: Some("good".into()), ..VersionMark::default() };
    scene.history.mark(versions[1], &named).unwrap();
    let pinned = VersionMark { pinned: Some(true), ..VersionMark::default() };
    scene.history.mark(versions[3], &pinned).unwrap();
    scene.wait(400 * DAY);
    let plan = scene.history.maintenance().thin(scene.project, &Job::new()).unwrap();
    let why: BTreeMap<_, _> = plan.keep.iter().copied().collect();
    assert_eq!(why[&versions[1]], KeepReason::Named);
    assert_eq!(why[&versions[3]], KeepReason::Pinned);
    assert_eq!(why[&manual], KeepReason::Manual);
    assert_eq!(plan.drop.len(), 4);
    assert_eq!(scene.history.version(versions[1]).unwrap().name.as_deref(), Some("good"));
    assert_eq!(scene.read(versions[3], "a"), b"version 3");
    scene.assert_sound();
    let gone = scene.history.version(versions[0]).map_err(|error| error.code());
    assert_eq!(gone.err(), Some(Code::NotFound));
}

#[test]
fn a_file_that_came_and_went_between_is_told_as_lost() {
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    scene.wait(60);
    scene.write("sub/.git/gone", "only for a moment");
    scene.write("big.bin", random_bytes(1, 500_000));
    let version = scene.save(Trigger::Automatic);
    scene.wait(60);
    fs::remove_dir_all(scene.work("sub")).unwrap();
    fs::remove_file(scene.work("big.bin")).unwrap();
    scene.save(Trigger::Automatic);
    scene.wait(60);
    scene.version("newest");
    scene.wait(400 * DAY);
    let plan = scene.history.maintenance().plan_thinning(scene.project, &Job::new()).unwrap();
    let lost: BTreeMap<_, _> =
        plan.lost.iter().map(|lost| (lost.path.to_string(), lost.size_bytes)).collect();
    let expected = [("big.bin".to_owned(), 500_000), ("sub/.git/gone".to_owned(), 17)];
    assert_eq!(lost, expected.into());
    assert!(plan.lost.iter().all(|lost| lost.version == version.id));
    assert!((500_000..520_000).contains(&plan.frees_bytes), "{}", plan.frees_bytes);

    scene.history.maintenance().thin(scene.project, &Job::new()).unwrap();
    let before = scene.stored_bytes();
    let done = scene.history.maintenance().compact(scene.project, &Job::new()).unwrap();
    let freed = before - scene.stored_bytes();
    assert!(freed.abs_diff(plan.frees_bytes) < 10_000, "{freed} {}", plan.frees_bytes);
    assert!(done.freed_bytes.abs_diff(freed) < 10_000, "{done:?} {freed}");
    scene.assert_sound();
}

#[test]
fn compaction_leaves_one_pack_and_every_version_readable() {
    let scene = Scene::begun(|scene| {
        scene.write("a", "0");
        scene.write("large.bin", random_bytes(0, 300_000));
    });
    let mut contents = BTreeMap::new();
    for n in 1..10 {
        scene.wait(DAY);
        scene.write("large.bin", random_bytes(n, 300_000));
        contents.insert(scene.version(&n.to_string()).id, n);
    }
    let reading = scene.history.clone();
    let before = scene.packs();
    let done = scene.history.maintenance().compact(scene.project, &Job::new()).unwrap();
    assert_eq!((done.packs_before as usize, done.packs_after as usize), (before, scene.packs()));
    assert_eq!((scene.packs(), done.objects_dropped), (1, 0));
    for history in [&reading, &History::new(&scene.library)] {
        for (id, n) in &contents {
            let content = history.reader().read(*id, &path("large.bin"), None).unwrap();
            assert!(content == random_bytes(*n, 300_000));
            assert_eq!(
                history.reader().read(*id, &path("a"), None).unwrap(),
                n.to_string().as_bytes()
            );
        }
    }
    scene.assert_sound();
    let again = scene.history.maintenance().compact(scene.project, &Job::new()).unwrap();
    assert_eq!((again.packs_after, again.freed_bytes), (1, 0));
    scene.version("goes on");
    scene.assert_sound();
}

#[test]
fn what_stock_git_packed_is_compacted_too() {
    let scene = Scene::begun(|scene| {
        scene.write("a", "0");
        scene.write("text", "a line\n".repeat(2000));
    });
    for n in 1..6 {
        scene.wait(60);
        scene.write("text", format!("{n}\n{}", "a line\n".repeat(2000)));
        scene.version(&n.to_string());
    }
    // Deltas, a bitmap, a commit graph, an index of several packs, packed branches.
    git_in(&scene.git_folder(), &["gc", "-q"]);
    git_in(&scene.git_folder(), &["multi-pack-index", "write"]);
    git_in(&scene.git_folder(), &["commit-graph", "write", "--reachable"]);
    scene.wait(60);
    scene.version("after");
    scene.wait(400 * DAY);
    scene.history.maintenance().thin(scene.project, &Job::new()).unwrap();
    scene.history.maintenance().compact(scene.project, &Job::new()).unwrap();
    assert_eq!(scene.packs(), 1);
    assert_eq!(scene.versions().len(), 2);
    assert_eq!(scene.read(scene.versions()[1].id, "text"), "a line\n".repeat(2000).into_bytes());
    scene.assert_sound();
}

#[test]
fn a_damaged_object_stops_compaction_and_nothing_is_removed() {
    let scene = Scene::begun(|scene| scene.write("a", random_bytes(1, 5000)));
    scene.wait(60);
    scene.version("1");
    let packs = || {
        let files = fs::read_dir(scene.git_folder().join("objects/pack")).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        names.sort();
        names
    };
    let before = packs();
    let largest = before.iter().max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    let middle = fs::metadata(largest).unwrap().len() / 2;
    undercroft_testkit::flip_bit(largest, middle as i64);
    let failed = History::new(&scene.library).maintenance().compact(scene.project, &Job::new());
    let error = failed.unwrap_err();
    assert_eq!(error.code(), Code::Damaged, "{error}");
    assert_eq!(packs(), before);
}

#[test]
fn a_large_pack_loses_what_is_dead_in_it() {
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    let text = |n: u64| {
        let bytes = random_bytes(n, 45_000);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    for n in 0..600 {
        scene.write(&format!("many/{n}"), text(n));
    }
    scene.wait(60);
    scene.save(Trigger::Automatic);
    scene.wait(60);
    for n in 300..600 {
        fs::remove_file(scene.work(&format!("many/{n}"))).unwrap();
    }
    scene.save(Trigger::Automatic);
    scene.wait(400 * DAY);
    let plan = scene.history.maintenance().thin(scene.project, &Job::new()).unwrap();
    assert_eq!(plan.drop.len(), 1);
    let before = scene.stored_bytes();
    scene.history.maintenance().compact(scene.project, &Job::new()).unwrap();
    let freed = before - scene.stored_bytes();
    let expected = plan.frees_bytes;
    assert!(freed > 12_000_000 && freed.abs_diff(expected) < 2_000_000, "{freed} {expected}");
    let newest = scene.versions()[0].id;
    assert_eq!(scene.read(newest, "many/7"), text(7).into_bytes());
    assert!(scene.history.maintenance().check(scene.project, &Job::new()).unwrap().is_sound());
    scene.assert_sound();
}

#[test]
fn a_full_disk_stops_compaction_and_nothing_is_lost() {
    let Some(disk) = undercroft_testkit::SmallDisk::mount(40 << 20) else { return };
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    for n in 0..8 {
        scene.wait(60);
        scene.write(
            "a",
            random_bytes(n, 60_000).iter().map(|b| format!("{b:02x}")).collect::<String>(),
        );
        scene.save(Trigger::Automatic);
    }
    // The library moves to the small disk.
    let library = disk.path().join("library");
    copy(scene.library.root(), &library);
    let (world, _) = simulated_world(9);
    let library = Library::open_or_create(&library, &world, undercroft_history::TABLES).unwrap();
    let history = History::new(&library);
    let newest = history.newest_version(scene.main().id).unwrap().unwrap();
    assert_eq!(history.maintenance().check(scene.project, &Job::new()).unwrap().damages, []);
    let ballast = disk.fill();
    let full =
        history.maintenance().compact(scene.project, &Job::new()).map_err(|error| error.code());
    assert_eq!(full.err(), Some(Code::StorageFull));
    assert!(history.maintenance().check(scene.project, &Job::new()).unwrap().is_sound());
    fs::remove_file(ballast).unwrap();
    let done = history.maintenance().compact(scene.project, &Job::new()).unwrap();
    assert_eq!(done.packs_after, 1);
    assert!(history.maintenance().check(scene.project, &Job::new()).unwrap().is_sound());
    assert_eq!(history.reader().read(newest.id, &path("a"), None).unwrap().len(), 120_000);
}

#[test]
fn what_a_killed_writer_left_is_swept() {
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    let folder = scene.git_folder().join("objects/pack");
    fs::write(folder.join("tmp_x.pack"), "half").unwrap();
    fs::write(folder.join("pack-0000.pack"), "without an index").unwrap();
    scene.history.maintenance().compact(scene.project, &Job::new()).unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    scene.assert_sound();
}

/// Tells the process that is to be killed its library, and how many seconds it is later.
const CHILD: &str = "UNDERCROFT_TEST_CHILD";

/// The process that is killed; by itself it does nothing.
#[test]
fn the_one_that_is_killed() {
    let Ok(order) = std::env::var(CHILD) else { return };
    let (library, seconds) = order.split_once('\n').unwrap();
    let (world, clock) = simulated_world(8);
    clock.advance(Duration::from_secs(seconds.parse().unwrap()));
    let tables = undercroft_history::TABLES;
    let library = Library::open_or_create(library.as_ref(), &world, tables).unwrap();
    let history = History::new(&library);
    let project = library.projects().list(&Default::default()).unwrap()[0].id;
    history.maintenance().thin(project, &Job::new()).unwrap();
    history.maintenance().compact(project, &Job::new()).unwrap();
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    let _ = fs::remove_dir_all(to);
    let status = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(status.unwrap().success());
}

#[test]
fn killed_anywhere_it_loses_nothing_that_should_stay() {
    let scene = Scene::begun(|scene| {
        scene.write("a", "0");
        scene.write("large.bin", random_bytes(0, 200_000));
    });
    let mut contents = BTreeMap::new();
    for n in 1..8 {
        scene.wait(60);
        scene.write("large.bin", random_bytes(n, 200_000));
        contents.insert(scene.version(&n.to_string()).id, n);
    }
    scene.wait(400 * DAY);
    scene.version("newest");
    let seconds = 7 * 60 + 400 * DAY;
    let (root, saved) = (scene.library.root().to_owned(), scene.folder.path().join("saved"));
    copy(&root, &saved);
    let plan = scene.history.maintenance().plan_thinning(scene.project, &Job::new()).unwrap();
    assert_eq!((plan.keep.len(), plan.drop.len()), (3, 6));
    let mut points: Vec<&str> = undercroft_foundation::WRITE_POINTS.to_vec();
    points.retain(|point| {
        ["history.thin", "history.compact", "history.pack", "history.p", "history.before"]
            .iter()
            .any(|start| point.starts_with(start))
            || (point.starts_with("repository.") && !point.contains("key"))
            || point.starts_with("catalog.")
    });
    let mut reached = std::collections::BTreeSet::new();
    for point in points {
        // Of what others see to, once is enough here.
        for nth in 1..=if point.starts_with("history.") { 2 } else { 1 } {
            copy(&saved, &root);
            let child = std::process::Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    &undercroft_testkit::test_name(module_path!(), "the_one_that_is_killed"),
                    "--nocapture",
                ])
                .env(CHILD, format!("{}\n{seconds}", root.display()))
                .env("UNDERCROFT_CRASH_AT", format!("{point}:{nth}"))
                .output()
                .unwrap();
            if child.status.success() {
                break;
            }
            let said = String::from_utf8_lossy(&child.stderr).into_owned();
            assert!(!said.contains("panicked"), "{point}:{nth}: {said}");
            reached.insert(point);
            let when = format!("{point}:{nth}");
            after_a_kill(&scene, seconds, &plan, &contents, &when, reached.len() % 3 == 1);
        }
    }
    for point in [
        "thin-written",
        "thin-published",
        "thinned",
        "compact-packed",
        "compact-removed",
        "compact-objects-published",
    ] {
        assert!(reached.contains(&*format!("history.{point}")), "{point}: {reached:?}");
    }
}

/// All that stays is there; the next thinning and compaction finish it, and stock tools agree.
fn after_a_kill(
    scene: &Scene,
    seconds: u64,
    plan: &undercroft_history::ThinPlan,
    contents: &BTreeMap<VersionId, u64>,
    when: &str,
    by_restic: bool,
) {
    let (world, clock) = simulated_world(9);
    clock.advance(Duration::from_secs(seconds));
    let tables = undercroft_history::TABLES;
    let library = Library::open_or_create(scene.library.root(), &world, tables).unwrap();
    let history = History::new(&library);
    let check = |history: &History| {
        let report = history.maintenance().check(scene.project, &Job::new()).unwrap();
        assert!(report.is_sound(), "{when}: {:#?}", report.damages);
    };
    // As it was left.
    git_in(&scene.git_folder(), &["fsck", "--strict", "--full", "--no-dangling"]);
    check(&history);
    for (id, _) in &plan.keep {
        let Some(n) = contents.get(id) else { continue };
        assert_eq!(
            history.reader().read(*id, &path("a"), None).unwrap(),
            n.to_string().as_bytes(),
            "{when}"
        );
        let large = history.reader().read(*id, &path("large.bin"), None).unwrap();
        assert!(large == random_bytes(*n, 200_000), "{when}");
    }
    // Brought to its end.
    let again = history.maintenance().thin(scene.project, &Job::new()).unwrap();
    assert!(again.drop.is_empty() || again.drop.len() == plan.drop.len(), "{when}: {again:?}");
    history.maintenance().compact(scene.project, &Job::new()).unwrap();
    check(&history);
    let main = history.main_workspace(scene.project).unwrap().id;
    let left = history.versions(main, &VersionFilter::default()).unwrap();
    let mut kept: Vec<_> = plan.keep.iter().map(|(id, _)| *id).collect();
    kept.reverse();
    assert_eq!(left.iter().map(|version| version.id).collect::<Vec<_>>(), kept, "{when}");
    git_in(&scene.git_folder(), &["fsck", "--strict", "--full", "--no-dangling"]);
    let password = fs::read_to_string(library.root().join("keys/objects")).unwrap();
    let restic = Restic::new(library.root().join("objects"), password.trim());
    if by_restic {
        restic.run(&["unlock", "--remove-all"]);
        restic.check();
    }
    assert!(
        history.maintenance().compact(scene.project, &Job::new()).unwrap().freed_bytes == 0,
        "{when}"
    );
}

#[test]
fn other_workspaces_stand_on_versions_that_stay() {
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    let mut versions = Vec::new();
    for n in 1..6 {
        scene.wait(60);
        versions.push(scene.version(&n.to_string()).id);
    }
    let job = Job::new();
    let side = scene.folder.path().join("side");
    let other =
        scene.history.writer().open_workspace(versions[2], "other", Some(&side), &job).unwrap();
    for n in 0..4 {
        scene.wait(60);
        write_file(other.root.join("b"), format!("beside {n}"));
        let order = SaveOrder::new(Trigger::Automatic, "");
        scene.history.writer().save(other.id, Scope::Whole, order, &job).unwrap().unwrap();
    }
    scene.wait(400 * DAY);
    let plan = scene.history.maintenance().thin(scene.project, &Job::new()).unwrap();
    let why: BTreeMap<_, _> = plan.keep.iter().copied().collect();
    assert_eq!(why[&versions[2]], KeepReason::OpenedFrom);
    // The first, where the other begins, and the newest of both.
    assert_eq!(plan.keep.len(), 4);
    let base = scene.history.version(versions[2]).unwrap().commit.to_string();
    let log = git_in(&scene.git_folder(), &["rev-list", "other"]);
    assert_eq!(log.lines().nth(1), Some(&*base), "{log}");
    scene.history.maintenance().compact(scene.project, &Job::new()).unwrap();
    scene.assert_sound();
    let newest = scene.history.newest_version(other.id).unwrap().unwrap();
    assert_eq!(scene.read(newest.id, "b"), b"beside 3");
    assert_eq!(scene.read(newest.id, "a"), b"3");
    assert_eq!(newest.parent, Some(versions[2]));
}

#[test]
fn what_undo_goes_back_to_stays() {
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    let mut automatic = Vec::new();
    for n in 1..4 {
        scene.wait(60);
        automatic.push(scene.version(&n.to_string()).id);
    }
    // Nothing changed since the automatic version, so that undo goes back to that one.
    let main = scene.main().id;
    let order = SaveOrder::new(Trigger::Manual, "");
    scene
        .history
        .writer()
        .delete_file(main, &path("a"), order, UnsavedPolicy::Ask, &Job::new())
        .unwrap();
    scene.write("b", "1");
    scene.save(Trigger::Automatic);
    scene.wait(400 * DAY);
    let plan = scene.history.maintenance().thin(scene.project, &Job::new()).unwrap();
    let why: BTreeMap<_, _> = plan.keep.iter().copied().collect();
    assert_eq!(why[&automatic[2]], KeepReason::Undo);
    scene.history.writer().undo(main, &Job::new()).unwrap();
    assert_eq!(fs::read(scene.work("a")).unwrap(), b"3");
}

#[test]
fn what_a_restore_relied_upon_stays_when_undo_goes_back_elsewhere() {
    let scene = Scene::begun(|scene| scene.write("a", "0"));
    let automatic: Vec<_> = (1..4)
        .map(|n: u64| {
            scene.wait(60);
            scene.version(&n.to_string()).id
        })
        .collect();
    let main = scene.main().id;
    let to = RestoreTo::InPlace { workspace: main, remove_extra: true };
    let order = RestoreOrder { version: automatic[0], paths: Vec::new(), to, like: None };
    scene.history.writer().restore(&order, &Job::new()).unwrap();
    let order = SaveOrder::new(Trigger::Manual, "");
    scene
        .history
        .writer()
        .delete_file(main, &path("a"), order, UnsavedPolicy::Ask, &Job::new())
        .unwrap();
    scene.wait(400 * DAY);
    let plan = scene.history.maintenance().thin(scene.project, &Job::new()).unwrap();
    let why: BTreeMap<_, _> = plan.keep.iter().copied().collect();
    assert_eq!(why[&automatic[2]], KeepReason::Undo);
    assert!(!why.contains_key(&automatic[1]), "it is no older rule that keeps it");
}
