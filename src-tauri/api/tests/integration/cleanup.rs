//! The clean-up of the library: what it shows is what it does.

use std::fs;

use serde_json::{Value, json};
use undercroft_api::wire::ErrorCode;
use undercroft_testkit::{SmallDisk, random_bytes, text_bytes, write_file};

use crate::stage::{Stage, Typist};

fn with_project(name: &str) -> Stage {
    let stage = Stage::new();
    write_file(stage.path(name).join("file"), random_bytes(1, 50_000));
    let place = stage.place(name);
    stage.ask("project_add", json!({"place": place}));
    stage
}

fn step(plan: &Value, kind: &str) -> Value {
    let steps = plan["steps"].as_array().unwrap();
    steps.iter().find(|step| step["kind"] == kind).unwrap().clone()
}

/// Puts the moment at which something went to the trash long into the past.
fn age_trash(stage: &Stage, table: &str, column: &str, key: &str) {
    age_trash_at(&stage.path("library"), table, column, key);
}

fn age_trash_at(library: &std::path::Path, table: &str, column: &str, key: &str) {
    let old = "2020-01-01T00:00:00.000Z";
    let path = library.join("catalog.db");
    let sql = match key {
        "" => format!("UPDATE {table} SET {column} = '{old}' WHERE {column} IS NOT NULL"),
        key => format!("UPDATE {table} SET {column} = json_set({column}, '$.{key}', '{old}')"),
    };
    let done = std::process::Command::new("sqlite3")
        .args(["-cmd", ".timeout 10000"])
        .arg(path)
        .arg(sql)
        .status()
        .unwrap();
    assert!(done.success());
}

#[test]
fn an_empty_library_has_nothing_to_free() {
    let stage = Stage::new();
    let plan = stage.ask("library_cleanup_preview", json!({}));
    assert_eq!(plan["freedBytes"], 0);
    assert_eq!(plan["steps"].as_array().unwrap().len(), 7);
    assert_eq!((&plan["last"], &plan["next"]), (&Value::Null, &Value::Null));
    let job = stage.run("library_cleanup", json!({}));
    assert_eq!(job["state"], "succeeded", "{job}");
    assert!(stage.ask("library_cleanup_preview", json!({}))["last"].is_string());
}

#[test]
fn the_trash_is_emptied_of_what_is_old_and_of_nothing_else() {
    let stage = with_project("old");
    write_file(stage.path("young/file"), "1");
    let place = stage.place("young");
    stage.ask("project_add", json!({"place": place}));
    write_file(stage.path("forgotten/file"), "1");
    let place = stage.place("forgotten");
    stage.ask("project_add", json!({"place": place}));
    stage.ask("project_trash", json!({"project": "old"}));
    age_trash(&stage, "projects", "trashed", "");
    stage.ask("project_trash", json!({"project": "young"}));
    stage.ask("project_forget", json!({"project": "forgotten"}));
    let request = json!({"steps": ["emptyTrash"]});
    let plan = stage.ask("library_cleanup_preview", request.clone());
    let items = step(&plan, "emptyTrash")["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
    assert_eq!(items[0]["name"], "old");
    let job = stage.run("library_cleanup", request);
    assert_eq!(job["state"], "succeeded", "{job}");
    assert_eq!(stage.refused("project_show", json!({"project": "old"})).code, ErrorCode::NotFound);
    stage.ask("project_recall", json!({"project": "young"}));
    assert!(stage.path("young/file").exists());
    assert!(stage.path("forgotten/file").exists());
}

#[test]
fn an_old_archive_in_the_trash_goes_and_its_project_stays_listed() {
    let stage = with_project("sample");
    assert_eq!(stage.run("archive_make", json!({"projects": ["sample"]}))["state"], "succeeded");
    let archive = stage.ask("archive_list", json!({}))[0].clone();
    stage.ask("archive_trash", json!({"archive": archive["id"]}));
    age_trash(&stage, "archives", "manifest", "trashed");
    let job = stage.run("library_cleanup", json!({"steps": ["emptyTrash"]}));
    assert_eq!(job["state"], "succeeded", "{job}");
    assert_eq!(stage.ask("archive_list", json!({"trashed": true})), json!([]));
    // What is still known of it goes when its owner says so.
    let shown = stage.ask("project_show", json!({"project": "sample"}));
    assert_eq!(shown["project"]["status"], "trashed");
    assert!(!fs::exists(archive["path"].as_str().unwrap()).unwrap());
}

#[test]
fn a_compaction_says_what_it_can_free_at_most() {
    let stage = with_project("sample");
    for round in 0..3 {
        for file in 0..40 {
            let text = text_bytes(round * 100 + file, 60_000);
            write_file(stage.path(&format!("sample/{file}.txt")), text);
        }
        let job = match round {
            0 => stage.run("history_start", json!({"project": "sample"})),
            _ => stage.run("version_save", json!({"workspace": "sample", "message": "more"})),
        };
        assert_eq!(job["state"], "succeeded", "{job}");
    }
    let request = json!({"steps": ["compactVersions"]});
    let plan = stage.ask("library_cleanup_preview", request.clone());
    let planned = step(&plan, "compactVersions");
    assert_eq!(planned["estimated"], true);
    let most = planned["items"][0]["bytes"].as_u64().unwrap();
    assert!(most > 0, "{planned}");
    let job = stage.run("library_cleanup", request);
    assert_eq!(job["state"], "succeeded", "{job}");
    let freed = stage.ask("library_cleanup_preview", json!({}))["lastFreedBytes"].clone();
    assert!(freed.as_u64().unwrap() <= most, "{freed} of {most}");
}

#[test]
fn idle_projects_are_archived_where_the_user_wants_that() {
    let stage = with_project("idle");
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1 << 30);
    let file = fs::File::open(stage.path("idle/file")).unwrap();
    file.set_modified(long_ago).unwrap();
    stage.run("project_refresh", json!({"project": "idle"}));
    let plan = stage.ask("library_cleanup_preview", json!({}));
    let idle = step(&plan, "archiveIdle");
    assert_eq!((&idle["enabled"], &idle["items"][0]["name"]), (&json!(false), &json!("idle")));
    stage.run("library_cleanup", json!({}));
    assert!(stage.path("idle/file").exists(), "it is switched off");
    stage.ask("settings_change", json!({"set": {"archive-idle": "true"}}));
    let job = stage.run("library_cleanup", json!({}));
    assert_eq!(job["state"], "succeeded", "{job}");
    assert!(!stage.path("idle").exists());
    assert_eq!(stage.ask("archive_list", json!({}))[0]["projectName"], "idle");
}

#[test]
fn one_list_says_what_needs_attention() {
    let stage = with_project("sample");
    let dashboard = stage.ask("dashboard", json!({}));
    let concerns = dashboard["concerns"].as_array().unwrap();
    let kinds: Vec<_> = concerns.iter().map(|concern| concern["kind"].clone()).collect();
    assert_eq!(kinds, ["noBackup", "noVersions"]);
    assert_eq!(dashboard["sentence"], "No project protected, 2 things need attention");
    let known = |known: bool| {
        let request = json!({"concern": concerns[1]["key"], "known": known});
        stage.ask("concern_known", request)["concerns"].as_array().unwrap().len()
    };
    assert_eq!((known(true), known(false)), (1, 2));
    let refused = json!({"concern": concerns[0]["key"], "known": true});
    assert_eq!(stage.refused("concern_known", refused).code, ErrorCode::Invalid);
    stage.run("archive_make", json!({"projects": ["sample"]}));
    assert_eq!(stage.ask("dashboard", json!({}))["concerns"], json!([]));
    let archive = stage.ask("archive_list", json!({}))[0].clone();
    fs::remove_file(archive["path"].as_str().unwrap()).unwrap();
    let concerns = stage.ask("dashboard", json!({}))["concerns"].clone();
    assert_eq!((&concerns[0]["kind"], &concerns[0]["level"]), (&json!("archive"), &json!("error")));
}

#[test]
fn a_full_disk_can_be_cleaned_up() {
    let Some(disk) = SmallDisk::mount(700 << 20) else { return };
    let stage = Stage::open_at(tempfile::tempdir().unwrap(), &disk.path().join("library"), Typist);
    write_file(stage.path("sample/file"), random_bytes(1, 3 << 20));
    let place = stage.place("sample");
    stage.ask("project_add", json!({"place": place}));
    stage.run("archive_make", json!({"projects": ["sample"], "keepSource": true}));
    let archive = stage.ask("archive_list", json!({}))[0].clone();
    stage.ask("archive_trash", json!({"archive": archive["id"]}));
    age_trash_at(&disk.path().join("library"), "archives", "manifest", "trashed");
    // The first clean-up keeps room back.
    stage.run("library_cleanup", json!({"steps": ["clearCaches"]}));
    assert!(disk.path().join("library/reserve").exists());
    disk.fill();
    let job = stage.run("library_cleanup", json!({"steps": ["emptyTrash"]}));
    assert_eq!(job["state"], "succeeded", "{job}");
    assert!(!fs::exists(archive["path"].as_str().unwrap()).unwrap());
}
