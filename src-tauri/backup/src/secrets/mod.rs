//! The places where the passwords of destinations are kept: in the system's keyring, or, where
//! there is none, in a file that is sealed with a key outside the library; or in the user's own key
//! file, of which only the path is kept. A copy of the library's folder reveals none of them.
//!
//! `keys/ID.json` says which it is. It is replaced as a whole, and only after the password was read
//! back from where it says.

mod chosen;
mod keyring;
mod own_configuration;
mod record;
mod sealed;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use undercroft_foundation::{
    Code, DestinationId, Error, Result, SettingsOverrides, escape_path, reach_write_point,
    sync_folder, text,
};
use undercroft_library::Library;
use zeroize::Zeroizing;

pub(crate) use chosen::ChosenPassword;
pub use chosen::NewPassword;
use keyring::{Keyring, KeyringError};
pub(crate) use own_configuration::literally;
use record::Record;
use sealed::Sealer;

/// The place where a password is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordKeeper {
    /// The system's keyring.
    Keyring,
    /// A sealed file of the library.
    SealedFile,
    /// The user's own file.
    KeyFile,
    /// Nowhere: it must be given again.
    Missing,
}

/// The passwords of a library's destinations.
#[derive(Debug)]
pub(crate) struct Secrets {
    library: Library,
    overrides: SettingsOverrides,
    keyring: Keyring,
    sealer: Sealer,
}

impl Secrets {
    pub(crate) fn new(library: &Library, overrides: &SettingsOverrides) -> Self {
        Self {
            library: library.clone(),
            overrides: overrides.clone(),
            keyring: Keyring::new(library),
            sealer: Sealer::new(library),
        }
    }

    /// The same of another library, with the same sealing key.
    pub(crate) fn of_another(&self, library: &Library) -> Self {
        Self {
            library: library.clone(),
            overrides: self.overrides.clone(),
            keyring: Keyring::new(library),
            sealer: self.sealer.of_another(library),
        }
    }

    /// The same, with the sealing key in this folder.
    pub(crate) fn sealing_in(mut self, folder: &Path) -> Self {
        self.sealer = self.sealer.in_folder(folder);
        self
    }

    /// The user's folder outside the library, which no copy of the library holds.
    pub(crate) fn folder(&self) -> Result<&Path> {
        self.sealer.folder()
    }

    /// Keeps a password, as the settings say; it was read back when this returns.
    pub(crate) fn keep(
        &self,
        id: DestinationId,
        chosen: &ChosenPassword,
    ) -> Result<PasswordKeeper> {
        if let Some(path) = &chosen.key_file {
            self.record(id, &Record::KeyFile { path: escape_path(path) })?;
            return Ok(PasswordKeeper::KeyFile);
        }
        self.keep_text(id, &chosen.text)
    }

    fn keep_text(&self, id: DestinationId, text: &str) -> Result<PasswordKeeper> {
        // A slip in the settings is no reason to keep no password.
        let settings = self.library.settings(&self.overrides);
        let wanted = settings.map_or("auto", |settings| settings.password_keeper());
        if wanted != "file" {
            match self.keyring.keep(id, text) {
                Ok(()) => {
                    reach_write_point("secrets.kept");
                    self.record(id, &Record::Keyring)?;
                    return Ok(PasswordKeeper::Keyring);
                }
                Err(refusal) if wanted == "keyring" => {
                    return Err(Error::new(Code::Unavailable, "Cannot keep the password")
                        .why(refusal.to_string())
                        .next(
                            "Unlock the keyring, or let passwords be kept in a sealed file: \
                             undercroft settings set password-keeper file",
                        ));
                }
                Err(refusal) => {
                    tracing::info!(%refusal, "the keyring keeps no password; a sealed file does");
                }
            }
        }
        let sealed = self.sealer.seal(id, text)?;
        reach_write_point("secrets.kept");
        self.record(id, &Record::Sealed { sealed })?;
        Ok(PasswordKeeper::SealedFile)
    }

    fn record(&self, id: DestinationId, record: &Record) -> Result<()> {
        let before = record::read(self.library.root(), id).unwrap_or_default();
        record::write(self.library.root(), id, record)?;
        reach_write_point("secrets.recorded");
        // Only now: what is recorded was read back.
        remove(&self.plain(id))?;
        if before == Some(Record::Keyring) && *record != Record::Keyring {
            // A password that is no longer used is not left lying about.
            self.keyring.remove(id);
        }
        Ok(())
    }

    /// The password of the destination that is called `name`.
    ///
    /// # Errors
    /// [`Code::WrongPassword`] when it is nowhere any more, [`Code::Unavailable`] when the keyring
    /// that has it does not give it out.
    pub(crate) fn read(&self, id: DestinationId, name: &str) -> Result<Zeroizing<String>> {
        let what = text!("Cannot open {name}", name);
        let lost = |why: String| {
            Error::new(Code::WrongPassword, what.clone())
                .why(why)
                .next("Add the destination once more with its password; it keeps its name and id")
        };
        if let Some(text) = self.read_plain(id)? {
            return Ok(text);
        }
        match record::read(self.library.root(), id)? {
            None => Err(lost("Its password is kept nowhere any more".to_owned())),
            Some(Record::Sealed { sealed }) => {
                self.sealer.open(id, &sealed).map_err(|error| lost(error.to_string()))
            }
            Some(Record::KeyFile { path }) => chosen::read_key_file(&record::unescape(&path)?),
            Some(Record::Keyring) => self.keyring.read(id).map_err(|refusal| match refusal {
                KeyringError::Gone => lost("Its password is no longer in the keyring".to_owned()),
                refusal => Error::new(Code::Unavailable, what.clone())
                    .why(text!(
                        "The keyring does not give its password out: {refusal}",
                        refusal = refusal.to_string()
                    ))
                    .next("Unlock the keyring, or add the destination once more with its password"),
            }),
        }
    }

    /// Earlier versions kept passwords in plain files: one that is found is moved.
    fn read_plain(&self, id: DestinationId) -> Result<Option<Zeroizing<String>>> {
        let path = self.plain(id);
        let bytes = match fs::read(&path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::io("read", &path, source)),
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| {
            Error::new(Code::Damaged, text!("Cannot read {path}", path = escape_path(&path)))
                .why("It is not the text that was written")
                .next("Add the destination once more with its password")
        })?;
        let text = Zeroizing::new(text.to_owned());
        if let Err(error) = self.keep_text(id, &text) {
            tracing::warn!(%error, destination.id = %id, "its password stays in a plain file");
        }
        Ok(Some(text))
    }

    /// The place where a password is kept, as far as is known without asking the keyring.
    pub(crate) fn keeper(&self, id: DestinationId) -> PasswordKeeper {
        match record::read(self.library.root(), id) {
            Ok(Some(Record::Keyring)) if self.keyring.is_known_gone(id) => PasswordKeeper::Missing,
            Ok(Some(Record::Keyring)) => PasswordKeeper::Keyring,
            Ok(Some(Record::KeyFile { .. })) => PasswordKeeper::KeyFile,
            Ok(Some(Record::Sealed { .. })) if self.sealer.has_key() => PasswordKeeper::SealedFile,
            _ if self.plain(id).is_file() => PasswordKeeper::SealedFile,
            _ => PasswordKeeper::Missing,
        }
    }

    /// Forgets a password.
    pub(crate) fn remove(&self, id: DestinationId) -> Result<()> {
        if matches!(record::read(self.library.root(), id), Ok(Some(Record::Keyring))) {
            self.keyring.remove(id);
        }
        remove(&record::path(self.library.root(), id))?;
        remove(&self.plain(id))
    }

    fn plain(&self, id: DestinationId) -> PathBuf {
        self.library.root().join("keys").join(id.to_string())
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Ok(()) => path.parent().map_or(Ok(()), sync_folder),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Error::io("remove", path, source)),
    }
}
