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
    stores: true,
    times: 4,
    done: |program| {
        let snapshots = program.must(&["repo", "snapshots", "--json"]);
        assert_eq!(snapshots.matches("\"tree\"").count(), 3, "{snapshots}");
        snapshot_is_whole(program);
    },
    once: false,
};
