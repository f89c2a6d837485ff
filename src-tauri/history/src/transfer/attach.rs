//! A history comes back into the library. What comes may have been made by anybody: all of it is
//! looked at before any of it counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use undercroft_foundation::{
    Code, Error, IoContext, Job, ProjectId, Result, VersionId, escape_path, reach_write_point, text,
};
use undercroft_repository::copy::{CopyOptions, copy};
use undercroft_repository::{Repository, Snapshot};

use super::copying::{Way, copy_repository};
use super::intention::{Intention, Intentions};
use super::parts::{GIT_PART, WORKSPACES};
use super::settle::{incoming, of_another, remove, rename};
use super::stage::open_objects;
use crate::consistency::found_versions::find_versions;
use crate::history::History;
use crate::objects::{objects_in, snapshots_of};
use crate::space::compact::reach::Reached;
use crate::store::{HistoryStore, ObjectKind, is_whole_file};
use crate::version::GitId;
use crate::workspaces::{check_name, stored};

/// The digests of objects that versions need.
type Contents = std::collections::HashSet<[u8; 32]>;

impl History {
    /// Takes the history of a project back from parts, which lie in the folder `from` by their
    /// names. It counts when all of it was read and is durable; until then nothing of it is in the
    /// library. Once it is there, taking it in again changes nothing.
    ///
    /// # Errors
    /// [`Code::NotFound`] when there is no such project, [`Code::AlreadyExists`] when it has
    /// another history, [`Code::Damaged`] when a part is not whole, [`Code::Cancelled`], or what
    /// keeps it from being written.
    pub fn attach(&self, project: ProjectId, from: &Path, job: &Job) -> Result<()> {
        let known = self.library().projects().get(project)?;
        let intentions = self.intentions(job)?;
        self.settle(&intentions)?;
        job.set_current(known.name);
        let was_begun = self.is_begun(project);
        let received = self.receive(&intentions, project, from, job);
        if received.is_err()
            && let Err(error) = self.take_back(&intentions, project, was_begun)
        {
            tracing::warn!(%error, "the next start takes the history back");
        }
        if received? {
            self.settle_attach(project, job)?;
            intentions.finish(project)?;
        }
        Ok(())
    }

    /// Leaves nothing of a history that could not be received. Where it is in its place though, the
    /// next start finishes it.
    fn take_back(
        &self,
        intentions: &Intentions,
        project: ProjectId,
        was_begun: bool,
    ) -> Result<()> {
        if was_begun {
            return remove(&incoming(self.library().root(), project));
        }
        if self.is_begun(project) {
            return Ok(());
        }
        self.undo_attach(project)?;
        intentions.finish(project)
    }

    /// Puts a history in its place; whether it was not there before.
    fn receive(
        &self,
        intentions: &Intentions,
        project: ProjectId,
        from: &Path,
        job: &Job,
    ) -> Result<bool> {
        let root = self.library().root();
        let incoming = incoming(root, project);
        remove(&incoming)?;
        let store = copy_repository(&from.join(GIT_PART), &incoming, Way::Copy, job)?;
        let contents = self.examine(project, &store, job)?;
        if self.is_begun(project) {
            let is_same = tips_of(&*self.store(project)?)? == tips_of(&store)?;
            remove(&incoming)?;
            return if is_same { Ok(false) } else { Err(other_history()) };
        }
        let objects = open_objects(self, from)?;
        let snapshots = match &objects {
            Some(objects) => snapshots_of(objects, project)?,
            None => Vec::new(),
        };
        check_contents(objects.as_ref(), &snapshots, contents)?;
        intentions.record(project, Intention::Attach)?;
        if let Some(objects) = objects.filter(|_| !snapshots.is_empty()) {
            let target = self.objects().repository_or_make()?;
            let all: Vec<_> = snapshots.iter().map(|snapshot| snapshot.id).collect();
            copy(&objects, &target, &all, &CopyOptions::default(), job)?;
        }
        reach_write_point("history.attach-objects-copied");
        rename(&incoming, &HistoryStore::path_of(root, project))?;
        reach_write_point("history.attach-published");
        Ok(true)
    }

    /// Reads all that came; gives the objects that it needs beside.
    fn examine(&self, project: ProjectId, store: &HistoryStore, job: &Job) -> Result<Contents> {
        let packs = store.root().join("objects/pack");
        for entry in std::fs::read_dir(&packs).at("read", &packs)? {
            let path = entry.at("read", &packs)?.path();
            let is_pack = path.extension().is_some_and(|it| it == "pack" || it == "idx");
            if is_pack && !is_whole_file(&path).at("read", &path)? {
                let what = text!("The history is damaged: {path}", path = escape_path(&path));
                return Err(Error::new(Code::Damaged, what)
                    .why("The file is not what its checksum says")
                    .next("Take it out of the archive again, or use another copy of that"));
            }
            job.check_cancelled()?;
        }
        let mut reached = Reached::default();
        for found in find_versions(store, job)? {
            self.refuse_of_another(project, found.commit.version)?;
            let mut blobs = Vec::new();
            reached.objects.insert(found.id);
            reached.walk(store, found.commit.tree, job, |met| {
                if met.is_file || met.size > 0 {
                    blobs.push(met.id);
                }
            })?;
            for blob in blobs {
                job.check_cancelled()?;
                store.read(ObjectKind::Blob, blob)?;
            }
        }
        self.examine_workspaces(project, store)?;
        Ok(reached.contents)
    }

    fn refuse_of_another(&self, project: ProjectId, version: VersionId) -> Result<()> {
        match self.project_of(version) {
            Some(other) if other != project => Err(of_another("A version")),
            _ => Ok(()),
        }
    }

    fn examine_workspaces(&self, project: ProjectId, store: &HistoryStore) -> Result<()> {
        let known = self.workspaces(None)?;
        let mut names = BTreeSet::new();
        for workspace in stored::read_from(&store.root().join(WORKSPACES), project)? {
            check_name(&workspace.name)?;
            if known.iter().any(|it| it.id == workspace.id && it.project != project) {
                return Err(of_another("A workspace"));
            }
            if !names.insert(workspace.name.clone()) {
                let what = text!(
                    "Two workspaces of the history are called {workspace}",
                    workspace = workspace.name
                );
                return Err(Error::new(Code::Damaged, what));
            }
        }
        Ok(())
    }
}

/// All that a history's references lead to.
fn tips_of(store: &HistoryStore) -> Result<BTreeMap<String, Option<GitId>>> {
    let mut tips = BTreeMap::new();
    for branch in store.branches()? {
        let tip = store.tip(&branch)?;
        tips.insert(branch, tip);
    }
    for (version, commit) in store.aside()? {
        tips.insert(format!("aside {version}"), Some(commit));
    }
    Ok(tips)
}

/// Goes on when the snapshots hold all objects that versions need.
fn check_contents(
    objects: Option<&Repository>,
    snapshots: &[Snapshot],
    mut needed: Contents,
) -> Result<()> {
    if let Some(objects) = objects {
        objects.refresh_index()?;
        for snapshot in snapshots {
            let held = objects_in(objects, snapshot)?;
            needed.retain(|digest| !held.contains_key(digest));
        }
    }
    let Some(first) = needed.iter().next() else { return Ok(()) };
    let what = text!("The history lacks {needed} of its large files", needed = needed.len());
    Err(Error::new(Code::Damaged, what)
        .why(text!("Versions need them; {first} is one", first = hex::encode(first)))
        .next("Take all parts out of the archive"))
}

fn other_history() -> Error {
    Error::new(Code::AlreadyExists, "Cannot take the history in")
        .why("The project has another history already")
        .next("Keep that one, or remove it first")
}
