//! Tests that a machine cannot run, told where somebody looks.

use std::io::Write;

/// Tells that the running test is left out for want of `what`: on standard error, and as a line of
/// the file that `UNDERCROFT_TEST_SKIPS` names, which `npm test` reads at its end.
pub fn skip(what: &str) {
    let test = std::env::var("NEXTEST_TEST_NAME").ok();
    let test = test.or_else(|| std::thread::current().name().map(str::to_owned));
    let line = format!("{}: {what}\n", test.unwrap_or_default());
    eprint!("skipped: {line}");
    let Some(list) = std::env::var_os("UNDERCROFT_TEST_SKIPS") else { return };
    let list = std::fs::OpenOptions::new().create(true).append(true).open(list);
    let written = list.and_then(|mut list| list.write_all(line.as_bytes()));
    written.unwrap_or_else(|error| panic!("the list of skipped tests: {error}"));
}
