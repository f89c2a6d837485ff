//! One search: files that are there and that are gone, wherever they are kept.

use std::fs;

use serde_json::{Value, json};
use undercroft_testkit::write_file;

use crate::stage::Stage;

/// A library with the project `sample`, whose file `notes/plan.md` is in two versions, in a backup
/// and in an archive, and was deleted then.
fn begun() -> Stage {
    let stage = Stage::new();
    write_file(stage.path("sample/notes/plan.md"), "one\n");
    write_file(stage.path("sample/other"), "a plan, in its text\n");
    let place = stage.place("sample");
    stage.ask("project_add", json!({"place": place}));
    stage.run("history_start", json!({"project": "sample"}));
    let archive = json!({"projects": ["sample"], "keepSource": true});
    assert_eq!(stage.run("archive_make", archive)["state"], "succeeded");
    write_file(stage.path("sample/notes/plan.md"), "one and two\n");
    save(&stage);
    let add = json!({"place": stage.place("disk"), "password": {"type": "typed", "password": "p"}, "create": true});
    stage.ask("destination_add", add);
    let job = stage.run("backup_run", json!({"project": "sample", "destination": "disk"}));
    assert_eq!(job["state"], "succeeded", "{job}");
    fs::remove_file(stage.path("sample/notes/plan.md")).unwrap();
    save(&stage);
    stage
}

fn save(stage: &Stage) {
    stage.run("version_save", json!({"workspace": "sample", "message": "Saved"}));
}

fn hits(found: &Value) -> Vec<Value> {
    found["hits"].as_array().unwrap().clone()
}

fn paths(found: &Value) -> Vec<String> {
    let path = |hit: &Value| {
        let names: Vec<_> =
            hit["path"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        names.join("/")
    };
    hits(found).iter().map(path).collect()
}

#[test]
fn a_deleted_file_is_one_hit_whatever_holds_it() {
    let stage = begun();
    let found = stage.ask("search", json!({"text": "PLAN"}));
    assert_eq!((paths(&found), &found["more"]), (vec!["notes/plan.md".into()], &json!(false)));
    assert_eq!(found["unread"], json!([]));
    let hit = &hits(&found)[0];
    assert_eq!((&hit["state"], &hit["projectName"]), (&json!("gone"), &json!("sample")));
    assert!(hit["removed"].is_string(), "{hit}");
    let counts = ["versions", "backups", "archives"].map(|name| hit[name].as_u64().unwrap());
    assert_eq!(counts, [2, 1, 1]);
    // The newest copy is all that a restore needs.
    let newest = &hit["newest"];
    assert_eq!(newest["sizeBytes"], 12);
    let at = json!({"version": newest["version"], "path": newest["versionPath"]});
    assert_eq!(stage.ask("file_preview", at)["text"], "one and two\n");
    let backup = &newest["backups"][0];
    assert_eq!(backup["path"], json!(["notes", "plan.md"]));
    // Its name as part of a path, as a pattern, and not as that of a folder on the way.
    for text in ["notes/PL", "*.md", "pl?n.md"] {
        assert_eq!(paths(&stage.ask("search", json!({"text": text}))), ["notes/plan.md"], "{text}");
    }
    assert_eq!(paths(&stage.ask("search", json!({"text": "notes"}))), ["notes"]);
    assert!(hits(&stage.ask("search", json!({"text": "config"}))).is_empty());
    let quick = stage.ask("search", json!({"text": "plan", "quick": true}));
    assert_eq!((paths(&quick), &hits(&quick)[0]["backups"]), (paths(&found), &json!(0)));
}

#[test]
fn what_comes_back_is_there_and_so_is_what_no_version_holds() {
    let stage = begun();
    write_file(stage.path("sample/notes/plan.md"), "not saved yet\n");
    let found = stage.ask("search", json!({"text": "plan"}));
    assert_eq!(
        (&hits(&found)[0]["state"], &hits(&found)[0]["removed"]),
        (&json!("here"), &Value::Null)
    );
    let found = stage.ask("search", json!({"text": "its TEXT", "content": true}));
    assert_eq!(hits(&found), Vec::<Value>::new(), "upper case is meant as it is written");
    let found = stage.ask("search", json!({"text": "its text", "content": true}));
    let hit = &hits(&found)[0];
    assert_eq!((&hit["line"], &hit["preview"]), (&json!(1), &json!("a plan, in its text")));
    assert_eq!((&hit["state"], &hit["path"]), (&json!("here"), &json!(["other"])));
}

#[test]
fn places_that_cannot_be_read_are_named() {
    let stage = begun();
    fs::rename(stage.path("disk"), stage.path("away")).unwrap();
    let archives = stage.ask("archive_list", json!({}));
    fs::write(archives[0]["path"].as_str().unwrap(), "no archive at all").unwrap();
    let found = stage.ask("search", json!({"text": "plan"}));
    assert_eq!(paths(&found), ["notes/plan.md"], "versions still tell");
    let unread = found["unread"].as_array().unwrap();
    let mut told: Vec<_> =
        unread.iter().map(|place| (place["kind"].as_str(), place["name"].as_str())).collect();
    told.sort_unstable();
    assert_eq!(told, [(Some("archive"), Some("sample")), (Some("destination"), Some("disk"))]);
    assert!(unread.iter().all(|place| place["reason"].as_str().unwrap().len() > 10), "{unread:?}");
}

#[test]
fn a_project_can_be_named_and_no_more_is_given_than_asked_for() {
    let stage = begun();
    write_file(stage.path("second/plan.md"), "of the second");
    write_file(stage.path("second/plan b\u{301}\n.md"), "hostile");
    let place = stage.place("second");
    stage.ask("project_add", json!({"place": place}));
    stage.run("history_start", json!({"project": "second"}));
    let all = stage.ask("search", json!({"text": "plan"}));
    // There before gone; of what fits equally well, the newest first.
    assert_eq!(hits(&all).last().unwrap()["state"], "gone");
    assert_eq!(hits(&all).len(), 3);
    let few = stage.ask("search", json!({"text": "plan.md", "limit": 1}));
    assert_eq!((paths(&few), &few["more"]), (vec!["plan.md".into()], &json!(true)));
    let of_one = stage.ask("search", json!({"text": "plan", "project": "sample"}));
    assert_eq!(paths(&of_one), ["notes/plan.md"]);
    // Unicode writes one letter in two ways.
    let found = stage.ask("search", json!({"text": "plan b\u{301}"}));
    assert_eq!(paths(&found).len(), 1);
    for (request, code) in
        [(json!({"text": " "}), "invalid"), (json!({"text": "a", "project": "none"}), "not_found")]
    {
        let refused = stage.refused("search", request);
        assert_eq!(serde_json::to_value(refused.code).unwrap(), code);
    }
}

#[test]
fn files_of_an_archived_project_are_in_the_archive() {
    let stage = begun();
    let archived = stage.run("archive_make", json!({"projects": ["sample"]}));
    assert_eq!(archived["state"], "succeeded", "{archived}");
    let found = stage.ask("search", json!({"text": "other"}));
    let hit = &hits(&found)[0];
    assert_eq!((&hit["state"], hits(&found).len()), (&json!("archived"), 1));
    assert!(hit["newest"]["archives"][0]["archive"].is_string(), "{hit}");
}
