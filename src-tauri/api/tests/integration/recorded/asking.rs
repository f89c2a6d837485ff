//! The questions to the library: first all that its pages show, then each thing that they can do.

use std::process::Command;

use serde_json::{Value, json};
use undercroft_testkit::write_file;

use super::library::{DRIVE, Ids, PASSWORD, first_version};
use super::lives::{change_lives, read_lives};
use super::scene::Scene;

/// Reads that need nothing to be named.
const PLAIN: &[&str] = &[
    "app_info",
    "destination_list",
    "snapshot_list",
    "dashboard",
    "plan_list",
    "plan_propose",
    "schedule_state",
    "schedule_upcoming",
    "guard_list",
    "watch_list",
    "mount_list",
    "proof_list",
    "memory_stats",
    "settings_show",
    "doctor",
    "current",
    "library_places",
    "job_list",
    "project_list",
    "archive_list",
    "undo_list",
    "template_list",
    "usage_overview",
    "usage_show",
    "library_cleanup_preview",
    "drive_list",
    "project_find",
];

/// Folders of aurora that are listed.
const FOLDERS: &[&[&str]] =
    &[&[], &["src"], &["src", "render"], &["docs"], &["assets"], &["data"], &["ui"]];

/// Files of aurora that are looked at.
const FILES: &[&[&str]] = &[
    &["src", "main.rs"],
    &["src", "parse.rs"],
    &["src", "layout.rs"],
    &["src", "render", "layout.rs"],
    &["src", "render", "glyphs.rs"],
    &["README.md"],
    &["docs", "design.md"],
    &["ui", "theme.css"],
    &["assets", "logo.png"],
    &["data", "samples.sqlite"],
    &[".env"],
];

/// Records all that the pages show.
pub(crate) fn read_everything(scene: &mut Scene, ids: &Ids) {
    read_plainly(scene);
    // The first stands for all that is like no command.
    for text in ["xyzzy", "list projects", "current project", "list project", "switch to glaze"] {
        scene.record("console_preview", json!({"text": text}));
    }
    scene.record("console_run", json!({"text": "current project"}));
    for project in all(scene, "project_list", json!({})) {
        read_project(scene, &project["id"]);
    }
    scene.finish("history_preview", json!({"project": "glaze"}));
    scene.record("history_plan", json!({"project": id_of(scene, "glaze")}));
    read_versions(scene, ids);
    read_files(scene, ids);
    scene.record("git_diff", json!({"workspace": ids.workspace}));
    read_backups(scene, ids);
    read_lives(scene, ids);
    for run in all(scene, "run_list", json!({"limit": 500})) {
        if ["plan", "drill"].contains(&run["kind"].as_str().unwrap()) || run["state"] != "succeeded"
        {
            scene.record("run_show", json!({"run": run["id"]}));
            scene.record("run_export", json!({"run": run["id"], "json": false}));
        }
    }
}

/// Records what the pages of a library show before anything is in it, and how it gets back one
/// that is lost.
pub(crate) fn read_empty(scene: &mut Scene) {
    read_plainly(scene);
    let drive = record_place(scene, DRIVE);
    for password in [PASSWORD, "wrong"] {
        scene.record("recovery_look", json!({"place": drive, "password": password}));
    }
    let folder = record_place(scene, "/home/mira/work/tessera");
    scene.record("recovery_look", json!({"place": folder, "password": PASSWORD}));
    scene.record("project_find", json!({"place": folder}));
    for path in ["/home/mira/work", "/home/mira/work/aurora/src"] {
        let place = record_place(scene, path);
        scene.record("project_find", json!({"place": place}));
    }
    scene.record("project_add", json!({"place": folder, "name": "tessera", "tags": []}));
    scene.record("project_find", json!({"place": folder}));
    scene.record("history_start", json!({"project": "tessera"}));
    let place = record_place(scene, "/home/mira/new-destination");
    let password = json!({"type": "generated"});
    let added = scene.record(
        "destination_add",
        json!({"place": place, "name": null, "password": password, "create": true}),
    );
    scene.record("recovery_kit", json!({"destination": added["id"]}));
    let typed = json!({"type": "typed", "password": PASSWORD});
    scene.record(
        "destination_add",
        json!({"place": drive, "name": null, "password": typed, "create": false}),
    );
    let draft = scene.record("plan_propose", json!({}));
    scene.record("plan_preview", draft.clone());
    let plan = scene.record("plan_save", json!({"plan": null, "draft": draft}));
    scene.record("plan_run", json!({"plan": plan["id"]}));
    for run in all(scene, "run_list", json!({"kind": "plan"})) {
        scene.record("run_show", json!({"run": run["id"]}));
    }
}

/// Gets the library back that is lost: what the page says last.
pub(crate) fn recover(scene: &mut Scene) {
    let place = scene.place(DRIVE);
    scene.record(
        "library_recover",
        json!({"place": place, "password": PASSWORD, "withFolders": true, "confirmAll": true}),
    );
}

fn read_plainly(scene: &mut Scene) {
    for name in PLAIN {
        scene.record(name, json!({}));
    }
    scene.record("project_list", json!({"status": "trashed"}));
    scene.record("run_list", json!({"limit": 500}));
    scene.record("event_list", json!({"limit": 1000}));
}

fn read_project(scene: &mut Scene, project: &Value) {
    let of = json!({"project": project});
    for name in ["project_show", "rules_show", "thin_preview", "draft_list"] {
        scene.record(name, of.clone());
    }
    for workspace in all_of(&scene.record("workspace_list", of)) {
        let of = json!({"workspace": workspace["id"]});
        for name in ["workspace_show", "git_status", "git_branches", "git_log"] {
            scene.record(name, of.clone());
        }
        scene.record("version_list", json!({"workspace": workspace["id"], "limit": 1000}));
        scene.record("version_days", json!({"workspace": workspace["id"], "timeZone": "UTC"}));
    }
}

fn read_versions(scene: &mut Scene, ids: &Ids) {
    let versions = all(scene, "version_list", json!({"workspace": ids.workspace, "limit": 1000}));
    for version in &versions {
        scene.record("version_show", json!({"version": version["id"]}));
    }
    let newest: Vec<_> = versions.iter().take(100).map(|version| &version["id"]).collect();
    scene.record("version_lines", json!({"versions": newest}));
    let old = &versions[29]["id"];
    for version in [&versions[0]["id"], old, &first_version(scene, &ids.workspace)] {
        scene.record("version_sizes", json!({"version": version}));
        scene.record("version_compare", json!({"from": version, "to": "now"}));
        scene.record("version_restore_preview", json!({"version": version}));
        let paths = json!([["README.md"]]);
        scene.record("version_restore_preview", json!({"version": version, "paths": paths}));
    }
}

fn read_files(scene: &mut Scene, ids: &Ids) {
    let now = format!("now:{}", ids.workspace.as_str().unwrap());
    let versions = all(scene, "version_list", json!({"workspace": ids.workspace, "limit": 1000}));
    let (old, first) = (versions[29]["id"].clone(), first_version(scene, &ids.workspace));
    for version in [&json!(now), &old] {
        for path in FOLDERS {
            let of = json!({"version": version, "path": path});
            scene.record("file_list", of.clone());
            let deleted = scene.record("file_deleted", of);
            for file in all_of(&deleted["entries"]) {
                let whole: Vec<_> =
                    path.iter().copied().chain(file["entry"]["name"].as_str()).collect();
                let as_it_was = json!({"version": file["version"]["id"], "path": whole});
                scene.record("file_preview", as_it_was);
            }
        }
        for path in FILES {
            scene.record("file_preview", json!({"version": version, "path": path}));
        }
    }
    for path in FILES {
        let history =
            scene.record("file_history", json!({"workspace": ids.workspace, "path": path}));
        for before in all_of(&history).iter().skip(1).take(3) {
            let from = json!({"version": before["version"]["id"], "path": before["path"]});
            scene.record("file_diff", json!({"from": from, "to": {"version": now, "path": path}}));
        }
        let from = json!({"version": first, "path": path});
        scene.record("file_diff", json!({"from": from, "to": {"version": now, "path": path}}));
    }
    scene.record("file_load", json!({"version": now, "path": ["README.md"]}));
    for offset in [0, 4096] {
        let bytes = json!({"version": now, "path": ["data", "samples.sqlite"], "offset": offset});
        scene.record("file_bytes", bytes);
    }
    let latest = format!("latest:{}", ids.workspace.as_str().unwrap());
    for (text, in_content) in [("draw went too far", true), ("layout", false)] {
        let request = json!({"version": latest, "text": text, "inContent": in_content});
        scene.record("file_search", request);
    }
    let path = ["README.md"];
    scene.record("file_everywhere", json!({"project": ids.aurora, "path": path}));
    for (text, quick) in [("readme", true), ("readme", false), ("nothing like it", false)] {
        scene.record("search", json!({"text": text, "quick": quick}));
    }
    let kept = json!({"project": ids.aurora, "name": "scratch"});
    scene.record("draft_read", kept);
}

fn read_backups(scene: &mut Scene, ids: &Ids) {
    for destination in [&ids.drive, &ids.nas, &ids.stick] {
        let of = json!({"destination": destination});
        for name in ["destination_show", "recovery_kit", "trash_list", "cleanup_preview"] {
            scene.record(name, of.clone());
        }
    }
    for password in [PASSWORD, "wrong"] {
        let request = json!({"destination": ids.drive, "password": password});
        scene.record("password_try", request);
    }
    let snapshots = all(scene, "snapshot_list", json!({"destination": ids.drive}));
    let of_aurora: Vec<_> = snapshots.iter().filter(|it| it["project"] == ids.aurora).collect();
    let newest = &of_aurora[0]["id"];
    for path in FOLDERS {
        let request = json!({"destination": ids.drive, "snapshot": newest, "path": path});
        scene.record("snapshot_browse", request);
    }
    let before = &of_aurora[1]["id"];
    scene.record(
        "snapshot_compare",
        json!({"destination": ids.drive, "from": before, "to": newest}),
    );
    scene.record("snapshot_compare", json!({"destination": ids.drive, "from": newest, "to": null}));
    scene.record("snapshot_search", json!({"text": "readme"}));
    let two = json!([snapshots[0]["id"], snapshots[1]["id"]]);
    let request = json!({"destination": ids.drive, "snapshots": two});
    scene.record("snapshot_forget_preview", request);
    let place = record_place(scene, "/home/mira/back");
    for overwrite in ["never", "changed"] {
        scene.record(
            "restore_preview",
            json!({"destination": ids.drive, "snapshot": newest, "paths": [["src"]], "to": place, "overwrite": overwrite}),
        );
        scene.record(
            "restore_preview",
            json!({"destination": ids.drive, "snapshot": newest, "paths": [["src"]], "overwrite": overwrite}),
        );
    }
    scene.record(
        "snapshot_file",
        json!({"destination": ids.drive, "snapshot": newest, "path": ["README.md"]}),
    );
    let draft = scene.record("plan_propose", json!({}));
    let policy = draft["targets"][0]["retention"].clone();
    for destination in [&ids.drive, &ids.nas] {
        let request = json!({"destination": destination, "policy": policy, "project": null});
        scene.record("retention_preview", request);
    }
    let strict = json!({"destination": ids.drive, "policy": {"last": 1}, "project": null});
    scene.record("retention_preview", strict);
    let mut tagged = draft.clone();
    tagged["projects"] = json!({"type": "tagged", "tags": ["client"]});
    for draft in [draft, tagged] {
        scene.record("plan_preview", draft);
    }
}

/// Records each thing that can be done, once.
pub(crate) fn do_everything(scene: &mut Scene, ids: &Ids) {
    change_projects(scene, ids);
    change_histories(scene, ids);
    change_files(scene, ids);
    change_git(scene, ids);
    change_plans(scene, ids);
    change_backups(scene, ids);
    change_destinations(scene, ids);
    change_lives(scene, ids);
    change_the_rest(scene, ids);
}

fn change_projects(scene: &mut Scene, ids: &Ids) {
    write_file(scene.path("/home/mira/work/new-thing/index.ts"), "export const one = 1;\n");
    let place = record_place(scene, "/home/mira/work/new-thing");
    let added = scene.record("project_add", json!({"place": place, "name": null, "tags": []}));
    scene.record("project_add", json!({"place": place, "name": null, "tags": []}));
    record_place(scene, "/home/mira/song.mp3");
    scene.write("/home/mira/song.mp3", "la\n");
    record_place(scene, "/home/mira/song.mp3");
    let project = &added["id"];
    scene.record("project_rename", json!({"project": project, "name": "renamed"}));
    scene.record("project_tag", json!({"project": project, "add": ["shiny"], "remove": []}));
    scene.rename("/home/mira/work/new-thing", "/home/mira/work/moved");
    let place = record_place(scene, "/home/mira/work/moved");
    scene.record("project_move", json!({"project": project, "place": place}));
    scene.record("project_refresh", json!({"project": ids.aurora}));
    scene.record("project_forget", json!({"project": project}));
    scene.record("project_recall", json!({"project": project}));
    scene.record("project_forget", json!({"project": project}));
    scene.record("place_pick", json!({"purpose": "project"}));
}

fn change_histories(scene: &mut Scene, ids: &Ids) {
    let glaze = id_of(scene, "glaze");
    scene.record("rules_change", json!({"project": glaze, "keep": [".env", "/.cache"]}));
    scene.record("history_preview", json!({"project": glaze}));
    scene.record("history_start", json!({"project": glaze}));
    for name in ["history_pause", "history_resume", "history_check", "history_compact", "thin"] {
        scene.record(name, json!({"project": ids.aurora}));
    }
    let of = json!({"workspace": ids.workspace});
    let first = first_version(scene, &ids.workspace);
    scene.record("version_mark", json!({"version": first, "name": "The beginning"}));
    scene.record("workspace_switch", of.clone());
    scene.record("workspace_refresh", of.clone());
    scene.record("workspace_describe", json!({"workspace": ids.workspace, "text": "The work"}));
    scene.record("version_save", json!({"workspace": ids.workspace, "message": "By hand"}));
    scene.record("version_restore", json!({"version": first}));
    scene.record("undo", of);
    scene.record("workspace_open", json!({"version": first, "name": "trial", "to": null}));
    let opened = all(scene, "workspace_list", json!({"project": ids.aurora}));
    let trial = opened.iter().find(|it| it["name"] == "trial").unwrap();
    scene.record("workspace_close", json!({"workspace": trial["id"]}));
}

fn change_files(scene: &mut Scene, ids: &Ids) {
    let request = json!({"workspace": ids.workspace, "path": ["new.txt"], "base64": "dGV4dA=="});
    scene.record("file_save", request);
    scene.write("/home/mira/work/aurora/new.txt", "another text");
    let before = all(scene, "version_list", json!({"workspace": ids.workspace}))[0]["id"].clone();
    let request = json!({
        "workspace": ids.workspace, "path": ["new.txt"], "version": before, "change": 1,
    });
    scene.record("file_restore_lines", request);
    let gone = json!({"workspace": ids.workspace, "path": ["new.txt"], "force": false});
    scene.record("file_delete", gone);
    scene.write("/home/mira/plan.md", "# A plan\n");
    let place = record_place(scene, "/home/mira/plan.md");
    scene.record(
        "file_upload",
        json!({"workspace": ids.workspace, "folder": ["docs"], "places": [place], "conflict": "ask"}),
    );
    let kept = json!({"project": ids.aurora, "name": "later", "base64": "bGF0ZXI="});
    scene.record("draft_save", kept);
    scene.record("draft_delete", json!({"project": ids.aurora, "name": "later"}));
    let place = record_place(scene, "/home/mira/session.bin");
    scene.record("memory_export", json!({"place": place}));
    let place = record_place(scene, "/home/mira/session.bin");
    scene.record("memory_import", json!({"place": place}));
}

fn change_git(scene: &mut Scene, ids: &Ids) {
    let of = |more: Value| {
        let mut request = json!({"workspace": ids.workspace});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let author = "Mira <mira@workbench>";
    scene.record("git_commit", of(json!({"message": "Lay out lines lazily", "author": author})));
    scene.record("git_branch_create", of(json!({"name": "spike"})));
    scene.record("git_branch_switch", of(json!({"name": "spike"})));
    scene.record("git_sync", of(json!({})));
    scene.record("git_export_history", of(json!({"branch": "undercroft/main"})));
    let elsewhere = scene.path("/home/mira/aurora.git").to_string_lossy().into_owned();
    let made =
        Command::new("git").args(["init", "--quiet", "--bare", &elsewhere]).status().unwrap();
    assert!(made.success());
    let remote = json!({"name": "nearby", "url": elsewhere});
    scene.record("git_remote_set", of(remote));
    for name in ["git_push", "git_pull"] {
        scene.record(name, of(json!({"remote": "nearby"})));
    }
    let lazy = all(scene, "workspace_list", json!({"project": ids.aurora}));
    let lazy = lazy.iter().find(|it| it["name"] != "main").unwrap();
    scene.record("git_create", json!({"workspace": lazy["id"], "branch": "main"}));
}

fn change_plans(scene: &mut Scene, ids: &Ids) {
    let mut draft = scene.ask("plan_propose", json!({}));
    draft["name"] = json!("Nights");
    let plan = scene.record("plan_save", json!({"plan": null, "draft": draft}));
    let of = json!({"plan": plan["id"]});
    for name in ["plan_show", "plan_confirm_hooks"] {
        scene.record(name, of.clone());
    }
    scene.record("plan_enable", json!({"plan": plan["id"], "enabled": false}));
    scene.record("plan_delete", of);
    scene.record("schedule_pause", json!({"pause": "oneHour"}));
    scene.record("schedule_resume", json!({}));
    scene.record("plan_run", json!({"plan": ids.plan}));
    scene.record("plan_run", json!({"plan": ids.client_plan}));
    let dashboard = scene.ask("dashboard", json!({}));
    let concerns = dashboard["concerns"].as_array().unwrap();
    let key = concerns.iter().find(|it| it["canBeKnown"] == true).unwrap()["key"].clone();
    for known in [true, false] {
        scene.record("concern_known", json!({"concern": key, "known": known}));
    }
    for alert in all(scene, "guard_list", json!({})) {
        let alert = &alert["id"];
        scene.record("guard_loss", json!({"alert": alert}));
        scene.record("guard_restore", json!({"alert": alert}));
        for answer in ["notMeant", "meant"] {
            scene.record("guard_answer", json!({"alert": alert, "answer": answer}));
        }
    }
}

fn change_backups(scene: &mut Scene, ids: &Ids) {
    for destination in [&ids.drive, &ids.stick] {
        let request = json!({"project": ids.aurora, "destination": destination});
        scene.record("backup_run", request);
    }
    scene.record("backup_run_all", json!({}));
    let snapshots = all(scene, "snapshot_list", json!({"destination": ids.drive}));
    let to = scene.place("/home/mira/back");
    scene.record(
        "restore",
        json!({"destination": ids.drive, "snapshot": snapshots[0]["id"], "paths": [], "to": to, "overwrite": "never"}),
    );
    let one = json!({"destination": ids.drive, "snapshot": snapshots[0]["id"], "pinned": true});
    scene.record("snapshot_pin", one);
    let two = json!([snapshots[2]["id"], snapshots[3]["id"]]);
    let request = json!({"destination": ids.drive, "snapshots": two});
    scene.record("snapshot_forget", request.clone());
    scene.record("trash_restore", request);
    let policy = json!({"last": 2});
    scene.record(
        "retention_apply",
        json!({"destination": ids.nas, "policy": policy, "project": null}),
    );
    scene.record("trash_empty", json!({"destination": ids.nas}));
    scene.record("cleanup", json!({"destination": ids.nas}));
}

fn change_destinations(scene: &mut Scene, ids: &Ids) {
    let of = json!({"destination": ids.drive});
    scene.record("destination_copy", json!({"from": ids.drive, "to": ids.nas, "snapshots": []}));
    scene.record("destination_check", json!({"destination": ids.drive, "permille": 1000}));
    scene.record("destination_repair", json!({"destination": ids.drive, "what": "index"}));
    scene.record("drill", of.clone());
    scene.record("parity_change", json!({"destination": ids.drive, "percent": 10}));
    scene.record("destination_unlock", of);
    let password = json!({"type": "typed", "password": "another long password"});
    let request = json!({"destination": ids.drive, "password": password});
    let keys = scene.record("key_add", request);
    let other = keys["keys"].as_array().unwrap().iter().find(|it| it["current"] == false).unwrap();
    scene.record("key_remove", json!({"destination": ids.drive, "key": other["id"]}));
    let password = json!({"type": "typed", "password": PASSWORD});
    scene.record("password_change", json!({"destination": ids.drive, "password": password}));
    let place = record_place(scene, "/home/mira");
    scene.record("recovery_kit_save", json!({"destination": ids.drive, "place": place}));
    let place = record_place(scene, "/home/mira/back");
    scene.record("destination_move", json!({"destination": ids.stick, "place": place}));
    let place = record_place(scene, "/media/mira/elsewhere/uc");
    scene.record("destination_move", json!({"destination": ids.stick, "place": place}));
    let place = record_place(scene, "/media/mira/new drive/uc");
    scene.record("destination_transfer", json!({"destination": ids.stick, "place": place}));
    scene.record("destination_rename", json!({"destination": ids.stick, "name": "Stick"}));
    let place = record_place(scene, "/home/mira/destination");
    let password = json!({"type": "generated"});
    scene.record(
        "destination_add",
        json!({"place": place, "name": null, "password": password, "create": true}),
    );
    scene.record("destination_forget", json!({"destination": ids.stick}));
    for password in [PASSWORD, "wrong"] {
        let place = record_place(scene, "/media/mira/new drive/uc");
        let typed = json!({"type": "typed", "password": password});
        scene.record(
            "destination_add",
            json!({"place": place, "name": null, "password": typed, "create": false}),
        );
    }
}

fn change_the_rest(scene: &mut Scene, ids: &Ids) {
    scene.record("settings_change", json!({"theme": "dark", "set": {"compression": "max"}}));
    scene.record("settings_export", json!({}));
    let exported = scene.ask("settings_export", json!({}));
    let file = json!({"text": exported["text"].as_str().unwrap_or_default().replace("= \"max\"", "= \"off\"")});
    scene.record("settings_import_preview", file.clone());
    scene.record("settings_import", file);
    let findings = all(scene, "doctor", json!({}));
    if let Some(finding) = findings.iter().find(|it| it["fix"].is_object()) {
        scene.record("doctor_fix", finding["fix"].clone());
    }
    let none = json!({"job": ids.aurora});
    for name in ["job_cancel", "job_pause", "job_resume"] {
        scene.record(name, none.clone());
    }
    let shown = scene.record("diagnostics_show", json!({"names": false}))["shown"].clone();
    scene.record("diagnostics_load", json!({"shown": shown}));
    let place = record_place(scene, "/media/mira");
    scene.record("diagnostics_save", json!({"shown": shown, "place": place}));
    scene.record("library_places_confirm", json!({"all": true}));
    scene.record("app_restart", json!({}));
}

/// Points a folder out, for its id.
pub(super) fn record_place(scene: &mut Scene, path: &str) -> Value {
    let path = scene.path(path);
    scene.record("place_type", json!({"path": path}))["id"].clone()
}

pub(super) fn all(scene: &Scene, name: &str, request: Value) -> Vec<Value> {
    all_of(&scene.ask(name, request))
}

fn all_of(reply: &Value) -> Vec<Value> {
    reply.as_array().cloned().unwrap_or_default()
}

pub(super) fn id_of(scene: &Scene, project: &str) -> Value {
    let known = all(scene, "project_list", json!({}));
    known.iter().find(|it| it["name"] == project).map(|it| it["id"].clone()).unwrap()
}
