//! Making a backup of a project.

use std::sync::Arc;

use undercroft_foundation::{
    Code, DestinationId, Error, Job, ProjectId, Result, SettingsOverrides, Text, TextValue,
    escape_path, text,
};
use undercroft_library::{
    JobKind, JobSpec, JobView, Library, Overlap, Project, ProjectStatus, overlap,
};
use undercroft_repository::{BackupRequest, BackupSummary, Repository};

use crate::anomaly::AnomalyAlerts;
use crate::destinations::{Destination, Destinations};
use crate::secrets::Secrets;
use crate::snapshots::{OUR_TAG, SnapshotCache, tag_of};

/// The result of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// In numbers.
    pub summary: BackupSummary,
    /// In a sentence, without its full stop.
    pub sentence: Text,
}

/// Backs the projects of a library up.
#[derive(Debug, Clone)]
pub struct ProjectBackups {
    library: Library,
    overrides: SettingsOverrides,
    destinations: Destinations,
    secrets: Arc<Secrets>,
    snapshots: SnapshotCache,
    alerts: AnomalyAlerts,
}

impl ProjectBackups {
    pub(crate) fn new(
        library: &Library,
        overrides: &SettingsOverrides,
        destinations: &Destinations,
        secrets: &Arc<Secrets>,
        alerts: &AnomalyAlerts,
    ) -> Self {
        Self {
            library: library.clone(),
            overrides: overrides.clone(),
            destinations: destinations.clone(),
            secrets: Arc::clone(secrets),
            snapshots: SnapshotCache::new(library),
            alerts: alerts.clone(),
        }
    }

    /// Puts a backup on the board of jobs.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for a project that was forgotten.
    pub fn start(&self, project: ProjectId, destination: DestinationId) -> Result<JobView> {
        let project_row = self.library.projects().get(project)?;
        refuse_trashed(&project_row)?;
        let name = self.destinations.get(destination)?.name;
        let title = text!(
            "Back up {project} to {destination}",
            project = project_row.name,
            destination = name
        );
        let spec =
            JobSpec::new(JobKind::Backup, title).of_project(project).with_destination(destination);
        let backups = self.clone();
        self.library.jobs().spawn(spec, move |job| {
            backups.run(project, destination, job).map(|report| report.sentence)
        })
    }

    /// Backs a project up to a destination. What could not be read becomes warnings of the job.
    ///
    /// # Errors
    /// [`Code::SourceMissing`] when the project's folder is not there, [`Code::Unavailable`] when
    /// the destination is not, and the errors of the repository. What was there stays as it was.
    pub fn run(
        &self,
        project: ProjectId,
        destination: DestinationId,
        job: &Job,
    ) -> Result<BackupReport> {
        let project = self.library.projects().get(project)?;
        let destination = self.destinations.get(destination)?;
        refuse_trashed(&project)?;
        refuse_overlap(&project, &destination)?;
        self.require_source(&project)?;
        let threads = self.threads(job);
        let repository = self.destinations.repository_of(&destination)?;
        let request = BackupRequest {
            sources: vec![project.root.clone()],
            tags: vec![OUR_TAG.to_owned(), tag_of(project.id)],
            exclude: self.secrets.own_configuration_in(&project.root).into_iter().collect(),
            estimate: true,
            threads,
            ..BackupRequest::default()
        };
        let made = repository.backup(&request, job);
        // A folder that went away in the meantime explains whatever else went wrong.
        if made.is_err() {
            self.require_source(&project)?;
        }
        let summary = made?;
        self.snapshots.refresh_or_warn(destination.id, &repository);
        self.check_for_anomaly(&project, &repository, &summary, job);
        let sentence = sentence(&summary, &destination);
        Ok(BackupReport { summary, sentence })
    }

    /// Looks for an anomaly in a backup that was made, which stands whatever comes of that.
    pub(crate) fn check_for_anomaly(
        &self,
        project: &Project,
        repository: &Repository,
        summary: &BackupSummary,
        job: &Job,
    ) {
        let Some(made) = summary.snapshot else { return };
        if let Err(error) = self.alerts.detect(project, repository, made, job) {
            job.warn(
                &project.name,
                text!("Cannot compare it with the backup before: {error}", error),
            );
        }
    }

    /// The number of threads that the settings allow; 0 for as many as pay.
    pub(crate) fn threads(&self, job: &Job) -> usize {
        match self.library.settings(&self.overrides) {
            Ok(settings) => usize::try_from(settings.threads()).unwrap_or_default(),
            Err(error) => {
                // A slip in the settings is no reason to have no backup.
                job.warn("settings.toml", text!("{error}; the defaults were used", error));
                0
            }
        }
    }

    /// Goes on with a project whose folder is there, and may be read.
    pub(crate) fn require_source(&self, project: &Project) -> Result<()> {
        self.library.require_confirmed(&project.root)?;
        if project.is_present() {
            return Ok(());
        }
        Err(Error::new(
            Code::SourceMissing,
            text!("Cannot back up {project}", project = project.name),
        )
        .why(text!("Its folder is not at {root}", root = escape_path(&project.root)))
        .next("Bring the folder or its drive back, or remove the project; its backups are kept"))
    }
}

fn refuse_trashed(project: &Project) -> Result<()> {
    if project.status != ProjectStatus::Trashed {
        return Ok(());
    }
    Err(Error::new(Code::Invalid, text!("Cannot back up {project}", project = project.name))
        .why("The project was forgotten")
        .next("Recall it first"))
}

pub(crate) fn refuse_overlap(project: &Project, destination: &Destination) -> Result<()> {
    if overlap(&project.root, &destination.path) == Overlap::Apart {
        return Ok(());
    }
    let what = text!(
        "Cannot back up {project} to {destination}",
        project = project.name,
        destination = destination.name
    );
    Err(Error::new(Code::Invalid, what)
        .why("One lies inside the other, and each backup would hold those before it")
        .next("Choose a destination apart from the project, best on another drive"))
}

pub(crate) fn sentence(summary: &BackupSummary, destination: &Destination) -> Text {
    let counts = &summary.counts;
    let all = text!(
        "{files} ({size}) backed up to {destination}",
        files = TextValue::count(counts.total_files_processed, "file"),
        size = TextValue::Size(counts.total_bytes_processed),
        destination = destination.name
    );
    if counts.files_new + counts.files_changed == 0 {
        return text!("{all}, no file new or changed", all);
    }
    text!(
        "{all}, {files_new} new, {files_changed} changed, {size} added",
        all,
        files_new = counts.files_new,
        files_changed = counts.files_changed,
        size = TextValue::Size(counts.data_added_packed)
    )
}
