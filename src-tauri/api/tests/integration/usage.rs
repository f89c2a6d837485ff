//! The picture of the storage: counted, looked into, and freed.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use undercroft_api::{Abilities, Api, Host, MachineState};
use undercroft_foundation::{Clock, SettingsOverrides};
use undercroft_testkit::{random_bytes, set_modified, simulated_world, write_file};

use crate::stage::Stage;

fn project_of(stage: &Stage, name: &str) -> Value {
    stage.ask("project_add", json!({"place": stage.place(name), "name": name, "tags": []}))
}

/// A file of now: a clock that a test was given is not the one by which a disk notes times.
fn write_now(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
    write_file(path.as_ref(), bytes);
    set_modified(path.as_ref(), jiff::Timestamp::now().as_second(), 0);
}

/// A project of code, a large file, and a folder that is made again.
fn work(stage: &Stage) -> Value {
    let root = stage.path("work");
    write_now(root.join("src/main.rs"), "fn main() {}\n".repeat(5_000));
    write_now(root.join("src/deep/er/lib.rs"), "pub fn lib() {}\n".repeat(500));
    write_now(root.join("media/film.mp4"), random_bytes(1, 3 << 20));
    write_now(root.join("package.json"), "{}");
    write_now(root.join("node_modules/dep/index.js"), random_bytes(2, 1 << 20));
    write_now(root.join("node_modules/dep/more.js"), random_bytes(3, 100_000));
    project_of(stage, "work")
}

fn scan(stage: &Stage) {
    let done = stage.run("usage_scan", json!({}));
    assert_eq!(done["state"], "succeeded", "{done}");
}

fn show(stage: &Stage, key: &Value) -> Value {
    stage.ask("usage_show", json!({"key": key}))
}

#[track_caller]
fn row<'v>(view: &'v Value, name: &str) -> &'v Value {
    let rows = view["rows"].as_array().unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}: {view}"))
}

fn bytes_of(value: &Value) -> u64 {
    value["bytes"].as_u64().unwrap()
}

fn sum(view: &Value) -> u64 {
    view["rows"].as_array().unwrap().iter().map(bytes_of).sum()
}

/// The bytes that `du` counts.
fn du(path: &Path) -> u64 {
    let done = Command::new("du").args(["-s", "-B1"]).arg(path).output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn before_the_first_count_nothing_is_known() {
    let stage = Stage::new();
    work(&stage);
    let view = show(&stage, &json!(""));
    assert_eq!(view["scanned"], Value::Null);
    assert_eq!(view["rows"], json!([]));
    let overview = stage.ask("usage_overview", json!({}));
    assert_eq!(overview["scanned"], Value::Null);
    assert_eq!(overview["projects"], 1);
    assert_eq!(overview["quotaState"], "none");
    let refused = stage.refused("usage_growth", json!({"key": ""}));
    assert_eq!(serde_json::to_value(refused.code).unwrap(), "not_found");
}

#[test]
fn the_sums_agree_with_du_on_the_way_down_to_a_file() {
    let stage = Stage::new();
    work(&stage);
    let started = stage.run("history_start", json!({"project": "work"}));
    assert_eq!(started["state"], "succeeded", "{started}");
    scan(&stage);

    let whole = show(&stage, &json!(""));
    assert_eq!(sum(&whole), bytes_of(&whole), "{whole}");
    let overview = stage.ask("usage_overview", json!({}));
    assert_eq!(bytes_of(&overview), bytes_of(&whole));
    let layers = overview["layers"].as_array().unwrap();
    assert_eq!(layers.iter().map(bytes_of).sum::<u64>(), bytes_of(&overview), "{overview}");
    assert!(overview["savings"]["versionsBytes"].as_u64().unwrap() > 3 << 20);

    let project = show(&stage, &row(&whole, "work")["key"]);
    assert_eq!(project["kind"], "project");
    assert_eq!(sum(&project), bytes_of(&project), "{project}");
    let versions = row(&project, "Versions: large files");
    assert_eq!(versions["uniqueBytes"], versions["bytes"]);
    assert!(bytes_of(versions) > 3 << 20);

    let working = show(&stage, &row(&project, "Working files")["key"]);
    assert_eq!(bytes_of(&working), du(&stage.path("work")));
    let modules = row(&working, "node_modules");
    assert_eq!(modules["rebuildable"], true);
    assert_eq!(bytes_of(modules), du(&stage.path("work/node_modules")));
    assert_eq!(modules["reclaimableBytes"], modules["bytes"]);
    assert_eq!(working["reclaimableBytes"], modules["bytes"]);
    assert!(working["sentence"].as_str().unwrap().contains("can be had back"));

    let source = show(&stage, &row(&working, "src")["key"]);
    assert_eq!(bytes_of(&source), du(&stage.path("work/src")));
    let file = row(&source, "main.rs");
    assert_eq!(file["path"], json!(["src", "main.rs"]));
    assert_eq!(file["canOpen"], false);
    assert_eq!(file["class"], "code");
    let shown = show(&stage, &file["key"]);
    assert_eq!((&shown["kind"], bytes_of(&shown)), (&json!("file"), bytes_of(file)));
    let trail: Vec<_> =
        shown["trail"].as_array().unwrap().iter().map(|step| step["name"].clone()).collect();
    assert_eq!(json!(trail), json!(["Everything", "work", "Working files", "src", "main.rs"]));

    let few = stage.ask("usage_show", json!({"key": working["key"], "limit": 1}));
    assert_eq!(few["rows"].as_array().unwrap().len(), 2);
    assert_eq!(few["rows"][1]["kind"], "rest");
    assert_eq!(sum(&few), bytes_of(&few));
}

#[test]
fn types_and_ages_lead_to_files() {
    let stage = Stage::new();
    work(&stage);
    scan(&stage);
    let types = stage.ask("usage_show", json!({"key": "", "by": "type"}));
    let projects = show(&stage, &row(&types, "Sound and video")["key"]);
    let endings = show(&stage, &row(&projects, "work")["key"]);
    let files = show(&stage, &row(&endings, ".mp4")["key"]);
    let film = row(&files, "media/film.mp4");
    assert_eq!(film["path"], json!(["media", "film.mp4"]));
    assert_eq!(bytes_of(film), bytes_of(row(&types, "Sound and video")));
    let ages = stage.ask("usage_show", json!({"key": "", "by": "age"}));
    let projects = show(&stage, &row(&ages, "Changed in the last day")["key"]);
    let files = show(&stage, &row(&projects, "work")["key"]);
    assert_eq!(files["rows"].as_array().unwrap().len(), 6);
    let layers = stage.ask("usage_show", json!({"key": "", "by": "layer"}));
    assert_eq!(sum(&layers), bytes_of(&layers));
    for layer in layers["rows"].as_array().unwrap() {
        assert_eq!(bytes_of(&show(&stage, &layer["key"])), bytes_of(layer), "{layer}");
    }
}

#[test]
fn a_hostile_key_leads_nowhere() {
    let stage = Stage::new();
    let project = work(&stage);
    write_file(stage.path("secret"), "secret");
    scan(&stage);
    let id = project["id"].as_str().unwrap();
    for key in [
        "..".to_owned(),
        "/etc".to_owned(),
        format!("project:{id}/files/../secret"),
        format!("project:{id}/files/src/../../secret"),
        format!("project:{id}/files//etc"),
        format!("project:{id}/type:code:../x"),
        "layer:trash/../..".to_owned(),
        "x".repeat(1 << 20),
    ] {
        for name in ["usage_show", "usage_findings", "usage_growth"] {
            let refused = stage.refused(name, json!({"key": key}));
            assert_eq!(serde_json::to_value(refused.code).unwrap(), "invalid", "{name} {key}");
        }
    }
    let refused = stage.refused("usage_show", json!({"key": format!("project:{id}/files/no")}));
    assert_eq!(serde_json::to_value(refused.code).unwrap(), "not_found");
    for path in [json!([".."]), json!([]), json!(["a/b"]), json!([".git"]), json!(["src", ".GIT"])]
    {
        let request = json!({"project": id, "paths": [path]});
        let refused = stage.refused("usage_free", request);
        assert_eq!(serde_json::to_value(refused.code).unwrap(), "invalid");
    }
    std::os::unix::fs::symlink(stage.path(""), stage.path("work/out")).unwrap();
    for name in ["usage_free_preview", "usage_free"] {
        let refused = stage.refused(name, json!({"project": id, "paths": [["out", "secret"]]}));
        assert_eq!(serde_json::to_value(refused.code).unwrap(), "invalid");
    }
    assert!(stage.path("secret").exists());
}

#[test]
fn findings_say_who_else_holds_them() {
    let stage = Stage::new();
    work(&stage);
    let copy = std::fs::read(stage.path("work/media/film.mp4")).unwrap();
    stage.run("history_start", json!({"project": "work"}));
    write_file(stage.path("work/media/copy.mp4"), copy);
    scan(&stage);
    let searched = stage.run("usage_duplicates", json!({}));
    assert_eq!(searched["state"], "succeeded", "{searched}");
    let found = stage.ask("usage_findings", json!({"key": ""}));
    let held = |name: &str| {
        let largest = found["largest"].as_array().unwrap();
        let file = largest.iter().find(|it| it["path"] == json!(["media", name])).unwrap();
        file["held"].clone()
    };
    assert_eq!(held("film.mp4"), "version");
    assert_eq!(held("copy.mp4"), "nowhere");
    assert_eq!(found["rebuildable"][0]["path"], json!(["node_modules"]));
    assert_eq!(found["rebuildable"][0]["rebuiltBy"], "package.json");
    assert_eq!(found["duplicates"][0]["files"].as_array().unwrap().len(), 2);
    assert_eq!(found["duplicates"][0]["bytesEach"], 3 << 20);
    assert_ne!(found["searched"], Value::Null);
}

#[test]
fn what_is_freed_is_held_elsewhere() {
    let stage = Stage::new();
    work(&stage);
    stage.run("history_start", json!({"project": "work"}));
    write_file(stage.path("work/media/new.wav"), random_bytes(9, 500_000));
    stage.ask("rules_change", json!({"project": "work", "leaveOut": ["*.tmp"]}));
    write_file(stage.path("work/notes.tmp"), "in no version");
    scan(&stage);
    let paths = json!([["media"], ["notes.tmp"], ["node_modules"]]);
    let request = json!({"project": "work", "paths": paths});
    let plan = stage.ask("usage_free_preview", request.clone());
    assert_eq!(plan["toTrash"], 1);
    let held: Vec<_> =
        plan["items"].as_array().unwrap().iter().map(|it| it["held"].clone()).collect();
    assert_eq!(json!(held), json!(["version", "rebuildable", "nowhere"]), "{plan}");
    assert!(stage.path("work/media/film.mp4").exists());

    let media = std::fs::read(stage.path("work/media/new.wav")).unwrap();
    let done = stage.run("usage_free", request);
    assert_eq!(done["state"], "succeeded", "{done}");
    let summary = done["outcome"]["summary"].as_str().unwrap();
    assert!(summary.contains("1 item that no version holds went to the trash"), "{summary}");
    for gone in ["media", "notes.tmp", "node_modules"] {
        assert!(!stage.path("work").join(gone).exists(), "{gone}");
    }
    assert!(stage.path("work/package.json").exists());
    // The picture shows it at once.
    let found = stage.ask("usage_findings", json!({"key": ""}));
    assert_eq!(found["rebuildable"], json!([]));

    let versions = stage.ask("version_list", json!({"workspace": "work"}));
    let versions = versions.as_array().unwrap();
    let holds = |version: &&Value| {
        let at = json!({"version": version["id"], "path": ["media"]});
        let listing = stage.api.call("file_list", at);
        listing.is_ok_and(|it| it["entries"].as_array().unwrap().len() == 2)
    };
    let version = versions.iter().find(holds).expect("a version holds it");
    let at = json!({"version": version["id"], "path": ["media", "new.wav"]});
    assert_eq!(stage.ask("file_load", at)["sizeBytes"], media.len());
    let trash = Command::new("find").arg(stage.path("library/trash")).output().unwrap();
    assert!(String::from_utf8_lossy(&trash.stdout).contains("notes.tmp"));
    // It was one act, and is undone as one; what a program makes again is not part of it.
    let undone = stage.run("undo", json!({"workspace": "work"}));
    assert_eq!(undone["state"], "succeeded", "{undone}");
    assert_eq!(std::fs::read(stage.path("work/media/new.wav")).unwrap(), media);
    assert_eq!(std::fs::read(stage.path("work/notes.tmp")).unwrap(), b"in no version");
    assert!(!stage.path("work/node_modules").exists());
}

#[test]
fn an_undoing_says_what_is_gone_from_the_trash() {
    let stage = Stage::new();
    work(&stage);
    stage.run("history_start", json!({"project": "work"}));
    stage.ask("rules_change", json!({"project": "work", "leaveOut": ["*.tmp"]}));
    write_file(stage.path("work/notes.tmp"), "in no version");
    stage.run("usage_free", json!({"project": "work", "paths": [["media"], ["notes.tmp"]]}));
    std::fs::remove_dir_all(stage.path("library/trash")).unwrap();
    let undone = stage.run("undo", json!({"workspace": "work"}));
    assert_eq!(undone["state"], "warnings", "{undone}");
    let warning = &undone["outcome"]["warnings"][0];
    assert_eq!(warning["item"], "notes.tmp", "{undone}");
    assert!(warning["message"].as_str().unwrap().contains("emptied"), "{undone}");
    assert!(stage.path("work/media/film.mp4").exists());
}

#[test]
fn without_versions_what_is_freed_goes_to_the_trash() {
    let stage = Stage::new();
    let project = work(&stage);
    let paths = json!([["media"], ["src", "deep"], ["node_modules"]]);
    let request = json!({"project": "work", "paths": paths});
    let plan = stage.ask("usage_free_preview", request.clone());
    assert_eq!(plan["toTrash"], 2);
    assert_eq!(plan["bytes"], du(&stage.path("work/node_modules")));
    let done = stage.run("usage_free", request);
    assert_eq!(done["state"], "succeeded", "{done}");
    assert!(!stage.path("work/media").exists());
    assert!(!stage.path("work/node_modules").exists());
    let trash = stage.path("library/trash").join(project["id"].as_str().unwrap());
    assert!(trash.join("0-/media/film.mp4").exists());
    assert!(trash.join("0-/src/deep/er/lib.rs").exists());
    let undone = stage.run("undo", json!({"workspace": "work"}));
    assert_eq!(undone["state"], "succeeded", "{undone}");
    for back in ["media/film.mp4", "src/deep/er/lib.rs"] {
        assert!(stage.path("work").join(back).exists(), "{back}");
    }
    let again = stage.run("undo", json!({"workspace": "work"}));
    assert_eq!(again["state"], "failed", "{again}");
}

#[test]
fn an_undoing_passes_over_what_has_its_place_taken() {
    let stage = Stage::new();
    work(&stage);
    for path in [json!(["media"]), json!(["src", "deep"])] {
        let freed = stage.run("usage_free", json!({"project": "work", "paths": [path]}));
        assert_eq!(freed["state"], "succeeded", "{freed}");
    }
    write_now(stage.path("work/src/deep/er/lib.rs"), "new");
    // Versions that begin later know nothing of it.
    stage.run("history_start", json!({"project": "work"}));
    let undone = stage.run("undo", json!({"workspace": "work"}));
    assert_eq!(undone["state"], "warnings", "{undone}");
    assert!(stage.path("work/media/film.mp4").exists());
    assert_eq!(std::fs::read_to_string(stage.path("work/src/deep/er/lib.rs")).unwrap(), "new");
}

#[test]
fn layers_of_a_project_open_where_their_parts_are_known() {
    let stage = Stage::new();
    let project = work(&stage);
    write_now(stage.path("work/empty"), "");
    stage.run("history_start", json!({"project": "work"}));
    write_now(stage.path("work/src/main.rs"), "fn main() { loop {} }\n".repeat(3_000));
    stage.run("version_save", json!({"workspace": "work", "message": "two"}));
    stage.run("archive_make", json!({"projects": ["work"], "keepSource": true}));
    stage.ask("draft_save", json!({"project": "work", "name": "idea", "base64": "YSBkcmFmdA=="}));
    scan(&stage);
    let id = project["id"].as_str().unwrap();
    let view = show(&stage, &json!(format!("project:{id}")));
    let opens = |layer: &str| {
        let rows = view["rows"].as_array().unwrap();
        rows.iter().find(|row| row["layer"] == layer).unwrap_or_else(|| panic!("{layer}: {view}"))
            ["canOpen"]
            .clone()
    };
    assert_eq!([opens("versions"), opens("archives"), opens("objects")], [true, true, false]);
    assert_eq!(opens("drafts"), false);
    let archives = show(&stage, &json!(format!("project:{id}/layer:archives")));
    assert_eq!(archives["rows"].as_array().unwrap().len(), 1, "{archives}");
    assert_eq!(sum(&archives), bytes_of(&archives));
    let months = show(&stage, &json!(format!("project:{id}/layer:versions")));
    let month = &months["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "age");
    let month = month.unwrap_or_else(|| panic!("{months}"));
    assert!(month["name"].as_str().unwrap().ends_with("versions"), "{month}");
    assert_eq!(sum(&months), bytes_of(&months));
    assert_eq!(bytes_of(&show(&stage, &month["key"])), bytes_of(month));
    // A file without content takes nothing, and is counted all the same.
    let files = show(&stage, &json!(format!("project:{id}/files")));
    assert!(files["rows"].as_array().unwrap().iter().all(|row| bytes_of(row) > 0), "{files}");
    let listed: u64 =
        files["rows"].as_array().unwrap().iter().map(|row| row["files"].as_u64().unwrap()).sum();
    assert_eq!(files["files"].as_u64().unwrap(), listed + 1);
}

#[test]
fn a_folder_without_its_manifest_or_with_git_in_it_is_no_rubbish() {
    let stage = Stage::new();
    work(&stage);
    write_file(stage.path("work/node_modules/dep/.git/HEAD"), "work of its own");
    for name in ["usage_free_preview", "usage_free"] {
        let request = json!({"project": "work", "paths": [["node_modules"]]});
        match stage.api.call(name, request) {
            Err(refused) => assert!(refused.why.contains("git"), "{refused:?}"),
            Ok(job) => assert_eq!(stage.finish(&job)["state"], "failed"),
        }
    }
    assert!(stage.path("work/node_modules/dep/index.js").exists());
    std::fs::remove_dir_all(stage.path("work/node_modules/dep/.git")).unwrap();
    std::fs::remove_file(stage.path("work/package.json")).unwrap();
    let request = json!({"project": "work", "paths": [["node_modules"]]});
    let plan = stage.ask("usage_free_preview", request);
    assert_eq!(plan["items"][0]["held"], "nowhere");
}

/// A machine that does as the test says.
#[derive(Debug, Default)]
struct Desk(AtomicBool);

impl MachineState for Desk {
    fn is_on_battery(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn is_metered(&self) -> bool {
        false
    }

    fn is_busy(&self) -> bool {
        false
    }
}

#[derive(Debug)]
struct Face(Arc<Desk>);

impl Host for Face {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: false, can_type: true, tray: false }
    }

    fn machine_state(&self) -> Arc<dyn MachineState> {
        Arc::<Desk>::clone(&self.0)
    }
}

#[test]
fn a_machine_at_rest_counts_once_a_day_and_growth_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (world, clock) = simulated_world(5);
    let desk = Arc::<Desk>::default();
    let face = Face(Arc::clone(&desk));
    let root = folder.path().join("library");
    let api = Api::open(&root, &world, SettingsOverrides::default(), face).unwrap();
    let work = folder.path().join("work");
    write_file(work.join("data/a.bin"), random_bytes(1, 2 << 20));
    let place = api.places().register(&work).id;
    let ask = |name: &str, request: Value| api.call(name, request).unwrap();
    let project = ask("project_add", json!({"place": place, "name": "work", "tags": []}));
    let settle = || {
        for _ in 0..1500 {
            let jobs = ask("job_list", json!({}));
            if jobs.as_array().unwrap().iter().all(|job| !job["ended"].is_null()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("a job does not end");
    };
    let minutes = |minutes: u64| clock.advance(Duration::from_secs(minutes * 60));
    let at_rest = || {
        settle();
        assert!(api.count_storage_at_rest().unwrap().is_none());
        minutes(5);
        let began = api.count_storage_at_rest().unwrap();
        settle();
        began.is_some()
    };
    desk.0.store(true, Ordering::Relaxed);
    assert!(!at_rest(), "not on battery");
    desk.0.store(false, Ordering::Relaxed);
    assert!(at_rest(), "never counted");
    assert!(!at_rest(), "counted just now");

    let before = clock.now();
    write_file(work.join("data/b.bin"), random_bytes(2, 4 << 20));
    for _ in 0..(2 * 24 * 4) {
        // The clocks go together: no jump is seen.
        minutes(15);
        api.maintain_histories().unwrap();
    }
    let began = api.count_storage_at_rest().unwrap();
    assert!(began.is_some(), "two days later");
    settle();

    let key = format!("project:{}", project["id"].as_str().unwrap());
    let grown = ask("usage_growth", json!({"key": key, "from": before.to_string()}));
    assert_eq!(grown["counts"].as_array().unwrap().len(), 2);
    assert_eq!(grown["rows"][0]["name"], "data");
    let change = grown["bytesAfter"].as_u64().unwrap() - grown["bytesBefore"].as_u64().unwrap();
    assert!(change >= 4 << 20);
    let inner = ask("usage_growth", json!({"key": grown["rows"][0]["key"]}));
    assert_eq!(inner["rows"][0]["name"], "b.bin");
    let all = ask("usage_growth", json!({"key": ""}));
    assert_eq!(all["rows"][0]["name"], "work", "{all}");
    let trend = ask("usage_trend", json!({"subject": key}));
    assert_eq!(trend["samples"].as_array().unwrap().len(), 2);
    let refused = api.call("usage_trend", json!({"subject": "layer:trash"})).unwrap_err();
    assert_eq!(serde_json::to_value(refused.code).unwrap(), "invalid");
    api.shut_down();
}

#[test]
fn limits_are_told_of_before_they_are_reached() {
    let stage = Stage::new();
    let hole = |bytes| {
        std::fs::create_dir_all(stage.path("work")).unwrap();
        let file = std::fs::File::create(stage.path("work/hole")).unwrap();
        file.set_len(bytes).unwrap();
    };
    hole(800_000_000);
    let project = project_of(&stage, "work");
    let set = |key: &str, value: Value| {
        stage.ask("settings_change", json!({"set": {key: value}}));
    };
    let limits = || {
        let dashboard = stage.ask("dashboard", json!({}));
        let concerns = dashboard["concerns"].as_array().unwrap().clone();
        concerns.into_iter().filter(|it| it["kind"] == "limit").collect::<Vec<_>>()
    };
    let told_by_the_doctor = || {
        let findings = stage.ask("doctor", json!({}));
        let findings = findings.as_array().unwrap().clone();
        let of_limit = |it: &Value| it["what"].as_str().unwrap().contains("its limit");
        findings.into_iter().filter(of_limit).collect::<Vec<_>>()
    };
    let refresh = || {
        stage.run("project_refresh", json!({"project": "work"}));
    };
    refresh();
    set("project-limit-gb", json!("1"));
    assert_eq!((limits().len(), told_by_the_doctor().len()), (0, 0));

    hole(910_000_000);
    // Only what was counted is known.
    assert_eq!(limits().len(), 0);
    refresh();
    let near = limits();
    assert_eq!((near.len(), &near[0]["project"]), (1, &project["id"]), "{near:?}");
    assert_eq!((&near[0]["level"], &near[0]["subject"]), (&json!("warning"), &json!("work")));
    assert_eq!(near[0]["reason"], "It has 910.0 MB of the 1.0 GB that a project may have");
    let told = told_by_the_doctor();
    assert_eq!(told[0]["what"], "work is near its limit", "{told:?}");
    assert_eq!(told[0]["why"], near[0]["reason"]);
    hole(1_200_000_000);
    refresh();
    let reached = limits();
    assert_eq!(reached[0]["key"], near[0]["key"]);
    assert_eq!(reached[0]["reason"], "It has 1.2 GB, and a project may have 1.0 GB at most");
    assert_eq!(told_by_the_doctor()[0]["what"], "work has reached its limit");
    set("project-limit-gb", Value::Null);
    assert_eq!(limits().len(), 0);

    // The library takes the room that its files take.
    set("quota-gb", json!("1"));
    let large = stage.path("library/large");
    let file = std::fs::File::create(&large).unwrap();
    let Ok(()) = rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, 920_000_000)
    else {
        return;
    };
    scan(&stage);
    let near = limits();
    assert_eq!((near.len(), &near[0]["project"]), (1, &Value::Null), "{near:?}");
    let sentence = stage.ask("dashboard", json!({}))["sentence"].as_str().unwrap().to_owned();
    assert!(sentence.ends_with("3 things need attention"), "no backup and no versions: {sentence}");
    assert_eq!(told_by_the_doctor()[0]["what"], "The library is near its limit");
    assert_eq!(stage.ask("usage_overview", json!({}))["quotaState"], "near");
    std::fs::remove_file(large).unwrap();
    scan(&stage);
    assert_eq!(limits().len(), 0);
}
