//! The name by which a test program runs one of its tests.

/// The name for `--exact` of the function `test` in the module that `module_path!()` gives.
pub fn test_name(module: &str, test: &str) -> String {
    match module.split_once("::") {
        Some((_, module)) => format!("{module}::{test}"),
        None => test.to_owned(),
    }
}
