//! The list of what can be undone: restores, deletions, and what lies in a trash.

pub(crate) mod wire;

use jiff::Timestamp;
use undercroft_foundation::{Result, TextValue, text};
use undercroft_history::{ProjectTrash, UndoableChange};
use undercroft_library::Project;

use crate::Api;
use crate::archives::wire::ArchiveFilter;
use crate::base::wire::Nothing;
use crate::destinations::wire::{Destination, DestinationRef};
use crate::projects::wire::{ProjectFilter, ProjectStatus};
use crate::retention::wire::TrashedSnapshot;

use wire::{UndoWay, Undoable};

impl Api {
    /// Lists what can be undone, newest first. A destination that is not there, or whose trash
    /// cannot be read, has nothing in the list.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn undo_list(&self, _: Nothing) -> Result<Vec<Undoable>> {
        let mut all = self.trashed_projects()?;
        for project in self.0.library.projects().list(&Default::default())? {
            all.extend(self.undoable_in(&project)?);
        }
        for archive in self.archive_list(ArchiveFilter { text: None, trashed: true })? {
            all.push(Undoable {
                title: text!(
                    "Archive of {project} moved to the trash",
                    project = archive.project_name
                )
                .into(),
                time: archive.trashed.unwrap_or(archive.created),
                until: archive.expires,
                project: Some(archive.project),
                way: UndoWay::Archive { archive: archive.id },
                blocked: None,
            });
        }
        for destination in self.destination_list(Nothing {})? {
            all.extend(self.forgotten_at(&destination));
        }
        all.sort_by_key(|undoable| std::cmp::Reverse(undoable.time));
        Ok(all)
    }

    fn trashed_projects(&self) -> Result<Vec<Undoable>> {
        let trashed = Some(ProjectStatus::Trashed);
        let projects =
            self.project_list(ProjectFilter { status: trashed, ..Default::default() })?;
        let undoable = projects.into_iter().map(|project| Undoable {
            title: match project.trashed {
                Some(_) => {
                    text!("Project {project} moved to the trash", project = project.name).into()
                }
                None => {
                    text!("Project {project} removed from the list", project = project.name).into()
                }
            },
            time: project.trashed.unwrap_or(project.updated),
            until: project.expires,
            project: Some(project.id.clone()),
            way: UndoWay::Project { project: project.id },
            blocked: None,
        });
        Ok(undoable.collect())
    }

    fn undoable_in(&self, project: &Project) -> Result<Vec<Undoable>> {
        let mut all = Vec::new();
        if self.0.history.is_begun(project.id) {
            let mut workspaces = self.0.history.workspaces(Some(project.id))?;
            workspaces.retain(|workspace| workspace.closed.is_none());
            for workspace in workspaces {
                let Some(change) = self.0.history.writer().undoable(workspace.id)? else {
                    continue;
                };
                let name = self.name_of(&workspace)?;
                all.push(undoable_change(project, &name, workspace.id.to_string(), change));
            }
        }
        let trash = ProjectTrash::of(&self.0.library, project);
        let freed = match all.is_empty() && !trash.is_empty()? {
            true => trash.older_than(Timestamp::MAX)?.into_iter().map(|part| part.time).max(),
            false => None,
        };
        if let Some(time) = freed {
            all.push(Undoable {
                title: text!(
                    "Files of {project} moved to the trash to free space",
                    project = project.name
                )
                .into(),
                time,
                until: None,
                project: Some(project.id.to_string()),
                way: UndoWay::Workspace { workspace: project.id.to_string() },
                blocked: None,
            });
        }
        Ok(all)
    }

    /// The backups in the trash of a destination, together as they were forgotten.
    fn forgotten_at(&self, destination: &Destination) -> Vec<Undoable> {
        if !destination.present {
            return Vec::new();
        }
        let request = DestinationRef { destination: destination.id.clone() };
        let trashed = self.trash_list(request).unwrap_or_default();
        trashed
            .chunk_by(|one, other| one.trashed == other.trashed)
            .map(|together| forgotten(destination, together))
            .collect()
    }
}

fn undoable_change(
    project: &Project,
    name: &str,
    workspace: String,
    change: UndoableChange,
) -> Undoable {
    let what = match &change.paths[..] {
        [] => TextValue::Text(text!("everything")),
        [path] => TextValue::Name(path.to_string()),
        paths => TextValue::count(paths.len() as u64, "path"),
    };
    Undoable {
        title: text!("Last restore or deletion in {name}: {what}", name, what).into(),
        time: change.time,
        until: None,
        project: Some(project.id.to_string()),
        way: UndoWay::Workspace { workspace },
        blocked: change.blocked.map(|error| error.reason().into()),
    }
}

fn forgotten(destination: &Destination, together: &[TrashedSnapshot]) -> Undoable {
    let count = TextValue::count(together.len() as u64, "backup");
    Undoable {
        title: text!("{count} forgotten at {destination}", count, destination = destination.name)
            .into(),
        time: together[0].trashed,
        until: Some(together[0].expires),
        project: None,
        way: UndoWay::Backups {
            destination: destination.id.clone(),
            snapshots: together.iter().map(|it| it.snapshot.id.clone()).collect(),
        },
        blocked: None,
    }
}
