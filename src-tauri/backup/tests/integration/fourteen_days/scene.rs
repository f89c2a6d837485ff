//! A machine with projects and drives, on which plans run by themselves, and what is known of it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use undercroft_backup::{
    ActiveRuns, Backups, MachineState, Plan, Scheduler, Starter, Step, TABLES,
};
use undercroft_foundation::{
    Clock, DestinationId, JobState, PlanId, Result, RunId, SettingsOverrides, World,
};
use undercroft_library::{Library, Project, RunFilter};
use undercroft_repository::Snapshot;
use undercroft_testkit::{ManualClock, Restic, SeededRandom};

use super::edits::{Tree, describe, edit};
use super::ledger::{Ledger, Made, Work, made};
use super::other_process;
use super::support::PASSWORD;

/// A machine on power, with a network that costs nothing.
#[derive(Debug)]
struct Desk;

impl MachineState for Desk {
    fn is_on_battery(&self) -> bool {
        false
    }

    fn is_metered(&self) -> bool {
        false
    }
}

/// Begins what the real one begins, and writes it down first.
struct Noting<'a> {
    backups: &'a Backups,
    notes: &'a Path,
}

impl Starter for Noting<'_> {
    fn start(&self, plan: &Plan, planned: Timestamp, only: Vec<DestinationId>) -> Result<()> {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(self.notes).unwrap();
        let only: Vec<_> = only.iter().map(ToString::to_string).collect();
        writeln!(file, "{} {planned} {}", plan.id, only.join(",")).unwrap();
        let only = only.iter().map(|id| id.parse().unwrap()).collect();
        self.backups.plan_runs().start(plan, planned, only)
    }

    fn active_runs(&self) -> Result<ActiveRuns> {
        self.backups.plan_runs().active_runs()
    }
}

/// A run that was begun.
#[derive(Debug, Clone)]
struct Begun {
    plan: PlanId,
    planned: Timestamp,
    only: Vec<DestinationId>,
}

/// The program, as long as it runs.
pub(crate) struct Program {
    pub(crate) library: Library,
    pub(crate) backups: Backups,
    pub(crate) scheduler: Scheduler,
}

impl Program {
    pub(crate) fn open(home: &Path, world: &World) -> Self {
        let library = Library::open_or_create(&home.join("library"), world, TABLES).unwrap();
        let flags = [("password-keeper".to_owned(), "file".to_owned())];
        let backups = Backups::new(&library)
            .with_overrides(SettingsOverrides::new(|_| None, flags))
            .sealing_in(&home.join("config"));
        let scheduler = Scheduler::new(&backups.schedule(), Arc::new(Desk), Arc::new(|_, _| Ok(0)));
        Self { library, backups, scheduler }
    }

    /// Begins what is due.
    pub(crate) fn begin(&self, home: &Path) -> Step {
        let notes = home.join("begun");
        self.scheduler.step(&Noting { backups: &self.backups, notes: &notes }).unwrap()
    }

    /// Waits until all is over.
    pub(crate) fn wait(&self) {
        for job in self.library.jobs().list() {
            self.library.jobs().wait(job.id).unwrap();
        }
    }
}

/// How a look of the scheduler goes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Way {
    /// As it should.
    Well,
    /// The runs that it begins are cancelled after some time.
    Cancelled(Duration),
    /// In another process, which dies at this write point.
    Killed(String),
}

pub(crate) struct Scene {
    _folder: TempDir,
    pub(crate) home: PathBuf,
    world: World,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) dice: SeededRandom,
    pub(crate) program: Program,
    pub(crate) projects: Vec<Project>,
    pub(crate) ledgers: Vec<Ledger>,
    pub(crate) plans: Vec<Plan>,
    states: HashMap<Made, Tree>,
    /// The plans and destinations for which the clock's jump forbids to let anything go.
    held: HashSet<(PlanId, DestinationId)>,
    served: HashSet<(PlanId, DestinationId, Timestamp)>,
    runs: HashSet<RunId>,
    pub(crate) is_paused: bool,
    pub(crate) freed: usize,
    pub(crate) deaths: usize,
}

impl Scene {
    pub(crate) fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        let clock = Arc::new(ManualClock::default());
        let random = Arc::new(SeededRandom::new(seed ^ 0x5eed));
        let world = World { clock: clock.clone(), random };
        Self {
            program: Program::open(&home, &world),
            _folder: folder,
            home,
            world,
            clock,
            dice: SeededRandom::new(seed),
            projects: Vec::new(),
            ledgers: Vec::new(),
            plans: Vec::new(),
            states: HashMap::new(),
            held: HashSet::new(),
            served: HashSet::new(),
            runs: HashSet::new(),
            is_paused: false,
            freed: 0,
            deaths: 0,
        }
    }

    pub(crate) fn add_disk(&mut self, name: &str) -> DestinationId {
        let wanted = super::support::wanted(&self.home.join(name));
        let disk = self.program.backups.destinations().add(&wanted).unwrap();
        self.ledgers.push(Ledger::new(disk.clone(), &self.world));
        disk.id
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Somebody works for a while.
    pub(crate) fn work(&self) {
        for project in &self.projects {
            for _ in 0..self.dice.below(4) {
                edit(&project.root, &self.dice);
            }
        }
    }

    /// Looks until nothing begins any more; the first time in this way.
    pub(crate) fn settle(&mut self, way: &Way) {
        let mut way = way.clone();
        for _ in 0..8 {
            let begun = self.look(&way);
            if begun == 0 && way == Way::Well {
                return;
            }
            way = Way::Well;
            self.clock.advance(Duration::from_secs(60));
        }
        panic!("it does not come to rest");
    }

    /// One look of the scheduler and what comes of it; returns how many runs began.
    fn look(&mut self, way: &Way) -> usize {
        let began = self.now();
        match way {
            Way::Well => drop(self.program.begin(&self.home)),
            Way::Cancelled(after) => {
                self.program.begin(&self.home);
                std::thread::sleep(*after);
                for job in self.program.library.jobs().list() {
                    self.program.library.jobs().cancel(job.id).unwrap();
                }
            }
            Way::Killed(point) => self.die_at(point),
        }
        self.program.wait();
        let begun = self.take_notes();
        assert!(begun.is_empty() || !self.is_paused, "{begun:?} in a pause");
        let outcomes: Vec<_> = begun.iter().map(|run| self.judge_run(run, way)).collect();
        for index in 0..self.ledgers.len() {
            self.look_at_disk(index, &begun, &outcomes, began);
        }
        begun.len()
    }

    fn die_at(&mut self, point: &str) {
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &other_process(), "--nocapture"])
            .env("FOURTEEN_DAYS_HOME", &self.home)
            .env("FOURTEEN_DAYS_NOW", self.now().to_string())
            .env("FOURTEEN_DAYS_DICE", self.dice.next().to_string())
            .env("UNDERCROFT_CRASH_AT", point)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        self.deaths += usize::from(!status.success());
    }

    fn take_notes(&self) -> Vec<Begun> {
        let notes = self.home.join("begun");
        let Ok(text) = fs::read_to_string(&notes) else { return Vec::new() };
        fs::remove_file(notes).unwrap();
        let read = |line: &str| {
            let mut words = line.split(' ');
            let mut word = || words.next().unwrap();
            let (plan, planned) = (word().parse().unwrap(), word().parse().unwrap());
            Begun { plan, planned, only: word().split(',').map(|id| id.parse().unwrap()).collect() }
        };
        text.lines().map(read).collect()
    }

    /// Whether a run went well, which it must unless something was done to it.
    fn judge_run(&mut self, begun: &Begun, way: &Way) -> bool {
        let runs = &self.program.library.runs();
        let filter = RunFilter { plan: Some(begun.plan), ..RunFilter::default() };
        let found = runs.find(&filter).unwrap();
        let Some(run) = found
            .into_iter()
            .find(|run| run.planned == Some(begun.planned) && !self.runs.contains(&run.id))
        else {
            assert!(matches!(way, Way::Killed(_)), "{begun:?} is not on record");
            return false;
        };
        self.runs.insert(run.id);
        let detail = runs.detail(run.id).unwrap();
        let went_well = run.state == JobState::Succeeded;
        assert!(went_well || *way != Way::Well, "{detail:#?}");
        let freed = detail.log.iter().filter(|line| line.text.contains(" freed in "));
        self.freed += freed.count();
        for disk in begun.only.iter().filter(|_| went_well) {
            let is_first = self.served.insert((begun.plan, *disk, begun.planned));
            assert!(is_first, "{begun:?} was served before");
        }
        went_well
    }

    fn look_at_disk(&mut self, index: usize, begun: &[Begun], outcomes: &[bool], began: Timestamp) {
        let ledger = &mut self.ledgers[index];
        let id = ledger.disk.id;
        let mut at_work = begun.iter().zip(outcomes).filter(|(run, _)| run.only.contains(&id));
        let (found, more) = (at_work.next(), at_work.next());
        assert!(more.is_none(), "two runs at once at {}", ledger.disk.name);
        if ledger.away {
            assert!(found.is_none(), "{found:?} to {}, which is away", ledger.disk.name);
            return;
        }
        let work = found.map(|(run, complete)| Work {
            plan: self.plans.iter().find(|plan| plan.id == run.plan).unwrap(),
            plans: &self.plans,
            complete: *complete,
            held: self.held.contains(&(run.plan, id)),
        });
        let new = ledger.look(work.as_ref(), self.clock.now());
        let served = work.filter(|work| work.complete).map(|work| work.plan.id);
        for snapshot in new {
            self.keep_state(&snapshot, began);
        }
        if let Some(plan) = served {
            self.held.remove(&(plan, id));
            self.has_all(index, plan);
        }
    }

    /// The trees are as they were when the run began: nobody worked meanwhile.
    fn keep_state(&mut self, snapshot: &Snapshot, began: Timestamp) {
        let Some(made) = made(snapshot) else { return };
        if self.states.contains_key(&made) {
            return;
        }
        let since = made.1.duration_since(began);
        let an_hour = SignedDuration::from_hours(1);
        assert!((SignedDuration::ZERO..an_hour).contains(&since), "{snapshot:?} began {began}");
        let project = self.projects.iter().find(|project| project.id == made.0).unwrap();
        self.states.insert(made, describe(&project.root));
    }

    /// Somebody sets the clock; the scheduler has looked before.
    pub(crate) fn set_clock(&mut self, days: i64) {
        self.clock.set_wall(SignedDuration::from_hours(days * 24));
        for plan in self.plans.iter().filter(|_| days > 0) {
            let targets = plan.spec.targets.iter();
            self.held.extend(targets.map(|target| (plan.id, target.destination)));
        }
    }

    /// The program ends without a word and begins again.
    pub(crate) fn reopen(&mut self) {
        self.program = Program::open(&self.home, &self.world);
    }

    /// No plan begins by itself until [`Scene::resume`].
    pub(crate) fn pause(&mut self) {
        self.program.backups.schedule().pause(None).unwrap();
        self.is_paused = true;
    }

    pub(crate) fn resume(&mut self) {
        self.program.backups.schedule().resume().unwrap();
        self.is_paused = false;
    }

    /// A drive goes away, or comes back.
    pub(crate) fn unplug(&mut self, index: usize) {
        let ledger = &mut self.ledgers[index];
        let (path, elsewhere) = (&ledger.disk.path, ledger.disk.path.with_extension("away"));
        if ledger.away {
            fs::rename(elsewhere, path).unwrap();
        } else {
            fs::rename(path, elsewhere).unwrap();
        }
        ledger.away = !ledger.away;
    }

    /// Another repository lies for a while where a drive was, and stays as it is.
    pub(crate) fn take_place_of(&mut self, index: usize) {
        let path = self.ledgers[index].disk.path.clone();
        let another = Restic::new(&path, "another password");
        another.init();
        self.settle(&Way::Well);
        assert_eq!(another.run(&["snapshots", "--json"]).trim(), "[]");
        fs::remove_dir_all(path).unwrap();
    }

    /// Some of what a destination holds, or all of it, restores to what it was.
    pub(crate) fn restore(&self, index: usize, some: Option<usize>) {
        let ledger = &self.ledgers[index];
        let mut held = ledger.held();
        held.retain(|snapshot| made(snapshot).is_some());
        for _ in some.map_or(0..0, |some| 0..held.len().saturating_sub(some)) {
            held.swap_remove(self.dice.below(held.len()));
        }
        for snapshot in held {
            let made = made(&snapshot).unwrap();
            let project = self.projects.iter().find(|project| project.id == made.0).unwrap();
            let target = tempfile::tempdir_in(&self.home).unwrap();
            let restored = ledger.restored(&snapshot, project, target.path());
            let name = &ledger.disk.name;
            assert_eq!(restored, self.states[&made], "{} of {} from {name}", made.1, project.name);
        }
    }

    /// Stock restic finds nothing amiss, and the same snapshots.
    pub(crate) fn ask_restic(&self, index: usize) {
        let ledger = &self.ledgers[index];
        let restic = Restic::new(&ledger.disk.path, PASSWORD);
        // What died left its locks; this removes those of the dead alone.
        restic.run(&["unlock"]);
        restic.check();
        let told: serde_json::Value =
            serde_json::from_str(&restic.run(&["snapshots", "--json"])).unwrap();
        let theirs: HashSet<_> = told
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect();
        let list = self.program.backups.browser().list(None, Some(ledger.disk.id)).unwrap();
        assert!(list.out_of_date.is_empty(), "{:?}", list.out_of_date);
        let ours: HashSet<_> = list.snapshots.iter().map(|it| it.id.to_string()).collect();
        assert_eq!(ours, theirs, "{}", ledger.disk.name);
    }

    /// A drive has each project of a plan as it is now.
    fn has_all(&self, index: usize, plan: PlanId) {
        let plan = self.plans.iter().find(|it| it.id == plan).unwrap();
        let ledger = &self.ledgers[index];
        let held: Vec<_> = ledger.held().iter().filter_map(made).collect();
        for project in self.program.backups.plans().projects_of(&plan.spec.projects).unwrap() {
            let of = |made: &&Made| made.0 == project.id && made.1 <= self.now();
            let newest = held.iter().filter(of).max_by_key(|made| made.1);
            let (name, disk) = (&project.name, &ledger.disk.name);
            let newest = newest.unwrap_or_else(|| panic!("{disk} holds nothing of {name}"));
            assert_eq!(self.states[newest], describe(&project.root), "{name} in {disk}");
        }
    }

    /// Everything is served: nothing waits or went wrong.
    pub(crate) fn is_complete(&self) {
        for plan in &self.plans {
            let status = self.program.scheduler.plan_status(plan).unwrap();
            assert!(status.waiting.is_none() && !status.needs_attention, "{status:?}");
        }
    }
}
