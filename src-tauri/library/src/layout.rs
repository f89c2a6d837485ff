//! The place of the library and the contents of its folder.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use undercroft_foundation::{Code, Error, IoContext, Result, escape_path, sync_folder, text};

/// The entries that a library's folder may hold before it has a catalog.
const KNOWN_NAMES: &[&str] = &[
    "archives",
    "cache",
    "history",
    "keys",
    "library-id",
    "logs",
    "objects",
    "places.json",
    "plans.json",
    "projects",
    "recovering",
    "reserve",
    "restoring",
    "running",
    "serve.token",
    "session",
    "settings.toml",
    "templates",
    "trash",
    "lost+found",
];

/// The library's folder unless a flag says otherwise: `UNDERCROFT_HOME`, or `undercroft` in the
/// XDG data folder. The environment is asked one variable at a time.
///
/// # Errors
/// [`Code::NotFound`] when the environment names no home at all, [`Code::Invalid`] when
/// `UNDERCROFT_HOME` is not an absolute path.
pub fn default_root(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(root) = set("UNDERCROFT_HOME") {
        if root.is_absolute() {
            return Ok(root);
        }
        let what = text!("Cannot use {root} as the library", root = escape_path(&root));
        return Err(Error::new(Code::Invalid, what)
            .why("UNDERCROFT_HOME is not an absolute path")
            .next("Set UNDERCROFT_HOME to a path that begins with /"));
    }
    // By its specification, a relative XDG_DATA_HOME counts as not set.
    if let Some(data) = set("XDG_DATA_HOME").filter(|data| data.is_absolute()) {
        return Ok(data.join("undercroft"));
    }
    set("HOME").map(|home| home.join(".local/share/undercroft")).ok_or_else(|| {
        Error::new(Code::NotFound, "Cannot tell where the library is")
            .why("Neither UNDERCROFT_HOME nor HOME is set")
            .next("Set UNDERCROFT_HOME, or name the folder with --library")
    })
}

/// Makes the library's folder where there is none, and gives its canonical path.
pub(crate) fn prepare_root(root: &Path) -> Result<PathBuf> {
    if let Err(source) = DirBuilder::new().recursive(true).mode(0o700).create(root) {
        if source.kind() == io::ErrorKind::AlreadyExists || is_below_file(root) {
            return Err(not_a_library(root, "There is a file where a folder is needed"));
        }
        return Err(Error::io("make the library's folder", root, source));
    }
    let root = fs::canonicalize(root).at("open the library's folder", root)?;
    refuse_other_content(&root)?;
    make_private(&root)?;
    make_folder(&root.join("projects"))?;
    if let Some(parent) = root.parent() {
        sync_folder(parent)?;
    }
    Ok(root)
}

/// Keeps others out of the library's folder, though it was there before, and out of the files that
/// lie in it: each file could be had by a name of its own, or come out of it in a copy.
fn make_private(root: &Path) -> Result<()> {
    close_to_others(root, 0o700)?;
    for entry in fs::read_dir(root).at("read", root)? {
        let entry = entry.at("read", root)?;
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            close_to_others(&entry.path(), 0o600)?;
        }
    }
    Ok(())
}

fn close_to_others(path: &Path, mode: u32) -> Result<()> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found.permissions().mode(),
        // Another process's temporary file, for one.
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(Error::io("look at", path, source)),
    };
    if found & 0o077 != 0
        && let Err(error) = fs::set_permissions(path, Permissions::from_mode(mode))
    {
        // Some drives know no permissions, and let all in or nobody.
        tracing::info!(%error, path = %escape_path(path), "others may read this");
    }
    Ok(())
}

/// Makes a folder that only the user may enter, unless it is there.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => sync_folder(path.parent().unwrap_or(Path::new("/"))),
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(source) => Err(Error::io("make", path, source)),
    }
}

/// A folder full of other things becomes no library by a slip of `--library`.
fn refuse_other_content(root: &Path) -> Result<()> {
    let catalog = root.join("catalog.db");
    if catalog.try_exists().at("look at", &catalog)? {
        return Ok(());
    }
    for entry in fs::read_dir(root).at("read", root)? {
        let name = entry.at("read", root)?.file_name();
        let known = name.to_str().is_some_and(|name| {
            // Who was killed leaves what it was about to rename.
            let name = name.split_once(".tmp-").map_or(name, |(name, _)| name);
            KNOWN_NAMES.contains(&name) || name.starts_with("catalog")
        });
        if !known {
            let name = escape_path(Path::new(&name));
            return Err(not_a_library(root, &format!("It holds other things, such as {name}")));
        }
    }
    Ok(())
}

fn is_below_file(path: &Path) -> bool {
    path.ancestors()
        .find_map(|folder| fs::metadata(folder).ok())
        .is_some_and(|found| !found.is_dir())
}

fn not_a_library(root: &Path, why: &str) -> Error {
    Error::new(Code::Invalid, text!("Cannot use {root} as the library", root = escape_path(root)))
        .why(why)
        .next("Choose a folder that is empty or does not exist yet")
}
