//! Where a destination's password lies: `keys/` and the destination's id, a file that only the
//! user may read. Whoever can read the user's files can read the projects too, so this protects
//! the place of the backups, not the machine. restic takes the same file as `--password-file`.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use undercroft_foundation::{
    Code, DestinationId, Error, IoContext, Result, escape_path, replace_file, sync_folder,
};
use undercroft_repository::Password;
use zeroize::Zeroizing;

/// Keeps a password, durably.
pub(crate) fn write(library: &Path, id: DestinationId, password: &str) -> Result<()> {
    let folder = library.join("keys");
    match DirBuilder::new().mode(0o700).create(&folder) {
        Ok(()) => sync_folder(library)?,
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        Err(source) => return Err(Error::io("make", &folder, source)),
    }
    replace_file(&path(library, id), password.as_bytes(), 0o600)
}

/// The password of a destination.
pub(crate) fn read(library: &Path, id: DestinationId, name: &str) -> Result<Password> {
    let path = path(library, id);
    let bytes = match fs::read(&path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            return Err(Error::new(Code::WrongPassword, format!("Cannot open {name}"))
                .why(format!("Its password is no longer at {}", escape_path(&path)))
                .next("Remove the destination and add it again with its password"));
        }
        Err(source) => return Err(Error::io("read", &path, source)),
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        Error::new(Code::Damaged, format!("Cannot read {}", escape_path(&path)))
            .why("It is not the text that was written")
            .next("Remove the destination and add it again with its password")
    })?;
    Ok(Password::new(text))
}

/// Forgets a password.
pub(crate) fn remove(library: &Path, id: DestinationId) -> Result<()> {
    let path = path(library, id);
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(source).at("remove", &path),
        _ => Ok(()),
    }
}

fn path(library: &Path, id: DestinationId) -> PathBuf {
    library.join("keys").join(id.to_string())
}
