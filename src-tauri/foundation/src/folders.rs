//! Folders: where the configuration is, where a path leads that is yet to be made, and making folders
//! durably. No step here recurses on what a path says.

use std::env;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Component, Path, PathBuf};

use crate::{Code, Error, IoContext, Result, escape_path, sync_folder, text};

/// The folder of the user's configuration of Undercroft, by the XDG specification; nothing where the
/// environment does not tell.
pub fn configuration_folder() -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = set("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute());
    let config = config.or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(config.join("undercroft"))
}

/// Whether a path is absolute and leads straight down: no `..` is in it.
pub fn is_normalized_absolute(path: &Path) -> bool {
    path.is_absolute() && path.components().all(|part| part != Component::ParentDir)
}

/// No system call takes a longer path, with the zero at its end.
const LONGEST_PATH: usize = 4096;

/// The canonical path, also of what is yet to be made; the path as it is where it leads nowhere.
pub fn canonicalize_or_keep(path: &Path) -> PathBuf {
    canonicalize_missing(path).unwrap_or_else(|_| path.to_owned())
}

/// The canonical path, also of what is yet to be made.
///
/// # Errors
/// [`Code::NotFound`] where `..` leads behind what is missing, [`Code::Invalid`] below a symbolic
/// link that leads nowhere and for a path that is too long, and whatever else keeps it from being
/// followed.
pub fn canonicalize_missing(path: &Path) -> Result<PathBuf> {
    let whole = std::path::absolute(path).at("find", path)?;
    if whole.as_os_str().len() >= LONGEST_PATH {
        // Each folder above would be looked for, and there could be a million.
        return Err(too_long(&whole));
    }
    let mut missing = Vec::new();
    let mut there = whole.as_path();
    loop {
        match fs::canonicalize(there) {
            Ok(mut planned) => {
                planned.extend(missing.iter().rev());
                return Ok(planned);
            }
            Err(source) if source.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::io("find", there, source)),
        }
        if there.is_symlink() {
            return Err(leads_nowhere(&whole, there));
        }
        match (there.parent(), there.file_name()) {
            (Some(parent), Some(name)) => {
                missing.push(name);
                there = parent;
            }
            // Only `..` has no name: behind what is missing it leads nowhere.
            _ => {
                let what = text!("Cannot find {whole}", whole = escape_path(&whole));
                return Err(Error::new(Code::NotFound, what)
                    .why("There is no such folder")
                    .next("Check the path"));
            }
        }
    }
}

fn too_long(path: &Path) -> Error {
    let length = path.as_os_str().len();
    Error::new(Code::Invalid, "The path is too long")
        .why(text!(
            "It has {length} bytes, and the system takes fewer than {longest_path}",
            length,
            longest_path = LONGEST_PATH
        ))
        .next("Choose a folder with a shorter path")
}

fn leads_nowhere(path: &Path, link: &Path) -> Error {
    Error::new(Code::Invalid, text!("Cannot use {path}", path = escape_path(path)))
        .why(text!("{link} is a symbolic link that leads nowhere", link = escape_path(link)))
        .next("Mount or make what the link leads to, or choose another folder")
}

/// Makes a folder and those above it that are missing, each durable before the next, so that only
/// the user may enter them.
///
/// # Errors
/// Whatever keeps one of them from being made.
pub fn make_folders(folder: &Path) -> Result<()> {
    let is_missing = |above: &&Path| !above.as_os_str().is_empty() && !above.is_dir();
    let missing: Vec<_> = folder.ancestors().take_while(is_missing).collect();
    missing.into_iter().rev().try_for_each(make_folder)
}

fn make_folder(folder: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => match folder.parent().filter(|above| !above.as_os_str().is_empty()) {
            Some(above) => sync_folder(above),
            None => Ok(()),
        },
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(source) => Err(Error::io("create", folder, source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_too_long_is_refused_at_once() {
        let refused = canonicalize_missing(Path::new(&"/a".repeat(1 << 20))).unwrap_err();
        assert_eq!(refused.code(), Code::Invalid, "{refused}");
    }
}
