//! The things that are held in memory: content that is read again and again, and session work.

pub(crate) mod wire;

use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use undercroft_foundation::{Code, Error, Result, TreePath, escape_name, escape_path, text};
use undercroft_session::{SessionEntry, SessionKey, SessionRules, SessionWork};

use crate::Api;
use crate::base::wire::Nothing;
use crate::files::decode;
use crate::host::wire::PlacePurpose;
use crate::projects::wire::ProjectRef;

use wire::{
    Draft, DraftContent, DraftKind, DraftRef, DraftSave, MemoryStats, MemoryTransfer,
    MemoryTransferred,
};

/// The amount of content that is held in memory.
pub(crate) const CACHE_BYTES: u64 = 64 << 20;

/// The name of session work in the folder it was exported to.
const EXPORT_NAME: &str = "undercroft-session-work";

/// The file meant by a path: a window can only point out the folder that it lies in.
fn exported_to(path: PathBuf) -> PathBuf {
    if path.is_dir() { path.join(EXPORT_NAME) } else { path }
}

impl Api {
    /// Shows how the memory is used.
    ///
    /// # Errors
    /// Whatever keeps session work from being read.
    pub fn memory_stats(&self, _: Nothing) -> Result<MemoryStats> {
        let cache = self.0.cache.stats();
        let session = self.session_work()?.stats()?;
        Ok(MemoryStats {
            capacity_bytes: cache.capacity_bytes,
            used_bytes: cache.size_bytes,
            entries: cache.entries,
            hits: cache.hits,
            misses: cache.misses,
            evictions: cache.evictions,
            drafts: session.tallies.iter().map(|tally| tally.items as u64).sum(),
            draft_bytes: session.tallies.iter().map(|tally| tally.size_bytes).sum(),
            journal_bytes: session.journal_bytes,
        })
    }

    /// Copies all session work to a new file, or into a folder under a name of its own.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`] when something is there, and whatever the system says.
    pub fn memory_export(&self, request: MemoryTransfer) -> Result<MemoryTransferred> {
        let path = exported_to(self.0.places.resolve(&request.place, PlacePurpose::Restore)?);
        if path.exists() {
            let what = text!("{path} is there already", path = escape_path(&path));
            return Err(Error::new(Code::AlreadyExists, what)
                .next("Choose another folder, or name a file that does not exist yet"));
        }
        let exported = self.session_work()?.export(None, &path)?;
        Ok(MemoryTransferred { drafts: exported.items, left: 0 })
    }

    /// Brings session work back from such a file, or the folder it is in; what is here and newer
    /// stays.
    ///
    /// # Errors
    /// [`Code::Damaged`] for what is no such file, and whatever the system says.
    pub fn memory_import(&self, request: MemoryTransfer) -> Result<MemoryTransferred> {
        let path = exported_to(self.0.places.resolve(&request.place, PlacePurpose::Upload)?);
        let imported = self.session_work()?.import(&path)?;
        Ok(MemoryTransferred { drafts: imported.taken, left: imported.kept })
    }

    /// Keeps a draft: work of a session that is in no version yet.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for what is too large, [`Code::StorageFull`].
    pub fn draft_save(&self, request: DraftSave) -> Result<Draft> {
        let key = self.key(&request.project, &request.name, request.kind)?;
        let session = self.session_work()?;
        session.write(&key, &decode(&request.base64)?)?;
        let mut all = session.list(Some(key.project))?.into_iter();
        let kept = all.find(|entry| entry.key == key);
        kept.map(draft).ok_or_else(|| no_draft(&request.name))
    }

    /// Lists the drafts of a project.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn draft_list(&self, request: ProjectRef) -> Result<Vec<Draft>> {
        let project = self.find_project(&request.project)?;
        Ok(self.session_work()?.list(Some(project.id))?.into_iter().map(draft).collect())
    }

    /// Gives the content of a draft.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn draft_read(&self, request: DraftRef) -> Result<DraftContent> {
        let key = self.key(&request.project, &request.name, request.kind)?;
        let found = self.session_work()?.read(&key)?.ok_or_else(|| no_draft(&request.name))?;
        let base64 = BASE64_STANDARD.encode(&found.content);
        Ok(DraftContent { saved: found.modified, base64 })
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn draft_delete(&self, request: DraftRef) -> Result<Nothing> {
        let key = self.key(&request.project, &request.name, request.kind)?;
        match self.session_work()?.delete(&key)? {
            true => Ok(Nothing {}),
            false => Err(no_draft(&request.name)),
        }
    }

    fn key(&self, project: &str, name: &str, kind: DraftKind) -> Result<SessionKey> {
        let project = self.find_project(project)?.id;
        let bytes = undercroft_foundation::unescape_name(name);
        let path = bytes.and_then(|bytes| TreePath::new(&bytes).ok());
        let path = path.filter(|path| !path.is_root()).ok_or_else(|| {
            Error::new(
                Code::Invalid,
                text!("{name} cannot be the name of a draft", name = format!("{name:?}")),
            )
            .next("Use a path such as src/main.rs, or any name")
        })?;
        Ok(SessionKey { project, kind: kind.into(), path })
    }

    /// Opened when it is first asked for: most commands never do.
    pub(crate) fn session_work(&self) -> Result<&SessionWork> {
        if let Some(session) = self.0.session.get() {
            return Ok(session);
        }
        let rules = SessionRules::default();
        let opened = SessionWork::open(self.root(), self.0.library.world(), rules)?;
        opened.expire()?;
        Ok(self.0.session.get_or_init(|| opened))
    }
}

fn draft(entry: SessionEntry) -> Draft {
    Draft {
        project: entry.key.project.to_string(),
        name: escape_name(entry.key.path.as_bytes()),
        kind: entry.key.kind.into(),
        size_bytes: entry.size_bytes,
        saved: entry.modified,
        expires: entry.expires,
    }
}

fn no_draft(name: &str) -> Error {
    Error::new(Code::NotFound, text!("There is no draft {name}", name = format!("{name:?}")))
        .next("List those that there are: `undercroft draft list`")
}
