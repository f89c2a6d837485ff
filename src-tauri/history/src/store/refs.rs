//! The references of a history: a branch for each workspace, which is the truth about its versions,
//! and one for each version that a branch led to once and no longer does.

use std::fs::{self, DirBuilder, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use undercroft_foundation::{
    Code, Error, IoContext, Result, VersionId, escape_path, reach_write_point, sync_folder, text,
};

use super::{HistoryStore, parse_id};
use crate::version::GitId;

const BRANCHES: &str = "refs/heads/";

/// References that git gives no meaning to, keeps from its garbage collection, and clones only when asked.
const ASIDE: &str = "refs/undercroft/";

impl HistoryStore {
    /// The commit that a branch points at; nothing when there is no such branch.
    pub(crate) fn tip(&self, branch: &str) -> Result<Option<GitId>> {
        self.target(&format!("{BRANCHES}{branch}"))
    }

    /// The names of all branches.
    pub(crate) fn branches(&self) -> Result<Vec<String>> {
        self.names_below(BRANCHES)
    }

    /// Moves a branch; durable when this returns. What it points at must be durable already.
    pub(crate) fn update_branch(&self, branch: &str, commit: GitId) -> Result<()> {
        self.point(&format!("{BRANCHES}{branch}"), commit)
    }

    /// Keeps a version from being collected although no branch leads to it.
    pub(crate) fn set_aside(&self, version: VersionId, commit: GitId) -> Result<()> {
        let folder = self.root().join(ASIDE);
        if !folder.is_dir() {
            DirBuilder::new().recursive(true).mode(0o700).create(&folder).at("make", &folder)?;
            sync_folder(&self.root().join("refs"))?;
        }
        self.point(&format!("{ASIDE}{version}"), commit)
    }

    /// The versions that were set aside, and their commits.
    pub(crate) fn aside(&self) -> Result<Vec<(VersionId, GitId)>> {
        let mut aside = Vec::new();
        for name in self.names_below(ASIDE)? {
            let target = self.target(&format!("{ASIDE}{name}"))?;
            aside.extend(name.parse().ok().zip(target));
        }
        Ok(aside)
    }

    /// Lets go of a version that was set aside.
    pub(crate) fn release(&self, version: VersionId) -> Result<()> {
        // Stock git may have packed it.
        self.with_reader(|repository| {
            let found = repository.find_reference(&format!("{ASIDE}{version}"));
            match found.and_then(|mut reference| reference.delete()) {
                Err(error) if error.code() != git2::ErrorCode::NotFound => {
                    Err(self.unreadable(error))
                }
                _ => Ok(()),
            }
        })
    }

    fn names_below(&self, prefix: &str) -> Result<Vec<String>> {
        self.with_reader(|repository| {
            let names = || -> std::result::Result<Vec<String>, git2::Error> {
                let mut found = Vec::new();
                let mut references = repository.references_glob(&format!("{prefix}*"))?;
                for name in references.names() {
                    found.extend(name?.strip_prefix(prefix).map(str::to_owned));
                }
                Ok(found)
            };
            names().map_err(|source| self.unreadable(source))
        })
    }

    fn target(&self, reference: &str) -> Result<Option<GitId>> {
        let path = self.root().join(reference);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) if source.kind() == ErrorKind::NotFound => {
                return self.packed_target(reference);
            }
            Err(source) => return Err(Error::io("read", &path, source)),
        };
        parse_id(text.trim_end()).map(Some).ok_or_else(|| {
            Error::new(Code::Damaged, text!("{path} is not a branch", path = escape_path(&path)))
        })
    }

    /// Stock git may have packed the refs.
    fn packed_target(&self, reference: &str) -> Result<Option<GitId>> {
        self.with_reader(|repository| match repository.refname_to_id(reference) {
            Ok(oid) => Ok(Some(oid.into())),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(source) => Err(self.unreadable(source)),
        })
    }

    fn point(&self, reference: &str, commit: GitId) -> Result<()> {
        let path = self.root().join(reference);
        // A name that git itself uses while it moves a branch, and overlooks when it lists them.
        let lock = self.root().join(format!("{reference}.lock"));
        let write = || {
            let mut file = File::create(&lock)?;
            file.write_all(format!("{commit}\n").as_bytes())?;
            file.sync_all()
        };
        write().at("write", &lock)?;
        reach_write_point("history.before-publish");
        fs::rename(&lock, &path).at("replace", &path)?;
        reach_write_point("history.published");
        sync_folder(path.parent().unwrap_or(Path::new(".")))
    }
}
