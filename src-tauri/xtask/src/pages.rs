//! Writes what packages carry beside the program: manual pages and completions.

use std::error::Error;
use std::path::PathBuf;

/// Writes the manual pages.
pub(crate) fn write_man() -> Result<(), Box<dyn Error>> {
    let folder = folder("man");
    undercroft_cli::write_pages(&folder).map_err(|error| error.to_string())?;
    println!("Wrote the manual pages to target/man");
    Ok(())
}

/// Writes the completions of all shells.
pub(crate) fn write_completions() -> Result<(), Box<dyn Error>> {
    let folder = folder("completions");
    undercroft_cli::write_completions(&folder).map_err(|error| error.to_string())?;
    println!("Wrote the completions to target/completions");
    Ok(())
}

fn folder(name: &str) -> PathBuf {
    crate::root().join("target").join(name)
}
