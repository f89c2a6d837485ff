//! The program `undercroft`.

use std::process::ExitCode;

fn main() -> ExitCode {
    undercroft_cli::main()
}
