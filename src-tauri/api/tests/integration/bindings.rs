//! The TypeScript that the window is built with is the one that the wire has now.

use std::path::Path;

use undercroft_api::{Audience, USE_CASES};

#[test]
fn the_bindings_are_current() {
    let file = Path::new("../../ui/src/lib/backend/bindings.ts");
    let committed = std::fs::read_to_string(file).unwrap();
    let current = undercroft_api::typescript().unwrap();
    assert!(committed == current, "bindings.ts is stale: run `cargo xtask bindings`");
}

#[test]
fn every_use_case_says_what_it_does_in_one_sentence() {
    for use_case in USE_CASES {
        let purpose = use_case.purpose;
        assert!(purpose.ends_with('.'), "{}: {purpose}", use_case.name);
        assert!(purpose.starts_with(char::is_uppercase), "{}: {purpose}", use_case.name);
    }
}

/// Use cases that the command line covers by Ctrl-C: its jobs and mounts end with its process.
const IN_ANOTHER_PROCESS: &[&str] =
    &["job_cancel", "job_pause", "job_resume", "mount_stop", "mount_list"];

#[test]
fn what_everyone_may_ask_for_can_be_done_on_the_command_line_too() {
    for use_case in USE_CASES {
        let expected =
            use_case.audience == Audience::Everyone && !IN_ANOTHER_PROCESS.contains(&use_case.name);
        assert_eq!(!use_case.hint.is_empty(), expected, "{}", use_case.name);
    }
}
