//! The change of the password that is kept for a destination: what is kept opens it after a crash
//! at each moment, and the change goes well when it is made again.

use undercroft_testkit::write_file;

use super::program::Program;
use super::{SIGABRT, all_data_is_sound, go_back, library_with_a_backup, save, words};

/// The points that only the tests here reach.
pub(super) const POINTS: &[&str] =
    &["secrets.kept", "secrets.recorded", "secrets.sealing-key-written", "repository.key-removed"];

/// A recovery is killed at these by `api/tests/recovery.rs`, which has a library to get back.
pub(super) const RECOVERY_POINTS: &[&str] = &[
    "recovery.restored",
    "recovery.objects-copied",
    "recovery.completed",
    "recovery.adopting",
    "recovery.adopted",
    "library.places-confirmed",
];

#[test]
fn a_killed_change_of_a_destinations_password() {
    let program = Program::new();
    library_with_a_backup(&program);
    write_file(program.path("new"), "changed");
    save(&program);
    let arguments = words("destination password vault --new-password-file new");
    let points = ["repository.key-written", "secrets.kept", "secrets.recorded"];
    for point in points.iter().chain(&["repository.key-removed", "disk.renamed"]) {
        go_back(&program);
        let killed = program.crash_at(point, &arguments);
        assert_eq!(killed.signal, Some(SIGABRT), "{point}: {killed:#?}");
        program.must(&["destination", "key", "test", "vault"]);
        program.must(&["destination", "unlock", "vault"]);
        program.must(&["destination", "password", "vault", "--new-password-file", "new"]);
        program.must(&["destination", "key", "test", "vault"]);
        program.must(&["backup", "run", "kept", "--to", "vault"]);
    }
    all_data_is_sound(&program, "changed");
}

#[test]
fn a_killed_keeping_of_the_first_password() {
    let program = Program::new();
    super::library_with_a_project(&program);
    save(&program);
    for point in ["secrets.sealing-key-written", "secrets.kept", "secrets.recorded"] {
        go_back(&program);
        let arguments = words("destination add repository --name vault");
        let killed = program.crash_at(point, &arguments);
        assert_eq!(killed.signal, Some(SIGABRT), "{point}: {killed:#?}");
        program.must(&["destination", "add", "repository", "--name", "vault"]);
        program.must(&["destination", "key", "test", "vault"]);
    }
}
