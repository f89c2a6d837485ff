//! The seam between what is stored and where it is stored.

use std::fmt;

use undercroft_foundation::{Code, Error, Result, text};

/// One stored object, as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectMeta {
    /// Its key: the folder that was listed, `/`, and the rest.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
}

/// A place that keeps objects of bytes under keys such as `data/ab/abcd`.
///
/// An object is written whole or not at all, and never changed. A key is relative, its parts
/// separated by `/`, none of them empty, `.` or `..`.
pub trait Provider: Send + Sync + fmt::Debug {
    /// The place, as people call it.
    fn location(&self) -> String;

    /// All bytes of an object.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is none of that key.
    fn read(&self, key: &str) -> Result<Vec<u8>>;

    /// Exactly `length` bytes of an object from `offset`.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is none of that key, [`Code::Damaged`] when it is shorter.
    fn read_range(&self, key: &str, offset: u64, length: usize) -> Result<Vec<u8>>;

    /// Fills `buffer` with bytes of an object from `offset`; in all else like
    /// [`Provider::read_range`]. For those who read much and keep their buffer.
    ///
    /// # Errors
    /// As [`Provider::read_range`]; what is in the buffer then means nothing.
    fn read_range_into(&self, key: &str, offset: u64, buffer: &mut [u8]) -> Result<()> {
        buffer.copy_from_slice(&self.read_range(key, offset, buffer.len())?);
        Ok(())
    }

    /// Keeps `parts`, one after the other, as one object. When it returns, the object is durable;
    /// when it fails, there is no object of that key, or the one that was there before.
    ///
    /// # Errors
    /// [`Code::StorageFull`], [`Code::PermissionDenied`], [`Code::Unavailable`].
    fn write(&self, key: &str, parts: &[&[u8]]) -> Result<()>;

    /// Keeps what `next` yields until it yields no more, one part after the other, as one object;
    /// in all else like [`Provider::write`]. For what is too large to be held in memory.
    ///
    /// # Errors
    /// The error of `next`, too: there is no object then.
    fn write_stream(
        &self,
        key: &str,
        next: &mut dyn FnMut() -> Result<Option<Vec<u8>>>,
    ) -> Result<()> {
        let mut parts = Vec::new();
        while let Some(part) = next()? {
            parts.push(part);
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        self.write(key, &parts)
    }

    /// Keeps an object as [`Provider::write`] does, but need not make it durable: for what nobody
    /// wants after a power cut. It may be there in part then.
    ///
    /// # Errors
    /// As [`Provider::write`].
    fn write_unsynced(&self, key: &str, bytes: &[u8]) -> Result<()> {
        self.write(key, &[bytes])
    }

    /// All objects below a folder, at any depth, in the order of their keys.
    ///
    /// # Errors
    /// A folder that cannot be read is an error, and so is one that does not exist
    /// ([`Code::NotFound`]): neither is ever an empty list.
    fn list(&self, folder: &str) -> Result<Vec<ObjectMeta>>;

    /// The size of an object in bytes, `None` when there is none of that key.
    ///
    /// # Errors
    /// Any failure to find out.
    fn size(&self, key: &str) -> Result<Option<u64>>;

    /// Removes an object.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is none of that key.
    fn remove(&self, key: &str) -> Result<()>;

    /// Removes an object as [`Provider::remove`] does; after a power cut it may be there again.
    ///
    /// # Errors
    /// As [`Provider::remove`].
    fn remove_unsynced(&self, key: &str) -> Result<()> {
        self.remove(key)
    }

    /// Gives objects other keys. When it returns, all of them have those durably; until then each
    /// has its old key, its new key, or both. One that is gone already is passed over.
    ///
    /// # Errors
    /// [`Code::StorageFull`], [`Code::PermissionDenied`], [`Code::Unavailable`];
    /// [`Code::Damaged`] when one does not read as it was written.
    fn rename_all(&self, renames: &[(String, String)]) -> Result<()> {
        for (from, to) in renames {
            let bytes = match self.read(from) {
                Err(error) if error.code() == Code::NotFound => continue,
                read => read?,
            };
            self.write(to, &[&bytes])?;
            if self.read(to)? != bytes {
                return Err(Error::new(Code::Damaged, text!("Cannot rely on {to}", to))
                    .why("It does not read as it was written"));
            }
            self.remove(from)?;
        }
        Ok(())
    }

    /// Removes objects, in any order. When it returns, all are gone durably. One that is gone
    /// already is passed over.
    ///
    /// # Errors
    /// [`Code::PermissionDenied`], [`Code::Unavailable`].
    fn remove_all(&self, keys: &[String]) -> Result<()> {
        for key in keys {
            match self.remove(key) {
                Err(error) if error.code() == Code::NotFound => {}
                removed => removed?,
            }
        }
        Ok(())
    }

    /// Bytes that can still be written; nothing where that cannot be told.
    ///
    /// # Errors
    /// Any failure to find out.
    fn free_bytes(&self) -> Result<Option<u64>> {
        Ok(None)
    }

    /// Whether all that use the storage see at once what any of them writes, as on a disk of this
    /// machine.
    fn is_strongly_consistent(&self) -> bool {
        false
    }

    /// Makes a folder, so that listing it is no error.
    ///
    /// # Errors
    /// [`Code::StorageFull`], [`Code::PermissionDenied`], [`Code::Unavailable`].
    fn create_folder(&self, folder: &str) -> Result<()>;

    /// Removes what writers that are no longer alive left half written, and says how many objects
    /// that were. A place where nothing can be half written has nothing to do.
    ///
    /// # Errors
    /// A folder that cannot be listed.
    fn sweep_leftovers(&self) -> Result<u64> {
        Ok(0)
    }
}

/// Refuses keys that could leave the place.
pub(crate) fn check_key(key: &str) -> Result<()> {
    let sound = !key.is_empty()
        && !key.contains('\0')
        && key.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if sound {
        Ok(())
    } else {
        Err(Error::new(Code::Invalid, text!("Not a key: {key}", key = format!("{key:?}"))))
    }
}
