//! Chores of the project: `cargo xtask <chore>`.

use std::process::ExitCode;

mod bindings;
mod tidy;

fn main() -> ExitCode {
    let chore = std::env::args().nth(1).unwrap_or_default();
    let done = match chore.as_str() {
        "bindings" => bindings::write(),
        "tidy" => tidy::run(),
        _ => Err("Usage: cargo xtask bindings|tidy".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
