//! Passwords that are sealed. The key lies outside the library, in the user's configuration
//! (`undercroft/sealing.key`), so that neither alone tells anything.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use undercroft_foundation::{
    Code, DestinationId, Error, IoContext, Result, World, configuration_folder, escape_path,
    reach_write_point, replace_file, text,
};
use undercroft_library::{Library, Overlap, overlap};
use undercroft_repository::SealingKey;
use zeroize::Zeroizing;

const FILE: &str = "sealing.key";

#[derive(Debug)]
pub(super) struct Sealer {
    library: PathBuf,
    world: World,
    folder: Option<PathBuf>,
}

impl Sealer {
    pub(super) fn new(library: &Library) -> Self {
        Self {
            library: library.root().to_owned(),
            world: library.world().clone(),
            folder: configuration_folder(),
        }
    }

    /// The same of another library.
    pub(super) fn of_another(&self, library: &Library) -> Self {
        Self { folder: self.folder.clone(), ..Self::new(library) }
    }

    pub(super) fn in_folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Whether there is a key to open anything with.
    pub(super) fn has_key(&self) -> bool {
        self.folder.as_ref().is_some_and(|folder| folder.join(FILE).is_file())
    }

    /// The password, sealed, as hex digits; it was opened again and compared.
    pub(super) fn seal(&self, id: DestinationId, text: &str) -> Result<String> {
        let key = match self.key()? {
            Some(key) => key,
            None => self.make_key()?,
        };
        // The id goes in: one destination's password is never taken for another's.
        let plain = Zeroizing::new(format!("{id}\n{text}"));
        let sealed = hex::encode(key.seal(&*self.world.random, plain.as_bytes()));
        if *self.open(id, &sealed)? == text {
            return Ok(sealed);
        }
        Err(Error::new(Code::Damaged, "The password does not come back as it was sealed"))
    }

    pub(super) fn open(&self, id: DestinationId, sealed: &str) -> Result<Zeroizing<String>> {
        let damaged = || Error::new(Code::Damaged, "Cannot open the sealed password");
        let folder = self.folder()?;
        let key = self.key()?.ok_or_else(|| {
            damaged().why(text!(
                "The key that opens it is not in {folder}",
                folder = escape_path(folder)
            ))
        })?;
        let sealed = hex::decode(sealed).map_err(|source| damaged().because(source))?;
        let plain = key.open(&sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_| damaged())?;
        let text = text
            .strip_prefix(&format!("{id}\n"))
            .ok_or_else(|| damaged().why("It is the password of another destination"))?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    pub(super) fn folder(&self) -> Result<&Path> {
        let folder = self.folder.as_deref().ok_or_else(|| {
            Error::new(Code::NotFound, "Cannot tell where your configuration is")
                .why("Neither XDG_CONFIG_HOME nor HOME is set")
                .next("Set HOME")
        })?;
        if matches!(overlap(folder, &self.library), Overlap::Inside | Overlap::Same) {
            let what = text!("Cannot keep secrets in {folder}", folder = escape_path(folder));
            return Err(Error::new(Code::Invalid, what)
                .why("It lies in the library, whose copy would give the passwords away")
                .next("Have the library, or XDG_CONFIG_HOME, elsewhere"));
        }
        Ok(folder)
    }

    fn key(&self) -> Result<Option<SealingKey>> {
        let path = self.folder()?.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => Zeroizing::new(text),
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::io("read", &path, source)),
        };
        let mut bytes = Zeroizing::new([0; SealingKey::BYTES]);
        hex::decode_to_slice(text.trim(), &mut *bytes).map_err(|source| {
            Error::new(Code::Damaged, text!("{path} is no key", path = escape_path(&path)))
                .because(source)
        })?;
        Ok(Some(SealingKey::from_bytes(&bytes)))
    }

    fn make_key(&self) -> Result<SealingKey> {
        let folder = self.folder()?;
        DirBuilder::new().recursive(true).mode(0o700).create(folder).at("make", folder)?;
        // One process at a time makes it.
        let making = File::open(folder).at("open", folder)?;
        making.lock().at("lock", folder)?;
        if let Some(key) = self.key()? {
            return Ok(key);
        }
        let mut bytes = Zeroizing::new([0; SealingKey::BYTES]);
        self.world.random.fill(&mut *bytes);
        let text = Zeroizing::new(format!("{}\n", hex::encode(*bytes)));
        replace_file(&folder.join(FILE), text.as_bytes(), 0o600)?;
        reach_write_point("secrets.sealing-key-written");
        Ok(SealingKey::from_bytes(&bytes))
    }
}
