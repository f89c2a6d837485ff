//! Versions through the one door that the window and HTTP come in by: a name and JSON.

use std::fs;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use undercroft_api::wire::{BackendEvent, ErrorCode};
use undercroft_testkit::{ProjectKind, project_tree, random_bytes, write_file};

use crate::stage::Stage;

/// A library with the project `sample` and its first version.
fn begun() -> Stage {
    let stage = Stage::new();
    project_tree(stage.path("sample"), ProjectKind::Rust, 1, 5);
    write_file(stage.path("sample/odd\n\u{202e}name"), "odd");
    write_file(stage.path("sample/text"), "one\ntwo\n");
    let place = stage.place("sample");
    stage.ask("project_add", json!({"place": place}));
    let begun = stage.run("history_start", json!({"project": "sample"}));
    assert_eq!(begun["state"], "succeeded", "{begun}");
    stage
}

impl Stage {
    fn newest(&self) -> Value {
        self.ask("version_list", json!({"workspace": "sample", "limit": 1}))[0].clone()
    }
}

#[test]
fn the_first_version_is_previewed_made_and_looked_into() {
    let stage = begun();
    write_file(stage.path("sample/node_modules/x"), "x");
    write_file(stage.path("sample/package.json"), "{}");
    write_file(stage.path("sample/.env"), "SECRET=1");
    assert_eq!(
        stage.refused("history_plan", json!({"project": "sample"})).code,
        ErrorCode::NotFound
    );
    stage.run("history_preview", json!({"project": "sample"}));
    let plan = stage.ask("history_plan", json!({"project": "sample"}));
    let left_out = plan["leftOut"].as_array().unwrap();
    assert!(left_out.iter().any(|item| item["path"] == json!(["node_modules"])), "{plan}");
    assert_eq!(plan["secrets"], json!([[".env"]]));

    let version = stage.newest();
    assert_eq!(version["trigger"], "import");
    let listing = stage.ask("file_list", json!({"version": version["id"], "path": []}));
    let names: Vec<_> =
        listing["entries"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert!(names.contains(&&json!("odd\\n\\xe2\\x80\\xaename")), "{names:?}");
    let odd = json!({"version": "latest:sample", "path": ["odd\\n\\xe2\\x80\\xaename"]});
    assert_eq!(stage.ask("file_preview", odd.clone())["text"], "odd");
    assert_eq!(stage.ask("file_load", odd)["base64"], BASE64_STANDARD.encode("odd"));
    let gone = json!({"version": version["id"], "path": ["nowhere"]});
    assert_eq!(stage.refused("file_preview", gone).code, ErrorCode::NotFound);
    let out = json!({"version": version["id"], "path": ["..", "library"]});
    assert_eq!(stage.refused("file_list", out).code, ErrorCode::Invalid);
}

#[test]
fn sides_are_compared_by_text_image_and_bytes() {
    let stage = begun();
    let png = |tail: u8| [&b"\x89PNG\r\n\x1a\n"[..], &[0, 0, 0, 13, tail]].concat();
    write_file(stage.path("sample/picture.png"), png(1));
    write_file(stage.path("sample/bytes"), random_bytes(1, 5000));
    stage.run("version_save", json!({"workspace": "sample", "message": "Before"}));
    let before = stage.newest()["id"].clone();
    write_file(stage.path("sample/picture.png"), png(2));
    write_file(stage.path("sample/bytes"), random_bytes(2, 5000));
    write_file(stage.path("sample/text"), "one\ntwo words\n");
    let side = |version: &str, path: &str| json!({"version": version, "path": [path]});
    let diff = |path: &str| {
        let from = json!({"version": before, "path": [path]});
        stage.ask("file_diff", json!({"from": from, "to": side("now", path)}))
    };
    let text = diff("text");
    assert_eq!((&text["kind"], &text["addedLines"]), (&json!("text"), &json!(1)));
    let lines = text["hunks"][0]["lines"].as_array().unwrap();
    let added = lines.iter().find(|line| line["tag"] == "added").unwrap();
    assert_eq!((&added["text"], &added["new"]), (&json!("two words"), &json!(2)));
    assert_eq!(text["text"], "one\ntwo words\n");
    let image = diff("picture.png");
    assert!(image["text"].is_null(), "{image}");
    assert_eq!((&image["kind"], &image["new"]["mime"]), (&json!("image"), &json!("image/png")));
    assert_eq!(image["old"]["base64"], BASE64_STANDARD.encode(png(1)));
    assert_eq!(diff("bytes")["kind"], "binary");
    let new = stage.ask("file_diff", json!({"to": side("latest:sample", "text")}));
    assert_eq!((&new["kind"], &new["removedLines"]), (&json!("text"), &json!(0)));
    stage.refused("file_diff", json!({}));
    let changed = stage.ask("version_compare", json!({"from": before, "to": "now"}));
    assert_eq!(changed["changesTotal"], 3, "{changed}");
}

#[test]
fn dropped_files_come_in_and_go_back_out() {
    let stage = begun();
    write_file(stage.path("drop/text"), "dropped");
    let request = |conflict: &str| {
        let places = [stage.place("drop/text")];
        json!({"workspace": "sample", "folder": [], "places": places, "conflict": conflict})
    };
    let asked = stage.run("file_upload", request("ask"));
    assert_eq!(asked["outcome"]["error"]["code"], "already_exists", "{asked}");
    assert_eq!(stage.run("file_upload", request("replace"))["state"], "succeeded");
    assert_eq!(fs::read(stage.path("sample/text")).unwrap(), b"dropped");
    assert_eq!(stage.newest()["message"], "Add text");
    let plan = json!({"version": "latest:sample", "to": stage.place("out"), "paths": [["text"]]});
    assert_eq!(stage.ask("version_restore_preview", plan.clone())["restore"], 1);
    let done = stage.run("version_restore", plan);
    assert_eq!(done["outcome"]["summary"], "1 restored, 0 identical, 0 failed", "{done}");
    assert_eq!(fs::read(stage.path("out/text")).unwrap(), b"dropped");
    stage.run("undo", json!({"workspace": "sample"}));
    assert_eq!(fs::read(stage.path("sample/text")).unwrap(), b"one\ntwo\n");
}

#[test]
fn a_backup_that_goes_over_a_workspace_is_undone_and_leaves_git_alone() {
    let stage = begun();
    write_file(stage.path("sample/.git/HEAD"), "ref: refs/heads/one");
    let password = json!({"type": "typed", "password": "a password"});
    let drive = json!({"place": stage.place("drive"), "password": password, "create": true});
    stage.ask("destination_add", drive);
    let backed_up = stage.run("backup_run", json!({"project": "sample", "destination": "drive"}));
    assert_eq!(backed_up["state"], "succeeded", "{backed_up}");
    write_file(stage.path("sample/text"), "in no version yet");
    write_file(stage.path("sample/.git/HEAD"), "ref: refs/heads/two");
    let restore = |to: &str, paths: &[&[&str]]| {
        json!({"destination": "drive", "snapshot": "latest", "paths": paths, "to": stage.place(to),
               "overwrite": "always"})
    };
    let done = stage.run("restore", restore("", &[]));
    let said = done["outcome"]["summary"].as_str().unwrap();
    assert!(said.contains("undercroft undo"), "{done}");
    assert!(done["outcome"]["warnings"].to_string().contains("existing .git"), "{done}");
    assert_eq!(fs::read(stage.path("sample/text")).unwrap(), b"one\ntwo\n");
    stage.run("undo", json!({"workspace": "sample"}));
    assert_eq!(fs::read(stage.path("sample/text")).unwrap(), b"in no version yet");
    for (to, path) in [("sample", ".git"), ("sample/.git", "text")] {
        let refused = stage.run("restore", restore(to, &[&[path]]));
        assert_eq!(refused["outcome"]["error"]["code"], "invalid", "{refused}");
    }
    assert_eq!(fs::read(stage.path("sample/.git/HEAD")).unwrap(), b"ref: refs/heads/two");
}

#[test]
fn a_change_outside_is_told_live() {
    let stage = begun();
    let live = stage.api.subscribe();
    stage.api.start_watching();
    let is_watched = |state: &str| {
        let states = stage.ask("watch_list", json!({}));
        states[0]["state"] == state
    };
    while !is_watched("watching") {
        std::thread::sleep(Duration::from_millis(20));
    }
    write_file(stage.path("sample/text"), "seen");
    let made = |event: &BackendEvent| matches!(event, BackendEvent::Event { event } if event.kind == "version.made");
    let mut heard = false;
    while let Ok(event) = live.recv_timeout(Duration::from_secs(20)) {
        heard |= made(&event);
        if heard {
            break;
        }
    }
    assert!(heard, "nobody told");
    assert_eq!(stage.newest()["trigger"], "automatic");
    let paused = stage.ask("history_pause", json!({"project": "sample"}));
    assert_eq!(paused[0]["state"], "paused");
    stage.ask("history_resume", json!({}));
    assert!(!is_watched("paused"));
    stage.api.shut_down();
    assert!(is_watched("off"));
}

#[test]
fn requests_of_another_shape_and_names_that_mean_nothing_are_refused() {
    let stage = begun();
    for (name, request, code) in [
        ("version_show", json!({"version": "nothing"}), ErrorCode::NotFound),
        ("version_show", json!({"version": ""}), ErrorCode::Invalid),
        ("version_show", json!({"version": "sample@whenever"}), ErrorCode::Invalid),
        ("version_list", json!({"workspace": "sample/none"}), ErrorCode::NotFound),
        ("version_list", json!({"workspace": "sample", "more": 1}), ErrorCode::Invalid),
        ("version_days", json!({"workspace": "sample", "timeZone": "Mars"}), ErrorCode::Invalid),
        (
            "file_save",
            json!({"workspace": "sample", "path": ["a"], "base64": "?"}),
            ErrorCode::Invalid,
        ),
        ("file_save", json!({"workspace": "sample", "path": [], "base64": ""}), ErrorCode::Invalid),
        ("file_upload", json!({"workspace": "sample", "places": ["/etc"]}), ErrorCode::NotFound),
        ("workspace_close", json!({"workspace": "none"}), ErrorCode::NotFound),
        ("draft_read", json!({"project": "sample", "name": "none"}), ErrorCode::NotFound),
        ("git_log", json!({"workspace": "none"}), ErrorCode::NotFound),
    ] {
        assert_eq!(stage.refused(name, request.clone()).code, code, "{name} {request}");
    }
}
