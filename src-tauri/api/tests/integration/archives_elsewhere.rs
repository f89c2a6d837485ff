//! Archives that lie on a destination: they get there and back only compared, are read there by the
//! ranges that are needed, and nothing but their own end removes them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use undercroft_api::rebuild_library;
use undercroft_api::wire::ErrorCode;
use undercroft_foundation::{Job, World};
use undercroft_testkit::{Compare, random_bytes, tree_differences, write_file};

use crate::stage::{Stage, Typist};

const LARGE: usize = 24 << 20;

fn add_destination(stage: &Stage, name: &str) -> Value {
    let password = json!({"type": "typed", "password": "a password"});
    let drive = json!({"place": stage.place(name), "password": password, "create": true});
    stage.ask("destination_add", drive)
}

/// A library with the archived project `sample`, and the destination `drive`; the folder `copy` is
/// as the project's was.
fn begun() -> Stage {
    let stage = Stage::new();
    for folder in ["sample", "copy"] {
        write_file(stage.path(folder).join("notes"), "small");
        write_file(stage.path(folder).join("src/main.rs"), "fn main() {}\n");
        write_file(stage.path(folder).join("large.bin"), random_bytes(7, LARGE));
    }
    stage.ask("project_add", json!({"place": stage.place("sample")}));
    add_destination(&stage, "drive");
    succeeded(&stage.run("archive_make", json!({"projects": ["sample"]})));
    stage
}

fn moved() -> Stage {
    let stage = begun();
    succeeded(&stage.run("archive_move", to_drive()));
    stage
}

fn to_drive() -> Value {
    json!({"archive": "sample", "destination": "drive"})
}

fn sample() -> Value {
    json!({"archive": "sample"})
}

#[track_caller]
fn succeeded(job: &Value) {
    assert_eq!(job["state"], "succeeded", "{job}");
    assert_eq!(job["outcome"]["warnings"].as_array().map_or(0, Vec::len), 0, "{job}");
}

#[track_caller]
fn assert_same(stage: &Stage, name: &str) {
    let differences = tree_differences(&stage.path("copy"), &stage.path(name), Compare::CONTENT);
    assert!(differences.is_empty(), "{differences:#?}");
}

fn listed(stage: &Stage) -> Value {
    stage.ask("archive_list", json!({}))[0].clone()
}

fn snapshots(stage: &Stage) -> Vec<Value> {
    stage.ask("snapshot_list", json!({"destination": "drive"})).as_array().unwrap().clone()
}

/// The files in the folder of the archives, by the ends of their names.
fn archive_files(stage: &Stage) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![stage.path("library/archives")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

fn manifest(stage: &Stage) -> PathBuf {
    let files = archive_files(stage);
    files.into_iter().find(|it| it.extension().is_some_and(|it| it == "json")).unwrap()
}

fn has_file(stage: &Stage) -> bool {
    archive_files(stage).iter().any(|it| it.extension().is_some_and(|it| it == "zst"))
}

fn away(stage: &Stage) {
    fs::rename(stage.path("drive"), stage.path("unplugged")).unwrap();
}

fn back(stage: &Stage) {
    fs::rename(stage.path("unplugged"), stage.path("drive")).unwrap();
}

#[test]
fn an_archive_moves_and_is_used_where_it_is() {
    let stage = begun();
    let job = stage.run("archive_move", to_drive());
    succeeded(&job);
    assert!(job.to_string().contains("MB freed on this disk"), "{job}");
    assert!(!has_file(&stage), "{:?}", archive_files(&stage));
    let archive = listed(&stage);
    assert_eq!(
        (&archive["state"], &archive["location"]["destinationName"]),
        (&json!("kept"), &json!("drive"))
    );
    let [snapshot] = &snapshots(&stage)[..] else { panic!("one snapshot") };
    assert_eq!(snapshot["id"], archive["location"]["snapshot"]);
    assert!(snapshot["project"].is_null(), "{snapshot}");
    let kept: Value = serde_json::from_slice(&fs::read(manifest(&stage)).unwrap()).unwrap();
    assert_eq!(kept["location"]["snapshot"], snapshot["id"]);

    let detail = stage.ask("archive_show", sample());
    assert_eq!(detail["parts"][0]["kind"], "project", "{detail}");
    assert!(detail["away"].is_null(), "{detail}");
    let listing = stage.ask("archive_browse", sample());
    assert_eq!(listing["entries"][0]["name"], "src");
    let file = stage.ask("archive_file", json!({"archive": "sample", "path": ["notes"]}));
    assert_eq!(file["text"], "small");
    let hits = stage.ask("archive_search", json!({"text": "MAIN"}));
    assert_eq!(hits[0]["path"], json!(["src", "main.rs"]));
    succeeded(&stage.run("archive_check", sample()));

    fs::create_dir(stage.path("files")).unwrap();
    let place = stage.place("files");
    let single = json!({"archive": "sample", "place": place, "paths": [["src"]]});
    succeeded(&stage.run("archive_restore", single));
    assert_eq!(fs::read_to_string(stage.path("files/src/main.rs")).unwrap(), "fn main() {}\n");
    fs::create_dir(stage.path("other")).unwrap();
    let place = json!({"project": "sample", "place": stage.place("other")});
    succeeded(&stage.run("project_extract", place));
    assert_same(&stage, "other/sample");
    succeeded(&stage.run("archive_restore", sample()));
    assert_same(&stage, "sample");
    let trashed = &stage.ask("archive_list", json!({"trashed": true}))[0];
    assert_eq!(trashed["location"]["destinationName"], "drive");
    assert_eq!(snapshots(&stage).len(), 1, "the trash keeps it");
}

/// The bytes that this thread read from files so far.
fn bytes_read() -> u64 {
    let counts = fs::read_to_string("/proc/thread-self/io").unwrap();
    counts.lines().find_map(|line| line.strip_prefix("rchar: ")?.parse().ok()).unwrap()
}

#[test]
fn a_small_file_is_read_without_the_rest() {
    let stage = moved();
    stage.ask("archive_show", sample());
    let before = bytes_read();
    let file = stage.ask("archive_file", json!({"archive": "sample", "path": ["notes"]}));
    let read = bytes_read() - before;
    assert_eq!(file["text"], "small");
    assert!(read > 0 && read < LARGE as u64 / 2, "{read} bytes were read");
}

#[test]
fn an_archive_comes_back_and_leaves_nothing_there() {
    let stage = moved();
    let job = stage.run("archive_move", sample());
    succeeded(&job);
    let archive = listed(&stage);
    assert_eq!((&archive["state"], &archive["location"]), (&json!("kept"), &Value::Null));
    assert!(has_file(&stage) && snapshots(&stage).is_empty());
    succeeded(&stage.run("archive_check", sample()));
    let again = stage.run("archive_move", sample());
    assert!(again.to_string().contains("lies on this disk already"), "{again}");
    succeeded(&stage.run("archive_move", to_drive()));
    let again = stage.refused("archive_move", to_drive());
    assert_eq!(again.code, ErrorCode::Invalid, "{again:?}");
    // From one destination to another by way of this disk.
    add_destination(&stage, "second");
    succeeded(&stage.run("archive_move", json!({"archive": "sample", "destination": "second"})));
    assert_eq!(listed(&stage)["location"]["destinationName"], "second");
    assert!(snapshots(&stage).is_empty() && !has_file(&stage));
    succeeded(&stage.run("archive_check", sample()));
}

#[test]
fn an_archive_in_the_trash_is_not_moved() {
    let stage = moved();
    let archive = listed(&stage)["id"].clone();
    stage.ask("archive_trash", json!({"archive": archive}));
    let failed = stage.run("archive_move", json!({"archive": archive}));
    assert_eq!(failed["outcome"]["error"]["why"], "It is in the trash", "{failed}");
    assert!(!has_file(&stage));
    assert_eq!(snapshots(&stage).len(), 1);
}

#[test]
fn a_copy_that_was_to_go_is_used_where_the_file_is_lost() {
    let stage = moved();
    // As after a return to this disk that could not remove the copy, and the loss of the file.
    let path = manifest(&stage);
    let mut kept: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    kept["leftBehind"] = json!([kept["location"].take()]);
    fs::write(&path, kept.to_string()).unwrap();
    let folder = stage.into_folder();
    let library = folder.path().join("library");
    fs::remove_file(library.join("catalog.db")).unwrap();
    rebuild_library(&library, &World::real(), &Job::new()).unwrap();
    let stage = Stage::open(folder, Typist);
    let password = json!({"type": "typed", "password": "a password"});
    let again = json!({"place": stage.place("drive"), "password": password, "create": false});
    stage.ask("destination_add", again);
    assert_eq!(listed(&stage)["state"], "missing");
    let cleaned = stage.run("library_cleanup", json!({"steps": ["emptyTrash"]}));
    assert_eq!(cleaned["state"], "warnings", "{cleaned}");
    assert_eq!(snapshots(&stage).len(), 1);
    let file = stage.ask("archive_file", json!({"archive": "sample", "path": ["notes"]}));
    assert_eq!(file["text"], "small");
    succeeded(&stage.run("archive_move", sample()));
    assert!(has_file(&stage) && snapshots(&stage).is_empty());
}

#[test]
fn a_destination_that_is_away_is_named_with_what_to_do() {
    let stage = moved();
    away(&stage);
    assert_eq!(listed(&stage)["location"]["destinationName"], "drive");
    assert_eq!(listed(&stage)["state"], "kept");
    let detail = stage.ask("archive_show", sample());
    assert_eq!(detail["away"]["code"], "unavailable", "{detail}");
    for (name, request) in [
        ("archive_browse", sample()),
        ("archive_file", json!({"archive": "sample", "path": ["notes"]})),
        ("archive_restore_preview", sample()),
        ("archive_search", json!({"archive": "sample", "text": "main"})),
    ] {
        let refused = stage.refused(name, request);
        assert_eq!(refused.code, ErrorCode::Unavailable, "{refused:?}");
        assert!(refused.what.contains("the archive of sample"), "{refused:?}");
        assert!(refused.why.contains("It lies on drive"), "{refused:?}");
        assert!(refused.next.contains("Connect its drive"), "{refused:?}");
    }
    assert_eq!(stage.ask("archive_search", json!({"text": "main"})), json!([]));
    for name in ["archive_restore", "archive_move", "archive_check"] {
        let failed = stage.run(name, sample());
        assert_eq!(failed["outcome"]["error"]["code"], "unavailable", "{failed}");
    }
    assert!(!stage.path("sample").exists());
    back(&stage);
    succeeded(&stage.run("archive_restore", sample()));
    assert_same(&stage, "sample");
}

#[test]
fn nothing_but_its_own_end_removes_it() {
    let stage = begun();
    write_file(stage.path("live/file"), random_bytes(1, 100_000));
    stage.ask("project_add", json!({"place": stage.place("live")}));
    succeeded(&stage.run("archive_move", to_drive()));
    let archive = listed(&stage)["location"]["snapshot"].clone();
    for seed in 2..5 {
        succeeded(&stage.run("backup_run", json!({"project": "live", "destination": "drive"})));
        write_file(stage.path("live/file"), random_bytes(seed, 100_000));
    }
    // The hardest policies there are, by hand and by a plan of all.
    let policy = json!({"last": 1});
    for project in [Value::Null, json!("live"), json!("sample")] {
        let request = json!({"destination": "drive", "policy": policy, "project": project});
        succeeded(&stage.run("retention_apply", request));
    }
    let budget = json!({"destination": "drive", "policy": {"last": 1, "budgetBytes": 1}});
    // Nothing that may go is enough for that.
    assert_eq!(stage.run("retention_apply", budget)["state"], "warnings");
    let mut draft = stage.ask("plan_propose", json!({}));
    draft["targets"][0]["retention"] = json!({"last": 1});
    let plan = stage.ask("plan_save", json!({"plan": null, "draft": draft}));
    assert_eq!(stage.run("plan_run", json!({"plan": plan["id"]}))["state"], "succeeded");
    let steps = json!({"steps": ["emptyTrash", "forgetBackups", "pruneBackups"]});
    assert_eq!(stage.run("library_cleanup", steps)["state"], "succeeded");
    assert_eq!(stage.run("trash_empty", json!({"destination": "drive"}))["state"], "succeeded");
    succeeded(&stage.run("cleanup", json!({"destination": "drive"})));
    // Unpinned, and by its name: no.
    let unpinned = stage
        .ask("snapshot_pin", json!({"destination": "drive", "snapshot": archive, "pinned": false}));
    assert_ne!(unpinned["id"], archive);
    let named = json!({"destination": "drive", "snapshots": [unpinned["id"]]});
    let refused = stage.refused("snapshot_forget", named);
    assert!(refused.why.contains("the archive of sample"), "{refused:?}");
    let request = json!({"destination": "drive", "policy": policy});
    succeeded(&stage.run("retention_apply", request));
    succeeded(&stage.run("cleanup", json!({"destination": "drive"})));

    succeeded(&stage.run("archive_check", sample()));
    succeeded(&stage.run("archive_restore", sample()));
    assert_same(&stage, "sample");
}

#[test]
fn deleting_it_removes_it_there_too() {
    let stage = moved();
    let id = listed(&stage)["id"].clone();
    stage.ask("archive_trash", json!({"archive": id}));
    assert_eq!(snapshots(&stage).len(), 1);
    let mut known: Value = serde_json::from_slice(&fs::read(manifest(&stage)).unwrap()).unwrap();
    known["trashed"] = json!("2020-01-01T00:00:00Z");
    fs::write(manifest(&stage), known.to_string()).unwrap();
    let stage = stage.reopened();
    away(&stage);
    let steps = json!({"steps": ["emptyTrash"]});
    let kept = stage.run("library_cleanup", steps.clone());
    assert!(kept.to_string().contains("drive is not there"), "{kept}");
    assert_eq!(stage.ask("archive_list", json!({"trashed": true})).as_array().unwrap().len(), 1);
    back(&stage);
    succeeded(&stage.run("library_cleanup", steps));
    assert_eq!(stage.ask("archive_list", json!({"trashed": true})), json!([]));
    assert!(snapshots(&stage).is_empty() && archive_files(&stage).is_empty());
}

#[test]
fn a_project_that_is_deleted_takes_its_archive_along() {
    let stage = moved();
    let job = stage.run("project_delete", json!({"project": "sample", "name": "sample"}));
    succeeded(&job);
    assert!(snapshots(&stage).is_empty() && archive_files(&stage).is_empty());
}

#[test]
fn a_destination_that_holds_archives_is_not_removed() {
    let stage = moved();
    let drive = json!({"destination": "drive"});
    let refused = stage.refused("destination_forget", drive.clone());
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert!(
        refused.why.contains("sample") && refused.next.contains("Bring them back"),
        "{refused:?}"
    );
    succeeded(&stage.run("archive_move", sample()));
    stage.ask("destination_forget", drive);
}

#[test]
fn what_is_damaged_there_is_never_let_go_here() {
    let stage = begun();
    assert_eq!(packs(&stage.path("drive")), Vec::<PathBuf>::new());
    // What is on this disk is not what was made.
    let file =
        archive_files(&stage).into_iter().find(|it| it.extension().unwrap() == "zst").unwrap();
    let sound = fs::read(&file).unwrap();
    let mut bytes = sound.clone();
    bytes[LARGE / 2] ^= 1;
    fs::write(&file, &bytes).unwrap();
    let refused = stage.run("archive_move", to_drive());
    assert_eq!(refused["outcome"]["error"]["code"], "damaged", "{refused}");
    assert!(has_file(&stage) && snapshots(&stage).is_empty());
    fs::write(&file, &sound).unwrap();
    succeeded(&stage.run("archive_move", to_drive()));

    // What is there is damaged afterwards: it stays there, and the rest of it can be read.
    let largest =
        packs(&stage.path("drive")).into_iter().max_by_key(|it| it.metadata().unwrap().len());
    let pack = largest.unwrap();
    let mut bytes = fs::read(&pack).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::set_permissions(&pack, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    fs::write(&pack, bytes).unwrap();
    let stage = stage.reopened();
    let refused = stage.run("archive_move", sample());
    assert_eq!(refused["outcome"]["error"]["code"], "damaged", "{refused}");
    assert!(!has_file(&stage) && snapshots(&stage).len() == 1);
    let file = stage.ask("archive_file", json!({"archive": "sample", "path": ["notes"]}));
    assert_eq!(file["text"], "small");
    assert_ne!(stage.run("archive_check", sample())["state"], "succeeded");
    assert_eq!(listed(&stage)["state"], "damaged");
}

fn packs(destination: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(destination.join("data")).unwrap();
    let files = folders.flat_map(|it| fs::read_dir(it.unwrap().path()).unwrap());
    files.map(|it| it.unwrap().path()).collect()
}

#[test]
fn parity_covers_what_was_moved() {
    let stage = begun();
    succeeded(&stage.run("parity_change", json!({"destination": "drive", "percent": 20})));
    succeeded(&stage.run("archive_move", to_drive()));
    let stored: u64 =
        packs(&stage.path("drive")).iter().map(|it| it.metadata().unwrap().len()).sum();
    let mut parity = 0;
    let mut folders = vec![stage.path("drive/parity")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                parity += path.metadata().unwrap().len();
            }
        }
    }
    assert!(stored >= LARGE as u64 && parity >= stored / 8, "{parity} for {stored}");
}

#[test]
fn a_library_made_anew_knows_where_its_archives_lie() {
    let stage = moved();
    // The copy of the library in the destination carries the manifest along.
    let mut draft = stage.ask("plan_propose", json!({}));
    draft["library"] = json!(true);
    let plan = stage.ask("plan_save", json!({"plan": null, "draft": draft}));
    assert_eq!(stage.run("plan_run", json!({"plan": plan["id"]}))["state"], "succeeded");
    let name = manifest(&stage);
    let name = name.strip_prefix(stage.path("library")).unwrap();
    let staged = stage.path("library/cache/library").join(name);
    assert_eq!(fs::read(staged).unwrap(), fs::read(manifest(&stage)).unwrap());

    let folder = stage.into_folder();
    let library = folder.path().join("library");
    fs::remove_file(library.join("catalog.db")).unwrap();
    rebuild_library(&library, &World::real(), &Job::new()).unwrap();
    let stage = Stage::open(folder, Typist);
    assert_eq!(listed(&stage)["location"]["destinationName"], "drive");
    let file = stage.ask("archive_file", json!({"archive": "sample", "path": ["notes"]}));
    assert_eq!(file["text"], "small");
}

#[test]
fn a_destination_that_was_added_again_still_holds_its_archives() {
    let stage = moved();
    let drive = json!({"destination": "drive"});
    let archive = json!({"archive": listed(&stage)["id"]});
    stage.ask("archive_trash", archive.clone());
    stage.ask("destination_forget", drive);
    stage.ask("archive_recall", archive);
    let refused = stage.refused("archive_browse", sample());
    assert_eq!(refused.code, ErrorCode::Unavailable, "{refused:?}");
    assert!(refused.next.contains("Add drive as a destination again"), "{refused:?}");
    let password = json!({"type": "typed", "password": "a password"});
    let again = json!({"place": stage.place("drive"), "password": password, "name": "new", "create": false});
    stage.ask("destination_add", again);
    assert_eq!(listed(&stage)["location"]["destinationName"], "new");
    let file = stage.ask("archive_file", json!({"archive": "sample", "path": ["notes"]}));
    assert_eq!(file["text"], "small");
    succeeded(&stage.run("archive_move", sample()));
    assert!(has_file(&stage));
}
