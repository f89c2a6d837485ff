//! The identity of this library: an id in a file of its own, so that a library that was restored,
//! or whose catalog was made again, is still the same.

use std::fs::{self, File};
use std::io;

use undercroft_foundation::{Error, IoContext, LibraryId, Result, replace_file};

use crate::library::Library;

/// The file below the library's folder.
const FILE: &str = "library-id";

impl Library {
    /// Its id, given when first asked for.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a file that holds no id, and whatever keeps it
    /// from being read or written.
    pub fn id(&self) -> Result<LibraryId> {
        // One process at a time gives it.
        let giving = File::open(self.root()).at("open", self.root())?;
        giving.lock().at("lock", self.root())?;
        let path = self.root().join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => return text.trim().parse(),
            Err(source) if source.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::io("read", &path, source)),
        }
        let id = LibraryId::new(&*self.world().clock, &*self.world().random);
        replace_file(&path, format!("{id}\n").as_bytes(), 0o600)?;
        Ok(id)
    }
}
