//! Finding folders that look like projects, for the user to choose from.

use std::path::PathBuf;

use undercroft_foundation::Result;
use undercroft_library as library;
use undercroft_library::{FindLimits, FindProjects};

use super::wire::{FoundProject, ProjectFind, ProjectFinds};
use crate::Api;
use crate::host::wire::PlacePurpose;

impl Api {
    /// Finds folders below the home folder that look like projects; or looks at a place, and at
    /// what else may be meant by it. Nothing is added, and nothing written.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`] where nobody knows the home folder, and the errors
    /// of [`library::Projects::look_at`].
    pub fn project_find(&self, request: ProjectFind) -> Result<ProjectFinds> {
        let occupied = self.folders_in_use()?;
        let home = self.0.host.surroundings().home;
        let search = |below: PathBuf| FindProjects {
            below,
            home: home.clone(),
            apart_from: &occupied,
            limits: FindLimits::default(),
        };
        let Some(place) = request.place else {
            let below = home.clone().ok_or_else(library::no_home)?;
            return Ok(self.show_finds(self.0.library.projects().find_below(&search(below))?));
        };
        let path = self.0.places.resolve(&place, PlacePurpose::Project)?;
        let look = self.0.library.projects().look_at(&search(path))?;
        Ok(ProjectFinds {
            folder: look.folder.map(|found| self.show_found(found)),
            within: look.within.map(|found| self.show_found(found)),
            known: look.known.map(|project| self.show_project(project)).transpose()?,
            ..self.show_finds(look.below)
        })
    }

    fn show_finds(&self, finds: library::ProjectFinds) -> ProjectFinds {
        let library::ProjectFinds { projects, is_partial, unread } = finds;
        let projects = projects.into_iter().map(|found| self.show_found(found)).collect();
        ProjectFinds { projects, is_partial, unread, ..ProjectFinds::default() }
    }

    fn show_found(&self, found: library::FoundProject) -> FoundProject {
        let library::FoundProject { root, languages, measured, is_suggested } = found;
        FoundProject {
            place: self.0.places.note(&root, Some(PlacePurpose::Project)),
            languages,
            files: measured.files,
            size_bytes: measured.size_bytes,
            rebuildable_bytes: measured.rebuildable_bytes,
            rebuildable: measured.rebuildable,
            is_partial: measured.is_partial,
            last_change: measured.newest,
            is_suggested,
        }
    }
}
