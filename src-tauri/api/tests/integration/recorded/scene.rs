//! A machine of its own for the recorder: a home with a library in it, and a clock that stands
//! still until it is told to move.

#![expect(clippy::needless_pass_by_value, reason = "a request is made where it is asked")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use undercroft_api::{Abilities, Api, Host, Surroundings};
use undercroft_foundation::{Clock, SettingsOverrides, World};
use undercroft_testkit::{ManualClock, SeededRandom, set_modified, write_file};

/// The moment at which everything is asked: noon of 23 November 2026.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_795_435_200, 0);
/// A drive that nothing is on.
const BLUE: &str = "/media/mira/blue";
/// The path of the library in the home.
const LIBRARY: &str = "home/mira/.local/share/undercroft";

/// A face whose caller names paths, on a machine with a disk and a drive.
#[derive(Debug)]
struct Typist {
    root: PathBuf,
}

impl Host for Typist {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: false, can_type: true, tray: true }
    }

    fn surroundings(&self) -> Surroundings {
        let root = self.root.display();
        let mounts = format!(
            "22 1 250:1 / {root} rw - ext4 none rw\n31 22 250:17 / {root}{BLUE} rw - exfat none rw\n"
        );
        Surroundings { mounts: mounts.into_bytes(), home: Some(self.root.join("home/mira")) }
    }
}

/// The machine, the library on it, and what was recorded of it.
pub(crate) struct Scene {
    folder: TempDir,
    clock: Arc<ManualClock>,
    api: Api,
    recorded: Vec<Value>,
}

impl Scene {
    /// A machine with an empty library, this many days before [`NOW`].
    pub(crate) fn begun(days: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(NOW - Duration::from_secs(days * 86_400)));
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join(BLUE.trim_start_matches('/'))).unwrap();
        let api = open(&root, &clock);
        Self { folder, clock, api, recorded: Vec::new() }
    }

    /// The same machine with an empty library; the one that was there is elsewhere.
    pub(crate) fn lose_library(&mut self, to: &str) {
        self.api.shut_down();
        let library = self.path(LIBRARY);
        fs::rename(&library, self.path(to)).unwrap();
        self.api = open(&self.root(), &self.clock);
    }

    /// The folder that stands for the root of the machine.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    /// Lets time pass until this many hours before [`NOW`].
    pub(crate) fn wait_until(&self, hours_before: f64) {
        let wanted = NOW - Duration::from_secs_f64(hours_before * 3600.0);
        let left = wanted.duration_since(self.clock.now());
        self.clock.advance(Duration::try_from(left).unwrap_or_default());
    }

    /// Writes a file as somebody who works now does.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        write_file(&path, bytes);
        set_modified(&path, self.clock.now().as_second(), 0);
    }

    /// Renames what is there, now.
    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::create_dir_all(self.path(to).parent().unwrap()).unwrap();
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Gives folders, and all that git has written, a time of this clock.
    pub(crate) fn settle_times(&self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            let is_folder = entry.file_type().unwrap().is_dir();
            if is_folder {
                self.settle_times(&entry.path());
            }
            if is_folder || entry.path().components().any(|it| it.as_os_str() == ".git") {
                set_modified(entry.path(), self.clock.now().as_second(), 0);
            }
        }
        set_modified(folder, self.clock.now().as_second(), 0);
    }

    /// Asks, for the reply or for the error.
    pub(crate) fn call(&self, name: &str, request: &Value) -> Result<Value, Value> {
        let called = self.api.call(name, request.clone());
        called.map_err(|error| serde_json::to_value(error).unwrap())
    }

    /// Asks for what is answered.
    #[track_caller]
    pub(crate) fn ask(&self, name: &str, request: Value) -> Value {
        match self.call(name, &request) {
            Ok(reply) => reply,
            Err(error) => panic!("{name} {request}: {error}"),
        }
    }

    /// Points a folder out.
    #[track_caller]
    pub(crate) fn place(&self, path: &str) -> Value {
        self.ask("place_type", json!({"path": self.path(path)}))["id"].clone()
    }

    /// Starts a job that succeeds.
    #[track_caller]
    pub(crate) fn finish(&self, name: &str, request: Value) {
        let ended = self.end_of(&self.ask(name, request));
        assert!(ended["outcome"]["error"].is_null(), "{name}: {ended}");
    }

    /// How a job ended.
    #[track_caller]
    fn end_of(&self, job: &Value) -> Value {
        for _ in 0..6000 {
            let jobs = self.ask("job_list", json!({}));
            let now = jobs.as_array().unwrap().iter().find(|it| it["id"] == job["id"]).unwrap();
            if !now["ended"].is_null() {
                return now.clone();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the job does not end: {job}");
    }

    /// Waits until no job works.
    pub(crate) fn rest(&self) {
        while !self.api.is_idle() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Watches the workspaces until each is known to be watched, or why not.
    pub(crate) fn watch(&self) {
        self.api.start_watching();
        for _ in 0..2000 {
            let states = self.ask("watch_list", json!({}));
            let is_settled = |it: &Value| it["state"] != "off";
            if states.as_array().unwrap().iter().all(is_settled) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("not watched: {}", self.ask("watch_list", json!({})));
    }

    /// Records what is answered to a request, be it an error; of a job, how it ends.
    pub(crate) fn record(&mut self, name: &str, request: Value) -> Value {
        let (kind, said) = match self.call(name, &request) {
            Ok(reply) if is_job(&reply) => ("reply", self.end_of(&reply)),
            Ok(Value::Array(jobs)) if name != "job_list" && jobs.first().is_some_and(is_job) => {
                ("reply", jobs.iter().map(|job| self.end_of(job)).collect())
            }
            Ok(reply) => ("reply", reply),
            Err(error) => ("error", error),
        };
        self.recorded.push(json!({"name": name, "request": request, kind: said}));
        said
    }

    /// The exchanges since they were last taken.
    pub(crate) fn take_recorded(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.recorded)
    }
}

fn open(root: &Path, clock: &Arc<ManualClock>) -> Api {
    let library = root.join(LIBRARY);
    let random = Arc::new(SeededRandom::new(23));
    let world = World { clock: Arc::clone(clock) as _, random };
    // Neither the keyring nor the settings of whoever records.
    let flags = [("password-keeper".to_owned(), "file".to_owned())];
    fs::create_dir_all(library.parent().unwrap()).unwrap();
    let host = Typist { root: root.to_owned() };
    Api::open(&library, &world, SettingsOverrides::new(|_| None, flags), host).unwrap()
}

fn is_job(reply: &Value) -> bool {
    reply.get("canPause").is_some()
}
