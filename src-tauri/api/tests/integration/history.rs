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
fn changes_of_a_text_on_disk_are_taken_back_one_by_one() {
    let stage = begun();
    write_file(stage.path("sample/lines"), "1\r\n2\r\n3\r\n4");
    stage.run("version_save", json!({"workspace": "sample", "message": "Before"}));
    let before = stage.newest()["id"].clone();
    write_file(stage.path("sample/lines"), "one\r\n2\r\n3\r\nfour");
    let from = json!({"version": before, "path": ["lines"]});
    let compare = |to: &str| {
        let to = json!({"version": to, "path": ["lines"]});
        stage.ask("file_diff", json!({"from": from, "to": to}))
    };
    assert!(compare("latest:sample")["digest"].is_null(), "only what is on disk can be changed");
    let digest = compare("now:sample")["digest"].clone();
    let request = json!({
        "workspace": "sample", "path": ["lines"], "version": before, "change": 2, "digest": digest,
    });
    let saved = stage.ask("file_restore_lines", request.clone());
    assert_eq!(saved["version"]["message"], "Restore lines of lines");
    assert_eq!(fs::read(stage.path("sample/lines")).unwrap(), b"one\r\n2\r\n3\r\n4");
    // The digest is of what was there before.
    let refused = stage.refused("file_restore_lines", request);
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert!(refused.what.contains("has changed since it was looked at"), "{}", refused.what);
    stage.run("undo", json!({"workspace": "sample"}));
    assert_eq!(fs::read(stage.path("sample/lines")).unwrap(), b"one\r\n2\r\n3\r\nfour");
    // Both the version that took it back and its changes tell the lines.
    let version = &saved["version"]["id"];
    let lines = json!([{"version": version, "lines": {"added": 1, "removed": 1}, "uncounted": 0}]);
    assert_eq!(stage.ask("version_lines", json!({"versions": [version]})), lines);
    let compared = stage.ask("version_compare", json!({"from": before, "to": "now"}));
    assert_eq!(compared["changes"][0]["lines"], json!({"added": 2, "removed": 2}));
    let shown = stage.ask("version_show", json!({"version": version}));
    assert_eq!(shown["changes"][0]["lines"], json!({"added": 1, "removed": 1}));
    let too_many = vec![version; 101];
    stage.refused("version_lines", json!({"versions": too_many}));
}

#[test]
fn bytes_sound_and_archives_are_looked_into() {
    let stage = begun();
    let zip = [
        &b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0a"[..],
        b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0a",
        b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2f\0\0\0\x1f\0\0\0\0\0",
    ];
    write_file(stage.path("sample/packed"), zip.concat());
    write_file(stage.path("sample/sound"), [b"fLaC", &[0; 64][..]].concat());
    write_file(
        stage.path("sample/bytes"),
        (0..10_000).map(|at| (at % 251) as u8).collect::<Vec<_>>(),
    );
    stage.run("version_save", json!({"workspace": "sample"}));
    for version in ["now:sample", "latest:sample"] {
        let at = |path: &str| json!({"version": version, "path": [path]});
        let packed = stage.ask("file_preview", at("packed"));
        assert_eq!((&packed["kind"], &packed["truncated"]), (&json!("archive"), &json!(false)));
        assert_eq!(packed["entries"], json!([{"name": "a", "folder": false, "sizeBytes": 0}]));
        let sound = stage.ask("file_preview", at("sound"));
        assert_eq!((&sound["kind"], &sound["mime"]), (&json!("media"), &json!("audio/flac")));
        assert_eq!(sound["base64"].as_str().unwrap().len(), 92);
        let bytes = |offset: u64| {
            let request = json!({"version": version, "path": ["bytes"], "offset": offset});
            stage.ask("file_bytes", request)
        };
        let middle = bytes(4096);
        let hex = middle["hex"].as_str().unwrap();
        assert!(hex.starts_with("00001000  50 51 52 53"), "{hex}");
        assert_eq!((hex.lines().count(), &middle["next"]), (256, &json!(8192)));
        assert_eq!(bytes(8192)["hex"].as_str().unwrap().lines().count(), 113);
        assert!(bytes(8192)["next"].is_null());
        assert_eq!(bytes(1 << 20), json!({"hex": "", "next": null}));
    }
    let far = json!({"version": "now:sample", "path": ["bytes"], "offset": 2_u64 << 30});
    assert_eq!(stage.refused("file_bytes", far).code, ErrorCode::Invalid);
    let folder = json!({"version": "now:sample", "path": ["src"], "offset": 0});
    assert_eq!(stage.refused("file_bytes", folder).code, ErrorCode::Invalid);
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
    assert_eq!(done["outcome"]["summary"], "1 file restored", "{done}");
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
    assert!(said.contains("`undercroft undo -w sample`"), "{done}");
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

/// A project with versions, backed up to a drive; `.env` and `cache` are in no version.
fn backed_up() -> Stage {
    let stage = begun();
    write_file(stage.path("sample/.gitignore"), ".env\ncache\n");
    write_file(stage.path("sample/.env"), "key of the backup");
    write_file(stage.path("sample/cache/one"), "cached");
    let password = json!({"type": "typed", "password": "a password"});
    let drive = json!({"place": stage.place("drive"), "password": password, "create": true});
    stage.ask("destination_add", drive);
    let done = stage.run("backup_run", json!({"project": "sample", "destination": "drive"}));
    assert_eq!(done["state"], "succeeded", "{done}");
    stage
}

fn restored(stage: &Stage, paths: &[&[&str]]) -> String {
    let restore = json!({"destination": "drive", "snapshot": "latest", "paths": paths,
                         "overwrite": "always"});
    let done = stage.run("restore", restore);
    assert!(done["outcome"]["error"].is_null(), "{done}");
    done["outcome"]["summary"].as_str().unwrap().to_owned()
}

#[test]
fn undoing_a_restore_brings_back_what_no_version_holds() {
    let stage = backed_up();
    let text = fs::read(stage.path("sample/text")).unwrap();
    write_file(stage.path("sample/.env"), "key of today");
    fs::remove_dir_all(stage.path("sample/cache")).unwrap();
    write_file(stage.path("sample/cache"), "a file now");
    write_file(stage.path("sample/text"), "of today");
    restored(&stage, &[]);
    assert_eq!(fs::read(stage.path("sample/.env")).unwrap(), b"key of the backup");
    assert_eq!(fs::read(stage.path("sample/cache/one")).unwrap(), b"cached");
    assert_eq!(fs::read(stage.path("sample/text")).unwrap(), text);
    let undone = stage.run("undo", json!({"workspace": "sample"}));
    assert_eq!(fs::read(stage.path("sample/.env")).unwrap(), b"key of today", "{undone}");
    assert_eq!(fs::read(stage.path("sample/text")).unwrap(), b"of today");
}

#[test]
fn undoing_the_restore_of_one_file_leaves_the_others() {
    let stage = backed_up();
    write_file(stage.path("sample/text"), "of today");
    write_file(stage.path("sample/.env"), "key of today");
    restored(&stage, &[&["text"], &[".env"]]);
    write_file(stage.path("sample/since"), "new");
    stage.run("undo", json!({"workspace": "sample"}));
    assert_eq!(fs::read(stage.path("sample/text")).unwrap(), b"of today");
    assert_eq!(fs::read(stage.path("sample/.env")).unwrap(), b"key of today");
    assert_eq!(fs::read(stage.path("sample/since")).unwrap(), b"new");
}

#[test]
fn a_restore_that_changes_nothing_leaves_the_undo_as_it_was() {
    let stage = backed_up();
    write_file(stage.path("sample/text"), "of today");
    restored(&stage, &[&["text"]]);
    let said = restored(&stage, &[&["text"]]);
    assert!(!said.contains("undercroft undo"), "{said}");
    stage.run("undo", json!({"workspace": "sample"}));
    assert_eq!(fs::read(stage.path("sample/text")).unwrap(), b"of today");
}

#[test]
fn an_archive_that_goes_over_a_workspace_is_undone() {
    let stage = backed_up();
    let made = stage.run("archive_make", json!({"projects": ["sample"], "keepSource": true}));
    assert_eq!(made["state"], "succeeded", "{made}");
    let restore = |conflict: &str, paths: &[&[&str]]| {
        let restore = json!({"archive": "sample", "conflict": conflict, "keepArchive": true,
                             "paths": paths});
        let done = stage.run("archive_restore", restore);
        assert!(done["outcome"]["error"].is_null(), "{done}");
    };
    let text = fs::read(stage.path("sample/text")).unwrap();
    for paths in [&[&[".env"][..], &["text"]][..], &[]] {
        write_file(stage.path("sample/.env"), "key of today");
        write_file(stage.path("sample/text"), "of today");
        restore("replace", paths);
        assert_eq!(fs::read(stage.path("sample/.env")).unwrap(), b"key of the backup");
        assert_eq!(fs::read(stage.path("sample/text")).unwrap(), text);
        stage.run("undo", json!({"workspace": "sample"}));
        assert_eq!(fs::read(stage.path("sample/.env")).unwrap(), b"key of today");
        assert_eq!(fs::read(stage.path("sample/text")).unwrap(), b"of today");
    }
    // One that writes nothing is none that could be undone.
    let undoable = || stage.ask("undo_list", json!({}))[0]["title"].clone();
    let gone = json!({"workspace": "sample", "path": ["text"], "force": true});
    stage.ask("file_delete", gone);
    let before = undoable();
    restore("skip", &[&[".env"]]);
    assert_eq!(undoable(), before);
    stage.run("undo", json!({"workspace": "sample"}));
    assert_eq!(fs::read(stage.path("sample/text")).unwrap(), b"of today");
}

#[test]
fn an_entry_that_is_a_link_by_now_is_kept_and_not_followed() {
    let stage = backed_up();
    write_file(stage.path("elsewhere/text"), "not mine");
    fs::remove_file(stage.path("sample/text")).unwrap();
    for leads_to in ["elsewhere/text", "nowhere"] {
        let link = stage.path("sample/text");
        std::os::unix::fs::symlink(stage.path(leads_to), &link).unwrap();
        restored(&stage, &[&["text"]]);
        assert!(link.symlink_metadata().unwrap().is_file());
        assert_eq!(fs::read(stage.path("elsewhere/text")).unwrap(), b"not mine");
        stage.run("undo", json!({"workspace": "sample"}));
        assert_eq!(fs::read_link(&link).unwrap(), stage.path(leads_to));
        fs::remove_file(&link).unwrap();
    }
}

#[test]
fn archives_and_versions_are_not_restored_where_everything_hangs_on() {
    let stage = backed_up();
    write_file(stage.path("other/file"), "of another project");
    stage.ask("project_add", json!({"place": stage.place("other")}));
    let made = stage.run("archive_make", json!({"projects": ["other"]}));
    assert_eq!(made["state"], "succeeded", "{made}");
    let archive = stage.ask("archive_list", json!({}))[0]["id"].clone();
    let library = stage.ask("settings_show", json!({}))["libraryPath"].as_str().unwrap().to_owned();
    let library = stage.ask("place_type", json!({"path": library}))["id"].clone();
    for place in [library, json!(stage.place("drive"))] {
        let version = json!({"version": "latest:sample", "to": place});
        assert_eq!(stage.refused("version_restore", version).code, ErrorCode::Invalid);
        let parts = json!({"archive": archive, "place": place, "conflict": "replace"});
        assert_eq!(stage.refused("archive_restore", parts).code, ErrorCode::Invalid);
    }
    // Nor into a folder above, where they would write over it.
    write_file(stage.path("sample/drive/config"), "from a version");
    stage.run("version_save", json!({"workspace": "sample", "message": "with a drive"}));
    let above = json!({"version": "latest:sample", "to": stage.place("")});
    let refused = stage.refused("version_restore", above);
    assert_eq!(refused.why, "It would write over the destination drive");
    stage.run("archive_make", json!({"projects": ["sample"], "keepSource": true}));
    let above = json!({"archive": "sample", "place": stage.place(""), "conflict": "replace"});
    let refused = stage.refused("archive_restore", above);
    assert_eq!(refused.why, "It would write over the destination drive");
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
