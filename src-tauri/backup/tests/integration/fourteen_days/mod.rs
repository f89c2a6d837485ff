//! Fourteen days of a machine on which plans run by themselves, while people work, drives come and
//! go, programs die and clocks jump. Whatever happens: what is kept is exactly what was there, what
//! a policy keeps stays, and in the end nothing is owed.

mod edits;
mod ledger;
mod scene;
use crate::support;

use std::env;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use scene::{Program, Scene, Way};
use undercroft_backup::{PlanProjects, PlanSpec, PlanTarget, Retention, Schedule};
use undercroft_foundation::{Clock, DestinationId, World};
use undercroft_testkit::{ManualClock, ProjectKind, SeededRandom, project_tree};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86400);

/// The write points at which a run dies, and up to how many times it passes there before.
const DEATHS: &[(&str, usize)] = &[
    ("disk.renamed", 40),
    ("disk.removed", 6),
    ("disk.moved", 4),
    ("repository.lock-written", 6),
    ("repository.pack-written", 6),
    ("repository.index-written", 6),
    ("repository.before-snapshot", 3),
    ("repository.snapshot-written", 5),
    ("repository.trash-recorded", 3),
    ("repository.trash-emptied", 2),
    ("repository.prune-indexed", 1),
    ("repository.prune-index-removed", 2),
    ("repository.prune-pack-removed", 2),
    ("catalog.before-commit", 30),
    ("catalog.committed", 30),
];

#[test]
fn seed_1() {
    fourteen_days(1);
}

#[test]
fn seed_2() {
    fourteen_days(2);
}

#[test]
fn seed_3() {
    fourteen_days(3);
}

/// Other days, of the seed that `UNDERCROFT_SEED` says.
#[test]
fn a_chosen_seed() {
    let chosen = env::var("UNDERCROFT_SEED").ok();
    if let Some(seed) = chosen.and_then(|seed| seed.parse().ok()) {
        fourteen_days(seed);
    }
}

/// The name by which the scene starts [`another_process`].
fn other_process() -> String {
    undercroft_testkit::test_name(module_path!(), "another_process")
}

/// Not a test of its own: what is started to die in the middle of a run.
#[test]
fn another_process() {
    let Some(home) = env::var_os("FOURTEEN_DAYS_HOME") else { return };
    let told = |name: &str| env::var(format!("FOURTEEN_DAYS_{name}")).unwrap();
    let clock = Arc::new(ManualClock::at(told("NOW").parse().unwrap()));
    let random = Arc::new(SeededRandom::new(told("DICE").parse().unwrap()));
    let program = Program::open(Path::new(&home), &World { clock, random });
    program.begin(Path::new(&home));
    program.wait();
}

fn fourteen_days(seed: u64) {
    println!("UNDERCROFT_SEED={seed}");
    let mut scene = prepared(seed);
    scene.settle(&Way::Well);
    let begin = scene.clock.steady();
    // The days on which the clock is set, and by how much.
    let ahead = 2 + scene.dice.below(4);
    let behind = 8 + scene.dice.below(4);
    let jumps = [(ahead, 400), (ahead + 1, -400), (behind, -400), (behind + 1, 400)];
    let mut jumps = jumps.into_iter().peekable();
    while scene.clock.steady() - begin < 14 * DAY {
        let day = (scene.clock.steady() - begin).as_secs() / DAY.as_secs();
        scene.work();
        scene.resume();
        if let Some((_, by)) = jumps.next_if(|(at, _)| *at as u64 <= day) {
            println!("day {day}, {}: the clock is set by {by} days", scene.now());
            scene.set_clock(by);
            scene.settle(&Way::Well);
        } else {
            happen(&mut scene);
        }
        if scene.dice.below(10) == 0 {
            let index = scene.dice.below(scene.ledgers.len());
            if !scene.ledgers[index].away {
                scene.restore(index, Some(4));
            }
        }
        scene.clock.advance(2 * HOUR + Duration::from_secs(scene.dice.below(12 * 3600) as u64));
    }
    end_well(&mut scene);
}

/// Something happens, or nothing; the scheduler looks.
fn happen(scene: &mut Scene) {
    let index = scene.dice.below(scene.ledgers.len());
    let is_away = scene.ledgers[index].away;
    let mut way = Way::Well;
    match scene.dice.below(12) {
        0..=3 if is_away => scene.unplug(index),
        4 if is_away => scene.take_place_of(index),
        0 | 1 => scene.unplug(index),
        2..=4 => {
            let (point, times) = DEATHS[scene.dice.below(DEATHS.len())];
            way = Way::Killed(format!("{point}:{}", 1 + scene.dice.below(times)));
        }
        5 => way = Way::Cancelled(Duration::from_millis(scene.dice.below(100) as u64)),
        6 => scene.reopen(),
        7 => scene.pause(),
        _ => {}
    }
    println!("{}: {way:?}", scene.now());
    scene.settle(&way);
}

/// Three projects, three drives and two plans of which each serves two.
fn prepared(seed: u64) -> Scene {
    let mut scene = Scene::new(seed);
    let kinds = [ProjectKind::Rust, ProjectKind::Svelte, ProjectKind::Python];
    for (n, kind) in kinds.into_iter().enumerate() {
        let path = scene.home.join(format!("work/project {n}"));
        project_tree(&path, kind, seed + n as u64, 5);
        let project = support::add_project(&scene.program.library, &path);
        scene.projects.push(project);
    }
    let [desk, shelf, safe] = ["Desk", "Shelf", "Safe"].map(|name| scene.add_disk(name));
    let often =
        Retention { last: Some(4), daily: Some(3), weekly: Some(2), ..Retention::default() };
    let (within, monthly) = (Some("1d12h".to_owned()), Some(6));
    let shelved = Retention { within, daily: Some(4), monthly, ..Retention::default() };
    let seldom =
        Retention { last: Some(1), daily: Some(4), yearly: Some(2), ..Retention::default() };
    add_plan(&mut scene, "Hourly", |plan| {
        plan.library = false;
        plan.schedule = Schedule::Hourly { minute: 20 };
        plan.targets = vec![target(desk, &often), target(shelf, &shelved)];
    });
    let projects = scene.projects[..2].iter().map(|project| project.id).collect();
    add_plan(&mut scene, "Daily", |plan| {
        plan.projects = PlanProjects::Chosen { projects };
        plan.targets = vec![target(safe, &seldom), target(shelf, &often)];
    });
    scene
}

fn target(destination: DestinationId, retention: &Retention) -> PlanTarget {
    PlanTarget { destination, retention: Some(retention.clone()) }
}

fn add_plan(scene: &mut Scene, name: &str, change: impl FnOnce(&mut PlanSpec)) {
    let mut spec = scene.program.backups.plans().propose().unwrap();
    spec.time_zone = Some("UTC".to_owned());
    change(&mut spec);
    scene.plans.push(scene.program.backups.plans().create(name, &spec).unwrap());
}

/// Everything comes back; after a while nothing is owed, and what was let go goes for good.
fn end_well(scene: &mut Scene) {
    scene.resume();
    for index in 0..scene.ledgers.len() {
        if scene.ledgers[index].away {
            scene.unplug(index);
        }
    }
    for hours in [24, 1, 2, 24] {
        scene.work();
        scene.clock.advance(hours * HOUR);
        scene.settle(&Way::Well);
        scene.is_complete();
    }
    let check = |scene: &Scene| {
        for index in 0..scene.ledgers.len() {
            scene.restore(index, None);
            scene.ask_restic(index);
        }
    };
    check(scene);
    // A month, in which the machine sleeps.
    scene.work();
    for days in [31, 1, 1] {
        scene.clock.advance(days * DAY);
        scene.settle(&Way::Well);
    }
    scene.is_complete();
    check(scene);
    let (gone, let_go): (Vec<_>, Vec<_>) =
        scene.ledgers.iter().map(|ledger| (ledger.gone(), ledger.let_go())).unzip();
    println!(
        "{let_go:?} let go, {gone:?} for good; {} prunes, {} deaths",
        scene.freed, scene.deaths
    );
    assert!(gone.iter().all(|gone| *gone > 10) && scene.freed > 0);
}
