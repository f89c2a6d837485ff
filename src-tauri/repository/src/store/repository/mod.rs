//! A repository that is open: its key, its config, and its index.

mod locks;
mod snapshots;

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use undercroft_foundation::{Code, Error, Result, World, text};
use undercroft_providers::Provider;

use crate::format::blob::{BlobKind, Compression};
use crate::format::chunker::Polynomial;
use crate::format::config::{Config, GearSecret};
use crate::format::crypto::{Key, Password};
use crate::format::file_kind::FileKind;
use crate::format::id::{BlobId, IndexId, KeyId, PackId};
use crate::format::pack::PackedBlob;
use crate::store::cache::ObjectCache;
use crate::store::identity::Identity;
use crate::store::index::{Index, Location, read_index_file};
use crate::store::keys::{find_key, write_key};
use crate::store::lock::Locking;
use crate::store::storage::Storage;
use crate::store::threads::in_parallel;

/// The number of times that a listing is made anew because somebody removed files meanwhile.
const RELISTINGS: usize = 5;

/// Index files that are read together.
const INDEXES_AT_ONCE: usize = 8;

/// The index as far as it was read.
#[derive(Debug, Default)]
struct LoadedIndex {
    files: HashSet<IndexId>,
    index: Index,
}

/// A repository in restic's format, open.
#[derive(Debug)]
pub struct Repository {
    pub(crate) storage: Storage,
    pub(crate) identity: Identity,
    pub(crate) key: Key,
    pub(crate) key_id: KeyId,
    pub(crate) config: Config,
    pub(crate) locking: Locking,
    pub(crate) compression: Compression,
    pub(crate) cache: ObjectCache,
    loaded: RwLock<LoadedIndex>,
}

impl Repository {
    /// Whether there is a repository.
    ///
    /// # Errors
    /// Any failure to find out.
    pub fn exists(provider: &Arc<dyn Provider>) -> Result<bool> {
        Ok(provider.size("config")?.is_some())
    }

    /// Makes a new repository.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`] where there is one, [`Code::Damaged`] where there are remains of
    /// one; an empty password; storage that cannot be written.
    pub fn init(provider: Arc<dyn Provider>, password: &Password, world: &World) -> Result<Self> {
        Self::init_like(provider, password, world, None)
    }

    /// Makes a new repository that cuts content as `other` does, so that what is copied from there
    /// is found again here.
    ///
    /// # Errors
    /// As [`Repository::init`].
    pub fn init_like(
        provider: Arc<dyn Provider>,
        password: &Password,
        world: &World,
        other: Option<&Self>,
    ) -> Result<Self> {
        let storage = Storage { provider, world: world.clone() };
        if storage.has_config()? {
            let what =
                text!("There is a repository at {location} already", location = storage.location());
            return Err(Error::new(Code::AlreadyExists, what).next("Open it with its password"));
        }
        for kind in FileKind::ALL {
            storage.provider.create_folder(kind.folder())?;
        }
        // The config comes last: without it there is no repository, and this can be begun again.
        let identity = Identity::of_this_process();
        let key = Key::random(&*world.random);
        let mut id = [0; 32];
        world.random.fill(&mut id);
        let secret = other.and_then(|other| other.config.gear_secret());
        let secret = secret.unwrap_or_else(|| GearSecret::random(&*world.random));
        let config = Config::new(hex::encode(id), Polynomial::random(&*world.random)?, secret);
        refuse_remains(&storage)?;
        remove_keys_of_an_abandoned_init(&storage)?;
        let key_id = write_key(&storage, &identity, &key, password)?;
        storage.write_config(&config, &key)?;
        Ok(Self::assemble(storage, identity, key_id, key, config))
    }

    /// Opens a repository.
    ///
    /// # Errors
    /// [`Code::RepositoryMissing`], [`Code::WrongPassword`], [`Code::TooNew`], [`Code::Damaged`].
    pub fn open(provider: Arc<dyn Provider>, password: &Password, world: &World) -> Result<Self> {
        let storage = Storage { provider, world: world.clone() };
        if !storage.has_config()? {
            let what = text!("There is no repository at {location}", location = storage.location());
            return Err(Error::new(Code::RepositoryMissing, what));
        }
        let (key_id, key) = find_key(&storage, password)?;
        let config = storage.read_config(&key)?;
        Ok(Self::assemble(storage, Identity::of_this_process(), key_id, key, config))
    }

    fn assemble(
        storage: Storage,
        identity: Identity,
        key_id: KeyId,
        key: Key,
        config: Config,
    ) -> Self {
        let locking = Locking::for_provider(&*storage.provider);
        Self {
            storage,
            identity,
            key,
            key_id,
            config,
            locking,
            compression: Compression::default(),
            cache: ObjectCache::default(),
            loaded: RwLock::default(),
        }
    }

    /// Takes no locks and heeds none: for storage that cannot be written.
    #[must_use]
    pub fn without_locks(mut self) -> Self {
        self.locking.off = true;
        self
    }

    /// Trusts that all see at once what is written, also where the storage does not say so itself:
    /// see [`Provider::is_strongly_consistent`].
    #[must_use]
    pub fn assume_strongly_consistent(mut self) -> Self {
        self.locking.strongly_consistent = true;
        self
    }

    /// Waits this long for others who hold a lock, instead of giving up at once.
    #[must_use]
    pub fn with_lock_timeout(mut self, timeout: Duration) -> Self {
        self.locking.timeout = timeout;
        self
    }

    /// Compresses in another way from now on.
    #[must_use]
    pub fn with_compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// The same repository, reached through something that is laid around its storage.
    #[must_use]
    pub fn wrap_provider(&self, wrap: impl FnOnce(Arc<dyn Provider>) -> Arc<dyn Provider>) -> Self {
        let provider = wrap(Arc::clone(&self.storage.provider));
        let storage = Storage { provider, world: self.storage.world.clone() };
        let (identity, key, config) =
            (self.identity.clone(), self.key.clone(), self.config.clone());
        Self {
            compression: self.compression,
            ..Self::assemble(storage, identity, self.key_id, key, config)
        }
    }

    /// The repository's id, 64 hex digits; the same wherever it is moved.
    pub fn id(&self) -> &str {
        &self.config.id
    }

    /// The version of the format, 1 or 2.
    pub fn version(&self) -> u32 {
        self.config.version
    }

    /// Its location, as people call it.
    pub fn location(&self) -> String {
        self.storage.location()
    }

    /// Reads the index files that were not read yet; all anew where some that were read are gone.
    ///
    /// # Errors
    /// An index file that cannot be read; what the others list is known then.
    pub fn refresh_index(&self) -> Result<()> {
        self.retry_listing(|| self.read_new_indexes())
    }

    /// Lists and reads, anew when something listed was removed before it could be read: whoever
    /// removes it has written its successor first.
    pub(crate) fn retry_listing<T>(&self, read: impl Fn() -> Result<T>) -> Result<T> {
        for _ in 0..RELISTINGS {
            match read() {
                Err(error) if error.code() == Code::NotFound => {}
                read => return read,
            }
        }
        read()
    }

    fn read_new_indexes(&self) -> Result<()> {
        // Held from before the listing on: else what is written meanwhile would look removed.
        let mut loaded = self.loaded_mut();
        let present: HashSet<IndexId> = self.storage.list(FileKind::Index)?.into_iter().collect();
        if !loaded.files.is_subset(&present) {
            *loaded = LoadedIndex::default();
        }
        let missing: Vec<_> = present.difference(&loaded.files).copied().collect();
        let read = |id: IndexId| {
            let packs = read_index_file(&self.storage, &self.key, id);
            packs.map(|packs| (id, packs))
        };
        // What one that is damaged lists cannot be had; what the others list can. As few are held
        // beside the index as pay.
        let mut failed = Ok(());
        for file in missing.chunks(INDEXES_AT_ONCE).flat_map(|files| in_parallel(files, read)) {
            match file {
                Ok((id, packs)) => {
                    for (pack, blobs) in packs {
                        loaded.index.add_pack(pack, &blobs);
                    }
                    loaded.files.insert(id);
                }
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        failed
    }

    /// The index as it was last refreshed.
    pub(crate) fn index(&self) -> impl std::ops::Deref<Target = Index> + '_ {
        struct Guard<'a>(RwLockReadGuard<'a, LoadedIndex>);
        impl std::ops::Deref for Guard<'_> {
            type Target = Index;
            fn deref(&self) -> &Index {
                &self.0.index
            }
        }
        Guard(self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes in the packs of an index file that was just written.
    pub(crate) fn index_file_written(&self, id: IndexId, packs: &[(PackId, Vec<PackedBlob>)]) {
        let mut loaded = self.loaded_mut();
        // Another thread may have found and read it already.
        if loaded.files.insert(id) {
            for (pack, blobs) in packs {
                loaded.index.add_pack(*pack, blobs);
            }
        }
    }

    /// Forgets the index, so that it is read anew.
    pub(crate) fn forget_index(&self) {
        *self.loaded_mut() = LoadedIndex::default();
    }

    fn loaded_mut(&self) -> RwLockWriteGuard<'_, LoadedIndex> {
        self.loaded.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes that a blob of content takes in its pack; nothing when the index does not know it.
    pub fn stored_bytes(&self, id: &BlobId) -> Option<u64> {
        self.find_blob(BlobKind::Data, id).map(|location| location.blob.length.into())
    }

    pub(crate) fn find_blob(&self, kind: BlobKind, id: &BlobId) -> Option<Location> {
        self.index().find(kind, id)
    }

    /// The location of a blob that the index has to list.
    pub(crate) fn locate_blob(&self, kind: BlobKind, id: &BlobId) -> Result<Location> {
        self.index().locate(kind, id)
    }
}

/// Refuses a place with remains but no config, a repository that lost it: its keys still open it,
/// and must not go.
fn refuse_remains(storage: &Storage) -> Result<()> {
    for kind in [FileKind::Pack, FileKind::Index, FileKind::Snapshot] {
        if !storage.provider.list(kind.folder())?.is_empty() {
            let what =
                text!("Cannot make a repository at {location}", location = storage.location());
            return Err(Error::new(Code::Damaged, what)
                .why("The remains of another are there: its data, but not its config")
                .next("Bring the file config back from a copy, or choose an empty folder"));
        }
    }
    Ok(())
}

/// An init that was killed before it wrote the config leaves a key that fits no config.
fn remove_keys_of_an_abandoned_init(storage: &Storage) -> Result<()> {
    for id in storage.list::<KeyId>(FileKind::Key)? {
        storage.remove(FileKind::Key, id)?;
    }
    Ok(())
}
