//! Plans on the command line: made, shown, changed, listed, paused, removed.

use crate::program;

use program::Program;
use serde_json::Value;

fn json(program: &Program, arguments: &[&str]) -> Value {
    let arguments: Vec<_> = arguments.iter().copied().chain(["--json"]).collect();
    serde_json::from_str(&program.must(&arguments)).unwrap()
}

fn with_a_destination() -> Program {
    let program = Program::new();
    std::fs::create_dir_all(program.path("work/node_modules")).unwrap();
    for name in ["work/package.json", "work/node_modules/a.js", "work/main.js"] {
        std::fs::write(program.path(name), "{}").unwrap();
    }
    program.must(&["project", "add", &program.text("work"), "--name", "kept"]);
    program.must(&["destination", "add", &program.text("repository"), "--name", "vault"]);
    program
}

#[test]
fn a_plan_is_made_shown_changed_and_removed() {
    let program = with_a_destination();
    let proposed = json(&program, &["plan", "add", "Daily", "--to", "vault", "--dry-run"]);
    assert_eq!(proposed["schedule"]["type"], "usual");
    assert!(proposed["targets"][0]["retention"].is_null(), "{proposed}");
    assert_eq!(json(&program, &["plan", "list"]), serde_json::json!([]));

    let made = json(
        &program,
        &[
            "plan",
            "add",
            "Weekly",
            "--to",
            "vault",
            "--project",
            "kept",
            "--schedule",
            "weekly mon,fri 18:00",
            "--time-zone",
            "Europe/Vienna",
            "--keep-last",
            "3",
            "--keep-within-daily",
            "2m",
            "--exclude",
            "*.iso",
            "--quiet-hours",
            "22:00-07:00",
            "--on-power",
            "--before",
            "/usr/bin/true",
            "--before",
            "-x",
        ],
    );
    let draft = &made["draft"];
    assert_eq!(draft["schedule"]["weekdays"], serde_json::json!([1, 5]));
    assert_eq!(draft["targets"][0]["retention"]["last"], 3);
    assert!(draft["targets"][0]["retention"]["daily"].is_null());
    assert_eq!(draft["conditions"]["quietHours"]["until"], "07:00");
    assert_eq!(draft["before"]["command"], serde_json::json!(["/usr/bin/true", "-x"]));
    assert_eq!(made["projectsNow"].as_array().unwrap().len(), 1);

    let shown = program.must(&["plan", "show", "weekly"]);
    for fact in ["vault, keeps last 3, within-daily 2m", "weekly mon,fri 18:00 (Europe/Vienna)"] {
        assert!(shown.contains(fact), "{shown}");
    }
    let upcoming = json(&program, &["plan", "upcoming"]);
    // Twice a week; once or three times in one whose hours are turned on or back.
    assert!((1..=3).contains(&upcoming.as_array().unwrap().len()), "{upcoming}");

    program.must(&["plan", "edit", "weekly", "--name", "Hourly", "--schedule", "hourly 5"]);
    let changed = json(&program, &["plan", "show", "hourly"]);
    assert_eq!(changed["id"], made["id"]);
    assert_eq!(changed["draft"]["exclude"], draft["exclude"]);
    assert_eq!(changed["draft"]["schedule"]["minute"], 5);
    assert_eq!(program.must(&["plan", "upcoming", "--limit", "5"]).lines().count(), 6);

    let preview = program.must(&["plan", "preview", "hourly"]);
    assert!(preview.contains("2 files") && preview.contains("kept/node_modules"), "{preview}");
    assert!(preview.contains("there is package.json"), "{preview}");

    assert!(program.must(&["plan", "disable", "hourly"]).contains("does not run by itself"));
    assert!(json(&program, &["plan", "upcoming"]).as_array().unwrap().is_empty());
    program.must(&["plan", "enable", "hourly"]);
    assert!(program.must(&["plan", "remove", "hourly"]).contains("its backups stay"));
    assert_eq!(json(&program, &["plan", "list"]), serde_json::json!([]));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let program = with_a_destination();
    for (arguments, why) in [
        (["plan", "add", "p", "--schedule", "sometimes"], "none of the forms"),
        (["plan", "add", "p", "--schedule", "cron 0 0 30 2 *"], "never comes"),
        (["plan", "add", "p", "--to", "nowhere"], "no destination"),
        (["plan", "add", "p", "--time-zone", "Mars"], "no time zone"),
        (["plan", "add", "p", "--before", "true"], "not an absolute path"),
        (["plan", "add", "p", "--keep-within", "soon"], "no length of time"),
        (["plan", "add", "p", "--quiet-hours", "25:00-07:00"], "23:59"),
    ] {
        let refused = program.run(&arguments);
        assert_eq!(refused.code, Some(1), "{arguments:?}: {refused:#?}");
        assert!(refused.stderr.contains(why), "{arguments:?}: {refused:#?}");
    }
    assert_eq!(json(&program, &["plan", "list"]), serde_json::json!([]));
}

#[test]
fn backups_are_paused_and_resumed() {
    let program = with_a_destination();
    program.must(&["plan", "add", "Daily"]);
    assert!(program.must(&["plan", "status"]).contains("Next is Daily"));
    assert!(program.must(&["plan", "pause"]).contains("paused until they are resumed"));
    assert!(program.must(&["plan", "pause", "--for", "hour"]).contains("paused until 2"));
    let tomorrow = program.must(&["plan", "pause", "--for", "tomorrow"]);
    assert!(tomorrow.contains("06:00"), "{tomorrow}");
    assert_eq!(json(&program, &["plan", "status"])["paused"], true);
    assert!(program.must(&["plan", "resume"]).contains("begin by themselves"));
}

#[test]
fn plans_outlive_the_catalog() {
    let program = with_a_destination();
    program.must(&["plan", "add", "Daily", "--to", "vault"]);
    for name in ["catalog.db", "catalog.db-wal", "catalog.db-shm"] {
        let _ = std::fs::remove_file(program.library().join(name));
    }
    let rebuilt = json(&program, &["library", "rebuild"]);
    assert_eq!(rebuilt["plans"], 1);
    assert!(program.must(&["plan", "show", "daily"]).contains("vault"));
    program.must(&["backup", "run", "kept", "--to", "vault"]);
}

#[test]
fn commands_wait_for_a_word_after_a_rebuild_and_get_no_passwords() {
    let program = with_a_destination();
    let (out, script) = (program.text("out"), "env > \"$1\"");
    let before = ["/bin/sh", "-c", script, "sh", &out].map(|word| ["--before", word]).concat();
    let add = ["plan", "add", "Daily", "--to", "vault"];
    let made = json(&program, &[&add[..], &before].concat());
    assert_eq!(made["hooksWait"], false, "whoever typed it has seen it");
    for name in ["catalog.db", "catalog.db-wal", "catalog.db-shm"] {
        let _ = std::fs::remove_file(program.library().join(name));
    }
    program.must(&["library", "rebuild"]);
    assert_eq!(json(&program, &["plan", "show", "daily"])["hooksWait"], true);
    let run = program.run(&["plan", "run", "daily"]);
    assert!(run.stderr.contains("`undercroft plan hooks \"Daily\"`"), "{run:#?}");
    assert!(!program.path("out").exists());
    let doctor = program.run(&["doctor"]).stdout;
    assert!(doctor.contains("has a command that is not started"), "{doctor}");
    let fix = doctor.lines().find(|line| line.contains("--fix confirm-hooks:")).unwrap();
    let fix = fix.rsplit(' ').next().unwrap();
    let unseen = program.run(&["doctor", "--fix", fix]);
    assert!(unseen.stderr.contains("undercroft plan hooks \"Daily\""), "{unseen:#?}");
    assert_eq!(json(&program, &["plan", "show", "daily"])["hooksWait"], true);

    let shown = program.must(&["plan", "hooks", "daily"]);
    assert!(shown.contains(&format!("Before  /bin/sh -c {script:?} sh {out}")), "{shown}");
    assert!(program.must(&["plan", "hooks", "daily", "--confirm"]).contains("Confirmed"));
    let run = program.run_with(&[("RESTIC_PASSWORD", "secret")], &["plan", "run", "daily"]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    let environment = std::fs::read_to_string(program.path("out")).unwrap();
    let ours = |line: &&str| line.starts_with("UNDERCROFT_") || line.starts_with("RESTIC_");
    let mut ours: Vec<_> = environment.lines().filter(ours).collect();
    ours.sort_unstable();
    assert_eq!(ours, ["UNDERCROFT_PLAN=Daily", "UNDERCROFT_STATE="], "{environment}");
}
