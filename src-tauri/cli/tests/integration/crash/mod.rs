//! The program is killed at every named write point of every command that writes. Everything opens
//! after that, what was acknowledged is there, and the same command run again goes well.

mod archives;
mod forget;
mod freeing;
use crate::fsck;
mod history;
mod imports;
mod keys;
mod leftovers;
mod mending;
mod parity;
mod projects;
use crate::program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use program::{PASSWORD, Program, files_below};
use undercroft_foundation::WRITE_POINTS;
use undercroft_testkit::{
    Compare, ProjectKind, Restic, SeededRandom, assert_same_tree, project_tree, random_bytes,
    text_bytes, tree_differences, write_file,
};

const SIGABRT: i32 = 6;

/// The points that every write of a repository's file passes.
const DISK: [&str; 3] = ["disk.temporary-written", "disk.file-synced", "disk.renamed"];

/// A command that writes.
struct Scenario {
    /// Makes what the command needs, all of it acknowledged.
    prepare: fn(&Program),
    arguments: fn(&Program) -> Vec<String>,
    /// The points that the command must reach beside [`DISK`].
    points: &'static [&'static str],
    /// Whether it crashes at [`DISK`] too: one scenario does for each kind of file that a repository
    /// has (keys and configuration, all that a backup writes, records of the trash, parity, objects).
    stores: bool,
    /// How often at each point: at the first time that it is reached, the second, …
    times: usize,
    /// Asserts what must be there once it was run again and ended well.
    done: fn(&Program),
    /// Whether it may say that it was done already.
    once: bool,
}

impl Scenario {
    fn all_points(&self) -> Vec<&'static str> {
        let disk = DISK.iter().filter(|_| self.stores);
        disk.chain(self.points).copied().collect()
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn project(program: &Program) {
    project_tree(program.path("work"), ProjectKind::Rust, 1, 12);
    write_file(program.path("work/large"), random_bytes(1, 1 << 20));
}

fn repository(program: &Program) {
    project(program);
    program.must(&["repo", "init"]);
}

fn repository_with_a_snapshot(program: &Program) {
    repository(program);
    program.must(&["repo", "backup", &program.text("work"), "--tag", "acknowledged"]);
    write_file(program.path("work/new"), text_bytes(2, 300_000));
}

fn library_with_a_project(program: &Program) {
    project(program);
    program.must(&["project", "add", &program.text("work"), "--name", "kept"]);
}

fn library_with_a_destination(program: &Program) {
    library_with_a_project(program);
    program.must(&["destination", "add", &program.text("repository"), "--name", "vault"]);
}

fn library_with_a_backup(program: &Program) {
    library_with_a_destination(program);
    program.must(&["backup", "run", "kept", "--to", "vault"]);
    write_file(program.path("work/new"), text_bytes(2, 300_000));
}

fn snapshot_is_whole(program: &Program) {
    let target = tempfile::tempdir().unwrap();
    let text = target.path().to_str().unwrap();
    program.must(&["repo", "restore", "latest", "--target", text]);
    let work = program.path("work");
    assert_same_tree(&work, target.path().join(work.strip_prefix("/").unwrap()));
}

/// Everything opens, and what is there leads to all that it needs.
fn assert_sound(program: &Program) {
    assert_catalog_sound(program);
    history::assert_sound(program);
    if program.repository().join("config").exists() {
        program.must(&["repo", "check"]);
    }
}

fn assert_catalog_sound(program: &Program) {
    let catalog = program.library().join("catalog.db");
    if catalog.exists() {
        let database = rusqlite::Connection::open(&catalog).unwrap();
        let verdict: String =
            database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(verdict, "ok");
        drop(database);
        program.must(&["settings", "show"]);
    }
}

/// No byte of the repository is damaged, as restic sees it too.
fn all_data_is_sound(program: &Program, password: &str) {
    if program.repository().join("config").exists() {
        let restic = Restic::new(program.repository(), password);
        restic.run(&["unlock"]);
        restic.check();
    }
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}

const STATE: [&str; 6] = ["another", "home", "library", "repository", "target", "work"];

/// Keeps the state of a program's home, to go back to before each crash.
fn save(program: &Program) {
    save_state(program);
    history::note_acknowledged(program);
}

fn save_state(program: &Program) {
    fs::create_dir(program.path("saved")).unwrap();
    for name in STATE.iter().filter(|name| program.path(name).exists()) {
        copy(&program.path(name), &program.path("saved").join(name));
    }
}

fn go_back(program: &Program) {
    for name in STATE {
        let _ = fs::remove_dir_all(program.path(name));
        if program.path("saved").join(name).exists() {
            copy(&program.path("saved").join(name), &program.path(name));
        }
    }
}

/// Crashes the scenario's command at each of its points, at the first and at later times.
fn crash_everywhere(scenario: &Scenario) {
    let program = Program::new();
    (scenario.prepare)(&program);
    save(&program);
    let arguments = (scenario.arguments)(&program);
    for point in scenario.all_points() {
        let times = if point == "disk.renamed" { scenario.times } else { scenario.times.min(2) };
        for nth in 1..=times {
            go_back(&program);
            let crashed = program.crash_at(&format!("{point}:{nth}"), &arguments);
            if crashed.signal != Some(SIGABRT) {
                assert!(nth > 1, "{arguments:?} never reaches {point}: {crashed:#?}");
                assert_eq!(crashed.code, Some(0), "{arguments:?} {point}:{nth}: {crashed:#?}");
                break;
            }
            println!("crashed {} at {point}:{nth}", arguments.join(" "));
            assert_sound(&program);
            acknowledged_is_there(&program);
            let again = program.run(&arguments);
            let fine = again.code == Some(0) || (scenario.once && again.code == Some(1));
            assert!(fine, "{arguments:?} after {point}:{nth}: {again:#?}");
            (scenario.done)(&program);
            assert_catalog_sound(&program);
            no_leftovers(&program);
        }
    }
    all_data_is_sound(&program, PASSWORD);
}

/// Asserts that a crash takes back nothing that the preparation acknowledged.
fn acknowledged_is_there(program: &Program) {
    let saved = program.path("saved");
    if saved.join("library/catalog.db").exists() {
        assert!(program.must(&["project", "list"]).contains("kept"));
    }
    history::acknowledged_is_there(program);
    if saved.join("repository/snapshots").exists() {
        let (there, acknowledged) = (kept(&program.repository()), kept(&saved.join("repository")));
        assert!(there.len() + forget::may_go(program) >= acknowledged.len(), "{there:?}");
    }
}

/// The names of all snapshots in a repository, in its trash or not.
fn kept(repository: &Path) -> BTreeSet<std::ffi::OsString> {
    let folders = ["snapshots", "trash"].map(|name| fs::read_dir(repository.join(name)));
    let entries = folders.into_iter().flatten().flatten().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files.map(|entry| entry.file_name()).filter(|name| name.len() == 64).collect()
}

fn no_leftovers(program: &Program) {
    if program.repository().exists() {
        let is_leftover = |path: &Path| path.to_string_lossy().contains("-tmp-");
        let files = files_below(&program.repository());
        let left: Vec<_> = files.iter().filter(|path| is_leftover(path)).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

const INIT: Scenario = Scenario {
    prepare: project,
    arguments: |_| words("repo init"),
    points: &["repository.key-written", "repository.config-written"],
    stores: true,
    times: 2,
    done: |program| {
        program.must(&["repo", "backup", &program.text("work")]);
        snapshot_is_whole(program);
    },
    once: true,
};

const BACKUP_POINTS: &[&str] = &[
    "repository.lock-written",
    "repository.pack-written",
    "repository.index-written",
    "repository.before-snapshot",
    "repository.snapshot-written",
];

const FIRST_BACKUP: Scenario = Scenario {
    prepare: repository,
    arguments: |program| vec!["repo".into(), "backup".into(), program.text("work")],
    points: BACKUP_POINTS,
    stores: true,
    times: 7,
    done: snapshot_is_whole,
    once: false,
};

const SECOND_BACKUP: Scenario =
    Scenario { prepare: repository_with_a_snapshot, stores: false, times: 1, ..FIRST_BACKUP };

const KEY_ADD: Scenario = Scenario {
    prepare: |program| {
        repository_with_a_snapshot(program);
        write_file(program.path("second"), "second");
    },
    arguments: |_| words("repo key add --new-password-file second"),
    points: &["repository.lock-written", "repository.key-written"],
    stores: false,
    times: 2,
    done: |program| {
        let opened = program.run_with(&[("UNDERCROFT_PASSWORD", "second")], &["repo", "snapshots"]);
        assert_eq!(opened.code, Some(0), "{opened:#?}");
    },
    once: false,
};

const PROJECT_ADD: Scenario = Scenario {
    prepare: |program| {
        library_with_a_project(program);
        project_tree(program.path("second"), ProjectKind::Python, 2, 3);
    },
    arguments: |_| words("project add second"),
    points: &["catalog.before-commit", "catalog.committed", "project.metadata-written"],
    stores: false,
    times: 2,
    done: |program| assert!(program.must(&["project", "list"]).contains("second")),
    once: true,
};

const FIRST_USE: Scenario = Scenario {
    prepare: |_| {},
    arguments: |_| words("project list"),
    points: &["catalog.migrated"],
    stores: false,
    times: 9,
    done: |_| {},
    once: false,
};

const PROJECT_RENAME: Scenario = Scenario {
    prepare: library_with_a_project,
    arguments: |_| words("project rename kept kept-safe"),
    points: &["catalog.before-commit", "catalog.committed", "project.metadata-written"],
    stores: false,
    times: 2,
    done: |program| assert!(program.must(&["project", "list"]).contains("kept-safe")),
    once: true,
};

const PROJECT_TAG: Scenario = Scenario {
    arguments: |_| words("project tag kept +stone"),
    done: |program| assert!(program.must(&["project", "show", "kept"]).contains("stone")),
    once: false,
    ..PROJECT_RENAME
};

const SETTINGS_SET: Scenario = Scenario {
    prepare: library_with_a_project,
    arguments: |_| words("settings set theme dark"),
    points: &["settings.written"],
    stores: false,
    times: 2,
    done: |program| assert!(program.must(&["settings", "show"]).contains("dark")),
    once: false,
};

const PLAN_ADD: Scenario = Scenario {
    prepare: library_with_a_destination,
    arguments: |_| words("plan add daily --to vault --before /usr/bin/true"),
    points: &[
        "plans.written",
        "plans.hooks-confirmed",
        "catalog.before-commit",
        "catalog.committed",
    ],
    stores: false,
    times: 2,
    done: |program| {
        assert!(program.must(&["plan", "show", "daily"]).contains("vault"));
        let mirror = fs::read_to_string(program.library().join("plans.json")).unwrap();
        assert!(mirror.contains("daily"));
    },
    once: true,
};

const DESTINATION_ADD: Scenario = Scenario {
    prepare: library_with_a_project,
    arguments: |_| words("destination add repository --name vault"),
    points: &[
        "repository.key-written",
        "repository.config-written",
        "catalog.before-commit",
        "catalog.committed",
    ],
    stores: false,
    times: 2,
    done: |program| {
        assert!(program.must(&["destination", "list"]).contains("vault"));
        program.must(&["backup", "run", "kept", "--to", "vault"]);
        snapshot_is_whole(program);
    },
    once: true,
};

const BACKUP_RUN: Scenario = Scenario {
    prepare: library_with_a_backup,
    arguments: |_| words("backup run kept --to vault"),
    points: &[
        "repository.lock-written",
        "repository.pack-written",
        "repository.index-written",
        "repository.before-snapshot",
        "repository.snapshot-written",
        "catalog.before-commit",
        "catalog.committed",
    ],
    stores: false,
    times: 1,
    done: snapshot_is_whole,
    once: false,
};

const RESTORE: Scenario = Scenario {
    prepare: |program| {
        library_with_a_backup(program);
        // What takes the place of another file has a temporary name until then.
        write_file(program.path("target/work/large"), "old");
        write_file(program.path("target/work/README.md"), "old");
    },
    arguments: |_| words("restore latest --from vault --target target --overwrite always"),
    points: &["restore.blob-written", "restore.file-written", "repository.lock-written"],
    stores: false,
    times: 2,
    done: |program| {
        let restored = files_below(&program.path("target"));
        assert!(restored.iter().any(|path| path.ends_with("large")), "{restored:?}");
        assert!(
            restored.iter().all(|path| !path.to_string_lossy().contains("undercroft")),
            "{restored:?}"
        );
        let folder =
            restored.iter().find(|path| path.ends_with("large")).unwrap().parent().unwrap();
        let differences = tree_differences(&program.path("work"), folder, Compare::METADATA);
        let others: Vec<_> =
            differences.iter().filter(|line| !line.contains("new is missing")).collect();
        assert!(others.iter().all(|line| line.starts_with(". ")), "{others:?}");
    },
    once: false,
};

const RESTORE_IN_PLACE: Scenario = Scenario {
    prepare: |program| {
        library_with_a_backup(program);
        write_file(program.path("work/large"), "lost");
        write_file(program.path("work/new"), "new");
    },
    arguments: |_| words("restore latest large --from vault --overwrite if-changed"),
    points: &["restore.blob-written", "restore.file-written", "repository.lock-written"],
    stores: false,
    times: 2,
    done: |program| {
        assert!(fs::metadata(program.path("work/large")).unwrap().len() > 4);
        let here = files_below(&program.path("work"));
        assert!(here.iter().any(|path| path.ends_with("new")), "{here:?}");
        assert!(here.iter().all(|path| !path.to_string_lossy().contains("undercroft")), "{here:?}");
    },
    once: false,
};

macro_rules! crashes {
    ($($name:ident: $scenario:path;)*) => {
        $(#[test]
        fn $name() {
            crash_everywhere(&$scenario);
        })*

        #[test]
        fn every_write_point_is_in_a_scenario() {
            let covered: BTreeSet<_> =
                [$($scenario.all_points(),)* history::REBUILD_POINTS.to_vec(), history::TRANSFER_POINTS.to_vec(), keys::POINTS.to_vec(), keys::RECOVERY_POINTS.to_vec(), parity::HEAL_POINTS.to_vec(), archives::points(), imports::POINTS.to_vec(), freeing::POINTS.to_vec()].concat().into_iter().collect();
            let all: BTreeSet<_> = WRITE_POINTS.iter().copied().collect();
            assert_eq!(covered, all);
        }
    };
}

crashes! {
    a_killed_init: INIT;
    a_killed_first_backup: FIRST_BACKUP;
    a_killed_second_backup: SECOND_BACKUP;
    a_killed_key_add: KEY_ADD;
    a_killed_copy: mending::COPY;
    a_killed_prune: mending::PRUNE;
    a_killed_index_repair: mending::REPAIR_INDEX;
    a_killed_pack_repair: mending::REPAIR_PACKS;
    a_killed_first_use: FIRST_USE;
    a_killed_project_add: PROJECT_ADD;
    a_killed_project_rename: PROJECT_RENAME;
    a_killed_project_tag: PROJECT_TAG;
    a_killed_project_create: projects::CREATE;
    a_killed_project_trash: projects::TRASH;
    a_killed_project_recall: projects::RECALL;
    a_killed_project_delete: projects::DELETE;
    a_killed_settings_set: SETTINGS_SET;
    a_killed_plan_add: PLAN_ADD;
    a_killed_destination_add: DESTINATION_ADD;
    a_killed_backup_run: BACKUP_RUN;
    a_killed_restore: RESTORE;
    a_killed_restore_in_place: RESTORE_IN_PLACE;
    a_killed_update_of_parity: parity::UPDATE;
    a_killed_forget: forget::INTO_TRASH;
    a_killed_forget_for_good: forget::FOR_GOOD;
    a_killed_way_out_of_the_trash: forget::OUT_OF_TRASH;
    a_killed_emptying_of_the_trash: forget::EMPTY;
    a_killed_change_of_tags: forget::TAG;
    a_killed_first_version: history::START;
    a_killed_version: history::SAVE;
    a_killed_version_of_a_wide_folder: history::WIDE;
    a_killed_mark: history::MARK;
    a_killed_rule: history::RULES;
    a_killed_return: history::RETURN;
    a_killed_upload: history::UPLOAD;
    a_killed_deletion: history::DELETE;
    a_killed_undoing: history::UNDO;
    a_killed_opening: history::OPEN;
    a_killed_rolling_up: history::ROLL_UP;
    a_killed_thinning: history::THIN;
    a_killed_compaction: history::COMPACT;
    a_killed_draft: history::DRAFT;
    a_killed_commit: history::COMMIT;
    a_killed_switch: history::SWITCH;
    a_killed_export: history::EXPORT;
}

#[test]
fn a_killed_change_of_the_password_leaves_one_that_opens() {
    let program = Program::new();
    repository_with_a_snapshot(&program);
    write_file(program.path("new"), "changed");
    save(&program);
    let arguments = words("repo key passwd --new-password-file new");
    for point in ["repository.key-written", "disk.renamed", "disk.file-synced"] {
        for nth in 1..=2 {
            go_back(&program);
            let killed = program.crash_at(&format!("{point}:{nth}"), &arguments);
            if killed.signal != Some(SIGABRT) {
                assert!(nth > 1, "{point}");
                break;
            }
            // The old password goes only when the new one was seen to open.
            assert_sound(&program);
            program.must(&["repo", "unlock"]);
            program.must(&["repo", "key", "passwd", "--new-password-file", "new"]);
            let old = program.run(&["repo", "snapshots"]);
            assert_eq!(old.code, Some(12), "{old:#?}");
            let new = program.run_with(&[("UNDERCROFT_PASSWORD", "changed")], &["repo", "check"]);
            assert_eq!(new.code, Some(0), "{new:#?}");
        }
    }
    all_data_is_sound(&program, "changed");
}

#[test]
fn killed_at_any_moment_and_resumed() {
    let program = Program::new();
    program.must(&["repo", "init"]);
    let dice = SeededRandom::new(2026);
    for n in 0..60 {
        write_file(program.path(&format!("work/{n}")), random_bytes(n, 4 << 20));
    }
    let arguments = ["repo", "backup", &program.text("work"), "--quiet"];
    let mut killed = 0;
    for round in 0..6 {
        let mut child = program.command(&arguments).spawn().unwrap();
        let patience = Duration::from_millis(250 + dice.below(1200) as u64);
        let started = Instant::now();
        while started.elapsed() < patience && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().code().is_none());
        assert_sound(&program);
        write_file(
            program.path(&format!("work/round {round}")),
            random_bytes(1000 + round, 4 << 20),
        );
    }
    assert!(killed > 0, "it was always quicker");
    program.must(&["repo", "unlock"]);
    program.must(&arguments);
    snapshot_is_whole(&program);
    no_leftovers(&program);
    all_data_is_sound(&program, PASSWORD);
}
