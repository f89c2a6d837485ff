//! Copies of projects, whether they are in use or archived.

use std::path::Path;

use undercroft_archive::unpack::{UnpackLimits, UnpackOptions, copy_folder, sweep};
use undercroft_archive::{Existing, ExtractOrder};
use undercroft_foundation::{Code, Error, Job, Result, Text, TextValue, escape_path, text};
use undercroft_library::{JobKind, JobSpec, ProjectStatus};

use super::names::free_place;
use super::unfinished::Filling;
use super::wire::ProjectExtract;
use crate::Api;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;

impl Api {
    /// Copies a project's files to a place, whether it is in use or archived.
    ///
    /// # Errors
    /// [`Code::NotFound`], and [`Code::SourceMissing`] where its folder is away.
    pub fn project_extract(&self, request: ProjectExtract) -> Result<JobView> {
        let project = self.find_project(&request.project)?;
        let place = self.0.places.resolve(&request.place, PlacePurpose::Restore)?;
        if !place.is_dir() {
            let what = text!(
                "Cannot copy {project} to {place}",
                project = project.name,
                place = escape_path(&place)
            );
            return Err(Error::new(Code::NotFound, what)
                .why("There is no such folder")
                .next("Make it first, or choose another one"));
        }
        let archive = match project.status {
            ProjectStatus::Archived => self.0.archives.of_project(project.id)?,
            _ => None,
        };
        if archive.is_none() && !project.is_present() {
            return Err(Error::new(
                Code::SourceMissing,
                text!(
                    "The folder of {project} is not at {root}",
                    project = project.name,
                    root = escape_path(&project.root)
                ),
            ));
        }
        let title =
            text!("Copy {project} to {place}", project = project.name, place = escape_path(&place));
        let spec = JobSpec::new(JobKind::Restore, title).of_project(project.id);
        let (archives, library) = (self.0.archives.clone(), self.0.library.clone());
        let job = self.0.library.jobs().spawn(spec, move |job| {
            sweep(&place)?;
            let folder = free_place(&place, &project.name)?;
            // A library without room for a note is one that people copy projects out of.
            let _noted = Filling::begin(&library, folder.clone(), None).ok();
            match archive {
                Some(archive) => {
                    let reader = archives.reader(archive.manifest.id)?;
                    let existing = Existing::Refuse;
                    let order = ExtractOrder { folder: &folder, paths: &[], existing };
                    let extracted = reader.extract(&order, job)?;
                    for damaged in &extracted.damaged {
                        job.warn(
                            damaged.to_string(),
                            text!("Its content is damaged in the archive"),
                        );
                    }
                    Ok(done(extracted.files, extracted.bytes, &folder))
                }
                None => copy(&project.folder(), &folder, job),
            }
        })?;
        Ok(job.into())
    }
}

fn copy(from: &Path, to: &Path, job: &Job) -> Result<Text> {
    // It is the user's own, of whatever size.
    let limits = UnpackLimits { bytes: u64::MAX, entries: u64::MAX, ..UnpackLimits::default() };
    let options = UnpackOptions { limits, ..UnpackOptions::default() };
    let report = copy_folder(from, to, &options, job)?;
    Ok(done(report.files, report.bytes, to))
}

fn done(files: u64, bytes: u64, to: &Path) -> Text {
    let files = TextValue::count(files, "file");
    text!(
        "{files} ({size}) copied to {to}",
        files,
        size = TextValue::Size(bytes),
        to = escape_path(to)
    )
}
