//! Writes the TypeScript of the wire to where the window's sources read it.

use std::error::Error;

/// The file, from the project's root.
const FILE: &str = "ui/src/lib/backend/bindings.ts";

/// Writes the file.
pub(crate) fn write() -> Result<(), Box<dyn Error>> {
    let file = crate::root().join(FILE);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&file, undercroft_api::typescript()?)?;
    println!("Wrote {FILE}");
    Ok(())
}
