//! Chores of the project: `cargo xtask <chore>`.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

mod bindings;
mod pages;
mod tidy;

fn main() -> ExitCode {
    let chore = env::args().nth(1).unwrap_or_default();
    let done = match chore.as_str() {
        "bindings" => bindings::write(),
        "man" => pages::write_man(),
        "completions" => pages::write_completions(),
        "tidy" => tidy::run(),
        _ => Err("Usage: cargo xtask bindings|completions|man|tidy".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The project's root: of the clone that the chore was called in, whichever it was built in.
fn root() -> PathBuf {
    let room = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    room.join("../..")
}
