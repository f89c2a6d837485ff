//! Trees that look like the work of a developer.

use std::fs;
use std::path::{Path, PathBuf};

use crate::SeededRandom;
use crate::content::{random_bytes, text_bytes};
use crate::files::{must, write_file};

/// The kind of a project, by its language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectKind {
    /// A Rust program.
    Rust,
    /// A Svelte site in TypeScript.
    Svelte,
    /// A Python package with Django.
    Python,
}

impl ProjectKind {
    fn manifest(self) -> (&'static str, &'static str) {
        match self {
            Self::Rust => (
                "Cargo.toml",
                "[package]\nname = \"sample\"\nversion = \"0.1.0\"\n\n[dependencies]\naxum = \"0.8\"\n",
            ),
            Self::Svelte => (
                "package.json",
                "{\"name\":\"sample\",\"devDependencies\":{\"svelte\":\"5\",\"vite\":\"8\"}}\n",
            ),
            Self::Python => {
                ("pyproject.toml", "[project]\nname = \"sample\"\ndependencies = [\"django\"]\n")
            }
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Rust => "rs",
            Self::Svelte => "svelte",
            Self::Python => "py",
        }
    }
}

/// Makes a project in the folder `root`: a manifest, `files` sources of one to eight kilobytes in
/// a few folders, a picture, and a `.git` with a remote. The same seed makes the same project.
pub fn project_tree(root: impl AsRef<Path>, kind: ProjectKind, seed: u64, files: usize) {
    let root = root.as_ref();
    let dice = SeededRandom::new(seed);
    let (manifest, text) = kind.manifest();
    write_file(root.join(manifest), text);
    write_file(root.join("README.md"), "# Sample\n\nA project for a test.\n");
    write_file(root.join("logo.png"), random_bytes(dice.next(), 20_000));
    for n in 0..files {
        let path = root.join(format!("src/part{}/file{n}.{}", n % 7, kind.extension()));
        write_file(path, text_bytes(dice.next(), 1000 + dice.below(7000)));
    }
    write_file(root.join(".git/HEAD"), "ref: refs/heads/main\n");
    write_file(
        root.join(".git/config"),
        "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://example.org/sample.git\n",
    );
}

/// Changes `count` files below `root` (one line more each), chosen by `seed`; gives back which.
pub fn edit_files(root: impl AsRef<Path>, seed: u64, count: usize) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect_files(root.as_ref(), &mut files);
    files.sort();
    let dice = SeededRandom::new(seed);
    let mut chosen = Vec::new();
    while chosen.len() < count && !files.is_empty() {
        let path = files.swap_remove(dice.below(files.len()));
        let mut bytes = must(fs::read(&path), "read", &path);
        bytes.extend_from_slice(format!("changed {:x}\n", dice.next()).as_bytes());
        write_file(&path, bytes);
        chosen.push(path);
    }
    chosen
}

fn collect_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in must(fs::read_dir(folder), "list", folder) {
        let entry = must(entry, "list", folder);
        match must(entry.file_type(), "look at", &entry.path()) {
            kind if kind.is_dir() => collect_files(&entry.path(), files),
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
}
