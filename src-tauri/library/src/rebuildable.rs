//! Folders that a program makes again, and what proves it of one: its manifest beside it, or a
//! mark in it. A name alone proves nothing.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

/// The bytes that every mark of a cache begins with (bford.info/cachedir).
const CACHE_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";
/// This many names of a folder are looked at for one with an ending.
const NAMES_LOOKED_AT: usize = 10_000;

/// A kind of folder that is made again.
struct Kind {
    /// Its name, or its last names.
    name: &'static str,
    /// Of these one lies beside it (beside the first of its names). `*.x` is any name that ends
    /// so. None: nothing needs to.
    beside: &'static [&'static str],
    /// The name of a file in it.
    inside: Option<&'static str>,
    /// Others use the name for work of their own: a `.gitignore` must name it, too.
    is_ambiguous: bool,
}

const fn plain(name: &'static str, beside: &'static [&'static str]) -> Kind {
    Kind { name, beside, inside: None, is_ambiguous: false }
}

const fn marked(name: &'static str, inside: &'static str) -> Kind {
    Kind { name, beside: &[], inside: Some(inside), is_ambiguous: false }
}

const fn ambiguous(name: &'static str, beside: &'static [&'static str]) -> Kind {
    Kind { name, beside, inside: None, is_ambiguous: true }
}

const GRADLE: &[&str] =
    &["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"];
const PYTHON: &[&str] = &["pyproject.toml", "setup.py", "setup.cfg"];
const DOTNET: &[&str] = &["*.csproj", "*.fsproj", "*.vbproj"];
const HASKELL: &[&str] = &["*.cabal", "stack.yaml", "cabal.project"];

const KINDS: &[Kind] = &[
    plain("node_modules", &["package.json"]),
    plain("bower_components", &["bower.json"]),
    plain(".next", &["package.json"]),
    plain(".nuxt", &["package.json"]),
    plain(".svelte-kit", &["package.json"]),
    plain(".turbo", &["package.json"]),
    plain(".parcel-cache", &["package.json"]),
    plain(".angular", &["package.json"]),
    ambiguous("dist", &["package.json"]),
    ambiguous("build", &["package.json"]),
    ambiguous("out", &["package.json"]),
    plain("target", &["Cargo.toml", "pom.xml", "build.sbt"]),
    marked(".venv", "pyvenv.cfg"),
    marked("venv", "pyvenv.cfg"),
    marked("env", "pyvenv.cfg"),
    plain(".tox", &["tox.ini", "pyproject.toml", "setup.cfg"]),
    plain(".nox", &["noxfile.py"]),
    ambiguous("build", PYTHON),
    ambiguous("dist", PYTHON),
    plain(".gradle", GRADLE),
    ambiguous("build", GRADLE),
    Kind {
        name: "build",
        beside: &["CMakeLists.txt"],
        inside: Some("CMakeCache.txt"),
        is_ambiguous: true,
    },
    Kind {
        name: "vendor",
        beside: &["composer.json"],
        inside: Some("autoload.php"),
        is_ambiguous: true,
    },
    plain("vendor/bundle", &["Gemfile"]),
    plain("Pods", &["Podfile"]),
    plain(".build", &["Package.swift"]),
    ambiguous("bin", DOTNET),
    plain("obj", DOTNET),
    plain("_build", &["mix.exs", "dune-project"]),
    ambiguous("deps", &["mix.exs"]),
    plain(".dart_tool", &["pubspec.yaml"]),
    ambiguous("build", &["pubspec.yaml"]),
    plain(".terraform", &["*.tf"]),
    plain("dist-newstyle", HASKELL),
    plain(".stack-work", HASKELL),
    plain("elm-stuff", &["elm.json"]),
    plain("zig-cache", &["build.zig"]),
    plain(".zig-cache", &["build.zig"]),
    plain("zig-out", &["build.zig"]),
];

/// The proof that a folder can be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuildable {
    /// The folder's kind: `node_modules`.
    pub what: &'static str,
    /// The manifest beside or in it: `package.json`.
    pub manifest: &'static str,
}

/// The proof that `folder`, in the workspace at `root`, is made again, if there is one.
/// `is_ignored` says whether a `.gitignore` names it: it is asked where the name alone says little.
pub fn rebuildable(
    root: &Path,
    folder: &Path,
    is_ignored: impl FnOnce() -> bool,
) -> Option<Rebuildable> {
    let path = folder.strip_prefix(root).ok()?;
    let name = path.file_name()?;
    if name == "__pycache__" {
        let only = has_only(folder, &[".pyc", ".pyo"]);
        return only.then_some(Rebuildable { what: "__pycache__", manifest: "*.pyc" });
    }
    let mut found = None;
    for kind in KINDS.iter().filter(|kind| path.ends_with(kind.name)) {
        let Some(proof) = kind.proof(folder) else { continue };
        if !kind.is_ambiguous {
            return Some(proof);
        }
        found = found.or(Some(proof));
    }
    found.filter(|_| is_ignored())
}

/// Whether the folder is marked as a cache by who made it.
pub fn is_cache(folder: &Path) -> bool {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(file) = rustix::fs::open(folder.join("CACHEDIR.TAG"), flags, Mode::empty()) else {
        return false;
    };
    let mut file = File::from(file);
    let mut head = [0; CACHE_SIGNATURE.len()];
    file.metadata().is_ok_and(|found| found.is_file())
        && file.read_exact(&mut head).is_ok()
        && head == CACHE_SIGNATURE
}

/// Whether what is named so, in a folder or beside it, can prove a folder to be made again.
pub fn is_proof(name: &[u8]) -> bool {
    let fits = |proof: &str| match proof.strip_prefix('*') {
        None => proof.as_bytes() == name,
        Some(ending) => name.ends_with(ending.as_bytes()),
    };
    let proves = |kind: &Kind| kind.beside.iter().copied().chain(kind.inside).any(fits);
    name == b"CACHEDIR.TAG" || KINDS.iter().any(proves)
}

/// Whether the proof of this kind of folder, such as `.venv`, lies in it.
pub fn is_marked_inside(what: &str) -> bool {
    KINDS.iter().any(|kind| kind.name == what && kind.inside.is_some())
}

impl Kind {
    fn proof(&self, folder: &Path) -> Option<Rebuildable> {
        if self.inside.is_some_and(|name| !is_there(&folder.join(name))) {
            return None;
        }
        let beside = folder.ancestors().nth(self.name.split('/').count())?;
        let manifest = match self.beside {
            [] => self.inside?,
            names => names.iter().find(|name| is_beside(beside, name))?,
        };
        Some(Rebuildable { what: self.name, manifest })
    }
}

fn is_beside(folder: &Path, name: &str) -> bool {
    match name.strip_prefix('*') {
        None => is_there(&folder.join(name)),
        Some(ending) => names_of(folder)
            .is_some_and(|mut names| names.any(|name| name.ends_with(ending.as_bytes()))),
    }
}

/// A link counts: what matters is that somebody put it there.
fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| !found.is_dir())
}

fn has_only(folder: &Path, endings: &[&str]) -> bool {
    let Some(names) = names_of(folder) else { return false };
    let mut count = 0;
    for name in names {
        count += 1;
        if count == NAMES_LOOKED_AT
            || !endings.iter().any(|ending| name.ends_with(ending.as_bytes()))
        {
            return false;
        }
    }
    true
}

fn names_of(folder: &Path) -> Option<impl Iterator<Item = Vec<u8>>> {
    let entries = fs::read_dir(folder).ok()?.take(NAMES_LOOKED_AT);
    Some(entries.filter_map(|entry| Some(entry.ok()?.file_name().as_bytes().to_vec())))
}
