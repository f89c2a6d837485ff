//! The use cases through the one door that the window and HTTP come in by: a name and JSON.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use undercroft_api::wire::{BackendEvent, ErrorCode, JobState, PlacePurpose, WireError};
use undercroft_api::{Abilities, Hook, Host, USE_CASES, UseCase};
use undercroft_foundation::Result;
use undercroft_testkit::{ProjectKind, assert_same_tree, project_tree, write_file};

use crate::stage::{Stage, Typist};

/// A window whose user always picks the same folder.
#[derive(Debug)]
struct Window(PathBuf);

impl Host for Window {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: true, can_type: false, tray: true }
    }

    fn pick_folder(&self, _: PlacePurpose) -> Result<Option<PathBuf>> {
        Ok(self.0.exists().then(|| self.0.clone()))
    }
}

#[test]
fn a_project_is_added_backed_up_browsed_and_restored() {
    let stage = Stage::new();
    project_tree(stage.path("sample"), ProjectKind::Rust, 1, 9);
    write_file(stage.path("sample/odd\n\u{202e}name"), "odd");

    let project = stage
        .ask("project_add", json!({"place": stage.place("sample"), "name": null, "tags": ["one"]}));
    assert_eq!(project["name"], "sample");
    assert_eq!(project["protection"]["state"], "attention");
    let destination = stage.ask(
        "destination_add",
        json!({"place": stage.place("backups"), "password": {"type": "typed", "password": "a password"}, "create": true}),
    );
    let started = stage
        .ask("backup_run", json!({"project": project["id"], "destination": destination["id"]}));
    let job = stage.finish(&started);
    assert_eq!(job["state"], "succeeded", "{job}");
    assert!(job["progress"]["bytesDone"].as_u64().unwrap() > 0);

    let snapshots = stage.ask("snapshot_list", json!({"project": "sample"}));
    assert_eq!(snapshots.as_array().unwrap().len(), 1);
    assert_eq!(snapshots[0]["project"], project["id"]);
    let listing = stage.ask(
        "snapshot_browse",
        json!({"destination": "backups", "snapshot": snapshots[0]["id"], "path": []}),
    );
    let names: Vec<_> =
        listing["entries"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert!(names.contains(&&json!("odd\\n\\xe2\\x80\\xaename")), "{names:?}");

    let restored = stage.ask(
        "restore",
        json!({
            "destination": destination["id"],
            "snapshot": "latest",
            "paths": [["odd\\n\\xe2\\x80\\xaename"]],
            "to": stage.place("out"),
            "overwrite": "never",
        }),
    );
    assert_eq!(stage.finish(&restored)["state"], "succeeded");
    assert!(stage.path("out/odd\n\u{202e}name").exists());

    let restored = stage.ask(
        "restore",
        json!({
            "destination": destination["id"],
            "snapshot": snapshots[0]["shortId"],
            "paths": [],
            "to": stage.place("whole"),
            "overwrite": "changed",
        }),
    );
    assert_eq!(stage.finish(&restored)["state"], "succeeded");
    assert_same_tree(stage.path("sample"), stage.path("whole/sample"));

    let dashboard = stage.ask("dashboard", json!({}));
    let mut known = dashboard.clone();
    for concern in dashboard["concerns"].as_array().unwrap() {
        known = stage.ask("concern_known", json!({"concern": concern["key"], "known": true}));
    }
    let sentence = known["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("1 project is protected. Last backup today"), "{sentence}");
    assert_eq!(known["concerns"], json!([]));
    let detail = stage.ask("project_show", json!({"project": "sample"}));
    assert_eq!(detail["snapshots"].as_array().unwrap().len(), 1);
    assert_eq!(detail["destinations"][0]["id"], destination["id"]);
    what_is_left_to_do_is_said(&stage, &destination);
}

fn what_is_left_to_do_is_said(stage: &Stage, destination: &Value) {
    let findings = stage.ask("doctor", json!({}));
    let sick: Vec<_> =
        findings.as_array().unwrap().iter().filter(|it| it["level"] != "ok").collect();
    // The room on the disk is the machine's own matter.
    let sick: Vec<_> =
        sick.into_iter().filter(|it| !it["what"].as_str().unwrap().contains(" free ")).collect();
    // Made by hand, in no plan, and never restored from.
    let what: Vec<_> = sick.iter().map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!(what.len(), 3, "{what:?}");
    assert!(what[0].contains("is on the disk of sample"), "{what:?}");
    assert!(what[1].contains("never restored"), "{what:?}");
    assert!(what[2].contains("no plan"), "{what:?}");
    assert_eq!(stage.ask("place_type", json!({"path": stage.path("new")}))["sameDisk"], true);
    assert_eq!(sick[1]["fix"]["id"], format!("drill:{}", destination["id"].as_str().unwrap()));
    stage.ask("doctor_fix", sick[1]["fix"].clone());
}

#[test]
fn a_window_names_no_paths_and_a_typist_gets_no_dialog() {
    let window = Stage::with(|folder| Window(folder.join("picked")));
    assert_eq!(window.refused("place_type", json!({"path": "/"})).code, ErrorCode::Unsupported);
    assert_eq!(window.ask("place_pick", json!({"purpose": "project"})), Value::Null);
    std::fs::create_dir(window.path("picked")).unwrap();
    let place = window.ask("place_pick", json!({"purpose": "restore"}));
    assert_eq!(place["state"], "folder");
    // What was picked to receive a restore is not taken for a project.
    let refusal = window.refused("project_add", json!({"place": place["id"], "tags": []}));
    assert_eq!(refusal.code, ErrorCode::NotFound);
    // Nor is a path taken for a place.
    let refusal = window.refused("project_add", json!({"place": window.path("picked")}));
    assert_eq!(refusal.code, ErrorCode::NotFound);

    let typist = Stage::new();
    let refusal = typist.refused("place_pick", json!({"purpose": "project"}));
    assert_eq!(refusal.code, ErrorCode::Unsupported);
}

#[test]
fn a_call_that_makes_no_sense_is_refused_and_harms_no_other() {
    let stage = Stage::new();
    assert_eq!(stage.refused("no_such_thing", json!({})).code, ErrorCode::NotFound);
    assert_eq!(stage.refused("project_show", json!({})).code, ErrorCode::Invalid);
    assert_eq!(stage.refused("project_show", json!([1, 2])).code, ErrorCode::Invalid);
    let refusal = stage.refused("project_list", json!({"txet": "a slip"}));
    assert_eq!(refusal.code, ErrorCode::Invalid);
    assert!(refusal.why.contains("txet"), "{}", refusal.why);
    for name in ["../../etc", "a/b", "", "\\q"] {
        let request = json!({"destination": "none", "snapshot": "latest", "path": [name]});
        assert!(stage.api.call("snapshot_browse", request).is_err());
    }
    assert_eq!(stage.ask("project_list", Value::Null), json!([]));
}

/// The words that the parser of requests says it expected, in its own marks.
fn expected(why: &str) -> Vec<String> {
    let said = why.split_once("expected").map_or("", |(_, said)| said);
    said.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Values that nobody means, and some that somebody may, by their shape.
fn hostile_values(stage: &Stage, ids: &[&Value]) -> Vec<Vec<Value>> {
    let mut texts: Vec<Value> = [
        "",
        " ",
        ".",
        "..",
        "-1",
        "\0",
        "a\0b",
        "/",
        "~",
        "~/../..",
        "/dev/null",
        "/dev/full",
        "/dev/null/x",
        "/proc/self/fd/77/x",
        "/proc/none/x",
        "link/backups",
        "[",
        "**/*",
        "\u{202e}",
        "latest:",
        "x@99999999",
        "2026-02-30",
        "9999-12-31T23:59:59Z",
        "-oProxyCommand=x",
    ]
    .map(Value::from)
    .into();
    texts.extend(["link", "link/backups", "loop/x"].map(|name| json!(stage.path(name))));
    texts.extend([json!("x".repeat(300)), json!(format!("/{}", "a/".repeat(60_000)))]);
    texts.push(json!("[".repeat(10_000)));
    texts.extend(ids.iter().map(|id| (*id).clone()));
    let listed = texts.iter().map(|text| json!([text])).collect();
    let nested = texts.iter().map(|text| json!([[text]])).collect();
    let single = [
        json!([]),
        json!({}),
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(255),
        json!(u32::MAX),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e300),
        json!({"type": "typed", "password": ""}),
        json!({"type": "typed", "password": "x"}),
        json!({"type": "keyFile", "place": "x"}),
    ];
    let mut kinds = vec![texts, listed, nested];
    kinds.extend(single.map(|value| vec![value]));
    kinds
}

#[test]
fn no_use_case_panics_on_any_request() {
    let stage = Stage::new();
    write_file(stage.path("work/a"), "a");
    std::os::unix::fs::symlink("nowhere", stage.path("link")).unwrap();
    std::os::unix::fs::symlink("loop", stage.path("loop")).unwrap();
    let project = stage.ask("project_add", json!({"place": stage.place("work")}))["id"].clone();
    let place = stage.api.places().register(&stage.path("link/backups"));
    let (here, typed) = (json!(place.id), json!({"type": "typed", "password": "x"}));
    let values = hostile_values(&stage, &[&project, &here, &json!("latest")]);
    let is_shape = |error: &WireError| error.what.contains("has another shape");
    let call = |name: &str, request: Value| match stage.api.call(name, request) {
        Err(error) => {
            assert_ne!(error.code, ErrorCode::Internal, "{name}: {error:?}");
            Some(error)
        }
        Ok(_) => None,
    };
    let mut turn = 0;
    for UseCase { name, .. } in USE_CASES {
        for request in [json!(null), json!({}), json!([]), json!("x"), json!(1)] {
            call(name, request);
        }
        let fields = call(name, json!({"\u{1}": 1})).map_or(Vec::new(), |it| expected(&it.why));
        // Alone, a value of the right type leads to the next complaint: of what is missing.
        let fits = |field: &String, value: &Value| {
            call(name, json!({field: value}))
                .is_none_or(|error| !is_shape(&error) || error.why.starts_with("missing field"))
        };
        let mut known = Vec::new();
        for field in &fields {
            let mut own = call(name, json!({field: "\u{1}"})).map_or(Vec::new(), |it| {
                if it.why.contains("unknown variant") { expected(&it.why) } else { Vec::new() }
            });
            own.dedup();
            let mut fitting: Vec<_> = own.into_iter().map(Value::from).collect();
            let kinds = values.iter().filter(|kind| fits(field, kind.last().unwrap()));
            fitting.extend(kinds.flatten().cloned());
            known.push((field, fitting));
        }
        for (field, fitting) in &known {
            turn += 1;
            for (_, value) in
                fitting.iter().enumerate().filter(|(n, _)| (n + turn).is_multiple_of(6))
            {
                let mut request = serde_json::Map::new();
                for (other, fitting) in &known {
                    let wanted = match other.as_str() {
                        "place" | "to" => &here,
                        "password" => &typed,
                        _ => &project,
                    };
                    let sane = fitting.iter().find(|it| *it == wanted).or(fitting.last());
                    request.extend(sane.map(|sane| ((*other).clone(), sane.clone())));
                }
                request.insert((*field).clone(), value.clone());
                call(name, request.into());
            }
        }
    }
    assert!(turn > USE_CASES.len(), "{turn} fields only");
}

#[test]
fn settings_are_changed_one_by_one_and_put_back() {
    let stage = Stage::new();
    let settings = stage.ask("settings_change", json!({"theme": "dark", "set": {"threads": "3"}}));
    assert_eq!(
        (&settings["theme"], &settings["sources"]["theme"]),
        (&json!("dark"), &json!("file"))
    );
    let settings = stage.ask("settings_change", json!({"set": {"theme": null}}));
    assert_eq!(settings["theme"], "system");
    assert_eq!(settings["sources"]["closeToTray"], "default");
    let threads = settings["all"].as_array().unwrap().iter().find(|it| it["key"] == "threads");
    assert_eq!(threads.unwrap()["value"], "3");
    let refusal = stage.refused("settings_change", json!({"set": {"theme": "pink"}}));
    assert_eq!(refusal.code, ErrorCode::Invalid);
    assert_eq!(
        stage.refused("settings_change", json!({"set": {"no": "x"}})).code,
        ErrorCode::NotFound
    );
}

#[test]
fn settings_go_to_a_file_and_come_back_from_it() {
    let stage = Stage::new();
    stage.ask("settings_change", json!({"set": {"threads": "3", "theme": "dark"}}));
    let exported = stage.ask("settings_export", json!({}));
    assert_eq!(exported["saved"], json!(null));
    stage.ask("settings_change", json!({"set": {"threads": null, "theme": "light"}}));
    let file = json!({"text": exported["text"]});
    let plan = stage.ask("settings_import_preview", file.clone());
    let changes = plan["changes"].as_array().unwrap();
    let told: Vec<_> = changes.iter().map(|it| (&it["key"], &it["from"], &it["to"])).collect();
    let (light, dark) = (json!("light"), json!("dark"));
    let (none, three) = (json!("0"), json!("3"));
    let (theme, threads) = (json!("theme"), json!("threads"));
    assert_eq!(told, [(&theme, &light, &dark), (&threads, &none, &three)]);
    assert_eq!(
        stage.ask("settings_show", json!({}))["theme"],
        "light",
        "a preview changes nothing"
    );
    assert_eq!(stage.ask("settings_import", file.clone())["theme"], "dark");
    assert_eq!(stage.ask("settings_import_preview", file)["changes"], json!([]));
    let text = exported["text"].as_str().unwrap().replace("\"dark\"", "\"pink\"");
    let refusal = stage.refused("settings_import", json!({"text": text.replace("= 3", "= 4")}));
    assert_eq!(refusal.code, ErrorCode::Invalid);
    let threads = stage.ask("settings_show", json!({}));
    let threads = threads["all"].as_array().unwrap().iter().find(|it| it["key"] == "threads");
    assert_eq!(threads.unwrap()["value"], "3", "all or none");
}

#[test]
fn a_face_is_told_of_events_and_jobs() {
    let stage = Stage::new();
    let told = stage.api.subscribe();
    write_file(stage.path("sample/file"), "x");
    stage.ask("project_add", json!({"place": stage.place("sample")}));
    let (mut added, mut counted) = (false, false);
    while !(added && counted) {
        match told.recv_timeout(Duration::from_secs(20)).unwrap() {
            BackendEvent::Event { event } if event.kind == "project.added" => added = true,
            BackendEvent::Job { job } if job.state == JobState::Succeeded => counted = true,
            _ => {}
        }
    }
    let events = stage.ask("event_list", json!({"after": 0}));
    assert_eq!(events[0]["kind"], "project.added");
    let after = stage.ask("event_list", json!({"after": events[0]["seq"]}));
    assert!(after.as_array().unwrap().iter().all(|it| it["seq"] != events[0]["seq"]));
}

#[test]
fn what_is_away_is_found_by_the_doctor() {
    let stage = Stage::new();
    write_file(stage.path("sample/file"), "x");
    stage.ask("project_add", json!({"place": stage.place("sample")}));
    let add = json!({"place": stage.place("disk"), "password": {"type": "typed", "password": "p"}, "create": true});
    let destination = stage.ask("destination_add", add);
    let job = stage.ask("backup_run", json!({"project": "sample", "destination": "disk"}));
    stage.finish(&job);

    std::fs::rename(stage.path("disk"), stage.path("unplugged")).unwrap();
    std::fs::rename(stage.path("sample"), stage.path("moved")).unwrap();
    let findings = stage.ask("doctor", json!({}));
    let level = |area: &str| {
        let all = findings.as_array().unwrap();
        all.iter().filter(|it| it["area"] == area).map(|it| it["level"].clone()).next().unwrap()
    };
    assert_eq!(level("destination"), "warning");
    assert_eq!(level("project"), "warning");
    // What is known of the backups stays known.
    let snapshots = stage.ask("snapshot_list", json!({"destination": destination["id"]}));
    assert_eq!(snapshots.as_array().unwrap().len(), 1);
    let dashboard = stage.ask("dashboard", json!({}));
    assert_eq!(dashboard["sentence"], "No project protected, 1 thing needs attention");
    assert_eq!(dashboard["destinations"][0]["present"], false);
}

#[test]
fn a_password_is_in_no_reply_and_no_debug_text() {
    let stage = Stage::new();
    let add = json!({"place": stage.place("disk"), "password": {"type": "typed", "password": "xyzzy-secret"}, "create": true});
    stage.ask("destination_add", add);
    for name in ["destination_list", "dashboard", "doctor", "event_list", "run_list"] {
        assert!(!stage.ask(name, json!({})).to_string().contains("xyzzy"), "{name}");
    }
    let request: undercroft_api::wire::DestinationAdd = serde_json::from_value(
        json!({"place": "", "password": {"type": "typed", "password": "xyzzy"}, "create": true}),
    )
    .unwrap();
    assert!(!format!("{request:?}").contains("xyzzy"));
}

/// A window whose dialog is broken.
#[derive(Debug)]
struct Broken;

impl Host for Broken {
    fn abilities(&self) -> Abilities {
        Abilities { can_pick: true, can_type: false, tray: false }
    }

    fn pick_folder(&self, _: PlacePurpose) -> Result<Option<PathBuf>> {
        panic!("the dialog is broken")
    }
}

#[test]
fn a_panic_is_one_calls_error_and_nobody_elses() {
    let stage = Stage::with(|_| Broken);
    let error = stage.refused("place_pick", json!({"purpose": "project"}));
    assert_eq!(error.code, ErrorCode::Internal);
    assert_eq!(stage.ask("project_list", json!({})), json!([]));
}

/// A face whose user answers the same each time that a command is shown.
#[derive(Debug)]
struct Answering(bool);

impl Host for Answering {
    fn abilities(&self) -> Abilities {
        Typist.abilities()
    }

    fn confirm_hook(&self, _: &str, _: &Hook) -> Result<bool> {
        Ok(self.0)
    }
}

#[test]
fn a_plan_gets_no_command_that_the_user_did_not_confirm() {
    let request = |stage: &Stage| {
        let password = json!({"type": "typed", "password": "a password"});
        let add = json!({"place": stage.place("backups"), "password": password, "create": true});
        stage.ask("destination_add", add);
        let mut draft = stage.ask("plan_propose", json!({}));
        draft["before"] = json!({"command": ["/usr/bin/touch", "x"], "timeoutSeconds": 5});
        json!({ "draft": draft })
    };
    let nobody_asks = Stage::new();
    let refused = nobody_asks.refused("plan_save", request(&nobody_asks));
    assert_eq!(refused.code, ErrorCode::PermissionDenied, "{refused:?}");
    let no = Stage::with(|_| Answering(false));
    let mut wanted = request(&no);
    assert_eq!(no.refused("plan_save", wanted.clone()).code, ErrorCode::Cancelled);
    // Nor by a change of a plan that was without.
    let before = wanted["draft"]["before"].take();
    let plan = no.ask("plan_save", wanted.clone());
    wanted["plan"] = plan["id"].clone();
    wanted["draft"]["before"] = before;
    assert_eq!(no.refused("plan_save", wanted).code, ErrorCode::Cancelled);
    assert_eq!(no.ask("plan_list", json!({}))[0]["draft"]["before"], Value::Null);
}

#[test]
fn a_library_of_an_earlier_version_is_opened_with_all_that_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let archive = "../../tests/fixtures/library-0.1.0.tar.gz";
    let mut tar = std::process::Command::new("tar");
    let unpacked = tar.arg("-xzf").arg(archive).arg("-C").arg(folder.path()).status();
    assert!(unpacked.unwrap().success());
    let stage = Stage::open(folder, Typist);
    let listed = |name: &str, request: Value, field: &str| -> Vec<Value> {
        let all = stage.ask(name, request);
        all.as_array().unwrap().iter().map(|each| each[field].clone()).collect()
    };
    assert_eq!(listed("project_list", json!({}), "name"), ["birch", "elm"]);
    let versions = listed("version_list", json!({"workspace": "birch"}), "message");
    assert_eq!(versions, ["Say what it is", "Begin to keep versions"]);
    assert_eq!(listed("plan_list", json!({}), "draft")[0]["name"], "nightly");
    assert_eq!(listed("destination_list", json!({}), "name"), ["shelf"]);
    assert_eq!(listed("run_list", json!({}), "state").len(), 5);
}
