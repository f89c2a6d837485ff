//! What a killed restore or copy left beside files of the user is gone after the next start, and
//! nothing else.

use std::path::{Path, PathBuf};

use undercroft_testkit::write_file;

use super::program::{Program, files_below};
use super::{SIGABRT, library_with_a_backup, library_with_a_project, words};

/// The beginning of the names of temporary files and folders.
const OURS: &str = ".undercroft-restore";

/// The temporary files below a folder, and all in temporary folders.
fn temporary(folder: &Path) -> Vec<PathBuf> {
    let files = files_below(folder).into_iter();
    files.filter(|path| path.to_string_lossy().contains(OURS)).collect()
}

/// Kills a command that writes into a folder at a point, and starts the program.
fn kill_and_start(program: &Program, point: &str, command: &str, folder: &str) {
    let folder = program.path(folder);
    // They look like its own, and are not.
    let of_the_user = [
        folder.join(format!("{OURS}-notes")),
        folder.join(format!("{OURS}-7-0")),
        folder.join(format!("{OURS}-{}-0", "0".repeat(16))),
    ];
    of_the_user.iter().for_each(|path| write_file(path, "of the user"));
    let killed = program.crash_at(point, &words(command));
    assert_eq!(killed.signal, Some(SIGABRT), "{killed:#?}");
    assert!(temporary(&folder).len() > of_the_user.len(), "{:?}", files_below(&folder));
    program.must(&["project", "list"]);
    let mut left = temporary(&folder);
    left.sort();
    let mut kept = of_the_user.to_vec();
    kept.sort();
    assert_eq!(left, kept);
    let records = files_below(&program.library().join("restoring"));
    assert!(records.is_empty(), "{records:?}");
}

#[test]
fn of_a_backup() {
    let program = Program::new();
    library_with_a_backup(&program);
    write_file(program.path("target/large"), "old");
    let restore = "restore latest large --from vault --target target --overwrite always";
    kill_and_start(&program, "restore.blob-written", restore, "target");
    assert_eq!(std::fs::read(program.path("target/large")).unwrap(), b"old");
}

#[test]
fn of_an_archive() {
    let program = Program::new();
    library_with_a_project(&program);
    program.must(&["archive", "make", "kept"]);
    write_file(program.path("target/large"), "mine");
    let restore = "archive restore kept large --target target --taken replace";
    kill_and_start(&program, "archive.extracted", restore, "target");
    assert_eq!(std::fs::read(program.path("target/large")).unwrap(), b"mine");
}

#[test]
fn of_an_upload() {
    let program = Program::new();
    library_with_a_project(&program);
    program.must(&["history", "start", "kept"]);
    write_file(program.path("in/one"), "one");
    kill_and_start(&program, "workspace.file-written", "file upload in/one", "work");
}
