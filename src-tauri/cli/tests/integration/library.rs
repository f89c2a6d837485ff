//! A user's day on the command line, over one library.

use crate::stage;

use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use stage::{Stage, told};
use undercroft_testkit::{ProjectKind, assert_same_tree, project_tree, random_bytes, write_file};

#[test]
fn a_project_is_backed_up_browsed_and_restored() {
    let stage = Stage::new();
    project_tree(stage.path("vault"), ProjectKind::Rust, 1, 6);
    let shown = stage.run(&["project", "add", "vault", "--tag", "rust"]);
    assert!(shown.contains("It has no backup yet"), "{shown}");

    // A folder becomes a destination on the way.
    let done = stage.run(&["backup", "run", "vault", "--to", "./backups"]);
    assert!(done.contains("backed up to backups"), "{done}");
    let again = stage.run(&["backup", "run", "vault", "--to", "backups"]);
    assert!(again.contains("no file new or changed"), "{again}");

    let backups = stage.json(&["backup", "list", "vault"]);
    assert_eq!(backups.as_array().unwrap().len(), 2);
    let listing = stage.run(&["backup", "browse", "latest", "src", "--from", "backups"]);
    assert!(listing.contains("part0/"), "{listing}");
    let listing = stage.json(&["backup", "browse", "latest:src/part0", "--from", "backups"]);
    assert_eq!(listing["path"], json!(["src", "part0"]));

    let target = stage.path("out");
    stage.run(&["restore", "latest", "--from", "backups", "-t", target.to_str().unwrap()]);
    assert_same_tree(stage.path("vault"), stage.path("out/vault"));
    stage.run(&[
        "restore",
        "latest:Cargo.toml",
        "--project",
        "vault",
        "--from",
        "backups",
        "-t",
        "one",
    ]);
    assert!(stage.path("one/Cargo.toml").exists());
    // The whole path that it had will do as well.
    let whole = format!("latest:{}", stage.path("vault/src/part0").display());
    stage.run(&["restore", &whole, "--from", "backups", "-t", "whole"]);
    assert_same_tree(stage.path("vault/src/part0"), stage.path("whole/part0"));
    let error = stage.fails(1, &["restore", "latest:/elsewhere", "--from", "backups", "-t", "x"]);
    assert!(error.contains("It is a backup of"), "{error}");

    let status = stage.run(&["status"]);
    assert!(status.starts_with("1 project protected, 2 things need attention\n"), "{status}");
    let runs = stage.json(&["run", "list", "vault"]);
    assert!(runs.as_array().unwrap().len() >= 4, "{runs}");
    let doctor = stage.run(&["doctor"]);
    let warnings: Vec<_> = doctor
        .lines()
        .filter(|line| line.starts_with("warning") && !line.contains(" free "))
        .collect();
    assert_eq!(warnings.len(), 3, "{doctor}");
    assert!(doctor.contains("is on the disk of vault"), "{doctor}");
    assert!(doctor.contains("never restored from on trial"), "{doctor}");
    let (_, untried) = doctor.split_once("never restored from on trial").unwrap();
    let fix = untried.lines().find_map(|line| line.split_once("--fix ")).unwrap().1;
    let doctor = stage.run(&["doctor", "--fix", fix]);
    assert!(doctor.contains("no plan"), "{doctor}");
    let proofs = stage.json(&["destination", "proof"]);
    assert!(proofs[0]["lastProven"].is_string(), "{proofs}");
}

#[test]
fn projects_are_named_tagged_found_forgotten_and_recalled() {
    let stage = Stage::new();
    for name in ["one", "two"] {
        write_file(stage.path(name).join("main.py"), "print()\n");
        stage.run(&["project", "add", name]);
    }
    stage.run(&["project", "rename", "two", "Zwei"]);
    let tagged = stage.run(&["project", "tag", "--json", "Zwei", "+keep", "+more", "-gone"]);
    let tagged: serde_json::Value = serde_json::from_str(&tagged).unwrap();
    assert_eq!(tagged["tags"], json!(["keep", "more"]));
    stage.run(&["project", "tag", "Zwei", "-more"]);
    let names = |arguments: &[&str]| -> Vec<String> {
        let all = [&["project", "list"], arguments].concat();
        let list = stage.json(&all);
        list.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["--tag", "keep"]), ["Zwei"]);
    assert_eq!(names(&["--tag", "more"]), [""; 0]);
    stage.run(&["project", "remove", "one"]);
    assert_eq!(names(&[]), ["Zwei"]);
    assert_eq!(names(&["--status", "trashed"]), ["one"]);
    assert!(stage.path("one/main.py").exists());
    stage.run(&["project", "recall", "one"]);
    assert_eq!(names(&["--language", "python"]), ["one", "Zwei"]);
    let error = stage.fails(1, &["project", "tag", "one", "keep"]);
    assert!(error.contains("+keep"), "{error}");
    let error = stage.fails(1, &["project", "tag", "one", "-keep", "--json"]);
    assert!(error.contains("before the tags"), "{error}");
}

#[test]
fn all_projects_go_to_all_destinations() {
    let stage = Stage::new();
    let error = stage.fails(1, &["backup", "run", "--all"]);
    assert!(error.contains("There is no destination yet"), "{error}");
    for name in ["one", "two"] {
        write_file(stage.path(name).join("file"), name);
        stage.run(&["project", "add", name]);
        let shown = stage.run(&["destination", "add", &format!("to-{name}")]);
        assert!(shown.contains(&format!("to-{name}")), "{shown}");
    }
    stage.run(&["backup", "run", "--all"]);
    assert_eq!(stage.json(&["backup", "list"]).as_array().unwrap().len(), 4);
    let one = stage.json(&["backup", "list", "one", "--from", "to-two"]);
    assert_eq!(one.as_array().unwrap().len(), 1);

    let destinations = stage.json(&["destination", "list"]);
    assert_eq!(destinations[0]["snapshots"], 2);
    stage.run(&["destination", "remove", "to-one"]);
    assert!(stage.path("to-one/config").exists(), "the repository stays");
    assert_eq!(stage.json(&["destination", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn what_cannot_be_read_is_told_and_ends_with_3() {
    let stage = Stage::new();
    write_file(stage.path("vault/file"), "x");
    write_file(stage.path("vault/locked/secret"), "x");
    let locked = stage.path("vault/locked");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    let readable = std::fs::read_dir(&locked).is_ok();
    stage.output(&["project", "add", "vault"]);
    let output = stage.output(&["backup", "run", "vault", "--to", "./backups"]);
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o755)).unwrap();
    // Root reads everything; then there is nothing to tell.
    let expected = if readable { 0 } else { 3 };
    assert_eq!(output.status.code(), Some(expected), "{}", told(&output));
    if !readable {
        assert!(String::from_utf8_lossy(&output.stderr).contains("Warning: "), "{}", told(&output));
    }
}

#[test]
fn errors_say_what_why_and_what_next() {
    let stage = Stage::new();
    let error = stage.fails(1, &["project", "show", "nobody"]);
    let labels: Vec<_> = error.lines().map(|line| line.split(':').next().unwrap().trim()).collect();
    assert_eq!(labels, ["error", "why", "next"], "{error}");
    let error = stage.fails(1, &["project", "show", "nobody", "--json"]);
    let error: serde_json::Value = serde_json::from_str(error.trim()).unwrap();
    assert_eq!(
        (&error["message_type"], &error["error"]),
        (&json!("exit_error"), &json!("not_found"))
    );
    stage.fails(2, &["project", "nonsense"]);

    write_file(stage.path("vault/file"), "x");
    stage.run(&["project", "add", "vault"]);
    let error = stage.fails(1, &["backup", "run", "vault", "--to", "nowhere"]);
    assert!(error.contains("./backups"), "{error}");
    stage.run(&["destination", "add", "disk"]);
    std::fs::remove_dir_all(stage.path("vault")).unwrap();
    let error = stage.fails(1, &["backup", "run", "vault", "--to", "disk"]);
    assert!(error.contains("Its folder is not at"), "{error}");
}

#[test]
fn a_hostile_name_cannot_steer_the_terminal() {
    let stage = Stage::new();
    let hostile = "\u{1b}[2J\u{202e}evil\n";
    write_file(stage.path("vault").join(hostile), "x");
    stage.run(&["project", "add", "vault"]);
    stage.run(&["backup", "run", "vault", "--to", "./disk"]);
    let all = [
        stage.run(&["backup", "browse", "latest", "--from", "disk"]),
        stage.run(&["repo", "-r", "disk", "ls", "latest"]),
        stage.run(&["repo", "-r", "disk", "ls", "latest", "--json"]),
        stage.fails(1, &["project", "show", hostile]),
    ];
    for text in all {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        assert!(text.contains("evil"), "{text:?}");
    }
}

#[test]
fn settings_are_shown_set_and_reset() {
    let stage = Stage::new();
    stage.run(&["settings", "set", "theme", "dark"]);
    let shown = stage.run(&["settings", "show"]);
    assert!(
        shown.lines().any(|line| {
            let words: Vec<_> = line.split_whitespace().take(3).collect();
            words == ["theme", "dark", "file"]
        }),
        "{shown}"
    );
    assert_eq!(stage.json(&["settings", "reset", "theme"])["theme"], "system");
    let error = stage.fails(1, &["settings", "set", "theme", "pink"]);
    assert!(error.contains("system, light or dark"), "{error}");
    let output =
        stage.command(&["settings", "show", "--json"]).env("UNDERCROFT_THEME", "light").output();
    let shown: serde_json::Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    assert_eq!(
        (&shown["theme"], &shown["sources"]["theme"]),
        (&json!("light"), &json!("environment"))
    );
}

#[test]
fn settings_are_exported_and_imported() {
    let stage = Stage::new();
    stage.run(&["settings", "set", "theme", "dark"]);
    let file = stage.path("settings.toml");
    write_file(&file, stage.run(&["settings", "export"]));
    let file = file.to_str().unwrap();
    stage.run(&["settings", "reset", "theme"]);
    let shown = stage.run(&["settings", "import", file, "--dry-run"]);
    assert!(shown.contains("theme") && shown.contains("dark"), "{shown}");
    assert_eq!(stage.json(&["settings", "show"])["theme"], "system");
    stage.run(&["settings", "import", file]);
    assert_eq!(stage.json(&["settings", "show"])["theme"], "dark");
    write_file(file, "theme = \"dark\"");
    let error = stage.fails(1, &["settings", "import", file]);
    assert!(error.contains("not a file of Undercroft's settings"), "{error}");
}

#[test]
fn events_are_told_in_order_and_followed() {
    use std::io::{BufRead, BufReader};
    let stage = Stage::new();
    stage.run(&["events"]);
    let mut follower = stage.spawn(&["events", "--follow", "--json"]);
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    write_file(stage.path("vault/file"), "x");
    stage.run(&["project", "add", "vault"]);
    let first: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(first["kind"], "project.added");
    let id = rustix::process::Pid::from_child(&follower);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert!(follower.wait().unwrap().success());
}

#[test]
fn an_interrupted_backup_is_told_as_cancelled() {
    let stage = Stage::new();
    for n in 0..12 {
        write_file(stage.path(&format!("vault/{n}")), random_bytes(n, 4_000_000));
    }
    stage.run(&["project", "add", "vault"]);
    stage.run(&["destination", "add", "disk"]);
    let mut backup = stage.spawn(&["backup", "run", "vault", "--to", "disk"]);
    while std::fs::read_dir(stage.path("disk/locks")).unwrap().next().is_none() {
        assert!(backup.try_wait().unwrap().is_none(), "it was over before it could be stopped");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let id = rustix::process::Pid::from_child(&backup);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let output = backup.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", told(&output));
    assert_eq!(std::fs::read_dir(stage.path("disk/locks")).unwrap().count(), 0);
    assert_eq!(stage.json(&["run", "list"])[0]["state"], "cancelled");
    assert_eq!(stage.json(&["backup", "list"]), json!([]));
}

#[test]
fn a_recovered_library_waits_for_its_places_to_be_confirmed() {
    let stage = Stage::new();
    for name in ["one", "two"] {
        write_file(stage.path("work").join(name).join("file"), name);
        stage.run(&["project", "add", &format!("work/{name}")]);
        stage.run(&["history", "start", name]);
    }
    stage.run(&["destination", "add", "backups", "--name", "disk"]);
    stage.run(&["plan", "add", "all", "--to", "disk"]);
    stage.run(&["plan", "run", "all"]);
    std::fs::remove_dir_all(stage.path("library")).unwrap();
    std::fs::rename(stage.path("work"), stage.path("before")).unwrap();

    let recover = ["library", "recover", "backups", "--with-folders", "--place", "work/one"];
    let output = stage.output(&recover);
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    assert!(stage.path("work/one/file").is_file() && !stage.path("work/two").exists());
    let confirmed = || {
        let places = stage.json(&["library", "places"]);
        let places = places.as_array().unwrap().iter();
        places.map(|place| place["confirmed"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(confirmed(), [true, false, true]);
    std::fs::rename(stage.path("before/two"), stage.path("work/two")).unwrap();
    let save = ["version", "save", "--workspace", "two"];
    write_file(stage.path("work/two/file"), "edited");
    let error = stage.fails(1, &save);
    assert!(error.contains("is not confirmed") && error.contains("library places"), "{error}");
    assert!(stage.output(&["doctor"]).stdout.windows(13).any(|it| it == b"not confirmed"));
    stage.fails(1, &["library", "places", "elsewhere", "--confirm"]);

    stage.run(&["library", "places", "work", "--confirm"]);
    assert_eq!(confirmed(), [true; 3]);
    stage.run(&save);
    std::fs::create_dir(stage.path("moved")).unwrap();
    stage.run(&["project", "move", "two", "moved"]);
    stage.run(&["version", "restore", "latest:two"]);
    assert_eq!(std::fs::read(stage.path("moved/file")).unwrap(), b"edited");
}

#[test]
fn a_recovered_folder_brings_no_configuration_of_undercrofts_own() {
    let stage = Stage::new();
    write_file(stage.path("work/file"), "text");
    write_file(stage.path("work/config/undercroft/hooks.json"), "confirmed by somebody else");
    stage.run(&["project", "add", "work"]);
    stage.run(&["destination", "add", "backups", "--name", "disk"]);
    stage.run(&["plan", "add", "all", "--to", "disk"]);
    stage.run(&["plan", "run", "all"]);
    std::fs::remove_dir_all(stage.path("library")).unwrap();
    std::fs::remove_dir_all(stage.path("work")).unwrap();

    let recover = ["library", "recover", "backups", "--with-folders", "--place", "work"];
    let mut here = stage.command(&recover);
    let output = here.env("XDG_CONFIG_HOME", stage.path("work/config")).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    assert!(told(&output).contains("Undercroft's own configuration"), "{}", told(&output));
    assert_eq!(std::fs::read(stage.path("work/file")).unwrap(), b"text");
    assert!(!stage.path("work/config/undercroft/hooks.json").exists());
}
