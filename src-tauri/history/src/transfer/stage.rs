//! Staging: the files of a project's history as parts of an archive, at one moment. The library is
//! only read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use undercroft_foundation::{
    Code, Error, IoContext, Job, ProjectId, Result, make_folders, replace_file, text,
};
use undercroft_providers::{DiskProvider, Provider};
use undercroft_repository::copy::{CopyOptions, copy};
use undercroft_repository::{Password, Repository};

use super::copying::{Way, copy_file, copy_repository};
use super::parts::{DRAFTS_PART, GIT_PART, KEY_PART, OBJECTS_PART, RULES, WORKSPACES};
use crate::history::History;
use crate::objects::snapshots_of;
use crate::rules::stored::path_of as rules_of;
use crate::store::WriteLock;
use crate::workspaces::stored::path_of as workspaces_of;

/// A history that is staged. No version of the project is made until it is dropped, and what was
/// staged goes with it.
#[derive(Debug)]
pub struct StagedHistory {
    /// The bare repository with the versions.
    pub git: PathBuf,
    /// A restic repository with the project's snapshots of the object store, if it has some.
    pub objects: Option<PathBuf>,
    /// The file with the password of that one.
    pub objects_key: Option<PathBuf>,
    pub(super) project: ProjectId,
    #[expect(dead_code, reason = "its end gives the lock back")]
    lock: WriteLock,
    stage: Stage,
}

impl StagedHistory {
    /// The place for the project's session work, which the room of the sessions exports: what lies
    /// there is one of the parts.
    pub fn drafts(&self) -> PathBuf {
        self.stage.0.join(DRAFTS_PART)
    }

    /// The parts, each with its name in an archive.
    pub fn parts(&self) -> Vec<(&'static str, PathBuf)> {
        let drafts = Some(self.drafts()).filter(|path| path.is_file());
        let parts = [
            (GIT_PART, Some(self.git.clone())),
            (OBJECTS_PART, self.objects.clone()),
            (KEY_PART, self.objects_key.clone()),
            (DRAFTS_PART, drafts),
        ];
        parts.into_iter().filter_map(|(name, path)| Some((name, path?))).collect()
    }
}

/// The folder of a stage. Its end takes the parts away.
#[derive(Debug)]
struct Stage(PathBuf);

impl Stage {
    fn clear(&self) -> Result<()> {
        for name in [GIT_PART, OBJECTS_PART, KEY_PART, DRAFTS_PART] {
            let path = self.0.join(name);
            let removed = match path.is_dir() {
                true => fs::remove_dir_all(&path),
                false => fs::remove_file(&path),
            };
            match removed {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::io("remove", &path, source));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Err(error) = self.clear() {
            tracing::info!(%error, "what was staged of a history stays");
        }
    }
}

impl History {
    /// Stages the history of a project in the folder `staging`, which is made where it is missing:
    /// what it holds by the names of the parts gives way. The user's folders are not touched.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no history, [`Code::Locked`] when a writer takes too long,
    /// [`Code::Damaged`] when something of it cannot be read, [`Code::Cancelled`], or what keeps
    /// the stage from being written: then nothing is left of it.
    pub fn stage_for_archive(
        &self,
        project: ProjectId,
        staging: &Path,
        job: &Job,
    ) -> Result<StagedHistory> {
        let store = self.store(project)?;
        let lock = store.lock(&*self.library().world().clock)?;
        self.reconcile(project, &store)?;
        make_folders(staging)?;
        let stage = Stage(staging.to_owned());
        stage.clear()?;
        job.set_current("Versions");
        let git = staging.join(GIT_PART);
        copy_repository(store.root(), &git, Way::Link, job)?;
        let library = self.library();
        let facts = [
            (workspaces_of(library, project), WORKSPACES),
            (rules_of(library.root(), project), RULES),
        ];
        for (from, name) in facts {
            if from.is_file() {
                copy_file(&from, &git.join(name), false)?;
            }
        }
        job.set_current("Large files");
        let (objects, objects_key) = self.stage_objects(project, staging, job)?.unzip();
        Ok(StagedHistory { git, objects, objects_key, project, lock, stage })
    }

    /// Copies the project's snapshots of the object store into a repository of their own.
    fn stage_objects(
        &self,
        project: ProjectId,
        staging: &Path,
        job: &Job,
    ) -> Result<Option<(PathBuf, PathBuf)>> {
        let Some(source) = self.objects().repository()? else { return Ok(None) };
        let snapshots: Vec<_> =
            snapshots_of(&source, project)?.into_iter().map(|snapshot| snapshot.id).collect();
        if snapshots.is_empty() {
            return Ok(None);
        }
        let world = self.library().world();
        let mut bytes = [0; 32];
        world.random.fill(&mut bytes);
        let (objects, key) = (staging.join(OBJECTS_PART), staging.join(KEY_PART));
        let text = hex::encode(bytes);
        replace_file(&key, format!("{text}\n").as_bytes(), 0o600)?;
        let provider: Arc<dyn Provider> = Arc::new(DiskProvider::create(&objects)?);
        let target = Repository::init_like(provider, &Password::new(text), world, Some(&*source))?;
        let target = target.assume_strongly_consistent();
        copy(&source, &target, &snapshots, &CopyOptions::default(), job)?;
        Ok(Some((objects, key)))
    }
}

/// Opens the objects of parts that were taken out of an archive; nothing, when there are none.
///
/// # Errors
/// [`Code::Damaged`] when they lack their key, and the errors of opening a repository.
pub(super) fn open_objects(history: &History, from: &Path) -> Result<Option<Repository>> {
    let (objects, key) = (from.join(OBJECTS_PART), from.join(KEY_PART));
    if !objects.join("config").is_file() {
        return Ok(None);
    }
    let text = match fs::read_to_string(&key) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            return Err(Error::new(Code::Damaged, "The large files of the history are locked")
                .why(text!(
                    "The file {key_part} with their password is missing",
                    key_part = KEY_PART
                ))
                .next("Take it out of the archive, too"));
        }
        read => read.at("read", &key)?,
    };
    let provider: Arc<dyn Provider> = Arc::new(DiskProvider::open(&objects)?);
    let password = Password::new(text.trim_end().to_owned());
    // Nobody else works there.
    let repository = Repository::open(provider, &password, history.library().world())?;
    Ok(Some(repository.assume_strongly_consistent().without_locks()))
}
