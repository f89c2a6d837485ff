//! One search: files that are there and that are gone, wherever they are kept.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use undercroft_api::wire::ErrorCode;
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

#[test]
fn a_search_in_text_counts_files_and_not_lines() {
    let stage = Stage::new();
    for number in 0..30 {
        write_file(stage.path(&format!("sample/{number}")), "A plan\n".repeat(40));
    }
    let place = stage.place("sample");
    stage.ask("project_add", json!({"place": place}));
    stage.run("history_start", json!({"project": "sample"}));
    for (limit, more) in [(30, false), (29, true)] {
        let request = json!({"text": "a PLAN", "content": true, "limit": limit});
        let found = stage.ask("search", request);
        assert_eq!((hits(&found).len(), &found["more"]), (limit, &json!(more)));
        assert!(hits(&found).iter().all(|hit| hit["line"] == 1));
    }
}

#[test]
fn a_text_that_is_too_long_is_refused_in_words() {
    let stage = begun();
    let (most, longer) = ("a".repeat(4096), "a".repeat(4097));
    for content in [false, true] {
        let ask = |text: &String| json!({"text": text, "content": content});
        assert_eq!(stage.ask("search", ask(&most))["hits"], json!([]));
        let refusal = stage.refused("search", ask(&longer));
        assert_eq!(refusal.code, ErrorCode::Invalid);
        assert!(refusal.why.contains("4,096"), "{refusal:?}");
    }
    let of_version = json!({"version": "latest:sample", "text": longer, "inContent": true});
    assert_eq!(stage.refused("file_search", of_version).code, ErrorCode::Invalid);
}

/// An archive whose disk does not answer, until something is written.
fn silent_archive(stage: &Stage) -> PathBuf {
    let path = stage.ask("archive_list", json!({}))[0]["path"].clone();
    let path = PathBuf::from(path.as_str().unwrap());
    fs::remove_file(&path).unwrap();
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

fn search_threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.trim() == "search").count()
}

#[test]
fn the_newest_question_of_an_asker_is_answered_and_the_one_before_ends_at_once() {
    let stage = begun();
    let silent = silent_archive(&stage);
    let ask = |text: &str, content: bool| {
        let request = json!({"text": text, "asker": "page", "content": content});
        stage.api.call("search", request)
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| (ask("plan", false), Instant::now()));
        std::thread::sleep(Duration::from_millis(500));
        let cancelled = Instant::now();
        assert_eq!(hits(&ask("plan", true).unwrap()).len(), 1);
        // While the first has yet to hear of it, the third begins.
        let third = scope.spawn(|| ask("other", false));
        let (refusal, ended) = first.join().unwrap();
        assert_eq!(refusal.unwrap_err().code, ErrorCode::Cancelled);
        assert!(ended.duration_since(cancelled) < Duration::from_secs(3));
        let found = third.join().unwrap().unwrap();
        assert_eq!(paths(&found), ["other"]);
        assert_eq!(found["unread"][0]["kind"], "archive", "{found}");
    });
    drop(fs::OpenOptions::new().write(true).open(silent));
}

#[test]
fn searches_of_a_place_that_never_answers_do_not_pile_up() {
    let stage = begun();
    let silent = silent_archive(&stage);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let request = json!({"text": "plan", "quick": true, "asker": "page"});
            scope.spawn(|| stage.api.call("search", request));
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let few = || search_threads() <= 1;
    let waits = |_: &i32| {
        std::thread::sleep(Duration::from_millis(50));
        few()
    };
    assert!((0..60).any(|n| waits(&n)), "{}", search_threads());
    // It is asked again as soon as it has answered.
    drop(fs::OpenOptions::new().write(true).open(&silent));
    fs::remove_file(&silent).unwrap();
    let found = stage.ask("search", json!({"text": "plan", "quick": true}));
    let reason = found["unread"][0]["reason"].as_str().unwrap();
    assert!(!reason.contains("earlier search"), "{reason}");
}

#[test]
fn a_preview_of_very_many_paths_takes_no_longer_than_they_are_many() {
    let stage = Stage::new();
    // One large folder, and many small ones.
    for number in 0..4000 {
        write_file(stage.path(&format!("sample/flat/{number}")), "x");
    }
    for number in 0..1000 {
        write_file(stage.path(&format!("sample/deep/{number}/one")), "x");
    }
    let place = stage.place("sample");
    stage.ask("project_add", json!({"place": place}));
    let add = json!({"place": stage.place("disk"), "password": {"type": "typed", "password": "p"}, "create": true});
    stage.ask("destination_add", add);
    let job = stage.run("backup_run", json!({"project": "sample", "destination": "disk"}));
    assert_eq!(job["state"], "succeeded", "{job}");
    let flat = (0..20_000).map(|n| json!(["flat", (n % 4000).to_string()]));
    let deep = (0..20_000).map(|n| json!(["deep", (n % 1000).to_string(), "one"]));
    let paths: Vec<_> = flat.chain(deep).collect();
    let snapshots = stage.ask("snapshot_list", json!({"destination": "disk", "project": "sample"}));
    let to = stage.place("out");
    let request = json!({"destination": "disk", "snapshot": snapshots[0]["id"], "paths": paths, "to": to, "overwrite": "never"});
    let begun = Instant::now();
    let plan = stage.ask("restore_preview", request);
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!(plan["create"], 5000, "{plan}");
    let request = json!({"destination": "disk", "snapshot": snapshots[0]["id"], "paths": [["flat", "1"], ["none"]], "to": to, "overwrite": "never"});
    let refusal = stage.refused("restore_preview", request);
    assert_eq!(refusal.code, ErrorCode::NotFound);
    assert!(refusal.what.contains("/sample/none in snapshot"), "{refusal:?}");
}
