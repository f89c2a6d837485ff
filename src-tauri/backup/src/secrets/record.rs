//! `keys/ID.json`: where the password of a destination is.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use undercroft_foundation::{
    Code, DestinationId, Error, Result, escape_path, replace_file, sync_folder, text, unescape_name,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "keeper")]
pub(super) enum Record {
    /// In the system's keyring.
    Keyring,
    /// Here.
    Sealed {
        /// As hex digits.
        sealed: String,
    },
    /// In a file of the user's.
    KeyFile {
        /// Escaped.
        path: String,
    },
}

pub(super) fn path(library: &Path, id: DestinationId) -> PathBuf {
    library.join("keys").join(format!("{id}.json"))
}

pub(super) fn read(library: &Path, id: DestinationId) -> Result<Option<Record>> {
    let path = path(library, id);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::io("read", &path, source)),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|source| {
        Error::new(
            Code::WrongPassword,
            text!("Cannot understand {path}", path = escape_path(&path)),
        )
        .why("It does not say where the password is")
        .next("Add the destination once more with its password")
        .because(source)
    })
}

pub(super) fn write(library: &Path, id: DestinationId, record: &Record) -> Result<()> {
    let folder = library.join("keys");
    match DirBuilder::new().mode(0o700).create(&folder) {
        Ok(()) => sync_folder(library)?,
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        Err(source) => return Err(Error::io("make", &folder, source)),
    }
    let text = serde_json::to_vec(record).map_err(|source| {
        Error::new(Code::Internal, "The record has no form in JSON").because(source)
    })?;
    replace_file(&path(library, id), &text, 0o600)
}

pub(super) fn unescape(path: &str) -> Result<PathBuf> {
    let bytes = unescape_name(path).ok_or_else(|| {
        Error::new(Code::WrongPassword, text!("Cannot find the key file {path}", path))
    })?;
    Ok(PathBuf::from(OsString::from_vec(bytes)))
}
