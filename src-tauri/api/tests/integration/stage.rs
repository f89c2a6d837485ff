//! A library in a folder of its own, asked through the one door that every face comes in by.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use undercroft_api::wire::WireError;
use undercroft_api::{Abilities, Api, Host};
use undercroft_foundation::{SettingsOverrides, World};

/// A face whose caller names paths.
#[derive(Debug)]
pub(crate) struct Typist;

impl Host for Typist {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: false, can_type: true, tray: false }
    }
}

pub(crate) struct Stage {
    folder: tempfile::TempDir,
    pub(crate) api: Api,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(|_| Typist)
    }

    /// A library whose face is made for the folder that everything lies in.
    pub(crate) fn with<H: Host + 'static>(host: impl FnOnce(&Path) -> H) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let host = host(folder.path());
        Self::open(folder, host)
    }

    /// The library that is in `folder` already, or a new one there.
    pub(crate) fn open(folder: tempfile::TempDir, host: impl Host + 'static) -> Self {
        let library = folder.path().join("library");
        Self::open_at(folder, &library, host)
    }

    /// The library at `library`; everything else lies in `folder`.
    pub(crate) fn open_at(
        folder: tempfile::TempDir,
        library: &Path,
        host: impl Host + 'static,
    ) -> Self {
        let api = Api::open(library, &World::real(), SettingsOverrides::default(), host).unwrap();
        Self { folder, api }
    }

    /// The folder that everything lies in, and nobody has open any more.
    pub(crate) fn into_folder(self) -> tempfile::TempDir {
        let Self { folder, api } = self;
        api.shut_down();
        folder
    }

    /// The same library, opened anew.
    pub(crate) fn reopened(self) -> Self {
        Self::open(self.into_folder(), Typist)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[track_caller]
    pub(crate) fn ask(&self, name: &str, request: Value) -> Value {
        match self.api.call(name, request) {
            Ok(reply) => reply,
            Err(error) => panic!("{name}: {error:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn refused(&self, name: &str, request: Value) -> WireError {
        self.api.call(name, request).unwrap_err()
    }

    pub(crate) fn place(&self, name: &str) -> Value {
        self.ask("place_type", json!({"path": self.path(name)}))["id"].clone()
    }

    /// Waits for a job that was started, and returns how it ended.
    #[track_caller]
    pub(crate) fn finish(&self, job: &Value) -> Value {
        for _ in 0..1500 {
            let jobs = self.ask("job_list", json!({}));
            let now = jobs.as_array().unwrap().iter().find(|it| it["id"] == job["id"]).unwrap();
            if !now["ended"].is_null() {
                return now.clone();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the job does not end: {job}");
    }

    /// Starts a job and waits for its end.
    #[track_caller]
    pub(crate) fn run(&self, name: &str, request: Value) -> Value {
        self.finish(&self.ask(name, request))
    }
}
