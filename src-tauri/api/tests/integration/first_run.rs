//! The first run: from what was found on a machine to a verified backup.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use undercroft_api::wire::ErrorCode;
use undercroft_api::{Abilities, Host, Surroundings};
use undercroft_testkit::write_file;

use crate::stage::Stage;

/// A machine with a home folder and a drive.
#[derive(Debug)]
struct Window {
    root: PathBuf,
}

impl Host for Window {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: true, can_type: true, tray: false }
    }

    fn surroundings(&self) -> Surroundings {
        let root = self.root.display();
        let mounts = format!(
            "22 1 250:1 / {root} rw - ext4 none rw\n31 22 250:17 / {root}/media/blue rw - exfat none rw\n"
        );
        Surroundings { mounts: mounts.into_bytes(), home: Some(self.root.join("home")) }
    }
}

fn machine() -> Stage {
    let stage = Stage::with(|root| Window { root: root.canonicalize().unwrap() });
    fs::create_dir_all(stage.path("media/blue")).unwrap();
    write_file(stage.path("home/work/atlas/Cargo.toml"), "[package]\nname = \"atlas\"\n");
    write_file(stage.path("home/work/atlas/target/big"), vec![7; 9000]);
    write_file(stage.path("home/work/birch/package.json"), "{}\n");
    stage
}

#[test]
fn what_was_found_becomes_projects_with_versions_and_a_verified_backup() {
    let stage = machine();
    let finds = stage.ask("project_find", json!({}));
    let found = finds["projects"].as_array().unwrap();
    assert_eq!(found.len(), 2);
    let atlas = found.iter().find(|it| it["place"]["name"] == "atlas").unwrap();
    assert_eq!((&atlas["rebuildableBytes"], &atlas["isSuggested"]), (&json!(9000), &json!(true)));
    assert_eq!(stage.ask("project_list", json!({})), json!([]), "nothing is added");
    for one in found {
        let project = stage.ask("project_add", json!({"place": one["place"]["id"]}));
        let begun = stage.run("history_start", json!({"project": project["id"]}));
        assert_eq!(begun["state"], "succeeded", "{begun}");
    }
    let drives = stage.ask("drive_list", json!({}));
    let blue = &drives[0];
    assert_eq!((&blue["name"], &blue["isProposed"]), (&json!("blue"), &json!(true)));
    assert_eq!(
        (&drives[1]["isHome"], &drives[1]["place"]["sameDisk"]),
        (&json!(true), &json!(true))
    );
    let password = json!({"type": "generated"});
    let add =
        json!({"place": blue["place"]["id"], "name": "blue", "password": password, "create": true});
    let destination = stage.ask("destination_add", add);
    let plan = stage.ask("plan_save", json!({"draft": stage.ask("plan_propose", json!({}))}));
    let ran = stage.run("plan_run", json!({"plan": plan["id"]}));
    assert_eq!(ran["state"], "succeeded", "{ran}");
    let run = stage.ask("run_list", json!({"plan": plan["id"], "limit": 1}))[0]["id"].clone();
    let parts = stage.ask("run_show", json!({"run": run}))["parts"].clone();
    let read_back = |it: &&Value| it["summary"].as_str().unwrap().contains("all sound");
    assert!(parts.as_array().unwrap().iter().any(|it| read_back(&it)), "{parts}");
    let kept = stage.ask("snapshot_list", json!({"destination": destination["id"]}));
    assert!(kept.as_array().unwrap().len() >= 2);
    assert_eq!(stage.ask("drive_list", json!({}))[0]["place"]["state"], "repository");
    assert_eq!(stage.ask("project_find", json!({}))["projects"], json!([]), "all are added");
}

#[test]
fn a_destination_on_the_disk_of_the_work_needs_attention() {
    let stage = machine();
    let atlas = stage.ask("project_find", json!({}))["projects"][0]["place"]["id"].clone();
    stage.ask("project_add", json!({"place": atlas}));
    for at in [0, 1] {
        let drive = &stage.ask("drive_list", json!({}))[at];
        let (place, password) = (&drive["place"]["id"], json!({"type": "generated"}));
        let add =
            json!({"place": place, "name": at.to_string(), "password": password, "create": true});
        stage.ask("destination_add", add);
    }
    let concerns = stage.ask("dashboard", json!({}))["concerns"].clone();
    let same_disk = |it: &&Value| it["kind"] == "sameDisk";
    let told: Vec<_> = concerns.as_array().unwrap().iter().filter(same_disk).collect();
    assert_eq!(told.len(), 1, "{concerns}");
    assert_eq!((&told[0]["subject"], &told[0]["level"]), (&json!("1"), &json!("warning")));
}

#[test]
fn a_password_that_was_made_is_told_of_until_its_kit_is_put_away() {
    let stage = machine();
    let drive = stage.ask("drive_list", json!({}))[0]["place"]["id"].clone();
    let generated = json!({"type": "generated"});
    let add = json!({"place": drive, "name": "blue", "password": generated, "create": true});
    let destination = stage.ask("destination_add", add)["id"].clone();
    let kits = || {
        let concerns = stage.ask("dashboard", json!({}))["concerns"].clone();
        let of_kit = |it: &&serde_json::Value| it["kind"] == "recoveryKit";
        concerns.as_array().unwrap().iter().filter(of_kit).cloned().collect::<Vec<_>>()
    };
    let told = kits();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((&told[0]["destination"], &told[0]["canBeKnown"]), (&destination, &json!(true)));
    stage.ask("concern_known", json!({"concern": told[0]["key"], "known": true}));
    assert!(kits().is_empty());
    let change = |password| json!({"destination": destination, "password": password});
    stage.ask("password_change", change(json!({"type": "generated"})));
    assert_eq!(kits().len(), 1, "the kit that was put away opens nothing any more");
    let typed = json!({"type": "typed", "password": "known to its user"});
    stage.ask("password_change", change(typed));
    assert!(kits().is_empty());
}

#[test]
fn a_place_that_was_found_is_good_for_its_purpose_alone() {
    let stage = machine();
    let found = stage.ask("project_find", json!({}))["projects"][0]["place"]["id"].clone();
    let drive = stage.ask("drive_list", json!({}))[0]["place"]["id"].clone();
    let password = json!({"type": "generated"});
    let add = json!({"place": found, "password": password, "create": true});
    assert_eq!(stage.refused("destination_add", add).code, ErrorCode::NotFound);
    let refusal = stage.refused("project_add", json!({"place": drive}));
    assert_eq!(refusal.code, ErrorCode::NotFound);
}

/// A file system whose program never answers, for as long as this lives.
struct Silent {
    place: PathBuf,
    program: std::process::Child,
}

impl Silent {
    fn mount(place: PathBuf) -> Option<Self> {
        fs::create_dir_all(&place).unwrap();
        let script = "exec 3<>/dev/fuse && \
             mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 silent \"$0\" && \
             exec sleep 600";
        let program = Command::new("sh").args(["-c", script]).arg(&place).spawn().unwrap();
        let mut this = Self { place, program };
        loop {
            let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
            if table.contains(&format!(" {} ", this.place.display())) {
                return Some(this);
            }
            if this.program.try_wait().unwrap().is_some() {
                undercroft_testkit::skip("no FUSE can be mounted");
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = Command::new("umount").arg("--lazy").arg(&self.place).status();
    }
}

#[test]
fn a_drive_that_does_not_answer_keeps_nobody_waiting() {
    let stage = machine();
    write_file(stage.path("home/share/lists/Cargo.toml"), "");
    write_file(stage.path("home/work/birch/data/a.txt"), "");
    let root = stage.path("").canonicalize().unwrap();
    for name in ["home/share/lists", "home/nas"] {
        fs::create_dir_all(root.join(name)).unwrap();
        stage.ask("project_add", json!({"place": stage.place(name)}));
    }
    let silent = ["home/share", "home/nas", "home/work/birch/data", "media/blue"];
    let mut mounted = Vec::new();
    for name in silent {
        let Some(silent) = Silent::mount(root.join(name)) else { return };
        mounted.push(silent);
    }
    let quickly = |what: &str, most: u64| {
        let begun = Instant::now();
        let answer = stage.ask(what, json!({}));
        assert!(begun.elapsed() < Duration::from_secs(most), "{what}: {:?}", begun.elapsed());
        answer
    };
    let finds = quickly("project_find", 10);
    let mut names: Vec<_> = finds["projects"].as_array().unwrap().iter().collect();
    names.sort_by_key(|it| it["place"]["name"].to_string());
    let files: Vec<_> = names.iter().map(|it| (&it["place"]["name"], &it["files"])).collect();
    assert_eq!(files, [(&json!("atlas"), &json!(2)), (&json!("birch"), &json!(1))]);
    let drives = quickly("drive_list", 20);
    let homes: Vec<_> = drives.as_array().unwrap().iter().map(|it| &it["isHome"]).collect();
    assert_eq!(homes, [&json!(true)], "{drives}");
    // The places that owe an answer are not asked again.
    quickly("project_find", 2);
    quickly("drive_list", 2);
    drop(mounted);
    let answers = |_: &i32| {
        std::thread::sleep(Duration::from_millis(50));
        stage.ask("drive_list", json!({}))[0]["name"] == "blue"
    };
    assert!((0..100).any(|n| answers(&n)));
}

#[test]
fn the_folder_of_a_workspace_is_no_project_of_its_own() {
    let stage = machine();
    let atlas = stage.ask("project_add", json!({"place": stage.place("home/work/atlas")}));
    stage.run("history_start", json!({"project": atlas["id"]}));
    let to = stage.place("home/work/atlas-try");
    let open = json!({"version": "latest:atlas", "name": "try", "to": to});
    let opened = stage.run("workspace_open", open);
    assert_eq!(opened["state"], "succeeded", "{opened}");
    let found = stage.ask("project_find", json!({}))["projects"].clone();
    let names: Vec<_> =
        found.as_array().unwrap().iter().map(|it| it["place"]["name"].clone()).collect();
    assert_eq!(names, ["birch"]);
    let again = json!({"place": stage.place("home/work/atlas-try")});
    let refusal = stage.refused("project_add", again);
    assert_eq!(refusal.why, "It belongs to the workspace try");
    let moved = json!({"project": atlas["id"], "place": stage.place("home/work/atlas-try")});
    assert_eq!(stage.refused("project_move", moved).why, "It belongs to the workspace try");
    let new = json!({"name": "oak", "target": stage.place("home/work/atlas-try")});
    assert_eq!(stage.refused("project_create", new).why, "It belongs to the workspace try");
}
