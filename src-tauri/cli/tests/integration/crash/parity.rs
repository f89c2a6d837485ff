//! Killed while parity is written, and while it heals.

use std::fs;

use undercroft_testkit::{flip_bit, random_bytes, text_bytes, write_file};

use super::program::{self, Program, files_below};
use super::{
    DISK, SIGABRT, Scenario, all_data_is_sound, assert_sound, go_back, no_leftovers,
    repository_with_a_snapshot, save, snapshot_is_whole, words,
};

/// The points of healing, which begins with a repository that is not sound.
pub(crate) const HEAL_POINTS: &[&str] = &["parity.damaged-kept", "parity.healed"];

fn protected(program: &Program) {
    repository_with_a_snapshot(program);
    program.must(&["repo", "parity", "set", "12"]);
}

pub(crate) const UPDATE: Scenario = Scenario {
    prepare: |program| {
        protected(program);
        write_file(program.path("work/newer"), random_bytes(9, 200_000));
        program.must(&["repo", "backup", &program.text("work")]);
        write_file(program.path("work/newer"), text_bytes(9, 200));
        program.must(&["repo", "backup", &program.text("work")]);
    },
    arguments: |_| words("repo parity set 25"),
    points: &[
        "parity.settings-written",
        "parity.copy-written",
        "parity.group-written",
        "parity.group-removed",
        "repository.lock-written",
    ],
    stores: true,
    times: 3,
    done: |program| {
        assert_protected(program);
        snapshot_is_whole(program);
    },
    once: false,
};

fn assert_protected(program: &Program) {
    let state = program.must(&["repo", "parity", "status", "--json"]);
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    assert_eq!(state["packs_protected"], state["packs"]);
    assert_eq!(state["bytes_protected"], state["bytes"]);
}

#[test]
fn a_killed_heal_loses_nothing_and_ends_well_when_it_is_run_again() {
    let program = Program::new();
    protected(&program);
    program.must(&["repo", "backup", &program.text("work")]);
    program.must(&["repo", "parity", "update"]);
    let files = |folder: &str| files_below(&program.repository().join(folder));
    let whole: Vec<_> = ["config", "keys", "data", "index", "snapshots"]
        .iter()
        .flat_map(|folder| match *folder {
            "config" => vec![program.repository().join("config")],
            folder => files(folder),
        })
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    let largest = whole.iter().max_by_key(|(_, bytes)| bytes.len()).unwrap().0.clone();
    flip_bit(&largest, 1000);
    fs::remove_file(&files("index")[0]).unwrap();
    for folder in ["snapshots", "keys"] {
        flip_bit(&files(folder)[0], 30);
    }
    flip_bit(program.repository().join("config"), 3);
    save(&program);
    // Four files are damaged and one is missing.
    for (points, times) in [(HEAL_POINTS, 4), (&DISK[..], 2)] {
        for (point, nth) in points.iter().flat_map(|point| (1..=times).map(move |nth| (point, nth)))
        {
            go_back(&program);
            let heal = ["repo", "parity", "heal"];
            let crashed = program.crash_at(&format!("{point}:{nth}"), &heal);
            assert_eq!(crashed.signal, Some(SIGABRT), "{point}:{nth}: {crashed:#?}");
            program.must(&["repo", "parity", "heal"]);
            for (path, bytes) in &whole {
                assert_eq!(&fs::read(path).unwrap(), bytes, "{path:?} after {point}:{nth}");
            }
            assert_sound(&program);
            assert_protected(&program);
            no_leftovers(&program);
        }
    }
    snapshot_is_whole(&program);
    all_data_is_sound(&program, program::PASSWORD);
}
