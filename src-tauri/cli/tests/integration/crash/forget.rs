//! The commands that forget, remember and rename. After each crash every snapshot is listed or in
//! the trash, but for those that were to go for good.

use std::fs;

use serde_json::Value;
use undercroft_testkit::write_file;

use super::program::Program;
use super::{Scenario, repository_with_a_snapshot, snapshot_is_whole, words};

/// How many snapshots the command may remove for good, as its preparation noted.
pub(super) fn may_go(program: &Program) -> usize {
    let noted = fs::read_to_string(program.path("may-go"));
    noted.map_or(0, |text| text.parse().unwrap())
}

fn three_snapshots(program: &Program) {
    repository_with_a_snapshot(program);
    for n in 0..2 {
        write_file(program.path("work/count"), n.to_string());
        program.must(&["repo", "backup", &program.text("work")]);
    }
}

fn two_in_the_trash(program: &Program) {
    three_snapshots(program);
    program.must(&["repo", "forget", "--keep-last", "1"]);
}

fn listed(program: &Program, command: &[&str]) -> Vec<Value> {
    let text = program.must(&[&["--json", "repo"], command].concat());
    serde_json::from_str(&text).unwrap()
}

/// The ids of what is in the trash, as the folder shows them.
fn in_trash(program: &Program) -> Vec<String> {
    let entries = fs::read_dir(program.repository().join("trash")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.len() == 64).collect()
}

pub(super) const INTO_TRASH: Scenario = Scenario {
    prepare: three_snapshots,
    arguments: |_| words("repo forget --keep-last 1"),
    points: &[
        "repository.lock-written",
        "repository.trash-recorded",
        "disk.moved",
        "repository.snapshot-forgotten",
    ],
    stores: true,
    times: 2,
    done: |program| {
        let trashed = listed(program, &["trash", "list"]);
        assert_eq!((listed(program, &["snapshots"]).len(), trashed.len()), (1, 2));
        assert!(trashed.iter().all(|snapshot| snapshot["trashed"].is_string()), "{trashed:?}");
        snapshot_is_whole(program);
        let ids = in_trash(program);
        program.must(&["repo", "trash", "restore", &ids[0], &ids[1]]);
        assert_eq!(listed(program, &["snapshots"]).len(), 3);
    },
    once: false,
};

pub(super) const FOR_GOOD: Scenario = Scenario {
    prepare: |program| {
        three_snapshots(program);
        write_file(program.path("may-go"), "2");
    },
    arguments: |_| words("repo forget --keep-last 1 --no-trash"),
    stores: false,
    points: &["repository.lock-written", "disk.removed", "repository.snapshot-forgotten"],
    done: |program| {
        assert_eq!(listed(program, &["snapshots"]).len(), 1);
        assert!(!program.repository().join("trash").exists());
        snapshot_is_whole(program);
    },
    ..INTO_TRASH
};

pub(super) const OUT_OF_TRASH: Scenario = Scenario {
    prepare: |program| {
        two_in_the_trash(program);
        write_file(program.path("ids"), in_trash(program).join(" "));
    },
    arguments: |program| {
        let ids = fs::read_to_string(program.path("ids")).unwrap();
        words(&format!("repo trash restore {ids}"))
    },
    stores: false,
    points: &["repository.lock-written", "disk.moved", "repository.trash-restored"],
    done: |program| {
        assert_eq!(listed(program, &["snapshots"]).len(), 3);
        assert!(listed(program, &["trash", "list"]).is_empty());
        snapshot_is_whole(program);
    },
    ..INTO_TRASH
};

pub(super) const EMPTY: Scenario = Scenario {
    prepare: |program| {
        two_in_the_trash(program);
        write_file(program.path("may-go"), "2");
    },
    arguments: |_| words("repo trash empty"),
    stores: false,
    points: &["repository.lock-written", "disk.removed", "repository.trash-emptied"],
    done: |program| {
        assert_eq!(listed(program, &["snapshots"]).len(), 1);
        let records = fs::read_dir(program.repository().join("trash/records")).unwrap();
        assert_eq!((in_trash(program).len(), records.count()), (0, 0));
        snapshot_is_whole(program);
    },
    ..INTO_TRASH
};

pub(super) const TAG: Scenario = Scenario {
    prepare: three_snapshots,
    arguments: |_| words("repo tag --add pinned"),
    points: &[
        "repository.lock-written",
        "repository.before-snapshot",
        "repository.snapshot-written",
        "repository.snapshot-replaced",
    ],
    stores: false,
    done: |program| {
        let snapshots = listed(program, &["snapshots", "--tag", "pinned"]);
        assert_eq!((snapshots.len(), listed(program, &["snapshots"]).len()), (3, 3));
        snapshot_is_whole(program);
    },
    ..INTO_TRASH
};
