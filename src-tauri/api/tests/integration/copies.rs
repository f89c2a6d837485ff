//! One file in all that is kept of it: versions, backups and archives.

use std::fs;

use serde_json::{Value, json};
use undercroft_testkit::write_file;

use crate::stage::Stage;

/// A library with the project `sample`: a file in its history, in a backup, and in an archive that
/// was made before the file changed.
fn begun() -> Stage {
    let stage = Stage::new();
    write_file(stage.path("sample/notes/plan.md"), "one\n");
    write_file(stage.path("sample/other"), "1");
    let place = stage.place("sample");
    stage.ask("project_add", json!({"place": place}));
    stage.run("history_start", json!({"project": "sample"}));
    archive(&stage, json!({"keepSource": true}));
    write_file(stage.path("sample/notes/plan.md"), "one and two\n");
    stage.run("version_save", json!({"workspace": "sample", "message": "Two"}));
    let add = json!({"place": stage.place("disk"), "password": {"type": "typed", "password": "p"}, "create": true});
    stage.ask("destination_add", add);
    let job = stage.run("backup_run", json!({"project": "sample", "destination": "disk"}));
    assert_eq!(job["state"], "succeeded", "{job}");
    stage
}

fn archive(stage: &Stage, mut request: Value) {
    request["projects"] = json!(["sample"]);
    let job = stage.run("archive_make", request);
    assert_eq!(job["state"], "succeeded", "{job}");
}

#[track_caller]
fn copies(stage: &Stage, path: &[&str]) -> (Vec<Value>, Vec<Value>) {
    let found = stage.ask("file_everywhere", json!({"project": "sample", "path": path}));
    let list = |name: &str| found[name].as_array().unwrap().clone();
    (list("copies"), list("unread"))
}

fn archives_of(copy: &Value) -> usize {
    copy["archives"].as_array().unwrap().len()
}

#[test]
fn a_file_is_found_in_versions_backups_and_archives() {
    let stage = begun();
    let (found, unread) = copies(&stage, &["notes", "plan.md"]);
    assert_eq!((found.len(), unread.len()), (2, 0), "{found:#?}");
    let [new, old] = &found[..] else { panic!("{found:#?}") };
    assert_eq!((new["sizeBytes"].as_u64(), archives_of(new)), (Some(12), 0));
    assert_eq!(new["backups"][0]["destinationName"], "disk");
    // The content that was archived is the one of the first version: one row has both.
    assert_eq!((old["sizeBytes"].as_u64(), archives_of(old)), (Some(4), 1));
    assert!(old["version"].is_string(), "{old}");
    assert_eq!(old["versionPath"], json!(["notes", "plan.md"]));
    let archive = &old["archives"][0];
    assert_eq!((&archive["archiveName"], &archive["damaged"]), (&json!("sample"), &json!(false)));
    // SHA-256 of "one\n".
    let digest = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806";
    assert_eq!(old["sha256"], digest);

    // It is the project's own files that are looked for, and not what lies beside them.
    assert!(copies(&stage, &["HEAD"]).0.is_empty());
    assert!(copies(&stage, &[".undercroft", "project.json"]).0.is_empty());
    assert!(copies(&stage, &["notes"]).0.is_empty(), "a folder is no file");
}

#[test]
fn equal_content_is_one_whenever_it_was_touched() {
    let stage = begun();
    archive(&stage, json!({"keepSource": true}));
    // The same bytes again, at another moment.
    write_file(stage.path("sample/notes/plan.md"), "one and two\n");
    archive(&stage, json!({"keepSource": true}));
    let (found, _) = copies(&stage, &["notes", "plan.md"]);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_eq!(archives_of(&found[0]), 2, "{found:#?}");
    let times: Vec<_> = found[0]["archives"].as_array().unwrap().iter().collect();
    assert!(times[0]["time"].as_str() >= times[1]["time"].as_str(), "{times:?}");
}

#[test]
fn an_archived_project_can_be_asked_and_gives_its_file_back() {
    let stage = begun();
    archive(&stage, json!({}));
    assert!(!stage.path("sample").exists());
    let (found, _) = copies(&stage, &["notes", "plan.md"]);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().all(|copy| copy["version"].is_null() && archives_of(copy) == 1));
    assert_eq!(found[0]["backups"].as_array().unwrap().len(), 1);
    let oldest = &found[1]["archives"][0]["archive"];
    fs::create_dir(stage.path("back")).unwrap();
    let place = stage.place("back");
    let request = json!({"archive": oldest, "place": place, "paths": [["notes", "plan.md"]]});
    let job = stage.run("archive_restore", request);
    assert_eq!(job["state"], "succeeded", "{job}");
    assert_eq!(fs::read_to_string(stage.path("back/notes/plan.md")).unwrap(), "one\n");

    // In the trash it is no copy any more.
    stage.ask("archive_trash", json!({"archive": oldest}));
    assert_eq!(copies(&stage, &["notes", "plan.md"]).0.len(), 1);
}

#[test]
fn a_pdf_is_shown_from_versions_backups_and_archives() {
    let stage = begun();
    let pdf = b"%PDF-1.4\n%\xe2\xe3\n1 0 obj <<>> endobj\n";
    write_file(stage.path("sample/paper"), pdf);
    write_file(stage.path("sample/thick"), [&pdf[..], &vec![0; 16 << 20]].concat());
    stage.run("version_save", json!({"workspace": "sample"}));
    archive(&stage, json!({"keepSource": true}));
    stage.run("backup_run", json!({"project": "sample", "destination": "disk"}));
    for (name, kind, shown) in [("paper", "pdf", true), ("thick", "tooLarge", false)] {
        let (found, _) = copies(&stage, &[name]);
        let (backup, archive) = (&found[0]["backups"][0], &found[0]["archives"][0]);
        let at = json!({"version": found[0]["version"], "path": [name]});
        let backed_up = json!({"destination": backup["destination"], "snapshot": backup["snapshot"], "path": backup["path"]});
        let archived = json!({"archive": archive["archive"], "path": [name]});
        for (use_case, at) in
            [("file_preview", at), ("snapshot_file", backed_up), ("archive_file", archived)]
        {
            let preview = stage.ask(use_case, at);
            assert_eq!(
                (&preview["kind"], &preview["mime"]),
                (&json!(kind), &json!("application/pdf")),
                "{use_case}"
            );
            assert_eq!(preview["base64"].is_string(), shown, "{use_case}");
            let bytes =
                preview["hex"].as_str().is_some_and(|it| it.starts_with("00000000  25 50 44 46 "));
            assert_eq!(bytes, shown, "{use_case}");
        }
    }
    write_file(stage.path("sample/paper"), [&pdf[..], b"% changed"].concat());
    let at = |version: &str| json!({"version": version, "path": ["paper"]});
    let compare = json!({"from": at("latest:sample"), "to": at("now:sample")});
    let diff = stage.ask("file_diff", compare);
    assert_eq!(diff["kind"], "pdf");
    assert!(diff["old"]["base64"].is_string() && diff["new"]["base64"].is_string());
}

#[test]
fn an_archive_that_cannot_be_read_is_told_of() {
    let stage = begun();
    archive(&stage, json!({"keepSource": true}));
    let list = stage.ask("archive_list", json!({}));
    let [newest, oldest] = &list.as_array().unwrap()[..] else { panic!("{list}") };
    let path = |archive: &Value| archive["path"].as_str().unwrap().to_owned();
    fs::write(path(newest), "no archive at all").unwrap();
    fs::remove_file(path(oldest)).unwrap();
    let (found, unread) = copies(&stage, &["notes", "plan.md"]);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().all(|copy| archives_of(copy) == 0));
    let ids: Vec<_> = unread.iter().map(|one| &one["archive"]).collect();
    assert_eq!(ids, [&newest["id"], &oldest["id"]]);
    assert_eq!(unread[1]["reason"], "Its file is no longer in the library");
    assert!(unread[0]["reason"].as_str().unwrap().len() > 10, "{unread:?}");
}
