//! The sequences, and the model that they are held against: what each version holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use undercroft_testkit::{Restic, SeededRandom};

use super::changes::change;
use super::program::{Ended, Program, ended};
use super::tree::{self, Tree, differences};

/// How much is done in one sequence.
const STEPS: usize = 28;

/// The points at which a command is killed, beside any moment.
const POINTS: &[&str] = &[
    "disk.temporary-written",
    "disk.file-synced",
    "disk.renamed",
    "repository.lock-written",
    "repository.pack-written",
    "repository.index-written",
    "repository.before-snapshot",
    "repository.snapshot-written",
    "repository.snapshot-forgotten",
    "repository.pack-read-back",
    "repository.prune-indexed",
    "repository.prune-index-removed",
    "repository.prune-pack-removed",
    "catalog.before-commit",
    "catalog.committed",
    "restore.file-written",
    "history.objects-published",
    "history.pack-written",
    "history.pack-published",
    "history.before-publish",
    "history.published",
    "history.rolled-up",
    "history.wide-pack-grown",
    "history.compact-packed",
    "history.compact-removed",
    "history.compact-objects-published",
    "history.workspaces-written",
];

/// A workspace that is open.
struct Place {
    name: String,
    folder: PathBuf,
    /// The tree that undoing brings back, when nothing happened since that makes it uncertain.
    before: Option<Tree>,
}

struct Sequence {
    program: Program,
    dice: SeededRandom,
    places: Vec<Place>,
    opened: usize,
    /// The tree of each version, in the order in which they became known.
    versions: Vec<(String, Tree)>,
    log: Vec<String>,
    restored: usize,
    kills: usize,
}

/// Prints the steps that were done, when the test fails.
impl Drop for Sequence {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.log.join("\n"));
        }
    }
}

/// One sequence, from nothing to the last proof.
pub(crate) fn run(seed: u64) {
    let program = Program::new();
    let work = program.path("work");
    fs::create_dir(&work).unwrap();
    let main = Place { name: "main".to_owned(), folder: work, before: None };
    let mut sequence = Sequence {
        program,
        dice: SeededRandom::new(seed),
        places: vec![main],
        opened: 0,
        versions: Vec::new(),
        log: vec![format!("UNDERCROFT_MODEL_SEED={seed}")],
        restored: 0,
        kills: 0,
    };
    sequence.begin();
    for _ in 0..STEPS {
        sequence.step();
    }
    sequence.prove();
    println!("seed {seed}: {} versions, {} kills", sequence.versions.len(), sequence.kills);
}

impl Sequence {
    fn below(&self, limit: usize) -> usize {
        self.dice.below(limit)
    }

    fn begin(&mut self) {
        for _ in 0..12 {
            change(&self.dice, &self.places[0].folder);
        }
        let work = self.program.text("work");
        self.program.must(&["project", "add", &work, "--name", "p"]);
        // The first version is only there when the history is.
        self.command(&["history", "start", "p"], 0);
        self.learn(0, &tree::read(&self.places[0].folder), None);
        assert_eq!(self.versions.len(), 1);
    }

    fn step(&mut self) {
        let at = self.below(self.places.len());
        for _ in 0..self.below(4) {
            let said = change(&self.dice, &self.places[at].folder);
            self.log.push(format!("in {}: {said}", self.places[at].name));
            self.places[at].before = None;
        }
        match self.below(14) {
            0..5 => self.save(at),
            5..7 => self.restore(at),
            7 => self.undo(at),
            8 => self.open(),
            9 => self.close(at),
            10 => self.plain(&["history", "compact", "p"]),
            11 => self.save_unheard(at),
            12 => self.set_back(at),
            _ => self.plain(&["version", "thin", "p"]),
        }
        for _ in 0..2 {
            let any = self.below(self.versions.len());
            self.assert_comes_back(any);
        }
    }

    /// Runs a command, which may be killed: then again until it was not. Says how often it was.
    fn command(&mut self, arguments: &[&str], at: usize) -> usize {
        for kills in 0.. {
            let ended =
                if kills < 2 { self.perhaps_killed(arguments) } else { self.run(arguments) };
            if ended.signal.is_none() {
                let done_before = kills > 0 && ended.code == Some(1);
                assert!(ended.code == Some(0) || done_before, "{arguments:?}: {ended:#?}");
                return kills;
            }
            self.kills += 1;
            self.places[at].before = None;
        }
        unreachable!()
    }

    fn run(&mut self, arguments: &[&str]) -> Ended {
        self.log.push(arguments.join(" "));
        self.program.run(arguments)
    }

    fn perhaps_killed(&mut self, arguments: &[&str]) -> Ended {
        match self.below(6) {
            0 | 1 => {
                let point = POINTS[self.below(POINTS.len())];
                let crash = format!("{point}:{}", 1 + self.below(3));
                let ended = self.program.crash_at(&crash, arguments);
                self.log.push(format!("{} ({crash}: {:?})", arguments.join(" "), ended.signal));
                ended
            }
            2 => {
                let patience = Duration::from_millis(20 + self.below(250) as u64);
                let mut command = self.program.command(arguments);
                command.stdout(Stdio::piped()).stderr(Stdio::piped());
                let mut child = command.spawn().unwrap();
                let began = Instant::now();
                while began.elapsed() < patience && child.try_wait().unwrap().is_none() {
                    std::thread::sleep(Duration::from_millis(2));
                }
                let _ = child.kill();
                let ended = ended(&child.wait_with_output().unwrap());
                self.log.push(format!(
                    "{} ({patience:?}: {:?})",
                    arguments.join(" "),
                    ended.signal
                ));
                ended
            }
            _ => self.run(arguments),
        }
    }

    fn listed(&self, workspace: &str) -> Vec<Value> {
        let text = self.program.must(&["version", "list", workspace, "--limit", "9999", "--json"]);
        let mut versions: Vec<Value> = serde_json::from_str(&text).unwrap();
        versions.reverse();
        versions
    }

    /// Takes in the versions that are new: those from before a restore hold `before`, and the
    /// others what is there now.
    fn learn(&mut self, at: usize, now: &Tree, before: Option<&Tree>) {
        let listed = self.listed(&format!("p/{}", self.places[at].name));
        for version in listed {
            let id = version["id"].as_str().unwrap().to_owned();
            if self.versions.iter().any(|(known, _)| *known == id) {
                continue;
            }
            let is_before = version["trigger"] == "beforeRestore";
            let tree = if is_before { before.unwrap_or(now) } else { now };
            self.log.push(format!("  made {id} {}", version["message"]));
            self.versions.push((id, tree.clone()));
        }
    }

    fn save(&mut self, at: usize) {
        let name = format!("p/{}", self.places[at].name);
        self.command(&["version", "save", &name, "-m", "Saved"], at);
        let now = tree::read(&self.places[at].folder);
        self.learn(at, &now, None);
    }

    /// The catalog is not told of a version before another workspace makes one.
    fn save_unheard(&mut self, at: usize) {
        let other = self.below(self.places.len());
        if other == at {
            return self.save(at);
        }
        let point = ["history.published", "catalog.before-commit"][self.below(2)];
        let name = format!("p/{}", self.places[at].name);
        let ended = self.program.crash_at(point, &["version", "save", &name, "-m", "Unheard"]);
        self.log.push(format!("save {name} ({point}: {:?})", ended.signal));
        self.kills += usize::from(ended.signal.is_some());
        let said = change(&self.dice, &self.places[other].folder);
        self.log.push(format!("in {}: {said}", self.places[other].name));
        self.places[at].before = None;
        self.places[other].before = None;
        self.save(other);
        self.save(at);
    }

    /// Stock git sets a branch back; no version is lost by that.
    fn set_back(&mut self, at: usize) {
        let branch = format!("refs/heads/{}", self.places[at].name);
        let git = |arguments: &[&str]| {
            let histories = self.program.library().join("history");
            let history = fs::read_dir(histories).unwrap().next().unwrap().unwrap().path();
            let mut git = std::process::Command::new("git");
            let output = git.arg("-C").arg(history).args(arguments).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let commits = git(&["rev-list", "--first-parent", &branch]);
        let commits: Vec<&str> = commits.lines().collect();
        if commits.is_empty() {
            return;
        }
        let commit = commits[self.below(commits.len())];
        git(&["update-ref", &branch, commit]);
        self.log.push(format!("set {branch} back to {commit}"));
        self.places[at].before = None;
        self.save(at);
    }

    fn restore(&mut self, at: usize) {
        let of_place: Vec<String> = self
            .listed(&format!("p/{}", self.places[at].name))
            .iter()
            .map(|version| version["id"].as_str().unwrap().to_owned())
            .collect();
        if of_place.is_empty() {
            return;
        }
        let id = &of_place[self.below(of_place.len())];
        let expected = self.tree_of(id).clone();
        self.go_to(at, &["version", "restore", id], Some(expected));
    }

    fn undo(&mut self, at: usize) {
        let Some(before) = self.places[at].before.take() else { return };
        let name = format!("p/{}", self.places[at].name);
        self.go_to(at, &["undo", &name], Some(before));
    }

    /// Runs a command that makes a workspace `expected`. A killed one is done again, in which case
    /// what is there then differs from what was there before.
    fn go_to(&mut self, at: usize, arguments: &[&str], expected: Option<Tree>) {
        let folder = self.places[at].folder.clone();
        let mut before = tree::read(&folder);
        let first = before.clone();
        let mut kills = 0;
        loop {
            let ended =
                if kills < 2 { self.perhaps_killed(arguments) } else { self.run(arguments) };
            if ended.signal.is_none() {
                assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
                break;
            }
            kills += 1;
            self.kills += 1;
            // What is half done becomes a version, and what lagged behind is caught up with.
            let name = format!("p/{}", self.places[at].name);
            let saved = self.run(&["version", "save", &name, "-m", "After a kill"]);
            assert_eq!(saved.code, Some(0), "{saved:#?}");
            let now = tree::read(&folder);
            self.learn(at, &now, Some(&before));
            before = now;
            if arguments[0] == "undo" {
                // Whether that was before or behind it, only the version from before can tell.
                break;
            }
        }
        let now = tree::read(&folder);
        if kills == 0 || arguments[0] != "undo" {
            assert_same(&expected.unwrap_or_default(), &now, arguments);
        }
        self.learn(at, &now, Some(&before));
        self.places[at].before = (kills == 0).then_some(first);
    }

    fn open(&mut self) {
        if self.places.len() > 2 {
            return;
        }
        let which = self.below(self.versions.len());
        let (id, expected) = self.versions[which].clone();
        self.opened += 1;
        let name = format!("w{}", self.opened);
        self.command(&["workspace", "open", &id, &name], 0);
        let text = self.program.must(&["workspace", "show", &format!("p/{name}"), "--json"]);
        let shown: Value = serde_json::from_str(&text).unwrap();
        let folder = PathBuf::from(shown["path"].as_str().unwrap());
        assert_same(&expected, &tree::read(&folder), &["workspace", "open", &id]);
        self.places.push(Place { name, folder, before: None });
    }

    fn close(&mut self, at: usize) {
        if at == 0 {
            return;
        }
        let now = tree::read(&self.places[at].folder);
        let name = format!("p/{}", self.places[at].name);
        self.command(&["workspace", "close", &name], at);
        self.learn(at, &now, None);
        self.places.remove(at);
    }

    /// A command that changes neither what versions hold nor what is on disk.
    fn plain(&mut self, arguments: &[&str]) {
        let before: Vec<Tree> = self.places.iter().map(|place| tree::read(&place.folder)).collect();
        self.command(arguments, 0);
        for (place, before) in self.places.iter().zip(&before) {
            assert_same(before, &tree::read(&place.folder), arguments);
        }
    }

    fn tree_of(&self, id: &str) -> &Tree {
        &self.versions.iter().find(|(known, _)| known == id).unwrap().1
    }

    /// The version restores exactly, elsewhere.
    fn assert_comes_back(&mut self, which: usize) {
        let (id, expected) = &self.versions[which];
        let to = self.program.path(&format!("restored/{}", self.restored));
        fs::create_dir_all(&to).unwrap();
        self.restored += 1;
        self.program.must(&["version", "restore", id, "--to", to.to_str().unwrap()]);
        assert_same(expected, &tree::read(&to), &["restore", id, "elsewhere"]);
        fs::remove_dir_all(to).unwrap();
    }

    /// All versions come back, stock tools find nothing wrong, and the catalog is only an index.
    fn prove(&mut self) {
        for which in 0..self.versions.len() {
            self.assert_comes_back(which);
        }
        self.program.must(&["history", "check", "p"]);
        let histories = fs::read_dir(self.program.library().join("history")).unwrap();
        for history in histories {
            let history = history.unwrap().path();
            let git = std::process::Command::new("git")
                .arg("-C")
                .arg(&history)
                .args(["fsck", "--strict", "--full", "--no-dangling"])
                .output()
                .unwrap();
            assert!(git.status.success() && git.stderr.is_empty(), "{git:?}");
        }
        let objects = self.program.library().join("objects");
        if objects.join("config").exists() {
            let password = fs::read_to_string(self.program.library().join("keys/objects")).unwrap();
            let restic = Restic::new(objects, password.trim_end());
            restic.run(&["unlock"]);
            restic.check();
        }
        let all = |sequence: &Self| -> BTreeMap<String, Vec<Value>> {
            let names = sequence.places.iter().map(|place| format!("p/{}", place.name));
            names.map(|name| (name.clone(), sequence.listed(&name))).collect()
        };
        let before = all(self);
        self.program.must(&["library", "rebuild"]);
        assert_eq!(before, all(self));
        fs::remove_file(self.program.library().join("catalog.db")).unwrap();
        self.program.must(&["library", "rebuild"]);
        assert_eq!(before, all(self));
        let last = self.versions.len() - 1;
        self.assert_comes_back(last);
    }
}

#[track_caller]
fn assert_same(expected: &Tree, actual: &Tree, what: &[&str]) {
    let differences = differences(expected, actual);
    assert!(differences.is_empty(), "{what:?}:\n{}", differences.join("\n"));
}
