//! Chores of the project: `cargo xtask <chore>`.

use std::process::ExitCode;

mod bindings;
mod pages;
mod tidy;

fn main() -> ExitCode {
    let chore = std::env::args().nth(1).unwrap_or_default();
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
