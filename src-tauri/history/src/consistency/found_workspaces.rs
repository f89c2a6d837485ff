//! Workspaces found again by their branches, where `workspaces.json` knows nothing of them.

use undercroft_foundation::{Result, VersionId, WorkspaceId};
use undercroft_library::{Library, Project};

use super::found_versions::FoundVersion;
use crate::store::HistoryStore;
use crate::workspaces::{MAIN, Workspace, stored};

/// The workspaces of a project: those that are stored, and those that only versions speak of. What
/// cannot be known of these is said, in a sentence each.
pub(super) fn complete(
    library: &Library,
    project: &Project,
    store: &HistoryStore,
    found: &[FoundVersion],
) -> Result<(Vec<Workspace>, Vec<String>)> {
    let mut all = stored::read(library, project.id)?;
    let mut unknown = Vec::new();
    for first in found {
        let id = first.commit.workspace;
        if all.iter().any(|workspace| workspace.id == id) {
            continue;
        }
        let name = branch_of(store, found, id)?.unwrap_or_else(|| format!("lost-{id}"));
        let own = library.projects().folder_of(project.id).join("workspaces").join(&name);
        let root = if name == MAIN { project.root.clone() } else { own };
        let is_there = root.is_dir();
        unknown.push(format!(
            "{}, workspace {name}: its description, and whether it was paused{}",
            project.name,
            if is_there || name == MAIN { "" } else { "; nor where its folder was: it is closed" }
        ));
        all.push(Workspace {
            id,
            project: project.id,
            closed: (!is_there && name != MAIN).then_some(first.commit.time),
            name,
            root,
            description: String::new(),
            opened_from: parent_of(found, first),
            paused: false,
            is_current: false,
            created: first.commit.time,
        });
    }
    Ok((all, unknown))
}

/// The branch of a workspace: the one whose newest version is the workspace's.
fn branch_of(
    store: &HistoryStore,
    found: &[FoundVersion],
    workspace: WorkspaceId,
) -> Result<Option<String>> {
    for branch in store.branches()? {
        let tip = store.tip(&branch)?;
        let newest = found.iter().find(|it| Some(it.id) == tip);
        if newest.is_some_and(|newest| newest.commit.workspace == workspace) {
            return Ok(Some(branch));
        }
    }
    Ok(None)
}

/// The version that another came after.
fn parent_of(found: &[FoundVersion], version: &FoundVersion) -> Option<VersionId> {
    let parent = found.iter().find(|it| Some(it.id) == version.commit.parent)?;
    Some(parent.commit.version)
}
