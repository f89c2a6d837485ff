//! Finishing what was begun: each step here may have been done already, in part or in whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use undercroft_foundation::{
    Code, Error, IoContext, Job, ProjectId, Result, reach_write_point, replace_file, sync_folder,
    text,
};
use undercroft_library::NewEvent;

use super::intention::{Intention, Intentions};
use super::parts::{RULES, WORKSPACES};
use crate::consistency::RebuildReport;
use crate::history::History;
use crate::rules::stored::path_of as rules_of;
use crate::store::HistoryStore;
use crate::versions::{changes, table};
use crate::workspaces::{MAIN, place, stored, table as workspace_table};

impl History {
    /// Finishes what a process that ended had begun with histories: to be called when a library
    /// was opened. Where another process is at it, that one goes on.
    ///
    /// # Errors
    /// Whatever keeps one of them from being finished; it stays recorded.
    pub fn finish_transfers(&self) -> Result<()> {
        if !Intentions::any(self.library().root()) {
            return Ok(());
        }
        match Intentions::try_take(self.library().root())? {
            Some(intentions) => self.settle(&intentions),
            None => Ok(()),
        }
    }

    pub(super) fn settle(&self, intentions: &Intentions) -> Result<()> {
        for (project, intention) in intentions.all()? {
            match intention {
                Intention::Detach => self.settle_detach(project)?,
                Intention::Attach if self.is_begun(project) => {
                    self.settle_attach(project, &Job::new())?;
                }
                Intention::Attach => self.undo_attach(project)?,
            }
            intentions.finish(project)?;
        }
        Ok(())
    }

    /// Takes a history out of the library: what is listed first, so that nobody begins to read or
    /// write it, and the content last.
    pub(super) fn settle_detach(&self, project: ProjectId) -> Result<()> {
        let library = self.library();
        let mut workspaces: Vec<_> =
            self.workspaces(Some(project))?.into_iter().map(|it| it.id).collect();
        // A file that cannot be understood says nothing that is needed here.
        let stored = stored::read(library, project).unwrap_or_default();
        workspaces.extend(stored.into_iter().map(|it| it.id));
        library.catalog().write(|transaction| {
            place::remove_project(transaction, project)?;
            workspace_table::remove_project(transaction, project)?;
            table::remove_project(transaction, project)?;
            changes::remove_project(transaction, project)?;
            let text = text!("The versions of a project left the library");
            let event = NewEvent::new("workspace.detached", text).of_project(Some(project));
            library.events().append(transaction, &event)
        })?;
        reach_write_point("history.detach-forgotten");
        let path = HistoryStore::path_of(library.root(), project);
        let aside = beside(&path, "detached");
        if HistoryStore::exists(&path) {
            remove(&aside)?;
        }
        rename(&path, &aside)?;
        reach_write_point("history.detach-moved");
        self.close(project, &workspaces);
        self.objects().release(project)?;
        reach_write_point("history.detach-released");
        for workspace in workspaces {
            remove(&library.root().join("cache").join(workspace.to_string()))?;
        }
        remove(&stored::path_of(library, project))?;
        remove(&aside)?;
        remove(&incoming(library.root(), project))
    }

    /// Makes a history that is in its place part of the library.
    pub(super) fn settle_attach(&self, project: ProjectId, job: &Job) -> Result<()> {
        let library = self.library();
        self.close(project, &[]);
        self.take_facts(project)?;
        let known = library.projects().get(project)?;
        self.maintenance().rebuild_project(&known, &mut RebuildReport::default(), job)?;
        for workspace in self.workspaces(Some(project))? {
            // Its files may be others by now, though they look the same.
            self.cache(workspace.id)?.forget()?;
        }
        library.catalog().write(|transaction| {
            let text = text!("The versions of a project came back to the library");
            let event = NewEvent::new("workspace.attached", text).of_project(Some(project));
            library.events().append(transaction, &event)
        })?;
        reach_write_point("history.attach-indexed");
        Ok(())
    }

    /// Takes up what came with the history: its workspaces, and the rules where there are none.
    fn take_facts(&self, project: ProjectId) -> Result<()> {
        let library = self.library();
        let store = self.store(project)?;
        let workspaces = store.root().join(WORKSPACES);
        if workspaces.is_file() {
            let mut all = stored::read_from(&workspaces, project)?;
            let root = library.projects().get(project)?.root;
            let other = self.current_workspace()?.is_some_and(|it| it.project != project);
            for workspace in &mut all {
                workspace.is_current &= !other;
                if workspace.name == MAIN {
                    workspace.root.clone_from(&root);
                }
            }
            stored::write(library, project, &all)?;
            remove(&workspaces)?;
        }
        let (rules, place) = (store.root().join(RULES), rules_of(library.root(), project));
        if rules.is_file() {
            if !place.exists() {
                replace_file(&place, &fs::read(&rules).at("read", &rules)?, 0o600)?;
            }
            remove(&rules)?;
        }
        Ok(())
    }

    /// Takes back what came of a history that is not in its place.
    pub(super) fn undo_attach(&self, project: ProjectId) -> Result<()> {
        self.objects().release(project)?;
        remove(&incoming(self.library().root(), project))
    }
}

/// The folder that a history is taken in at.
pub(super) fn incoming(library: &Path, project: ProjectId) -> PathBuf {
    beside(&HistoryStore::path_of(library, project), "attaching")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    path.with_extension(ending)
}

/// Gives what is there another name, durably.
pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    match fs::rename(from, to) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        renamed => renamed.at("move", from)?,
    }
    sync_folder(from.parent().unwrap_or(Path::new("/")))
}

/// Removes a file or a folder, if it is there.
pub(super) fn remove(path: &Path) -> Result<()> {
    let found = match fs::symlink_metadata(path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found.at("look at", path)?,
    };
    if found.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.at("remove", path)
}

/// The refusal to take in what belongs to another.
pub(super) fn of_another(what: &str) -> Error {
    Error::new(Code::AlreadyExists, "Cannot take the history in")
        .why(text!("{what} in it belongs to another project of this library", what))
        .next("Bring it back into another library")
}
