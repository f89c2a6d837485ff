//! The project's own sources, as text.

use std::fs;
use std::io;
use std::path::Path;

/// Folders with sources, from the top.
const FOLDERS: &[&str] = &["src-tauri", "tests", "ui", "scripts", "docs", ".ci"];

/// Files at the top that are texts of ours.
const FILES: &[&str] =
    &["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "Cargo.toml"];

/// Folders whose files are built, fetched or drawn, and so no sources.
const NOT_OURS: &[&str] = &["target", "node_modules", "dist", "images", "public", "golden"];

/// The kinds of files that are read.
const KINDS: &[&str] = &["rs", "svelte", "ts", "mjs", "js", "py", "css", "md", "toml", "sh"];

/// One source file.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Its path from the top.
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    pub(super) fn kind(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, kind)| kind)
    }

    /// The name without folder and endings: `drops` of `src/drops.test.ts`.
    pub(super) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default()
    }

    /// Whether it is part of a program, and not of tests or of chores.
    pub(super) fn is_production(&self) -> bool {
        let beside = ["src-tauri/testkit/", "src-tauri/xtask/", "tests/", "scripts/"];
        let tested = self.path.contains("/tests/")
            || self.path.contains("/test/")
            || self.path.contains("/recorded")
            || self.path.contains("/examples/")
            || self.path.contains(".test.")
            || self.stem() == "tests";
        !tested && !beside.iter().any(|folder| self.path.starts_with(folder))
    }

    /// The lines of a Rust file before its unit tests, or of any other file all.
    pub(super) fn production_lines(&self) -> impl Iterator<Item = &str> {
        let is_rust = self.kind() == "rs";
        self.text.lines().take_while(move |line| !(is_rust && *line == "#[cfg(test)]"))
    }
}

/// Reads all sources below `root`, in the order of their paths.
pub(super) fn read_all(root: &Path) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for folder in FOLDERS.iter().filter(|folder| root.join(folder).is_dir()) {
        read_folder(root, folder, &mut sources)?;
    }
    for file in FILES.iter().filter(|file| root.join(file).is_file()) {
        let text = fs::read_to_string(root.join(file))?;
        sources.push(Source { path: (*file).to_owned(), text });
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn read_folder(root: &Path, folder: &str, sources: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        let kind = name.rsplit_once('.').map_or("", |(_, kind)| kind);
        if NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            read_folder(root, &path, sources)?;
        } else if KINDS.contains(&kind) {
            sources.push(Source { text: fs::read_to_string(entry.path())?, path });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_knows_its_kind_and_where_its_tests_begin() {
        let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {}\n".to_owned();
        let source = Source { path: "src-tauri/library/src/projects.rs".to_owned(), text };
        assert_eq!((source.kind(), source.stem()), ("rs", "projects"));
        assert!(source.is_production());
        assert_eq!(source.production_lines().collect::<Vec<_>>(), ["fn a() {}", ""]);
    }
}
