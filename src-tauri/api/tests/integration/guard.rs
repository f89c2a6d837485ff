//! What the guard noticed: the loss is named, brought back, meant, and over when all is back.

use std::fs;

use serde_json::{Value, json};
use undercroft_api::wire::ErrorCode;
use undercroft_testkit::write_file;

use crate::stage::Stage;

/// A backed-up project with 100 files in `album` and two others.
fn begun(versions: bool) -> Stage {
    let stage = Stage::new();
    for n in 0..100 {
        write_file(stage.path(&format!("sample/album/{n}.txt")), format!("picture {n}"));
    }
    write_file(stage.path("sample/plan.md"), "a plan");
    stage.ask("project_add", json!({"place": stage.place("sample")}));
    if versions {
        stage.run("history_start", json!({"project": "sample"}));
    }
    let add = json!({"place": stage.place("disk"), "password": {"type": "typed", "password": "p"}, "create": true});
    stage.ask("destination_add", add);
    back_up(&stage);
    stage
}

fn back_up(stage: &Stage) {
    let job = stage.run("backup_run", json!({"project": "sample", "destination": "disk"}));
    assert_eq!(job["state"], "succeeded", "{job}");
}

fn save(stage: &Stage) {
    let job = stage.run("version_save", json!({"workspace": "sample", "message": "Now"}));
    assert_eq!(job["state"], "succeeded", "{job}");
}

fn lose(stage: &Stage) {
    fs::remove_dir_all(stage.path("sample/album")).unwrap();
}

#[track_caller]
fn alert(stage: &Stage) -> Value {
    let alerts = stage.ask("guard_list", json!({}));
    let [alert] = &alerts.as_array().unwrap()[..] else { panic!("one alert: {alerts}") };
    alert.clone()
}

fn concerns(stage: &Stage) -> Vec<Value> {
    let dashboard = stage.ask("dashboard", json!({}));
    let concerns = dashboard["concerns"].as_array().unwrap().iter();
    concerns.filter(|concern| concern["kind"] == "alert").cloned().collect()
}

#[test]
fn what_is_gone_comes_back_from_the_newest_version_that_has_all_of_it() {
    let stage = begun(true);
    write_file(stage.path("sample/album/1.txt"), "changed since the backup");
    save(&stage);
    lose(&stage);
    write_file(stage.path("sample/plan.md"), "another plan");
    save(&stage);
    back_up(&stage);
    let concern = &concerns(&stage)[0];
    assert_eq!(concern["level"], "error", "{concern}");

    let request = json!({"alert": alert(&stage)["id"]});
    let loss = stage.ask("guard_loss", request.clone());
    assert_eq!((&loss["source"]["kind"], &loss["paths"]), (&json!("version"), &json!([["album"]])));
    let job = stage.run("guard_restore", request.clone());
    assert_eq!(job["state"], "succeeded", "{job}");
    let back = fs::read_to_string(stage.path("sample/album/1.txt")).unwrap();
    assert_eq!(back, "changed since the backup");
    assert_eq!(fs::read_to_string(stage.path("sample/plan.md")).unwrap(), "another plan");

    assert_eq!(alert(&stage)["answer"], "back");
    assert!(concerns(&stage).is_empty());
    assert_eq!(stage.refused("guard_loss", request).code, ErrorCode::NotFound);
}

#[test]
fn without_versions_what_is_gone_comes_back_from_the_backup_before() {
    let stage = begun(false);
    lose(&stage);
    back_up(&stage);
    // Somebody already brings single files back, in another way.
    write_file(stage.path("sample/album/7.txt"), "written anew");
    assert!(alert(&stage)["open"].as_bool().unwrap());
    let request = json!({"alert": alert(&stage)["id"]});
    let loss = stage.ask("guard_loss", request.clone());
    assert_eq!(loss["source"]["kind"], "backup");
    assert_eq!(loss["paths"].as_array().unwrap().len(), 99, "what is there is not gone");
    let job = stage.run("guard_restore", request);
    assert_eq!(job["state"], "succeeded", "{job}");
    assert_eq!(fs::read_to_string(stage.path("sample/album/7.txt")).unwrap(), "written anew");
    assert_eq!(alert(&stage)["answer"], "back");
}

#[test]
fn empty_files_under_the_old_names_bring_nothing_back() {
    for versions in [true, false] {
        let stage = begun(versions);
        lose(&stage);
        if versions {
            save(&stage);
        }
        back_up(&stage);
        for n in 0..100 {
            write_file(stage.path(&format!("sample/album/{n}.txt")), "");
        }
        if versions {
            save(&stage);
        }
        assert!(alert(&stage)["open"].as_bool().unwrap(), "a look: versions {versions}");
        back_up(&stage);
        assert!(alert(&stage)["open"].as_bool().unwrap(), "a backup: versions {versions}");

        let request = json!({"alert": alert(&stage)["id"]});
        let job = stage.run("guard_restore", request);
        assert_eq!(job["state"], "succeeded", "{job}");
        let back = fs::read_to_string(stage.path("sample/album/3.txt")).unwrap();
        assert_eq!(back, "picture 3", "versions {versions}");
        assert_eq!(alert(&stage)["answer"], "back", "versions {versions}");
    }
}

#[test]
fn rewritten_files_come_back_and_the_alert_is_over_with_the_next_version() {
    let stage = begun(true);
    for n in 0..100 {
        write_file(stage.path(&format!("sample/album/{n}.txt")), "scrambled");
    }
    save(&stage);
    back_up(&stage);
    let request = json!({"alert": alert(&stage)["id"]});
    assert_eq!(stage.ask("guard_loss", request.clone())["source"]["kind"], "version");
    stage.run("guard_restore", request);
    assert_eq!(fs::read_to_string(stage.path("sample/album/3.txt")).unwrap(), "picture 3");
    save(&stage);
    assert_eq!(alert(&stage)["answer"], "back");
    back_up(&stage);
    assert_eq!(alert(&stage)["answer"], "back", "the way back is no anomaly");
}

#[test]
fn rewritten_files_of_a_project_without_versions_are_back_with_the_next_backup() {
    let stage = begun(false);
    for n in 0..100 {
        write_file(stage.path(&format!("sample/album/{n}.txt")), "scrambled");
    }
    back_up(&stage);
    let request = json!({"alert": alert(&stage)["id"]});
    stage.run("guard_restore", request);
    assert!(alert(&stage)["open"].as_bool().unwrap());
    back_up(&stage);
    assert_eq!(alert(&stage)["answer"], "back", "the way back is no anomaly");
}

#[test]
fn a_loss_that_was_meant_is_no_concern_until_the_answer_is_taken_back() {
    let stage = begun(true);
    lose(&stage);
    save(&stage);
    back_up(&stage);
    let id = alert(&stage)["id"].clone();
    let answer = |answer: Value| stage.ask("guard_answer", json!({"alert": id, "answer": answer}));
    assert!(!answer(json!("meant"))["open"].as_bool().unwrap());
    assert!(concerns(&stage).is_empty());
    assert!(answer(Value::Null)["open"].as_bool().unwrap());
    assert_eq!(concerns(&stage).len(), 1);
    // That it was not meant holds the backups from before; what is gone stays gone.
    assert!(answer(json!("notMeant"))["open"].as_bool().unwrap());
    assert_eq!(concerns(&stage).len(), 1);
    let refused = stage.refused("guard_answer", json!({"alert": id, "answer": "back"}));
    assert_eq!(refused.code, ErrorCode::Invalid);
}
