//! Archives through the one door that every face comes in by: a project leaves the disk and comes
//! back with all its versions.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use undercroft_api::wire::ErrorCode;
use undercroft_testkit::{
    Compare, ProjectKind, project_tree, random_bytes, tree_differences, write_file,
};

use crate::stage::Stage;

/// A library with the project `sample`, two versions of it, and a copy of its folder.
fn begun() -> Stage {
    let stage = Stage::new();
    project_tree(stage.path("sample"), ProjectKind::Rust, 1, 8);
    write_file(stage.path("sample/large.bin"), random_bytes(1, 400_000));
    write_file(stage.path("sample/text"), "one\n");
    let place = stage.place("sample");
    stage.ask("project_add", json!({"place": place}));
    stage.run("history_start", json!({"project": "sample"}));
    write_file(stage.path("sample/text"), "two\n");
    stage.run("version_save", json!({"workspace": "sample", "message": "Two"}));
    write_file(stage.path("sample/unsaved"), "not in a version yet");
    stage.ask(
        "draft_save",
        json!({"project": "sample", "name": "note", "base64": "aGk=", "kind": "draft"}),
    );
    copy(&stage.path("sample"), &stage.path("copy"));
    stage
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

#[test]
fn what_an_archive_is_said_to_take_is_what_it_takes() {
    let stage = Stage::new();
    for number in 1..=3 {
        let take = stage.path("film").join(format!("take{number}"));
        write_file(take, random_bytes(number, 3 << 20));
    }
    project_tree(stage.path("film/code"), ProjectKind::Rust, 1, 8);
    let place = stage.place("film");
    stage.ask("project_add", json!({"place": place}));
    stage.run("project_refresh", json!({"project": "film"}));
    stage.run("history_start", json!({"project": "film"}));
    write_file(stage.path("film/take1"), random_bytes(4, 3 << 20));
    stage.run("version_save", json!({"workspace": "film", "message": "Another take"}));
    // What another project has as well goes along all the same.
    write_file(stage.path("other/take"), random_bytes(2, 3 << 20));
    let place = stage.place("other");
    stage.ask("project_add", json!({"place": place}));
    stage.run("history_start", json!({"project": "other"}));

    let plan = stage.ask("archive_preview", json!({"projects": ["film"]}));
    let said = plan["items"][0]["estimatedBytes"].as_f64().unwrap();
    let job = stage.run("archive_make", json!({"projects": ["film"]}));
    assert_eq!(job["state"], "succeeded", "{job}");
    let made = stage.ask("archive_list", json!({}))[0]["archiveBytes"].as_f64().unwrap();
    assert!((said / made - 1.0).abs() < 0.05, "{said} said, {made} made");
}

#[track_caller]
fn assert_same(stage: &Stage, name: &str) {
    let compare = Compare { owners: false, ..Compare::METADATA };
    let differences = tree_differences(&stage.path("copy"), &stage.path(name), compare);
    assert!(differences.is_empty(), "{differences:#?}");
}

fn archived(stage: &Stage) -> Value {
    let job = stage.run("archive_make", json!({"projects": ["sample"]}));
    assert_eq!(job["state"], "succeeded", "{job}");
    stage.ask("archive_list", json!({}))[0].clone()
}

fn versions(stage: &Stage) -> Vec<Value> {
    let versions = stage.ask("version_list", json!({"workspace": "sample"}));
    versions.as_array().unwrap().clone()
}

fn status(stage: &Stage) -> Value {
    stage.ask("project_show", json!({"project": "sample"}))["project"]["status"].clone()
}

#[test]
fn a_project_leaves_and_comes_back_with_its_versions() {
    let stage = begun();
    let plan = stage.ask("archive_preview", json!({"projects": ["sample"]}));
    assert_eq!(plan["items"][0]["refusal"], Value::Null, "{plan}");
    let archive = archived(&stage);
    assert!(!stage.path("sample").exists());
    assert_eq!(status(&stage), "archived");
    assert_eq!(archive["state"], "kept");
    assert_eq!(archive["versions"], 3);
    assert_eq!(
        stage.refused("version_list", json!({"workspace": "sample"})).code,
        ErrorCode::NotFound
    );
    let project = json!({"project": "sample"});
    assert_eq!(stage.ask("draft_list", project.clone()), json!([]));
    let again = stage.refused("archive_make", json!({"projects": ["sample"]}));
    assert_eq!(again.code, ErrorCode::Invalid, "{again:?}");

    let name = json!({"archive": "sample"});
    let detail = stage.ask("archive_show", name.clone());
    let kinds: Vec<_> = detail["parts"].as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, ["project", "history", "objects", "drafts", "metadata"]);
    let listing = stage.ask("archive_browse", name.clone());
    let names: Vec<_> =
        listing["entries"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert!(names.contains(&&json!("unsaved")), "{names:?}");
    let file = stage.ask("archive_file", json!({"archive": "sample", "path": ["text"]}));
    assert_eq!(file["text"], "two\n");
    let hits = stage.ask("archive_search", json!({"text": "LARGE"}));
    assert_eq!(hits[0]["path"], json!(["large.bin"]));
    assert_eq!(stage.run("archive_check", name.clone())["state"], "succeeded");

    let plan = stage.ask("archive_restore_preview", name.clone());
    assert_eq!((&plan["wholeProject"], &plan["takenTotal"]), (&json!(true), &json!(0)));
    let restored = stage.run("archive_restore", name);
    assert_eq!(restored["state"], "succeeded", "{restored}");
    assert_same(&stage, "sample");
    assert_eq!(status(&stage), "active");
    let versions = versions(&stage);
    assert_eq!(versions.len(), 3);
    let old = stage.ask("file_preview", json!({"version": versions[2]["id"], "path": ["text"]}));
    assert_eq!(old["text"], "one\n");
    let drafts = stage.ask("draft_list", project);
    assert!(drafts.to_string().contains("note"), "{drafts}");
    assert_eq!(stage.ask("archive_list", json!({})), json!([]));
    assert_eq!(stage.ask("archive_list", json!({"trashed": true}))[0]["state"], "trashed");
    // Life goes on where it was left.
    write_file(stage.path("sample/text"), "three\n");
    let saved = stage.run("version_save", json!({"workspace": "sample", "message": "Three"}));
    assert_eq!(saved["state"], "succeeded", "{saved}");
}

#[test]
fn a_project_comes_back_elsewhere() {
    let stage = begun();
    archived(&stage);
    fs::create_dir(stage.path("other")).unwrap();
    let place = stage.place("other");
    let restored = stage.run("archive_restore", json!({"archive": "sample", "place": place}));
    assert_eq!(restored["state"], "succeeded", "{restored}");
    assert_same(&stage, "other/sample");
    assert_eq!(versions(&stage).len(), 3);
    let shown = stage.ask("project_show", json!({"project": "sample"}));
    assert!(shown["project"]["path"].as_str().unwrap().ends_with("other/sample"), "{shown}");
}

#[test]
fn single_files_come_back_without_the_rest() {
    let stage = begun();
    archived(&stage);
    fs::create_dir(stage.path("files")).unwrap();
    let place = stage.place("files");
    let request = json!({"archive": "sample", "place": place, "paths": [["text"]]});
    let restored = stage.run("archive_restore", request.clone());
    assert_eq!(restored["state"], "succeeded", "{restored}");
    assert_eq!(fs::read_to_string(stage.path("files/text")).unwrap(), "two\n");
    assert_eq!(fs::read_dir(stage.path("files")).unwrap().count(), 1);
    assert_eq!(status(&stage), "archived");
    let taken = stage.ask("archive_restore_preview", request.clone());
    assert_eq!(taken["taken"], json!(["text"]));
    let refused = stage.run("archive_restore", request.clone());
    assert_eq!(refused["outcome"]["error"]["code"], "already_exists");

    let mut more = request;
    more["paths"] = json!([["text"], ["large.bin"]]);
    more["conflict"] = json!("skip");
    let kept = stage.run("archive_restore", more);
    let summary = kept["outcome"]["summary"].as_str().unwrap();
    assert!(
        summary.starts_with("1 file (") && summary.ends_with(", 1 left as they were"),
        "{kept}"
    );
}

#[test]
fn a_copy_leaves_the_project_as_it_is() {
    let stage = begun();
    let job = stage.run("archive_make", json!({"projects": ["sample"], "keepSource": true}));
    assert_eq!(job["state"], "succeeded", "{job}");
    assert_same(&stage, "sample");
    assert_eq!(status(&stage), "active");
    assert_eq!(stage.ask("archive_list", json!({}))[0]["state"], "copy");
    assert_eq!(versions(&stage).len(), 3);
}

#[test]
fn an_archive_goes_to_the_trash_with_its_project_and_back() {
    let stage = begun();
    archived(&stage);
    let trashed = stage.ask("archive_trash", json!({"archive": "sample"}));
    assert_eq!(trashed["state"], "trashed");
    assert!(trashed["expires"].is_string(), "{trashed}");
    assert_eq!(status(&stage), "trashed");
    let recalled = stage.ask("archive_recall", json!({"archive": trashed["id"]}));
    assert_eq!(recalled["state"], "kept");
    assert_eq!(status(&stage), "archived");
}

#[test]
fn a_project_without_versions_is_archived_too() {
    let stage = Stage::new();
    write_file(stage.path("plain/file"), "1");
    let place = stage.place("plain");
    stage.ask("project_add", json!({"place": place}));
    let job = stage.run("archive_make", json!({"projects": ["plain"]}));
    assert_eq!(job["state"], "succeeded", "{job}");
    assert!(!stage.path("plain").exists());
    let job = stage.run("archive_restore", json!({"archive": "plain"}));
    assert_eq!(job["state"], "succeeded", "{job}");
    assert_eq!(fs::read_to_string(stage.path("plain/file")).unwrap(), "1");
}

#[test]
fn a_restore_that_fails_takes_no_version_back() {
    let stage = begun();
    stage.run("archive_make", json!({"projects": ["sample"], "keepSource": true}));
    write_file(stage.path("sample/text"), "newer");
    stage.run("version_save", json!({"workspace": "sample", "message": "Newer"}));
    let before = versions(&stage).len();
    stage.ask("project_trash", json!({"project": "sample"}));
    let refused = stage.refused("archive_restore", json!({"archive": "sample"}));
    assert_eq!(refused.code, ErrorCode::Invalid, "{refused:?}");
    stage.ask("project_recall", json!({"project": "sample"}));
    assert_eq!(versions(&stage).len(), before);
    assert_eq!(fs::read_to_string(stage.path("sample/text")).unwrap(), "newer");
}

#[test]
fn a_project_that_holds_another_is_neither_archived_nor_trashed() {
    let stage = begun();
    write_file(stage.path("sample/inner/file"), "1");
    let place = stage.place("sample/inner");
    stage.ask("project_add", json!({"place": place, "name": "inner"}));
    let job = stage.run("archive_make", json!({"projects": ["sample"]}));
    assert_eq!(job["outcome"]["error"]["code"], "invalid", "{job}");
    assert!(job.to_string().contains("The project inner lies in its folder"), "{job}");
    let refused = stage.refused("project_trash", json!({"project": "sample"}));
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert!(stage.path("sample/inner/file").exists());
}

#[test]
fn a_link_in_the_place_of_a_project_is_left_alone() {
    let stage = begun();
    fs::rename(stage.path("sample"), stage.path("moved")).unwrap();
    std::os::unix::fs::symlink(stage.path("moved"), stage.path("sample")).unwrap();
    let refused = stage.refused("project_trash", json!({"project": "sample"}));
    assert_eq!(refused.code, ErrorCode::Invalid, "{refused:?}");
    let job = stage.run("archive_make", json!({"projects": ["sample"]}));
    assert_ne!(job["state"], "succeeded", "{job}");
    assert!(stage.path("moved/text").exists() && stage.path("sample").is_symlink());
}

#[test]
fn gits_own_is_never_merged_into_a_repository_that_is_there() {
    let stage = begun();
    write_file(stage.path("sample/.git/HEAD"), "ref: refs/heads/main\n");
    stage.run("archive_make", json!({"projects": ["sample"], "keepSource": true}));
    write_file(stage.path("sample/.git/HEAD"), "ref: refs/heads/newer\n");
    write_file(stage.path("sample/text"), "newer");
    let job = stage.run("archive_restore", json!({"archive": "sample", "conflict": "replace"}));
    assert_eq!(
        fs::read_to_string(stage.path("sample/.git/HEAD")).unwrap(),
        "ref: refs/heads/newer\n"
    );
    assert_eq!(fs::read_to_string(stage.path("sample/text")).unwrap(), "two\n");
    let kept = stage.path("sample/replaced by restore/text");
    assert_eq!(fs::read_to_string(kept).unwrap(), "newer", "{job}");
}
