//! Projects that go to the trash, come back, and go for good.

use serde_json::{Value, json};
use undercroft_api::wire::ErrorCode;
use undercroft_testkit::write_file;

use crate::stage::Stage;

/// A project with a version, a draft and a backup.
fn begun() -> Stage {
    let stage = Stage::new();
    write_file(stage.path("work/sample/text"), "one");
    stage.ask("project_add", json!({"place": stage.place("work/sample")}));
    stage.run("history_start", json!({"project": "sample"}));
    stage.ask("draft_save", json!({"project": "sample", "name": "text", "base64": "b25l"}));
    let password = json!({"type": "typed", "password": "a password"});
    let drive = json!({"place": stage.place("drive"), "password": password, "create": true});
    stage.ask("destination_add", drive);
    let done = stage.run("backup_run", json!({"project": "sample", "destination": "drive"}));
    assert_eq!(done["state"], "succeeded", "{done}");
    stage
}

fn sample() -> Value {
    json!({"project": "sample"})
}

impl Stage {
    fn kinds(&self, side: &str) -> Vec<String> {
        let plan = self.ask("project_delete_preview", sample());
        let items = plan[side].as_array().unwrap().clone();
        items.iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn a_project_goes_to_the_trash_comes_back_and_goes_for_good() {
    let stage = begun();
    let trashed = stage.ask("project_trash", sample());
    assert_eq!((&trashed["status"], &trashed["present"]), (&json!("trashed"), &json!(true)));
    assert!(trashed["expires"].as_str() > trashed["trashed"].as_str(), "{trashed}");
    assert!(!stage.path("work/sample").exists());
    assert_eq!(stage.ask("project_list", json!({})), json!([]));
    assert_eq!(stage.refused("project_trash", sample()).code, ErrorCode::Invalid);

    let back = stage.ask("project_recall", sample());
    assert_eq!((&back["status"], &back["trashed"]), (&json!("active"), &json!(null)));
    assert!(stage.path("work/sample/text").exists());
    let versions = stage.ask("version_list", json!({"workspace": "sample", "limit": 5}));
    assert_eq!(versions.as_array().unwrap().len(), 1);

    let plan = stage.ask("project_delete_preview", sample());
    assert!(plan["refusal"].is_string(), "{plan}");
    let request = json!({"project": "sample", "name": "sample"});
    assert_eq!(stage.refused("project_delete", request.clone()).code, ErrorCode::Invalid);

    stage.ask("project_trash", sample());
    write_file(stage.path("work/sample/text"), "something else");
    assert_eq!(stage.refused("project_recall", sample()).code, ErrorCode::AlreadyExists);
    assert_eq!(stage.kinds("goes"), ["folder", "versions", "drafts"]);
    assert_eq!(stage.kinds("stays"), ["backups"]);
    let wrong = json!({"project": "sample", "name": "Sample"});
    assert_eq!(stage.refused("project_delete", wrong).code, ErrorCode::Invalid);
    let done = stage.run("project_delete", request);
    assert_eq!(done["state"], "succeeded", "{done}");
    assert_eq!(stage.refused("project_show", sample()).code, ErrorCode::NotFound);
    let names: Vec<_> = std::fs::read_dir(stage.path("work")).unwrap().flatten().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(stage.path("work/sample/text").exists());
    let backups = stage.ask("snapshot_list", json!({}));
    assert_eq!(backups.as_array().unwrap().len(), 1, "{backups}");
    assert_eq!(stage.ask("watch_list", json!({})), json!([]));
    stage.ask("doctor", json!({}));
    stage.ask("dashboard", json!({}));
}

#[test]
fn a_folder_that_was_only_taken_off_the_list_stays() {
    let stage = begun();
    stage.ask("project_forget", sample());
    assert_eq!(stage.kinds("goes"), ["versions", "drafts"]);
    assert_eq!(stage.kinds("stays"), ["folder", "backups"]);
    let done = stage.run("project_delete", json!({"project": "sample", "name": "sample"}));
    assert_eq!(done["state"], "succeeded", "{done}");
    assert!(stage.path("work/sample/text").exists());
}

#[test]
fn a_project_of_the_library_goes_with_its_folder() {
    let stage = Stage::new();
    stage.run("project_create", json!({"name": "sample"}));
    let id = stage.ask("project_list", json!({}))[0]["id"].as_str().unwrap().to_owned();
    let folder = stage.path("library/projects").join(&id);
    write_file(folder.join("source/text"), "one");
    stage.ask("project_trash", sample());
    let back = stage.ask("project_recall", sample());
    assert_eq!((&back["managed"], &back["present"]), (&json!(true), &json!(true)));
    stage.ask("project_trash", sample());
    stage.run("project_delete", json!({"project": "sample", "name": "sample"}));
    assert!(!folder.exists());
}

#[test]
fn projects_are_found_by_size_and_by_how_long_they_rest() {
    let stage = begun();
    stage.run("project_refresh", sample());
    let found = |filter: Value| stage.ask("project_list", filter).as_array().unwrap().len();
    assert_eq!(found(json!({"minBytes": 3, "maxBytes": 3})), 1);
    assert_eq!(found(json!({"minBytes": 4})), 0);
    assert_eq!((found(json!({"activeDays": 1})), found(json!({"idleDays": 1}))), (1, 0));
}

#[test]
fn what_can_be_undone_is_listed_and_undone() {
    let stage = begun();
    let titles = || {
        let all = stage.ask("undo_list", json!({}));
        let titles = all.as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap());
        titles.map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(titles().is_empty());
    write_file(stage.path("work/sample/text"), "two");
    stage.run("version_restore", json!({"version": "latest:sample", "paths": [["text"]]}));
    assert_eq!(titles(), ["Last restore or deletion in sample: text"]);
    let listed = stage.ask("undo_list", json!({}));
    let workspace = &listed[0]["way"]["workspace"];
    assert_eq!(
        (&listed[0]["way"]["type"], &listed[0]["blocked"]),
        (&json!("workspace"), &json!(null))
    );
    stage.run("undo", json!({"workspace": workspace}));
    assert_eq!(std::fs::read(stage.path("work/sample/text")).unwrap(), b"two");

    let backups = stage.ask("snapshot_list", json!({"destination": "drive"}));
    let forgotten = json!({"destination": "drive", "snapshots": [backups[0]["id"]]});
    stage.run("snapshot_forget", forgotten);
    let listed = stage.ask("undo_list", json!({}));
    let first = &listed[0];
    assert_eq!(first["title"], "1 backup forgotten at drive", "{listed}");
    assert!(first["until"].as_str() > first["time"].as_str(), "{first}");
    let way =
        json!({"destination": first["way"]["destination"], "snapshots": first["way"]["snapshots"]});
    stage.ask("trash_restore", way);
    stage.ask("project_trash", sample());
    assert_eq!(titles(), ["Project sample moved to the trash"]);
    std::fs::remove_dir_all(stage.path("drive")).unwrap();
    stage.ask("project_recall", sample());
    assert_eq!(titles().len(), 1, "the change in the workspace can still be undone");
}
