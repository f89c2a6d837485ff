//! A library comes back to a user whose home folder has another name.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use undercroft_api::{Abilities, Host, Surroundings};
use undercroft_testkit::write_file;

use crate::stage::Stage;

/// A machine where the user's home folder is this.
#[derive(Debug)]
struct HomeAt(PathBuf);

impl Host for HomeAt {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: false, can_type: true, tray: false }
    }

    fn surroundings(&self) -> Surroundings {
        Surroundings { mounts: Vec::new(), home: Some(self.0.clone()) }
    }
}

fn at_home(folder: tempfile::TempDir, name: &str) -> Stage {
    let home = fs::canonicalize(folder.path()).unwrap().join(name);
    let library = home.join(".local/share/undercroft");
    fs::create_dir_all(library.parent().unwrap()).unwrap();
    Stage::open_at(folder, &library, HomeAt(home))
}

#[test]
fn folders_come_back_into_the_home_that_is_here() {
    let stage = at_home(tempfile::tempdir().unwrap(), "mira");
    write_file(stage.path("mira/work/atlas/plan.md"), "a plan");
    write_file(stage.path("shared/birch/notes"), "not in a home");
    for project in ["mira/work/atlas", "shared/birch"] {
        stage.ask("project_add", json!({"place": stage.place(project)}));
    }
    stage.run("history_start", json!({"project": "atlas"}));
    let password = json!({"type": "typed", "password": "a password"});
    let drive = json!({"place": stage.place("drive"), "password": password, "create": true});
    stage.ask("destination_add", drive);
    let draft = stage.ask("plan_propose", json!({}));
    let plan = stage.ask("plan_save", json!({"draft": draft}))["id"].clone();
    let ran = stage.run("plan_run", json!({"plan": plan}));
    assert_eq!(ran["state"], "succeeded", "{ran}");

    let folder = stage.into_folder();
    fs::remove_dir_all(folder.path().join("mira")).unwrap();
    let stage = at_home(folder, "anna");
    let look = json!({"place": stage.place("drive"), "password": "a password"});
    let found = stage.ask("recovery_look", look)[0]["projects"].clone();
    let ends = |value: &serde_json::Value, end: &str| {
        value.as_str().is_some_and(|path| Path::new(path).ends_with(end))
    };
    assert!(ends(&found[0]["path"], "anna/work/atlas"), "{found}");
    assert!(ends(&found[0]["wasAt"], "mira/work/atlas"), "{found}");
    assert!(ends(&found[1]["path"], "shared/birch"), "{found}");
    assert!(found[1]["wasAt"].is_null() && found[1]["occupied"] == true, "{found}");
    let order = json!({"place": stage.place("drive"), "password": "a password",
                       "withFolders": true, "confirmAll": true});
    let done = stage.run("library_recover", order);
    assert!(done["outcome"]["error"].is_null(), "{done}");
    assert_eq!(fs::read(stage.path("anna/work/atlas/plan.md")).unwrap(), b"a plan");

    let folder = stage.into_folder();
    let library = folder.path().join("anna/.local/share/undercroft");
    undercroft_backup::adopt_recovered(&library).unwrap();
    let stage = at_home(folder, "anna");
    let projects = stage.ask("project_list", json!({}));
    assert!(ends(&projects[0]["path"], "anna/work/atlas"), "{projects}");
    assert_eq!(projects[0]["present"], true, "{projects}");
    // Its versions go on there.
    write_file(stage.path("anna/work/atlas/plan.md"), "another plan");
    let saved = stage.run("version_save", json!({"workspace": "atlas", "message": "at home"}));
    assert_eq!(saved["state"], "succeeded", "{saved}");
}
