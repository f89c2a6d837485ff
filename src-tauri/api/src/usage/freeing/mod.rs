//! Freeing files and folders of a project. What a version holds is removed, what a program makes
//! again is removed outright, and all else goes to the trash: one undoing brings back all but what
//! a program makes again. Nothing of git's goes.

mod measure;
mod removing;

use undercroft_foundation::{Code, Error, Job, Result, Text, TextValue, TreePath, text};
use undercroft_history::{History, ProjectTrash, SaveOrder, Trigger, UnsavedPolicy};
use undercroft_library::{JobKind, Library, Project, ProjectStatus};

use super::findings::finding;
use super::rebuilt::RebuildRule;
use super::wire::{UsageFinding, UsageFree, UsageFreePlan, UsageHeld};
use crate::Api;
use crate::base::names::tree_path;
use crate::histories::spec;
use crate::jobs::wire::JobView;

use measure::{Measured, measure};
use removing::ProjectFolder;

/// Something that is to go.
struct Item {
    path: TreePath,
    measured: Measured,
    rebuilt_by: Option<String>,
    held: UsageHeld,
}

impl Item {
    /// The bytes that are free once it is gone: what goes to the trash still takes its space.
    fn frees(&self, has_history: bool) -> u64 {
        match self.held {
            UsageHeld::Version | UsageHeld::Rebuildable => self.measured.bytes,
            UsageHeld::Nowhere if has_history => {
                self.measured.bytes.saturating_sub(self.measured.left_out_bytes)
            }
            UsageHeld::Nowhere => 0,
        }
    }
}

impl Api {
    /// Previews what freeing files and folders of a project does.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::SourceMissing`], and [`Code::Invalid`] for a project that is not
    /// in use, for the project's folder itself, and for what holds something of git's.
    pub fn usage_free_preview(&self, request: UsageFree) -> Result<UsageFreePlan> {
        let freeing = self.freeing(&request)?;
        let has_history = freeing.has_history();
        let items = freeing.items(&Job::new())?;
        let to_trash = items.iter().filter(|item| item.held == UsageHeld::Nowhere).count() as u64;
        let bytes = items.iter().map(|item| item.frees(has_history)).sum();
        let shown = items.into_iter().map(|item| UsageFinding {
            files: item.measured.files,
            held: item.held,
            rebuilt_by: item.rebuilt_by,
            ..finding(&freeing.project, item.path, item.measured.bytes, item.measured.newest)
        });
        Ok(UsageFreePlan { items: shown.collect(), bytes, to_trash })
    }

    /// Frees files and folders of a project; what is held nowhere else goes to the trash.
    ///
    /// # Errors
    /// The errors of [`Api::usage_free_preview`].
    pub fn usage_free(&self, request: UsageFree) -> Result<JobView> {
        let freeing = self.freeing(&request)?;
        // What is refused is refused at once.
        freeing
            .paths
            .iter()
            .try_for_each(|path| ProjectFolder::open(&freeing.project)?.check(path))?;
        let count = self.count();
        let title = text!("Free files of {project}", project = freeing.project.name);
        let spec = spec(JobKind::Cleanup, title, &freeing.project);
        let job = self.0.library.jobs().spawn(spec, move |job| {
            let done = freeing.run(job);
            // Where some went, the picture shows it, whatever kept the others.
            if let Err(error) = count.recount(&freeing.project) {
                tracing::warn!(%error, "what was freed is still shown");
            }
            done
        })?;
        Ok(job.into())
    }

    fn freeing(&self, request: &UsageFree) -> Result<Freeing> {
        let project = self.find_project(&request.project)?;
        if project.status != ProjectStatus::Active {
            let what = text!("Nothing of {project} can be freed", project = project.name);
            return Err(Error::new(Code::Invalid, what)
                .why("It is not in use")
                .next("Archives and the trash are freed by a clean-up of the library"));
        }
        if !project.is_present() {
            let what = text!("The folder of {project} is not there", project = project.name);
            return Err(Error::new(Code::SourceMissing, what).next("Connect its drive"));
        }
        let mut paths = Vec::new();
        for names in &request.paths {
            let path = tree_path(names)?;
            if path.is_root() {
                return Err(Error::new(Code::Invalid, "That is the project itself")
                    .next("Archive the project, or name something in it"));
            }
            paths.push(path);
        }
        if paths.is_empty() {
            return Err(Error::new(Code::Invalid, "There is nothing to free")
                .next("Name files or folders of the project"));
        }
        paths.sort_by(|a: &TreePath, b| a.as_bytes().cmp(b.as_bytes()));
        paths.dedup();
        let all = paths.clone();
        // What lies in another goes with that.
        paths.retain(|path| !all.iter().any(|other| other != path && path.is_in(other)));
        Ok(Freeing {
            library: self.0.library.clone(),
            history: self.0.history.clone(),
            project,
            paths,
        })
    }
}

/// The files and folders of a project that are to be freed.
struct Freeing {
    library: Library,
    history: History,
    project: Project,
    paths: Vec<TreePath>,
}

impl Freeing {
    fn has_history(&self) -> bool {
        self.history.is_begun(self.project.id)
    }

    fn items(&self, job: &Job) -> Result<Vec<Item>> {
        let rule = RebuildRule::of(self.library.root(), &self.project)?;
        let folder = ProjectFolder::open(&self.project)?;
        self.paths.iter().map(|path| self.item(path, &folder, &rule, job)).collect()
    }

    fn item(
        &self,
        path: &TreePath,
        folder: &ProjectFolder,
        rule: &RebuildRule,
        job: &Job,
    ) -> Result<Item> {
        folder.check(path)?;
        let measured = measure(folder, path, rule, job)?;
        let rebuilt_by = rule.rebuilt_by(path).filter(|_| measured.is_folder);
        let held = if rebuilt_by.is_some() {
            UsageHeld::Rebuildable
        } else if self.has_history() && !measured.has_left_out {
            UsageHeld::Version
        } else {
            UsageHeld::Nowhere
        };
        Ok(Item { path: path.clone(), measured, rebuilt_by, held })
    }

    /// Frees all of it: what programs make again outright, and the rest in one act.
    fn run(&self, job: &Job) -> Result<Text> {
        let has_history = self.has_history();
        let items = self.items(job)?;
        let mut freed: u64 = items.iter().map(|item| item.frees(has_history)).sum();
        let (rebuilt, kept): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| item.held == UsageHeld::Rebuildable);
        let trashed = kept.iter().filter(|item| item.held == UsageHeld::Nowhere).count() as u64;
        if !kept.is_empty() {
            self.free_kept(&kept, has_history, job)?;
        }
        let folder = ProjectFolder::open(&self.project)?;
        for item in &rebuilt {
            job.check_cancelled()?;
            job.set_current(item.path.to_string());
            // Files with other names are not free by it.
            freed -= item.measured.bytes;
            freed += folder.remove(&item.path, job)?;
        }
        let mut text = text!("{size} freed", size = TextValue::Size(freed));
        if trashed > 0 {
            let items = TextValue::count(trashed, "item");
            text += text!("; {items} that no version holds went to the trash", items);
        }
        if has_history && kept.len() as u64 > trashed {
            text += text!("; the versions hold the rest");
        }
        Ok(text)
    }

    /// Takes away what one undoing brings back.
    fn free_kept(&self, items: &[Item], has_history: bool, job: &Job) -> Result<()> {
        let paths: Vec<_> = items.iter().map(|item| item.path.clone()).collect();
        if !has_history {
            return ProjectTrash::of(&self.library, &self.project).take(&paths);
        }
        let workspace = self.history.main_workspace(self.project.id)?;
        let what = match &paths[..] {
            [path] => path.to_string(),
            paths => TextValue::count(paths.len() as u64, "path").to_string(),
        };
        let order = SaveOrder::new(Trigger::Manual, format!("Free {what}"));
        let policy = UnsavedPolicy::ToTrash;
        self.history.writer().delete_files(workspace.id, &paths, order, policy, job).map(drop)
    }
}
