//! From archives back to projects.

use std::path::{Path, PathBuf};

use undercroft_archive::{Archive, Existing, ExtractOrder, Extracted};
use undercroft_foundation::{
    ArchiveId, Code, Error, Job, Result, TextValue, TreePath, canonicalize_missing, escape_path,
    text,
};
use undercroft_history::DRAFTS_PART;
use undercroft_library::{JobKind, ProjectStatus};

use super::archive_spec;
use super::making::{Archiver, Staging};
use super::wire::{ArchiveConflict, ArchiveRestore, ArchiveRestorePlan};
use crate::Api;
use crate::base::names::tree_path;
use crate::host::wire::PlacePurpose;
use crate::jobs::wire::JobView;

/// At most so many names that are taken are listed.
const SHOWN: usize = 200;

/// A restore with its target resolved.
struct Order {
    archive: Archive,
    paths: Vec<TreePath>,
    folder: PathBuf,
    existing: Existing,
    keeps_archive: bool,
    /// Whether the project is in use again afterwards.
    is_whole: bool,
}

impl Order {
    /// The places that it writes to, in a folder that is canonical.
    fn places(&self) -> Result<Vec<PathBuf>> {
        let folder = canonicalize_missing(&self.folder)?;
        Ok(match &self.paths[..] {
            [] => vec![folder],
            paths => paths.iter().map(|path| path.below(&folder)).collect(),
        })
    }
}

impl Api {
    /// Previews the restore of an archive; nothing is written.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Damaged`].
    pub fn archive_restore_preview(&self, request: ArchiveRestore) -> Result<ArchiveRestorePlan> {
        let order = self.archive_order(&request)?;
        let reader = self.0.archives.reader(order.archive.manifest.id)?;
        let extract =
            ExtractOrder { folder: &order.folder, paths: &order.paths, existing: order.existing };
        let (files, size_bytes) = reader.totals(&order.paths)?;
        let taken = reader.taken(&extract)?;
        Ok(ArchiveRestorePlan {
            target: escape_path(&order.folder),
            files,
            size_bytes,
            taken_total: taken.len() as u64,
            taken: taken.iter().take(SHOWN).map(ToString::to_string).collect(),
            whole_project: order.is_whole,
            workspaces: match order.is_whole {
                true => Vec::new(),
                false => {
                    let written = self.0.history.writer().written_at(&order.places()?)?;
                    written.iter().map(|workspace| workspace.id.to_string()).collect()
                }
            },
        })
    }

    /// Gets an archived project, or parts of it, back.
    ///
    /// # Errors
    /// [`Code::NotFound`], and [`Code::AlreadyExists`] for names that are taken.
    pub fn archive_restore(&self, request: ArchiveRestore) -> Result<JobView> {
        let order = self.archive_order(&request)?;
        let name = &order.archive.manifest.project.name;
        let title = text!("Restore {what}", what = name);
        let spec = archive_spec(JobKind::Restore, title, &order.archive);
        let archiver = self.archiver()?;
        let cause = order.folder.clone();
        let job = self.0.library.jobs().spawn(spec, move |job| {
            let extracted = archiver.restore(&order, job)?;
            let files = TextValue::count(extracted.files, "file");
            let mut summary = text!(
                "{files} ({size}) restored into {folder}",
                files,
                size = TextValue::Size(extracted.bytes),
                folder = escape_path(&cause)
            );
            if extracted.files_skipped > 0 {
                summary += text!(
                    ", {files_skipped} left as they were",
                    files_skipped = extracted.files_skipped
                );
            }
            if !extracted.damaged.is_empty() {
                let lost = TextValue::count(extracted.damaged.len() as u64, "file");
                summary += text!("; {lost} can no longer be read", lost);
            }
            Ok(summary)
        })?;
        Ok(job.into())
    }

    fn archive_order(&self, request: &ArchiveRestore) -> Result<Order> {
        let archive = self.0.archives.find(&request.archive)?;
        let project = &archive.manifest.project;
        let paths = request.paths.iter().map(|path| tree_path(path)).collect::<Result<Vec<_>>>()?;
        let known = self.0.library.projects().get(project.id).ok();
        let is_in_use = known.as_ref().is_some_and(|known| known.status == ProjectStatus::Active);
        let is_whole = paths.iter().all(TreePath::is_root) && !is_in_use;
        if let Some(known) = known.as_ref().filter(|known| {
            let lives = known.trashed.is_some() || self.0.history.is_begun(known.id);
            is_whole && known.status == ProjectStatus::Trashed && lives
        }) {
            return Err(Error::new(
                Code::Invalid,
                text!("Cannot restore {known}", known = known.name),
            )
            .why("The project is in the trash with work of its own")
            .next("Take it out of the trash first, or restore files of the archive"));
        }
        let root = known.map_or_else(|| project.root(), |known| Ok(known.root))?;
        let folder = match &request.place {
            None => {
                // A recovered library may name any place.
                self.0.library.require_confirmed(&root)?;
                root
            }
            Some(place) => {
                let place = self.0.places.resolve(place, PlacePurpose::Restore)?;
                let folder = match is_whole {
                    true => place.join(root.file_name().unwrap_or_default()),
                    false => place,
                };
                let reader = self.0.archives.reader(archive.manifest.id)?;
                let find = |path: &_| reader.find(path).map(drop);
                self.0.backups.restores().refuse_target(&folder, &find)?;
                folder
            }
        };
        let existing = match request.conflict {
            ArchiveConflict::Ask => Existing::Refuse,
            ArchiveConflict::Skip => Existing::Keep,
            ArchiveConflict::Replace => Existing::Replace,
        };
        let keeps_archive = request.keep_archive;
        Ok(Order { archive, paths, folder, existing, keeps_archive, is_whole })
    }
}

impl Archiver {
    fn restore(&self, order: &Order, job: &Job) -> Result<Extracted> {
        let id = order.archive.manifest.id;
        let reader = self.archives.reader(id)?;
        let extract =
            ExtractOrder { folder: &order.folder, paths: &order.paths, existing: order.existing };
        let _under_way = self.archives.record_restore(&order.folder);
        if !order.is_whole {
            // What is written over in a project is kept first, so that this can be undone.
            let kept = self.history.writer().keep_before_writing(&order.places()?, job)?;
            let folder = canonicalize_missing(&order.folder)?;
            let set_aside = |path: &TreePath| kept.set_aside(&path.below(&folder), job);
            let done = reader.extract_over(&extract, &set_aside, job);
            let finished = kept.finish(done.as_ref().is_ok_and(|it| it.placed > 0));
            // A failure of the restore itself is what there is to say.
            let extracted = done?;
            return finished.map(|_| extracted);
        }
        self.refuse_strange_place(&order.archive, &order.folder)?;
        let _lock = self.library.projects().lock_id(order.archive.manifest.project.id)?;
        if order.existing == Existing::Refuse
            && let Some(taken) = reader.taken(&extract)?.first()
        {
            return Err(is_taken(&order.folder, taken));
        }
        let archived = &order.archive.manifest.project;
        let project = match self.library.projects().get(archived.id) {
            Ok(project) => project,
            // It was deleted from the list: the archive knows it.
            Err(error) if error.code() == Code::NotFound => {
                self.library.projects().bring_back(&archived.to_project(order.folder.clone()))?
            }
            Err(error) => return Err(error),
        };
        if project.root != order.folder {
            self.library.projects().set_root(project.id, &order.folder)?;
        }
        let had_history = self.history.is_begun(project.id);
        // The folder comes last: once it is there, all is.
        let brought = self.attach(id, order, job).and_then(|()| reader.extract(&extract, job));
        let extracted = match brought {
            Ok(extracted) => extracted,
            Err(error) => {
                if !had_history {
                    self.history.detach(project.id)?;
                    self.session.delete_project(project.id)?;
                }
                if project.root != order.folder {
                    self.library.projects().set_root(project.id, &project.root)?;
                }
                return Err(error);
            }
        };
        self.library.projects().set_active(project.id)?;
        self.library.confirm_place(&order.folder)?;
        self.watcher.sync()?;
        if !order.keeps_archive && extracted.damaged.is_empty() && extracted.skipped.is_empty() {
            self.archives.set_trashed(id, true)?;
        }
        Ok(extracted)
    }

    /// A project that lives in another folder now must not be taken over.
    fn refuse_strange_place(&self, archive: &Archive, folder: &Path) -> Result<()> {
        let all = self.library.projects().overlapping(folder)?;
        let other = all.into_iter().find(|other| {
            other.id != archive.manifest.project.id && other.status == ProjectStatus::Active
        });
        let Some(other) = other else { return Ok(()) };
        let what = text!("Cannot restore to {folder}", folder = escape_path(folder));
        Err(Error::new(Code::AlreadyExists, what)
            .why(text!("The project {other} is there", other = other.name))
            .next("Choose another folder"))
    }

    /// Gives the versions and the session work back.
    fn attach(&self, id: ArchiveId, order: &Order, job: &Job) -> Result<()> {
        let project = order.archive.manifest.project.id;
        let reader = self.archives.reader(id)?;
        if !reader.has_beside(&[undercroft_history::GIT_PART]) {
            return Ok(());
        }
        let staging = Staging::new(&self.library, "restore", project);
        let step = job.step();
        reader.extract_beside(&[], &staging.0, &step)?;
        self.history.attach(project, &staging.0, &step)?;
        let drafts = staging.0.join(DRAFTS_PART);
        if drafts.is_file() {
            self.session.import_archived(project, &drafts)?;
        }
        Ok(())
    }
}

fn is_taken(folder: &Path, taken: &TreePath) -> Error {
    Error::new(
        Code::AlreadyExists,
        text!("Cannot restore to {folder}", folder = escape_path(folder)),
    )
    .why(text!("{taken} is there already", taken))
    .next("Choose to replace or to keep what is there, or choose another folder")
}
