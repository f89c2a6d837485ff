//! Copying, pruning and repairing of repositories, killed at their write points.

use super::*;

/// A repository with three snapshots, to copy from.
fn another_repository(program: &Program) {
    project(program);
    let another = program.text("another");
    let on_another = |arguments: &[&str]| {
        let variables = [("UNDERCROFT_REPOSITORY", another.as_str())];
        let ended = program.run_with(&variables, arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:#?}");
    };
    on_another(&["repo", "init"]);
    for n in 0..3 {
        write_file(program.path("work/changing"), random_bytes(n, 400_000));
        on_another(&["repo", "backup", &program.text("work")]);
    }
    write_file(program.path("password"), PASSWORD);
    program.must(&["repo", "init"]);
}

pub(super) const COPY: Scenario = Scenario {
    prepare: another_repository,
    arguments: |_| words("repo copy --from-repo another --from-password-file password"),
    points: BACKUP_POINTS,
    stores: false,
    times: 4,
    done: |program| {
        let snapshots = program.must(&["repo", "snapshots", "--json"]);
        assert_eq!(snapshots.matches("\"tree\"").count(), 3, "{snapshots}");
        snapshot_is_whole(program);
    },
    once: false,
};

/// Three backups of files that come and go, of which only the last is listed.
fn repository_to_prune(program: &Program) {
    repository(program);
    let work = program.text("work");
    for n in 0..3 {
        let _ = fs::remove_file(program.path(&format!("work/passing {}", n - 1)));
        write_file(
            program.path(&format!("work/passing {n}")),
            random_bytes(50 + n as u64, 900_000),
        );
        program.must(&["repo", "backup", &work]);
    }
    let mut snapshots = files_below(&program.repository().join("snapshots"));
    snapshots.sort_by_key(|path| path.metadata().unwrap().modified().unwrap());
    for snapshot in &snapshots[..2] {
        fs::remove_file(snapshot).unwrap();
    }
}

pub(super) const PRUNE: Scenario = Scenario {
    prepare: repository_to_prune,
    arguments: |_| words("repo prune --max-unused 0%"),
    points: &[
        "repository.lock-written",
        "repository.pack-written",
        "repository.pack-read-back",
        "repository.index-written",
        "repository.prune-indexed",
        "repository.prune-index-removed",
        "repository.prune-pack-removed",
    ],
    stores: false,
    times: 2,
    done: |program| {
        assert_eq!(program.must(&["repo", "prune", "--max-unused", "0"]), "Freed 0 B\n");
        let target = tempfile::tempdir().unwrap();
        let text = target.path().to_str().unwrap();
        program.must(&["repo", "restore", "latest", "--target", text]);
    },
    once: false,
};

/// An index that is sound, and a pack of noise that is in none.
pub(super) const REPAIR_INDEX: Scenario = Scenario {
    prepare: |program| {
        repository_with_a_snapshot(program);
        program.must(&["repo", "backup", &program.text("work")]);
        write_file(program.repository().join(format!("data/00/{}", "00".repeat(32))), "noise");
    },
    arguments: |_| words("repo repair index --read-all-packs"),
    points: &[
        "repository.lock-written",
        "repository.index-written",
        "repository.repair-indexed",
        "repository.set-aside",
    ],
    stores: false,
    times: 2,
    done: |program| {
        snapshot_is_whole(program);
        assert!(program.repository().join("damaged/data/00").join("00".repeat(32)).exists());
    },
    once: false,
};

/// A pack that is said to be damaged, and of which all can be saved.
pub(super) const REPAIR_PACKS: Scenario = Scenario {
    prepare: |program| {
        repository(program);
        program.must(&["repo", "backup", &program.text("work")]);
    },
    arguments: |program| {
        let packs = files_below(&program.path("saved/repository/data"));
        let largest = packs.iter().max_by_key(|path| path.metadata().unwrap().len()).unwrap();
        let name = largest.file_name().unwrap().to_str().unwrap();
        words(&format!("repo repair packs {name}"))
    },
    points: &[
        "repository.lock-written",
        "repository.pack-written",
        "repository.pack-read-back",
        "repository.index-written",
        "repository.repair-indexed",
        "repository.set-aside",
    ],
    stores: false,
    times: 2,
    done: |program| {
        program.must(&["repo", "prune"]);
        snapshot_is_whole(program);
        assert!(program.repository().join("damaged/data").is_dir());
    },
    once: true,
};
