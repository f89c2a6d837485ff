//! The catalog is made to say what is on disk, and what killed processes left is removed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use undercroft_foundation::{ArchiveId, Code, Error, IoContext as _, Result};

use super::{Archives, PROJECT_FILE, UNFINISHED, manifest_path};
use crate::manifest::{ArchivedProject, Figures, Manifest};
use crate::read::ArchiveReader;
use crate::{BESIDE, table};

impl Archives {
    /// Makes the catalog say what is on disk, writes manifests that are missing, and removes what
    /// killed processes left.
    ///
    /// # Errors
    /// Whatever keeps the folder from being read or the catalog from being written.
    pub fn reconcile(&self) -> Result<()> {
        let known = self.library.catalog().read(table::all)?;
        let mut found = Vec::new();
        for file in files_below(&self.folder())? {
            let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
            if name.ends_with(UNFINISHED) {
                sweep(&file);
            } else if let Some(id) = name.strip_suffix(".tar.zst").and_then(|id| id.parse().ok()) {
                match Manifest::read(&manifest_path(&file)) {
                    Ok(manifest) if manifest.id == id => found.push(manifest),
                    // That of another archive says nothing of this one.
                    Ok(_) => {}
                    Err(error) if error.code() == Code::TooNew => {}
                    Err(_) => found.extend(self.adopt(id, &file)),
                }
            } else if name.ends_with(".json") {
                found.extend(self.lying_elsewhere(&file));
            }
        }
        for manifest in found.iter_mut().filter(|manifest| manifest.frees_file) {
            // Whoever moves it holds the lock; what was read before is not what it says now.
            let Ok(_lock) = self.library.projects().lock_id(manifest.project.id) else { continue };
            let place = manifest_path(&self.path_of(manifest.id, manifest.created));
            let Ok(now) = Manifest::read(&place) else { continue };
            *manifest = now;
            match self.free_file(manifest.clone()) {
                Ok(_) => manifest.frees_file = false,
                Err(error) => {
                    tracing::warn!(%error, archive = %manifest.id, "its file stays for now");
                }
            }
        }
        let is_news = |manifest: &&Manifest| !known.contains(manifest);
        let news: Vec<_> = found.iter().filter(is_news).collect();
        let gone = |manifest: &&Manifest| {
            // The trash forgets what is gone; anything else that is gone is told.
            manifest.trashed.is_some()
                && !self.path_of(manifest.id, manifest.created).exists()
                && found.iter().all(|there| there.id != manifest.id)
        };
        let gone: Vec<_> = known.iter().filter(gone).collect();
        if news.is_empty() && gone.is_empty() {
            return Ok(());
        }
        self.library.catalog().write(|transaction| {
            gone.iter().try_for_each(|manifest| table::remove(transaction, manifest.id))?;
            news.iter().try_for_each(|manifest| table::put(transaction, manifest))
        })
    }

    /// The archive that a manifest is of, where its file is not beside it.
    fn lying_elsewhere(&self, path: &Path) -> Option<Manifest> {
        let manifest = Manifest::read(path).ok()?;
        let file = self.path_of(manifest.id, manifest.created);
        let is_it = manifest_path(&file) == path && !file.exists();
        let is_elsewhere = manifest.location.is_some() || !manifest.left_behind.is_empty();
        (is_it && is_elsewhere).then_some(manifest)
    }

    /// The manifest of an archive that has none, written anew from what is in it.
    fn adopt(&self, id: ArchiveId, path: &Path) -> Option<Manifest> {
        let read = || -> Result<Manifest> {
            let reader = ArchiveReader::open(path)?;
            let place = undercroft_foundation::TreePath::from_names([BESIDE, PROJECT_FILE])?;
            let missing = || Error::new(Code::Damaged, "The archive does not say what it is");
            let entry = reader.find_in_tar(&place).ok_or_else(missing)?;
            let mut text = Vec::new();
            reader.read(entry, &mut text)?;
            let project: ArchivedProject =
                serde_json::from_slice(&text).map_err(|source| missing().because(source))?;
            let created =
                fs::metadata(path).and_then(|found| found.modified()).at("look at", path)?;
            let created = Timestamp::try_from(created).unwrap_or(project.created);
            let entries = reader.index().entries();
            let project_entries = reader.below(reader.project_root()?).len() as u64;
            let mut hash = <sha2::Sha256 as sha2::Digest>::new();
            std::io::copy(&mut File::open(path).at("open", path)?, &mut Hashing(&mut hash))
                .at("read", path)?;
            let figures = Figures {
                created: self.created_by_place(id, path, created),
                entries: entries.len() as u64,
                project_entries,
                source_bytes: entries.iter().map(|entry| entry.size).sum(),
                archive_bytes: fs::metadata(path).at("look at", path)?.len(),
                sha256: hex::encode(sha2::Digest::finalize(hash)),
                versions: 0,
                parts: reader.part_names(),
            };
            let manifest = Manifest::new(id, project, figures);
            manifest.write(&manifest_path(path))?;
            Ok(manifest)
        };
        match read() {
            Ok(manifest) => Some(manifest),
            Err(error) => {
                tracing::warn!(%error, archive = %id, "an archive without a manifest cannot be read");
                None
            }
        }
    }

    /// When an archive was made: the time of its file where that fits its folder, the first moment
    /// of the folder's month else.
    fn created_by_place(&self, id: ArchiveId, path: &Path, modified: Timestamp) -> Timestamp {
        if self.path_of(id, modified) == path {
            return modified;
        }
        let mut names =
            path.components().rev().skip(1).map(|name| name.as_os_str().to_string_lossy());
        let month = names.next().and_then(|name| name.parse().ok());
        let year = names.next().and_then(|name| name.parse().ok());
        let date =
            year.zip(month).and_then(|(year, month)| jiff::civil::Date::new(year, month, 1).ok());
        let start = date.and_then(|date| date.to_zoned(TimeZone::UTC).ok());
        start.map_or(modified, |start| start.timestamp())
    }
}

struct Hashing<'a>(&'a mut sha2::Sha256);

impl std::io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        sha2::Digest::update(self.0, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Removes an archive that nobody writes any more.
fn sweep(file: &Path) {
    if File::open(file).is_ok_and(|open| open.try_lock().is_ok()) {
        let _ = fs::remove_file(file);
    }
}

/// The files two folders down, where archives lie; none where there is no such folder.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = |folder: &Path| -> Result<Vec<PathBuf>> {
        match fs::read_dir(folder) {
            Ok(entries) => {
                entries.map(|entry| entry.map(|entry| entry.path()).at("read", folder)).collect()
            }
            Err(source)
                if matches!(
                    source.kind(),
                    std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(Vec::new())
            }
            Err(source) => Err(Error::io("read", folder, source)),
        }
    };
    let mut files = Vec::new();
    for year in entries(folder)? {
        for month in entries(&year)? {
            files.extend(entries(&month)?);
        }
    }
    Ok(files)
}
