//! Diagnostics: read before they are saved, without secrets, and without names unless they are
//! asked for.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use undercroft_foundation::Code;
use undercroft_testkit::write_file;

use crate::stage::Stage;

const PASSWORD: &str = "hunter-two-horse";
const TOKEN: &str = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";

/// A library with a project of a name that nobody else should read, and with work that failed.
fn begun() -> Stage {
    let stage = Stage::new();
    write_file(stage.path("Takeover of Acme/offer to Jane.md"), "one\n");
    write_file(stage.path("Takeover of Acme/.env"), format!("TOKEN={TOKEN}\n"));
    let config =
        format!("[remote \"origin\"]\n\turl = https://mira:{PASSWORD}@example.org/x.git\n");
    write_file(stage.path("Takeover of Acme/.git/config"), config);
    let place = stage.place("Takeover of Acme");
    stage.ask("project_add", json!({"place": place, "tags": ["merger"]}));
    stage.run("history_start", json!({"project": "Takeover of Acme"}));
    let password = json!({"type": "typed", "password": PASSWORD});
    let add = json!({"place": stage.place("Jane's disk"), "password": password, "create": true});
    stage.ask("destination_add", add);
    let back_up = json!({"project": "Takeover of Acme", "destination": "Jane's disk"});
    assert_eq!(stage.run("backup_run", back_up.clone())["state"], "succeeded");
    // What is told of it names the disk and the folder.
    fs::rename(stage.path("Jane's disk"), stage.path("gone")).unwrap();
    assert_eq!(stage.run("backup_run", back_up)["state"], "failed");
    // A link's code in a name is a secret that somebody put there.
    stage.ask(
        "project_rename",
        json!({"project": "Takeover of Acme", "name": format!("Acme token={TOKEN}")}),
    );
    stage
}

/// The files of a zip, as the importer of archives opens it.
fn unpacked(stage: &Stage, name: &str) -> BTreeMap<String, String> {
    let import = json!({"place": stage.place(name), "name": name});
    let job = stage.run("project_import", import);
    assert_eq!(job["state"], "succeeded", "{job}");
    let root = stage.ask("project_show", json!({"project": name}))["project"]["path"].clone();
    let files = fs::read_dir(root.as_str().unwrap()).unwrap().map(|file| file.unwrap());
    let read = |file: fs::DirEntry| {
        let name = file.file_name().into_string().unwrap();
        (name, fs::read_to_string(file.path()).unwrap())
    };
    files.filter(|file| file.path().is_file()).map(read).collect()
}

fn texts(shown: &Value) -> BTreeMap<String, String> {
    let text = |member: &Value| member["text"].as_str().unwrap().to_owned();
    let name = |member: &Value| member["name"].as_str().unwrap().to_owned();
    shown["members"].as_array().unwrap().iter().map(|it| (name(it), text(it))).collect()
}

#[test]
fn they_tell_how_things_stand_and_no_secret_and_no_name() {
    let stage = begun();
    let shown = texts(&stage.ask("diagnostics_show", json!({})));
    let names: Vec<_> = shown.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "README.txt",
            "about.txt",
            "findings.txt",
            "library.txt",
            "log.txt",
            "runs.txt",
            "settings.txt"
        ]
    );
    assert!(shown["about.txt"].contains(env!("CARGO_PKG_VERSION")), "{}", shown["about.txt"]);
    assert!(shown["about.txt"].contains("\nprojects "), "{}", shown["about.txt"]);
    assert!(shown["settings.txt"].contains("theme                   system (default)"));
    assert!(shown["library.txt"].contains("project-1"), "{}", shown["library.txt"]);
    assert!(shown["runs.txt"].contains("Backup Failed"), "{}", shown["runs.txt"]);
    assert!(shown["log.txt"].contains("backup."), "{}", shown["log.txt"]);
    for (name, text) in &shown {
        let lower = text.to_lowercase();
        for word in [PASSWORD, TOKEN, "acme", "takeover", "jane", "offer", "merger", ".env", "gone"]
        {
            assert!(!lower.contains(&word.to_lowercase()), "{word} is in {name}:\n{text}");
        }
        let home = stage.path("");
        assert!(!text.contains(home.to_str().unwrap().trim_end_matches('/')), "{name}:\n{text}");
    }
}

#[test]
fn asked_for_they_have_names_and_still_no_secret() {
    let stage = begun();
    let all = texts(&stage.ask("diagnostics_show", json!({"names": true})));
    let all = all.into_values().collect::<String>();
    assert!(all.contains("Acme") && all.contains("Jane's disk"), "{all}");
    assert!(!all.contains(PASSWORD) && !all.contains(TOKEN), "{all}");
}

#[test]
fn what_is_saved_is_what_was_shown() {
    let stage = begun();
    let first = stage.ask("diagnostics_show", json!({}));
    let shown = stage.ask("diagnostics_show", json!({}));
    fs::create_dir(stage.path("out")).unwrap();
    let old = json!({"shown": first["shown"], "place": stage.place("out")});
    assert_eq!(stage.refused("diagnostics_save", old).code, Code::NotFound.into());
    // What happens in between is in neither.
    write_file(stage.path("new/file"), "x");
    stage.ask("project_add", json!({"place": stage.place("new")}));
    let save = json!({"shown": shown["shown"], "place": stage.place("out")});
    let saved = stage.ask("diagnostics_save", save.clone());
    let path = stage.path("out").join(shown["fileName"].as_str().unwrap());
    assert_eq!(saved["display"], path.canonicalize().unwrap().to_str().unwrap());
    let loaded = stage.ask("diagnostics_load", json!({"shown": shown["shown"]}));
    assert_eq!(loaded["fileName"], shown["fileName"]);
    let loaded = BASE64_STANDARD.decode(loaded["base64"].as_str().unwrap()).unwrap();
    assert_eq!(loaded, fs::read(&path).unwrap());
    // Nothing that is there is written over.
    assert_eq!(stage.refused("diagnostics_save", save).code, Code::AlreadyExists.into());
    let file = json!({"shown": shown["shown"], "place": stage.place("out/mine.zip")});
    stage.ask("diagnostics_save", file.clone());
    assert_eq!(stage.refused("diagnostics_save", file).code, Code::AlreadyExists.into());
    assert_eq!(unpacked(&stage, "out/mine.zip"), texts(&shown));
}
