//! Real drives: pulled out in mid-run, plugged in elsewhere, swapped, full, and read-only.

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use support::Home;
use undercroft_backup::{Backups, Destination, Plan, Retention};
use undercroft_foundation::{Code, JobState};
use undercroft_library::{JobView, Library, Project, RunDetail};
use undercroft_testkit::{
    Compare, LoopDrive, Restic, SmallDisk, assert_same_tree, random_bytes, tree_differences,
};

const MIB: u64 = 1 << 20;

/// A project, and a plan that brings it to the destinations in this order.
struct Scene {
    home: Home,
    library: Library,
    backups: Backups,
    project: Project,
}

impl Scene {
    fn new() -> Self {
        // No drive may be taken for that of a test beside this one, here or in another process.
        static SCENES: AtomicU64 = AtomicU64::new(1);
        let process = u64::from(std::process::id());
        let home = Home::of_chance(process << 32 | SCENES.fetch_add(1, Ordering::SeqCst));
        let (library, backups) = home.open();
        let project = home.project(&library, "p");
        Self { home, library, backups, project }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn plan(&self, destinations: &[&Destination]) -> Plan {
        let mut spec = self.backups.plans().propose().unwrap();
        spec.library = false;
        // The proposal has them in the order in which they were added.
        spec.targets.sort_by_key(|target| {
            destinations.iter().position(|destination| destination.id == target.destination)
        });
        spec.targets.iter_mut().for_each(|target| target.retention = Some(Retention::default()));
        assert_eq!(spec.targets.len(), destinations.len());
        self.backups.plans().create("Nightly", &spec).unwrap()
    }

    fn begin(&self, plan: &Plan) -> JobView {
        self.home.clock.advance(Duration::from_secs(3600));
        self.backups.plan_runs().start_plan(plan.id, None, None).unwrap()
    }

    fn end(&self, job: &JobView) -> (JobView, RunDetail) {
        let job = self.library.jobs().wait(job.id).unwrap();
        let detail = self.library.runs().detail(job.run).unwrap();
        (job, detail)
    }

    fn run(&self, plan: &Plan) -> (JobView, RunDetail) {
        self.end(&self.begin(plan))
    }

    #[track_caller]
    fn succeeds(&self, plan: &Plan) {
        let (job, detail) = self.run(plan);
        assert_eq!(job.state, JobState::Succeeded, "{job:#?} {detail:#?}");
    }

    fn held(&self, destination: &Destination) -> usize {
        self.backups.browser().list(None, Some(destination.id)).unwrap().snapshots.len()
    }

    /// Stock restic finds a repository sound, and what it restores is the project as it is now.
    #[track_caller]
    fn is_up_to_date(&self, repository: &Path) {
        let restic = Restic::new(repository, support::PASSWORD);
        // What was cut off left its lock, which is stale.
        restic.run(&["unlock"]);
        restic.check();
        let target = tempfile::tempdir().unwrap();
        restic.restore("latest", target.path());
        let root = &self.project.root;
        assert_same_tree(root, target.path().join(root.strip_prefix("/").unwrap()));
    }
}

/// How many files there are in a repository's data, also while they come.
fn packs(repository: &Path) -> usize {
    let folders = fs::read_dir(repository.join("data")).into_iter().flatten().flatten();
    folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten()).count()
}

/// Waits until something more is stored in a repository than before.
fn wait_for_packs(repository: &Path, before: usize) {
    let began = Instant::now();
    while packs(repository) == before {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing is stored");
        thread::sleep(Duration::from_millis(1));
    }
}

fn part<'a>(detail: &'a RunDetail, title: &str) -> &'a undercroft_foundation::JobPart {
    let found = detail.parts.iter().find(|part| part.title == title);
    found.unwrap_or_else(|| panic!("no {title} in {detail:#?}"))
}

/// All files below a folder with their bytes, in order.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(contents(&entry.path())),
            false => found.push((entry.path(), fs::read(entry.path()).unwrap())),
        }
    }
    found.sort();
    found
}

#[test]
fn a_drive_pulled_out_in_mid_run_ends_its_part_alone_and_is_found_again_elsewhere() {
    // Read into first, and given to second.
    for drive_is_first in [true, false] {
        let Some(drive) = LoopDrive::new(192 * MIB) else { return };
        let scene = Scene::new();
        let point = scene.path("mnt/stick");
        drive.plug(&point);
        let on_drive = scene.home.destination(&scene.backups, "mnt/stick/backups");
        let at_home = scene.home.destination(&scene.backups, "home");
        let plan = match drive_is_first {
            true => scene.plan(&[&on_drive, &at_home]),
            false => scene.plan(&[&at_home, &on_drive]),
        };
        let large = scene.project.root.join("large");
        fs::write(&large, random_bytes(1, 64 << 20)).unwrap();
        let job = scene.begin(&plan);
        wait_for_packs(&on_drive.path, 0);
        drive.unplug(&point);
        let (job, detail) = scene.end(&job);
        assert_eq!(job.state, JobState::Warnings, "{detail:#?}");
        let lost = part(&detail, "p to backups");
        assert_eq!(lost.state, JobState::Failed, "{detail:#?}");
        assert!(lost.summary.contains("is no longer what it was"), "{lost:?}");
        assert_eq!(part(&detail, "p to home").state, JobState::Succeeded);
        let said = detail.run.outcome.unwrap().summary;
        assert_eq!(said, "1 project backed up to home; 1 part failed; backups not there");
        assert_eq!(fs::read_dir(&point).unwrap().count(), 0, "nothing is left in its place");
        scene.is_up_to_date(&at_home.path);

        // While it is away, that is no error, and nothing is made where it was.
        fs::write(scene.project.root.join("README"), "changed").unwrap();
        scene.succeeds(&plan);
        assert_eq!(fs::read_dir(&point).unwrap().count(), 0);

        let elsewhere = scene.path("media/other name");
        drive.plug(&elsewhere);
        fs::write(scene.project.root.join("README"), "changed again").unwrap();
        scene.succeeds(&plan);
        let found = scene.backups.destinations().get(on_drive.id).unwrap();
        assert_eq!(found.path, elsewhere.join("backups"));
        assert_eq!(fs::read_dir(&point).unwrap().count(), 0);
        scene.is_up_to_date(&found.path);
        scene.is_up_to_date(&at_home.path);
        assert_eq!(
            (scene.held(&found), scene.held(&at_home)),
            (1 + usize::from(drive_is_first), 3)
        );
    }
}

#[test]
fn another_drive_at_its_place_is_never_written_to() {
    let (Some(drive), Some(other)) = (LoopDrive::new(192 * MIB), LoopDrive::new(64 * MIB)) else {
        return;
    };
    let scene = Scene::new();
    let point = scene.path("mnt/stick");
    // A stranger's repository, in a folder of the same name.
    other.plug(&point);
    let strange = Restic::new(point.join("backups"), "another");
    strange.init();
    strange.backup(&scene.project.root);
    let before = contents(&point.join("backups"));
    other.unplug(&point);

    drive.plug(&point);
    let on_drive = scene.home.destination(&scene.backups, "mnt/stick/backups");
    let at_home = scene.home.destination(&scene.backups, "home");
    let plan = scene.plan(&[&on_drive, &at_home]);
    scene.succeeds(&plan);

    drive.unplug(&point);
    other.plug(&point);
    fs::write(scene.project.root.join("README"), "changed").unwrap();
    let (job, detail) = scene.run(&plan);
    assert_eq!(job.state, JobState::Warnings, "{detail:#?}");
    let outcome = detail.run.outcome.unwrap();
    assert_eq!(outcome.summary, "1 project backed up to home; backups cannot be used");
    let told = |text: &str| outcome.warnings.iter().any(|it| it.message.contains(text));
    assert!(told("Another drive is at its place"), "{outcome:#?}");
    assert!(contents(&point.join("backups")) == before, "it was written to");

    // It also takes the place while the run is at work.
    other.unplug(&point);
    drive.plug(&point);
    fs::write(scene.project.root.join("large"), random_bytes(2, 40 << 20)).unwrap();
    let before_this = packs(&on_drive.path);
    let job = scene.begin(&plan);
    wait_for_packs(&on_drive.path, before_this);
    drive.unplug(&point);
    other.plug(&point);
    let (job, detail) = scene.end(&job);
    assert_eq!(job.state, JobState::Warnings, "{detail:#?}");
    assert_eq!(part(&detail, "p to backups").state, JobState::Failed);
    assert!(contents(&point.join("backups")) == before, "it was written to");
    strange.check();

    other.unplug(&point);
    drive.plug(&point);
    scene.succeeds(&plan);
    scene.is_up_to_date(&on_drive.path);
    scene.is_up_to_date(&at_home.path);
}

/// A run to a full destination says so and harms nothing; the one after room was made goes well.
fn survives_being_full(scene: &Scene, full: &Destination, fill: impl Fn() -> Vec<PathBuf>) {
    let plan = scene.plan(&[full]);
    scene.succeeds(&plan);
    let target = tempfile::tempdir().unwrap();
    let (first, again) = (target.path().join("first"), target.path().join("again"));
    let restic = Restic::new(&full.path, support::PASSWORD);
    restic.restore("latest", &first);

    fs::write(scene.project.root.join("large"), random_bytes(1, 20 << 20)).unwrap();
    let ballast = fill();
    let (job, detail) = scene.run(&plan);
    assert_eq!(job.state, JobState::Failed, "{detail:#?}");
    let error = job.outcome.unwrap().error.unwrap();
    assert_eq!(error.code, Code::StorageFull, "{error:?}");
    // With no room for a lock of its own, either.
    restic.run(&["check", "--read-data", "--no-lock"]);
    restic.run(&["restore", "latest", "--no-lock", "--target", again.to_str().unwrap()]);
    let differences = tree_differences(&first, &again, Compare::METADATA);
    // The folders above the project are made anew each time.
    assert!(differences.iter().all(|it| it.starts_with(". ")), "{differences:?}");

    ballast.iter().for_each(|path| fs::remove_file(path).unwrap());
    scene.succeeds(&plan);
    scene.is_up_to_date(&full.path);
    assert_eq!(scene.held(full), 2);
}

#[test]
fn a_full_drive_is_told_and_nothing_is_lost() {
    let Some(drive) = LoopDrive::new(96 * MIB) else { return };
    let scene = Scene::new();
    let point = scene.path("mnt/stick");
    drive.plug(&point);
    let on_drive = scene.home.destination(&scene.backups, "mnt/stick/backups");
    survives_being_full(&scene, &on_drive, || {
        let ballast = point.join("ballast");
        let mut file = fs::File::create(&ballast).unwrap();
        while std::io::Write::write_all(&mut file, &[7; 4096]).is_ok() {}
        vec![ballast]
    });
}

#[test]
fn a_drive_without_inodes_is_told_and_nothing_is_lost() {
    let Some(disk) = SmallDisk::mount_with_inodes(96 * MIB, 500) else { return };
    let scene = Scene::new();
    let path = disk.path().join("backups");
    let full = scene.backups.destinations().add(&support::wanted(&path)).unwrap();
    survives_being_full(&scene, &full, || {
        let names = (0..).map(|number| disk.path().join(number.to_string()));
        names.take_while(|path| fs::File::create(path).is_ok()).collect()
    });
}

#[test]
fn a_full_drive_does_not_keep_the_other_from_its_backup() {
    let Some(drive) = LoopDrive::new(24 * MIB) else { return };
    let scene = Scene::new();
    drive.plug(&scene.path("mnt/stick"));
    let on_drive = scene.home.destination(&scene.backups, "mnt/stick/backups");
    let at_home = scene.home.destination(&scene.backups, "home");
    let plan = scene.plan(&[&on_drive, &at_home]);
    scene.succeeds(&plan);
    let large = scene.project.root.join("large");
    fs::write(&large, random_bytes(1, 40 << 20)).unwrap();
    let (job, detail) = scene.run(&plan);
    assert_eq!(job.state, JobState::Warnings, "{detail:#?}");
    let full = part(&detail, "p to backups");
    assert_eq!(full.state, JobState::Failed);
    assert!(full.summary.contains("No space left"), "{full:?}");
    let said = detail.run.outcome.unwrap().summary;
    assert_eq!(said, "1 project backed up to home; 1 part failed; backups cannot be used");
    scene.is_up_to_date(&at_home.path);
    Restic::new(&on_drive.path, support::PASSWORD).run(&["check", "--no-lock", "--read-data"]);
}

#[test]
fn a_drive_that_becomes_read_only_is_told() {
    let Some(drive) = LoopDrive::new(64 * MIB) else { return };
    let scene = Scene::new();
    let point = scene.path("mnt/stick");
    drive.plug(&point);
    let on_drive = scene.home.destination(&scene.backups, "mnt/stick/backups");
    let plan = scene.plan(&[&on_drive]);
    scene.succeeds(&plan);
    drive.set_read_only(&point, true);
    fs::write(scene.project.root.join("README"), "changed").unwrap();
    let (job, detail) = scene.run(&plan);
    assert_eq!(job.state, JobState::Failed, "{detail:#?}");
    let error = job.outcome.unwrap().error.unwrap();
    assert_eq!(error.code, Code::PermissionDenied, "{error:?}");
    assert!(error.why.contains("Read-only file system"), "{error:?}");
    assert!(error.what.contains(point.to_str().unwrap()), "{error:?}");
    drive.set_read_only(&point, false);
    scene.succeeds(&plan);
    scene.is_up_to_date(&on_drive.path);
}
