//! A week's work with versions on the command line, over one library.

use crate::fsck;
use crate::stage;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use fsck::assert_git_finds_nothing_wrong;
use serde_json::Value;
use stage::Stage;
use undercroft_testkit::{ProjectKind, assert_same_tree, project_tree, random_bytes, write_file};

/// A project called kept in `work`, with a first version.
fn begun() -> Stage {
    let stage = Stage::new();
    project_tree(stage.path("work"), ProjectKind::Rust, 1, 6);
    write_file(stage.path("work/notes.txt"), "one\ntwo\nthree\n");
    write_file(stage.path("work/picture.bin"), random_bytes(1, 300_000));
    stage.run(&["project", "add", "work", "--name", "kept"]);
    let begun = stage.run(&["history", "start", "kept"]);
    assert!(begun.contains("in the first version"), "{begun}");
    stage
}

/// Makes a version, for its id.
fn save(stage: &Stage, message: &str) -> String {
    stage.run(&["version", "save", "kept", "--message", message]);
    stage.json(&["version", "list", "kept", "--limit", "1"])[0]["id"].as_str().unwrap().to_owned()
}

fn messages(stage: &Stage) -> Vec<String> {
    let versions = stage.json(&["version", "list", "kept"]);
    let message = |version: &Value| version["message"].as_str().unwrap().to_owned();
    versions.as_array().unwrap().iter().map(message).collect()
}

/// git finds nothing wrong with the history.
fn assert_git_is_content(stage: &Stage) {
    for entry in fs::read_dir(stage.path("library/history")).unwrap() {
        assert_git_finds_nothing_wrong(&entry.unwrap().path());
    }
}

#[test]
fn a_bad_day_is_undone() {
    let stage = begun();
    let first = stage.json(&["version", "list", "kept"])[0]["id"].as_str().unwrap().to_owned();
    let plan = stage.json(&["history", "preview", "kept"]);
    assert!(plan["layers"]["objectFiles"].as_u64().unwrap() >= 1, "{plan}");

    write_file(stage.path("work/notes.txt"), "one\n2\nthree\n");
    let second = save(&stage, "Count on");
    let again = stage.run(&["version", "save", "kept"]);
    assert!(again.contains("Nothing has changed"), "{again}");
    let again = stage.run(&["version", "save", "kept", "--message", "Count on"]);
    assert!(again.contains("Nothing has changed"), "it is said already: {again}");
    // What the watcher saved a moment before is the content of the version that the user names.
    let named = stage.run(&["version", "save", "kept", "--message", "Two is a digit"]);
    assert!(named.contains("Two is a digit"), "{named}");
    let newest = &stage.json(&["version", "list", "kept"])[0];
    assert_eq!(
        (&newest["message"], &newest["trigger"]),
        (&"Two is a digit".into(), &"manual".into())
    );
    let diff = stage.run(&["file", "diff", &first, &second, "notes.txt"]);
    assert!(diff.contains("-two\n+2\n"), "{diff}");
    assert!(diff.starts_with("@@ -1,3 +1,3 @@ change 1\n"), "{diff}");
    let taken_back = ["file", "restore-lines", &first, "notes.txt", "--change", "1"];
    let back = stage.run(&[&taken_back[..], &["-w", "kept"]].concat());
    assert!(back.contains("Restore lines of notes.txt"), "{back}");
    assert_eq!(fs::read(stage.path("work/notes.txt")).unwrap(), b"one\ntwo\nthree\n");
    stage.run(&["undo", "-w", "kept"]);
    assert_eq!(fs::read(stage.path("work/notes.txt")).unwrap(), b"one\n2\nthree\n");

    // The day: a folder is gone, a file overwritten.
    fs::remove_dir_all(stage.path("work/src")).unwrap();
    write_file(stage.path("work/notes.txt"), "broken");
    let now = stage.run(&["version", "compare", &second]);
    assert!(now.contains("~ notes.txt") && now.contains("- src/"), "{now}");
    let plan = stage.run(&["version", "restore", &second, "--dry-run"]);
    assert!(plan.contains("to write"), "{plan}");
    let restored = stage.run(&["version", "restore", &second, "src", "notes.txt"]);
    assert!(restored.contains("files restored") && !restored.contains("failed"), "{restored}");
    assert_eq!(fs::read(stage.path("work/notes.txt")).unwrap(), b"one\n2\nthree\n");
    assert!(stage.path("work/src").is_dir());

    stage.run(&["undo", "kept"]);
    assert_eq!(fs::read(stage.path("work/notes.txt")).unwrap(), b"broken");
    stage.run(&["undo"]);
    assert_eq!(fs::read(stage.path("work/notes.txt")).unwrap(), b"one\n2\nthree\n");

    stage.run(&["version", "restore", &first, "--to", "elsewhere"]);
    assert_eq!(fs::read(stage.path("elsewhere/notes.txt")).unwrap(), b"one\ntwo\nthree\n");
    stage.run(&["version", "restore", &second, "--to", "second"]);
    assert_same_tree(stage.path("work/src"), stage.path("second/src"));
    assert_git_is_content(&stage);
    let checked = stage.run(&["history", "check", "kept"]);
    assert!(checked.contains("sound"), "{checked}");
}

#[test]
fn a_version_is_named_in_many_ways() {
    let stage = begun();
    let id = save_change(&stage, "x");
    stage.run(&["version", "mark", "latest", "--name", "before lunch", "--pin", "--note", "fine"]);
    for name in [&id[..], &id[..20], &id[24..], "before lunch", "latest", "latest:kept", "kept@0s"]
    {
        let shown = stage.json(&["version", "show", name]);
        assert_eq!(shown["version"]["id"], *id, "{name}");
        assert_eq!(shown["version"]["pinned"], true);
    }
    let before = stage.fails(1, &["version", "show", "kept@2001-01-01"]);
    assert!(before.contains("no version yet"), "{before}");
    stage.run(&["version", "mark", &id, "--name", "", "--unpin"]);
    stage.fails(1, &["version", "show", "before lunch"]);
    let days = stage.json(&["version", "days", "kept", "--time-zone", "UTC"]);
    assert_eq!(days[0]["versions"], 2);
    let only = stage.json(&["version", "list", "--trigger", "import"]);
    assert_eq!(only.as_array().unwrap().len(), 1);
}

fn save_change(stage: &Stage, text: &str) -> String {
    write_file(stage.path("work/notes.txt"), text);
    save(stage, "A change")
}

#[test]
fn files_are_looked_at_saved_and_brought_in() {
    let stage = begun();
    write_file(stage.path("content"), "fn main() {}\n");
    let save = ["file", "save", "new/main.rs", "--from", "content", "-w", "kept", "-m", "Begin"];
    assert!(stage.run(&save).contains("Begin"));
    assert!(stage.run(&save).contains("no version was made"));
    let listing = stage.json(&["file", "list", "latest", "new"]);
    assert_eq!(listing["entries"][0]["name"], "main.rs");
    assert_eq!(listing["entries"][0]["layer"], "git");
    let preview = stage.json(&["file", "show", "latest", "new/main.rs"]);
    assert_eq!((&preview["kind"], &preview["language"]), (&"text".into(), &"rust".into()));
    let bytes = stage.output(&["file", "load", "latest", "picture.bin"]).stdout;
    assert_eq!(bytes, random_bytes(1, 300_000));

    fs::rename(stage.path("work/new"), stage.path("work/moved")).unwrap();
    stage.run(&["version", "save", "kept"]);
    let history = stage.json(&["file", "history", "moved/main.rs"]);
    let kinds: Vec<_> = history.as_array().unwrap().iter().map(|it| it["kind"].clone()).collect();
    assert_eq!(kinds, ["renamed", "added"], "{history}");
    let hits = stage.run(&["file", "search", "latest", "FN MAIN", "--content"]);
    assert!(hits.is_empty() || hits.contains("moved/main.rs"), "{hits}");
    let hits = stage.run(&["file", "search", "latest", "fn main", "--content"]);
    assert!(hits.contains("moved/main.rs:1: fn main() {}"), "{hits}");

    write_file(stage.path("in/notes.txt"), "theirs");
    write_file(stage.path("in/sub/more"), "more");
    let asked = stage.fails(1, &["file", "upload", "in/notes.txt", "in/sub"]);
    assert!(asked.contains("already") && asked.contains("notes.txt"), "{asked}");
    stage.run(&["file", "upload", "in/notes.txt", "in/sub", "--conflict", "keep-both"]);
    assert_eq!(fs::read(stage.path("work/notes (2).txt")).unwrap(), b"theirs");
    assert_eq!(messages(&stage)[0], "Add notes.txt and 1 more");
    // What nobody made a version of is not lost when it is replaced or deleted.
    write_file(stage.path("work/notes.txt"), "unsaved");
    stage.run(&["file", "upload", "in/notes.txt", "--conflict", "replace"]);
    stage.run(&["undo"]);
    assert_eq!(fs::read(stage.path("work/notes.txt")).unwrap(), b"unsaved");
    stage.run(&["file", "delete", "sub"]);
    assert!(!stage.path("work/sub").exists());
    stage.run(&["undo"]);
    assert!(stage.path("work/sub/more").exists());
    // What no version holds goes only when the user insists, and git's own never.
    for act in [&["delete", ".git"][..], &["save", ".git/hooks/x", "--from", "content", "--force"]]
    {
        let refused = stage.fails(1, &[&["file"][..], act].concat());
        assert!(refused.contains("git's own"), "{refused}");
    }
    write_file(stage.path("work/sub/package.json"), "{}");
    write_file(stage.path("work/sub/node_modules/x"), "made again");
    let refused = stage.fails(1, &["file", "delete", "sub"]);
    assert!(refused.contains("sub/node_modules") && refused.contains("--force"), "{refused}");
    stage.run(&["file", "delete", "sub", "--force"]);
    stage.run(&["undo"]);
    assert!(stage.path("work/sub/node_modules/x").exists());
    assert_git_is_content(&stage);
}

#[test]
fn a_version_is_opened_beside_the_work() {
    let stage = begun();
    let first = stage.json(&["version", "list", "kept"])[0]["id"].as_str().unwrap().to_owned();
    save_change(&stage, "other");
    stage.run(&["workspace", "open", &first, "try", "--to", "try"]);
    assert_eq!(fs::read(stage.path("try/notes.txt")).unwrap(), b"one\ntwo\nthree\n");
    write_file(stage.path("try/notes.txt"), "tried");
    stage.run(&["version", "save", "kept/try", "-m", "Try"]);
    stage.run(&["workspace", "describe", "kept/try", "A trial"]);
    stage.run(&["workspace", "switch", "kept/try"]);
    let current = stage.run(&["workspace", "current"]);
    assert!(current.starts_with("kept/try at "), "{current}");
    let listed = stage.run(&["workspace", "list", "kept"]);
    assert!(listed.contains("try*") && listed.contains("A trial"), "{listed}");
    let differs = stage.run(&["version", "compare", "latest:kept", "latest:kept/try"]);
    assert!(differs.contains("~ notes.txt"), "{differs}");
    write_file(stage.path("try/last"), "last");
    stage.run(&["workspace", "refresh"]);
    stage.run(&["workspace", "close", "kept/try"]);
    let refused = stage.fails(1, &["workspace", "close", "kept"]);
    assert!(refused.contains("main"), "{refused}");
    assert!(stage.run(&["workspace", "current"]).starts_with("kept/main at "));
    assert_eq!(messages(&stage).len(), 2, "the trial's versions are its own");
}

#[test]
fn rules_say_what_is_versioned() {
    let stage = begun();
    let leave = ["history", "rules", "kept", "--leave-out", "*.log", "--layer", "*.txt=objects"];
    assert!(stage.run(&leave).contains("left out  *.log"));
    write_file(stage.path("work/a.log"), "log");
    write_file(stage.path("work/new.txt"), "text");
    save(&stage, "With rules");
    let listing = stage.json(&["file", "list", "latest"]);
    let entries = listing["entries"].as_array().unwrap();
    assert!(entries.iter().all(|entry| entry["name"] != "a.log"));
    let new = entries.iter().find(|entry| entry["name"] == "new.txt").unwrap();
    assert_eq!((&new["layer"], &new["reason"]), (&"objects".into(), &"rule".into()));
    stage.run(&["history", "rules", "kept", "--remove", "*.log", "--follow-gitignore", "yes"]);
    let rules = stage.json(&["history", "rules", "kept"]);
    assert_eq!(
        (&rules["leaveOut"], &rules["followGitignore"]),
        (&serde_json::json!([]), &true.into())
    );
    stage.fails(1, &["history", "rules", "kept", "--remove", "*.none"]);
    stage.fails(2, &["history", "rules", "kept", "--layer", "*.txt=paper"]);
}

#[test]
fn a_lost_catalog_is_made_again() {
    let stage = begun();
    let id = save_change(&stage, "x");
    stage.run(&["version", "mark", &id, "--name", "kept name"]);
    let before = stage.json(&["version", "list", "kept"]);
    let catalog = stage.path("library/catalog.db");
    let lose: [fn(&std::path::Path); 3] = [
        |catalog| {
            for ending in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(format!("{}{ending}", catalog.display()));
            }
        },
        |catalog| fs::write(catalog, vec![7; 8192]).unwrap(),
        |catalog| {
            // The first page stays, so that it opens.
            let length = fs::metadata(catalog).unwrap().len();
            let mut file = fs::OpenOptions::new().write(true).open(catalog).unwrap();
            std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(4096)).unwrap();
            file.write_all(&vec![0xa5; usize::try_from(length - 4096).unwrap()]).unwrap();
        },
    ];
    for lose in lose {
        lose(&catalog);
        let error = stage.fails(1, &["version", "list", "kept"]);
        assert!(error.contains("library rebuild"), "{error}");
        let rebuilt = stage.run(&["library", "rebuild"]);
        assert!(rebuilt.contains("1 project, 1 workspace and 2 versions"), "{rebuilt}");
        assert_eq!(stage.json(&["version", "list", "kept"]), before);
        stage.run(&["version", "show", "kept name"]);
        assert_eq!(fs::read(stage.path("work/notes.txt")).unwrap(), b"x");
    }
    // A sound one is brought up to date in its place.
    stage.run(&["library", "rebuild"]);
    assert_eq!(stage.json(&["version", "list", "kept"]), before);
}

#[test]
fn drafts_outlive_the_program() {
    let stage = begun();
    write_file(stage.path("draft"), "half a thought");
    stage.run(&["draft", "save", "kept", "src/main.rs", "--from", "draft"]);
    stage.run(&["draft", "save", "kept", "idea", "--scratch", "--from", "draft"]);
    assert_eq!(stage.run(&["draft", "read", "kept", "src/main.rs"]), "half a thought");
    assert_eq!(stage.json(&["draft", "list", "kept"]).as_array().unwrap().len(), 2);
    assert_eq!(stage.json(&["memory", "stats"])["drafts"], 2);
    stage.run(&["memory", "export", "session.jsonl"]);
    stage.run(&["draft", "delete", "kept", "src/main.rs"]);
    stage.fails(1, &["draft", "read", "kept", "src/main.rs"]);
    let imported = stage.run(&["memory", "import", "session.jsonl"]);
    assert!(imported.starts_with("Imported 1 draft; 1 left"), "{imported}");
    assert_eq!(stage.run(&["draft", "read", "kept", "src/main.rs"]), "half a thought");
    stage.fails(1, &["draft", "save", "kept", "../escape", "--from", "draft"]);
}

#[test]
fn what_changes_while_it_is_watched_becomes_a_version() {
    let stage = begun();
    let mut command = stage.command(&["history", "watch", "--json"]);
    let mut watch = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let events = BufReader::new(watch.stdout.take().unwrap());
    wait_until(|| stage.run(&["history", "status"]).contains("watched"));
    write_file(stage.path("work/notes.txt"), "seen");
    let made = events.lines().map(Result::unwrap).find(|line| line.contains("version.made"));
    assert!(made.is_some_and(|line| line.contains("kept")));
    assert_eq!(stage.json(&["version", "list", "kept"])[0]["trigger"], "automatic");

    stage.run(&["history", "pause", "kept"]);
    assert!(stage.run(&["history", "status"]).contains("paused"));
    write_file(stage.path("work/notes.txt"), "unseen");
    stage.run(&["history", "resume"]);
    wait_until(|| stage.run(&["file", "show", "latest", "notes.txt"]) == "unseen\n");
    let pid = watch.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert!(watch.wait().unwrap().success());
    assert!(stage.run(&["history", "status"]).contains("not watched"));
}

fn wait_until(done: impl Fn() -> bool) {
    for _ in 0..300 {
        if done() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("it does not come to pass");
}

#[test]
fn history_grows_small_again() {
    let stage = begun();
    for n in 0..5 {
        save_change(&stage, &format!("change {n}"));
    }
    let plan = stage.json(&["version", "thin", "kept", "--dry-run"]);
    assert_eq!(plan["drop"], serde_json::json!([]), "what was saved by hand stays");
    stage.run(&["version", "thin", "kept"]);
    let done = stage.run(&["history", "compact", "kept"]);
    assert!(done.contains("free again"), "{done}");
    assert_eq!(messages(&stage).len(), 6);
    let sizes = stage.json(&["version", "sizes", "latest"]);
    assert!(sizes["uniqueBytes"].as_u64().is_some(), "{sizes}");
    assert!(stage.run(&["history", "check", "kept"]).contains("6 versions sound"));
    assert_git_is_content(&stage);
}

#[test]
fn a_file_is_listed_with_its_archives_and_with_those_that_cannot_be_read() {
    let stage = begun();
    stage.run(&["archive", "make", "kept", "--copy"]);
    let archive = stage.json(&["archive", "list"])[0].clone();
    let id = archive["id"].as_str().unwrap();
    let everywhere = ["file", "everywhere", "kept", "notes.txt"];
    let table = stage.run(&everywhere);
    assert!(table.contains("ARCHIVES") && table.contains(&format!("{id} of ")), "{table}");
    let found = stage.json(&everywhere);
    let [copy] = &found["copies"].as_array().unwrap()[..] else { panic!("{found}") };
    assert_eq!(copy["archives"][0]["archive"], id);
    assert!(copy["version"].is_string(), "{found}");
    fs::remove_file(archive["path"].as_str().unwrap()).unwrap();
    let output = stage.output(&everywhere);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains(id) && told.contains("no longer in the library"), "{told}");
    assert!(output.status.success());
}
