//! Projects that are made, moved to the trash, brought back and deleted, and killed at it.

use undercroft_testkit::{ProjectKind, project_tree};

use super::{Scenario, library_with_a_project, words};
use crate::program::Program;

/// A library with a second project, whose folder is `another`.
fn library_with_another(program: &Program) {
    library_with_a_project(program);
    project_tree(program.path("another/other"), ProjectKind::Python, 2, 3);
    program.must(&["project", "add", "another/other"]);
}

fn library_with_trash(program: &Program) {
    library_with_another(program);
    program.must(&["project", "trash", "other"]);
}

/// The names in the folder that the second project's is in.
fn names(program: &Program) -> Vec<String> {
    let entries = std::fs::read_dir(program.path("another")).unwrap().flatten();
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

pub(super) const CREATE: Scenario = Scenario {
    prepare: library_with_a_project,
    arguments: |_| words("project create fresh --template backend"),
    points: &["project.metadata-written", "project.managed-published", "catalog.committed"],
    stores: false,
    times: 2,
    done: |program| {
        assert!(program.must(&["project", "list"]).contains("fresh"));
        for folder in std::fs::read_dir(program.library().join("projects")).unwrap().flatten() {
            let name = folder.file_name().into_string().unwrap();
            assert!(!name.starts_with('.'), "{name}");
        }
    },
    once: false,
};

pub(super) const TRASH: Scenario = Scenario {
    prepare: library_with_another,
    arguments: |_| words("project trash other"),
    points: &["project.metadata-written", "project.trashed"],
    stores: false,
    times: 2,
    done: |program| {
        let trashed = program.must(&["project", "list", "--status", "trashed"]);
        assert!(trashed.contains("other"), "{trashed}");
        // Whatever was moved comes back.
        program.must(&["project", "recall", "other"]);
        assert_eq!(names(program), ["other"]);
    },
    // What was moved away cannot be moved away again.
    once: true,
};

pub(super) const RECALL: Scenario = Scenario {
    prepare: library_with_trash,
    arguments: |_| words("project recall other"),
    points: &["project.untrashed", "project.metadata-written"],
    stores: false,
    times: 2,
    done: |program| {
        assert!(program.must(&["project", "list"]).contains("other"));
        assert_eq!(names(program), ["other"]);
    },
    once: false,
};

pub(super) const DELETE: Scenario = Scenario {
    prepare: library_with_trash,
    arguments: |_| words("project delete other --confirm-name other"),
    points: &[
        "history.transfer-recorded",
        "history.detach-forgotten",
        "history.detach-moved",
        "history.detach-released",
        "history.transfer-finished",
        "project.folder-deleted",
    ],
    stores: false,
    times: 2,
    done: |program| {
        let trashed = program.must(&["project", "list", "--status", "trashed"]);
        assert!(!trashed.contains("other"), "{trashed}");
        assert!(names(program).is_empty());
        assert_eq!(std::fs::read_dir(program.library().join("projects")).unwrap().count(), 1);
    },
    once: false,
};
