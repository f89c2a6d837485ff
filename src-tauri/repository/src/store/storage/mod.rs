//! The files of a repository by kind and id, sealed or plain, over a provider.

mod config;
mod parity_copies;

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Result, World, reach_write_point, text};
use undercroft_providers::{ObjectMeta, Provider};

pub(crate) use self::parity_copies::PARITY_COPIES;
use self::parity_copies::remove_parity_copies;
use crate::format::crypto::Key;
use crate::format::file_kind::{FileKind, damaged};
use crate::format::id::PackId;
use crate::format::unpacked::{decode_text, encode_text};

/// A provider with the format's layout on it.
#[derive(Debug, Clone)]
pub(crate) struct Storage {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) world: World,
}

impl Storage {
    pub(crate) fn location(&self) -> String {
        self.provider.location()
    }

    /// The ids of all files of a kind; other names are none of ours.
    pub(crate) fn list<Id: FromStr>(&self, kind: FileKind) -> Result<Vec<Id>> {
        Ok(self.list_with_sizes(kind)?.into_iter().map(|(id, _)| id).collect())
    }

    pub(crate) fn list_with_sizes<Id: FromStr>(&self, kind: FileKind) -> Result<Vec<(Id, u64)>> {
        let stored = self.provider.list(kind.folder())?;
        let parse = |ObjectMeta { key, size }| {
            let name = key.rsplit('/').next()?;
            let id = name.parse().ok()?;
            (kind.path(name) == key).then_some((id, size))
        };
        Ok(stored.into_iter().filter_map(parse).collect())
    }

    pub(crate) fn write_pack(&self, id: PackId, bytes: &[u8]) -> Result<()> {
        self.provider.write(&FileKind::Pack.path(id), &[bytes])
    }

    /// Bytes of a pack that the index lists, so that it must be there.
    pub(crate) fn read_pack_range(&self, id: PackId, at: u64, length: usize) -> Result<Vec<u8>> {
        let path = FileKind::Pack.path(id);
        let read = self.provider.read_range(&path, at, length);
        read.map_err(|error| pack_missing(&path, error))
    }

    /// As [`Storage::read_pack_range`], into a buffer that is kept.
    pub(crate) fn read_pack_range_into(
        &self,
        id: PackId,
        at: u64,
        buffer: &mut [u8],
    ) -> Result<()> {
        let path = FileKind::Pack.path(id);
        let filled = self.provider.read_range_into(&path, at, buffer);
        filled.map_err(|error| pack_missing(&path, error))
    }

    /// Reads a file and holds its content against its name.
    pub(crate) fn read_raw<Id: Display + Copy>(&self, kind: FileKind, id: Id) -> Result<Vec<u8>> {
        let path = kind.path(id);
        let bytes = self.provider.read(&path)?;
        if hex::encode(Sha256::digest(&bytes)) != id.to_string() {
            return Err(damaged(
                kind,
                id,
                "Its content does not have the digest that it is named by",
            ));
        }
        Ok(bytes)
    }

    /// Writes bytes as they are, under their digest.
    pub(crate) fn write_raw<Id: FromStr<Err = Error>>(
        &self,
        kind: FileKind,
        bytes: &[u8],
    ) -> Result<Id> {
        let id = hex::encode(Sha256::digest(bytes));
        let path = kind.path(&id);
        match kind {
            // Whoever holds a lock is gone after a power cut.
            FileKind::Lock => self.provider.write_unsynced(&path, bytes)?,
            _ => self.provider.write(&path, &[bytes])?,
        }
        id.parse()
    }

    pub(crate) fn remove(&self, kind: FileKind, id: impl Display) -> Result<()> {
        let path = kind.path(id);
        remove_parity_copies(&*self.provider, kind, std::slice::from_ref(&path))?;
        match kind {
            FileKind::Lock => self.provider.remove_unsynced(&path),
            _ => self.provider.remove(&path),
        }
    }

    pub(crate) fn remove_all<Id: Display>(&self, kind: FileKind, ids: &[Id]) -> Result<()> {
        let paths: Vec<_> = ids.iter().map(|id| kind.path(id)).collect();
        remove_parity_copies(&*self.provider, kind, &paths)?;
        self.provider.remove_all(&paths)
    }

    /// Moves files into the folder `damaged` beside the format, where no other program looks.
    pub(crate) fn quarantine<Id: Display>(&self, kind: FileKind, ids: &[Id]) -> Result<()> {
        let paths: Vec<_> = ids.iter().map(|id| kind.path(id)).collect();
        remove_parity_copies(&*self.provider, kind, &paths)?;
        let renames: Vec<_> =
            paths.into_iter().map(|path| (path.clone(), format!("damaged/{path}"))).collect();
        self.provider.rename_all(&renames)?;
        reach_write_point("repository.set-aside");
        Ok(())
    }

    /// Makes files of one kind files of another, with the same bytes and ids.
    pub(crate) fn rename_kind<Id: Display>(
        &self,
        ids: &[Id],
        from: FileKind,
        to: FileKind,
    ) -> Result<()> {
        let paths: Vec<_> = ids.iter().map(|id| (from.path(id), to.path(id))).collect();
        self.provider.rename_all(&paths)
    }

    /// The JSON text of an unpacked file.
    pub(crate) fn read_text<Id: Display + Copy>(
        &self,
        kind: FileKind,
        id: Id,
        key: &Key,
    ) -> Result<Vec<u8>> {
        let mut sealed = self.read_raw(kind, id)?;
        let plain = key
            .open(&mut sealed)
            .map_err(|_| damaged(kind, id, "It was not sealed with the repository's key"))?;
        decode_text(plain, kind, id)
    }

    pub(crate) fn read_json<Id: Display + Copy, T: DeserializeOwned>(
        &self,
        kind: FileKind,
        id: Id,
        key: &Key,
    ) -> Result<T> {
        let text = self.read_text(kind, id, key)?;
        serde_json::from_slice(&text)
            .map_err(|source| damaged(kind, id, "It is not the JSON it should be").because(source))
    }

    /// Writes an unpacked file, compressed where the repository's version allows it.
    pub(crate) fn write_json<Id: FromStr<Err = Error>>(
        &self,
        kind: FileKind,
        value: &impl Serialize,
        key: &Key,
        version: u32,
    ) -> Result<Id> {
        let text = serde_json::to_vec(value)
            .map_err(|source| Error::new(Code::Internal, "Cannot write JSON").because(source))?;
        self.write_text(kind, text, key, version)
    }

    pub(crate) fn write_text<Id: FromStr<Err = Error>>(
        &self,
        kind: FileKind,
        text: Vec<u8>,
        key: &Key,
        version: u32,
    ) -> Result<Id> {
        let plain = encode_text(text, version)?;
        let mut sealed = Vec::new();
        key.seal(&*self.world.random, &plain, &mut sealed);
        self.write_raw(kind, &sealed)
    }
}

/// The error of a read of a pack that the index lists: that it is missing is damage.
pub(crate) fn pack_missing(path: &str, error: Error) -> Error {
    match error.code() {
        Code::NotFound => Error::new(Code::Damaged, text!("Cannot read {path}", path))
            .why("The file is missing")
            .because(error),
        _ => error,
    }
}
