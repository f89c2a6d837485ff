//! Puts the built pages into the program, or says in their place how to build them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The page that is served where nobody built the pages.
const MISSING: &str = "<!doctype html><meta charset=utf-8><title>Undercroft</title>\
    <p>This program was built without its pages: run <code>npm run build</code>, then build it again.";

fn main() -> io::Result<()> {
    let dist = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?)
        .join("../../ui/dist");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={}", dist.display());

    let mut files = Vec::new();
    if dist.is_dir() {
        collect(&dist, &mut files)?;
    }
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&dist).map_err(io::Error::other)?;
        let file = fs::canonicalize(file)?;
        let _ = writeln!(table, "    (\"/{}\", include_bytes!({file:?})),", name.display());
    }
    if !files.contains(&dist.join("index.html")) {
        let _ = writeln!(table, "    (\"/index.html\", {MISSING:?}.as_bytes()),");
    }
    table.push(']');
    fs::write(out.join("pages.rs"), table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // Source maps are for those who build; they would only make the program larger.
        let is_map = path.extension().is_some_and(|extension| extension == "map");
        match path.is_dir() {
            true => collect(&path, files)?,
            false if !is_map => files.push(path),
            false => {}
        }
    }
    Ok(())
}
