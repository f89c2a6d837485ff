//! One test of a test program, run by itself in another process.

use std::process::Command;

/// The mark of a process that runs one test.
const ALONE: &str = "UNDERCROFT_TEST_ALONE";

/// The name for `--exact` of the function `test` in the module that `module_path!()` gives.
pub fn test_name(module: &str, test: &str) -> String {
    match module.split_once("::") {
        Some((_, module)) => format!("{module}::{test}"),
        None => test.to_owned(),
    }
}

/// Whether the running test has its process to itself, as under nextest. If not, it is run in a
/// process of its own, and fails here when it fails there.
pub fn is_alone(module: &str, test: &str) -> bool {
    if [ALONE, "NEXTEST"].iter().any(|mark| std::env::var_os(mark).is_some()) {
        return true;
    }
    let program = std::env::current_exe().unwrap_or_else(|error| panic!("no program: {error}"));
    let mut command = Command::new(program);
    command.args(["--exact", &test_name(module, test), "--nocapture"]).env(ALONE, "1");
    let output = command.output().unwrap_or_else(|error| panic!("{test} cannot be run: {error}"));
    let [said, told] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success() && said.contains("1 passed"), "{said}\n{told}");
    false
}
