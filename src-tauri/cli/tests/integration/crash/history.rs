//! The commands that write histories. After each crash git finds nothing wrong with them, and every
//! version that was acknowledged is listed and reads as it did.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use undercroft_testkit::{random_bytes, write_file};

use super::fsck::assert_git_finds_nothing_wrong;
use super::program::{Program, files_below};
use super::{SIGABRT, Scenario, library_with_a_project, save, words};

/// The points of a new version.
const VERSION: &[&str] = &[
    "history.pack-written",
    "history.pack-published",
    "history.objects-published",
    "history.before-publish",
    "history.published",
    "catalog.before-commit",
    "catalog.committed",
];

/// The points that only [`a_killed_rebuilding`] reaches.
pub(super) const REBUILD_POINTS: &[&str] = &["catalog.set-aside", "catalog.replaced"];

/// A history that leaves or comes back is killed at these by `history/tests/transfer_crash.rs`.
pub(super) const TRANSFER_POINTS: &[&str] = &[
    "history.transfer-recorded",
    "history.transfer-finished",
    "history.detach-forgotten",
    "history.detach-moved",
    "history.detach-released",
    "history.attach-objects-copied",
    "history.attach-published",
    "history.attach-indexed",
];

/// A version whose notes say the same as its message.
fn make_version(program: &Program, text: &str) {
    write_file(program.path("work/notes.txt"), text);
    program.must(&["version", "save", "kept", "-m", text]);
}

fn begun(program: &Program) {
    library_with_a_project(program);
    write_file(program.path("work/notes.txt"), "begun");
    program.must(&["history", "start", "kept"]);
    make_version(program, "one");
}

fn changed(program: &Program) {
    begun(program);
    write_file(program.path("work/notes.txt"), "two");
    write_file(program.path("work/large"), random_bytes(7, 1 << 20));
}

/// Versions as nobody made them, of some months ago.
fn old(program: &Program) {
    begun(program);
    for n in 0..6 {
        write_file(program.path("work/large"), random_bytes(100 + n, 1 << 20));
        make_version(program, &format!("old {n}"));
    }
    make_version(program, "new");
    let database = rusqlite::Connection::open(program.library().join("catalog.db")).unwrap();
    database
        .execute(
            "UPDATE versions SET kind = iif(message LIKE 'old %', 'automatic', kind),
                 time = '2020-03-09T14:00:0' || seq || '.000Z' WHERE message <> 'new'",
            [],
        )
        .unwrap();
}

fn thinned(program: &Program) {
    old(program);
    program.must(&["version", "thin", "kept"]);
}

fn with_git(program: &Program) {
    begun(program);
    let config = "[user]\n\tname = Ann\n\temail = ann@example.org\n";
    write_file(program.path("home/.gitconfig"), config);
    let _ = fs::remove_dir_all(program.path("work/.git"));
    program.must(&["git", "create", "kept"]);
}

fn with_branches(program: &Program) {
    with_git(program);
    program.must(&["git", "commit", "kept", "-m", "First"]);
    program.must(&["git", "branch", "kept", "other"]);
    write_file(program.path("work/notes.txt"), "committed");
    program.must(&["git", "commit", "kept", "-m", "Second"]);
}

fn versions(program: &Program) -> Vec<Value> {
    let text = program.must(&["version", "list", "kept", "--json"]);
    serde_json::from_str(&text).unwrap()
}

fn acknowledged_file(program: &Program) -> PathBuf {
    program.path("saved").join("versions.json")
}

/// Notes which versions a crash must not take.
pub(super) fn note_acknowledged(program: &Program) {
    if !program.library().join("history").exists() {
        return;
    }
    // What thinning lets go is not promised.
    let kept = versions(program).into_iter().filter(|version| version["trigger"] != "automatic");
    let kept: Vec<_> = kept.collect();
    write_file(acknowledged_file(program), serde_json::to_string(&kept).unwrap());
}

pub(super) fn acknowledged_is_there(program: &Program) {
    let Ok(text) = fs::read_to_string(acknowledged_file(program)) else { return };
    let acknowledged: Vec<Value> = serde_json::from_str(&text).unwrap();
    let now = versions(program);
    for version in &acknowledged {
        assert!(now.iter().any(|it| it["id"] == version["id"]), "{version} is gone: {now:#?}");
    }
    for version in acknowledged.iter().take(1).chain(acknowledged.last()) {
        let id = version["id"].as_str().unwrap();
        let notes = program.must(&["file", "load", id, "notes.txt"]);
        let expected = match version["trigger"].as_str() {
            Some("import") => "begun",
            _ => version["message"].as_str().unwrap(),
        };
        assert_eq!(notes, expected);
        program.must(&["file", "load", id, "large"]);
    }
}

/// git finds nothing wrong with any history.
pub(super) fn assert_sound(program: &Program) {
    let Ok(histories) = fs::read_dir(program.library().join("history")) else { return };
    for history in histories {
        let path = history.unwrap().path();
        // One that was not finished is begun again.
        if !path.join("HEAD").exists() {
            continue;
        }
        assert_git_finds_nothing_wrong(&path);
    }
}

fn is_checked(program: &Program) {
    let checked = program.must(&["history", "check", "kept"]);
    assert!(checked.contains("sound"), "{checked}");
    assert_sound(program);
}

/// The newest version says this of itself and in its notes.
fn newest_is(program: &Program, text: &str) {
    assert_eq!(versions(program)[0]["message"], text);
    assert_eq!(program.must(&["file", "load", "latest:kept", "notes.txt"]), text);
    is_checked(program);
}

const PLAIN: Scenario = Scenario {
    prepare: begun,
    arguments: |_| Vec::new(),
    points: &[],
    stores: false,
    times: 1,
    done: is_checked,
    once: false,
};

pub(super) const START: Scenario = Scenario {
    prepare: |program| {
        library_with_a_project(program);
        write_file(program.path("work/notes.txt"), "begun");
    },
    arguments: |_| words("history start kept"),
    points: &[
        "history.created",
        "history.workspaces-written",
        "history.object-key-written",
        "history.pack-written",
        "history.pack-published",
        "history.objects-published",
        "history.before-publish",
        "history.published",
        "repository.pack-written",
        "repository.index-written",
        "repository.before-snapshot",
        "repository.snapshot-written",
    ],
    stores: true,
    done: |program| {
        assert_eq!(versions(program).len(), 1);
        assert_eq!(program.must(&["file", "load", "latest:kept", "notes.txt"]), "begun");
        is_checked(program);
    },
    ..PLAIN
};

pub(super) const SAVE: Scenario = Scenario {
    prepare: changed,
    arguments: |_| words("version save kept -m two"),
    points: VERSION,
    stores: false,
    done: |program| newest_is(program, "two"),
    ..PLAIN
};

/// A version of a folder of very many entries, after others of it.
pub(super) const WIDE: Scenario = Scenario {
    prepare: |program| {
        begun(program);
        for file in 0..1200 {
            let name = format!("work/wide/a-file-with-a-name-of-some-length-{file}");
            write_file(program.path(&name), format!("{file}"));
        }
        make_version(program, "wide");
        write_file(program.path("work/wide/a-file-with-a-name-of-some-length-7"), "changed");
        write_file(program.path("work/notes.txt"), "three");
    },
    arguments: |_| words("version save kept -m three"),
    points: &["history.pack-written", "history.pack-published", "history.wide-pack-grown"],
    times: 2,
    done: |program| newest_is(program, "three"),
    ..PLAIN
};

pub(super) const MARK: Scenario = Scenario {
    arguments: |_| words("version mark latest --name release"),
    points: &["history.marks-written", "catalog.committed"],
    times: 2,
    done: |program| drop(program.must(&["version", "show", "release"])),
    ..PLAIN
};

pub(super) const RULES: Scenario = Scenario {
    arguments: |_| words("history rules kept --leave-out *.log"),
    points: &["rules.written"],
    done: |program| assert!(program.must(&["history", "rules", "kept"]).contains("*.log")),
    ..PLAIN
};

pub(super) const RETURN: Scenario = Scenario {
    prepare: changed,
    arguments: |program| {
        let id = versions(program).last().unwrap()["id"].as_str().unwrap().to_owned();
        vec!["version".into(), "restore".into(), id]
    },
    points: &["restore.file-written", "history.published", "catalog.committed"],
    times: 2,
    done: |program| {
        assert_eq!(fs::read(program.path("work/notes.txt")).unwrap(), b"begun");
        // What was there before is in a version, although nobody had made one.
        let hits = program.must(&["version", "list", "kept", "--json"]);
        assert!(hits.contains("beforeRestore"), "{hits}");
        is_checked(program);
    },
    ..PLAIN
};

pub(super) const UPLOAD: Scenario = Scenario {
    prepare: |program| {
        begun(program);
        write_file(program.path("in/one"), "one");
        write_file(program.path("in/sub/two"), "two");
    },
    arguments: |_| words("file upload in --conflict replace"),
    points: &["workspace.file-written", "workspace.file-placed", "history.published"],
    times: 2,
    done: |program| {
        assert_eq!(program.must(&["file", "load", "latest:kept", "in/sub/two"]), "two");
        is_checked(program);
    },
    ..PLAIN
};

pub(super) const DELETE: Scenario = Scenario {
    prepare: |program| {
        begun(program);
        write_file(program.path("work/gone/package.json"), "{}");
        write_file(program.path("work/gone/main.js"), "main");
        write_file(program.path("work/gone/node_modules/x.js"), "made again");
        make_version(program, "before");
    },
    arguments: |_| words("file delete gone --force"),
    points: &["workspace.trashed", "history.published", "catalog.committed"],
    times: 1,
    done: |program| {
        assert!(!program.path("work/gone").exists());
        program.must(&["undo", "kept"]);
        assert_eq!(fs::read(program.path("work/gone/main.js")).unwrap(), b"main");
        let left_out = program.path("work/gone/node_modules/x.js");
        assert_eq!(fs::read(left_out).unwrap(), b"made again");
    },
    ..PLAIN
};

pub(super) const UNDO: Scenario = Scenario {
    prepare: |program| {
        begun(program);
        write_file(program.path("work/package.json"), "{}");
        make_version(program, "before");
        for content in ["older", "deleted", "newer"] {
            write_file(program.path("work/node_modules/one"), content);
            write_file(program.path("work/node_modules/two"), content);
            if content != "newer" {
                program.must(&["file", "delete", "node_modules", "--force"]);
            }
        }
    },
    arguments: |_| words("undo kept"),
    points: &["workspace.trashed"],
    times: 2,
    done: |program| {
        let trash = files_below(&program.library().join("trash"));
        for name in ["one", "two"] {
            let back = program.path("work/node_modules").join(name);
            assert_eq!(fs::read_to_string(back).unwrap(), "deleted");
            let is_kept = |file: &&PathBuf| {
                file.ends_with(name) && fs::read(file).is_ok_and(|it| it == b"newer")
            };
            assert_eq!(trash.iter().filter(is_kept).count(), 1, "{trash:?}");
        }
    },
    ..PLAIN
};

pub(super) const OPEN: Scenario = Scenario {
    arguments: |_| words("workspace open latest try"),
    points: &["history.workspaces-written", "catalog.before-commit", "catalog.committed"],
    times: 2,
    once: true,
    done: |program| {
        assert!(program.must(&["workspace", "list", "kept"]).contains("try"));
        program.must(&["version", "save", "kept/try"]);
    },
    ..PLAIN
};

pub(super) const ROLL_UP: Scenario = Scenario {
    prepare: |program| {
        begun(program);
        for n in 0..20 {
            make_version(program, &format!("version {n}"));
        }
        while !is_due(program) {
            make_version(program, &format!("version {}", versions(program).len()));
        }
        write_file(program.path("work/notes.txt"), "last");
    },
    arguments: |_| words("version save kept -m last"),
    points: &["history.rolled-up"],
    done: |program| newest_is(program, "last"),
    ..PLAIN
};

/// Whether the next version makes one pack of the small ones.
fn is_due(program: &Program) -> bool {
    let history = fs::read_dir(program.library().join("history")).unwrap().next().unwrap();
    let packs = fs::read_dir(history.unwrap().path().join("objects/pack")).unwrap();
    let is_pack = |name: &str| name.ends_with(".pack");
    packs.filter(|entry| is_pack(entry.as_ref().unwrap().file_name().to_str().unwrap())).count()
        >= 23
}

pub(super) const THIN: Scenario = Scenario {
    prepare: old,
    arguments: |_| words("version thin kept"),
    points: &["history.thin-written", "history.thin-published", "history.thinned"],
    done: |program| {
        let left = versions(program);
        assert!(left.len() < 9, "{left:#?}");
        is_checked(program);
    },
    ..PLAIN
};

pub(super) const COMPACT: Scenario = Scenario {
    prepare: thinned,
    arguments: |_| words("history compact kept"),
    points: &[
        "history.compact-packed",
        "history.compact-removed",
        "history.compact-objects-published",
        "repository.snapshot-forgotten",
        "repository.pack-read-back",
        "repository.prune-indexed",
        "repository.prune-index-removed",
        "repository.prune-pack-removed",
    ],
    stores: false,
    ..PLAIN
};

pub(super) const DRAFT: Scenario = Scenario {
    prepare: |program| {
        begun(program);
        // Most of the journal is of no use any more.
        for seed in 1..=4 {
            write_file(program.path("draft"), random_bytes(seed, 200_000));
            program.must(&["draft", "save", "kept", "idea", "--from", "draft"]);
        }
        write_file(program.path("draft"), random_bytes(5, 200_000));
    },
    arguments: |_| words("draft save kept idea --from draft"),
    points: &["session.appended", "session.compacted"],
    done: |program| {
        let kept = program.command(&words("draft read kept idea")).output().unwrap().stdout;
        assert_eq!(kept, random_bytes(5, 200_000));
    },
    ..PLAIN
};

pub(super) const COMMIT: Scenario = Scenario {
    prepare: with_git,
    arguments: |_| words("git commit kept -m First"),
    points: &["git.index-written", "git.committed"],
    once: true,
    done: |program| {
        assert!(program.must(&["git", "log", "kept"]).contains("First"));
        repository_is_sound(program);
    },
    ..PLAIN
};

pub(super) const SWITCH: Scenario = Scenario {
    prepare: with_branches,
    arguments: |_| words("git switch kept other"),
    points: &["git.files-written"],
    done: |program| {
        assert!(program.must(&["git", "status", "kept"]).contains("other"));
        repository_is_sound(program);
    },
    ..PLAIN
};

pub(super) const EXPORT: Scenario = Scenario {
    prepare: with_branches,
    arguments: |_| words("git export kept"),
    points: &["git.objects-written"],
    done: |program| {
        assert!(program.must(&["git", "branches", "kept"]).contains("undercroft/history/main"));
        repository_is_sound(program);
    },
    ..PLAIN
};

/// git finds nothing wrong with the user's own repository either.
fn repository_is_sound(program: &Program) {
    let mut git = Command::new("git");
    git.args(["-C", "work", "fsck", "--strict", "--no-dangling"]);
    let checked = program.in_its_home(&mut git).output().unwrap();
    assert!(checked.status.success(), "{checked:?}");
}

#[test]
fn a_killed_rebuilding() {
    let program = Program::new();
    changed(&program);
    save(&program);
    fs::write(program.path("saved/library/catalog.db"), vec![7; 8192]).unwrap();
    // The log of changes alone would bring it back.
    let _ = fs::remove_file(program.path("saved/library/catalog.db-wal"));
    let _ = fs::remove_file(program.path("saved/library/catalog.db-shm"));
    for point in REBUILD_POINTS.iter().chain(&["catalog.migrated", "catalog.committed"]) {
        for nth in 1..=3 {
            super::go_back(&program);
            let killed = program.crash_at(&format!("{point}:{nth}"), &words("library rebuild"));
            if killed.signal != Some(SIGABRT) {
                assert!(nth > 1, "{point}");
                break;
            }
            program.must(&["library", "rebuild"]);
            assert_sound(&program);
            acknowledged_is_there(&program);
            program.must(&["version", "save", "kept", "-m", "two"]);
            newest_is(&program, "two");
        }
    }
}
