//! Freeing files and folders of a project. What a version holds is removed, what a program makes
//! again is removed outright, and all else goes to the trash. Nothing of git's goes.

mod measure;
mod removing;

use undercroft_foundation::{Code, Error, Job, Result, TreePath, count_text, size_text};
use undercroft_history::{History, SaveOrder, Trigger, UnsavedPolicy};
use undercroft_library::{JobKind, Library, Project, ProjectStatus};

use super::findings::finding;
use super::rebuilt::RebuildRule;
use super::wire::{UsageFinding, UsageFree, UsageFreePlan, UsageHeld};
use crate::Api;
use crate::base::names::tree_path;
use crate::histories::spec;
use crate::jobs::wire::JobView;

use measure::{Measured, measure};
use removing::{ProjectFolder, move_to_trash};

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
        let spec = spec(JobKind::Cleanup, "Free files of", &freeing.project);
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
            let what = format!("Nothing of {} can be freed", project.name);
            return Err(Error::new(Code::Invalid, what)
                .why("It is not in use")
                .next("Archives and the trash are freed by a clean-up of the library"));
        }
        if !project.is_present() {
            let what = format!("The folder of {} is not there", project.name);
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

    fn run(&self, job: &Job) -> Result<String> {
        let rule = RebuildRule::of(self.library.root(), &self.project)?;
        let folder = ProjectFolder::open(&self.project)?;
        let has_history = self.has_history();
        let (mut freed, mut trashed) = (0_u64, 0_u64);
        for path in &self.paths {
            job.check_cancelled()?;
            job.set_current(path.to_string());
            let item = self.item(path, &folder, &rule, job)?;
            if item.held == UsageHeld::Rebuildable {
                freed += folder.remove(path, job)?;
                continue;
            }
            if has_history {
                let workspace = self.history.main_workspace(self.project.id)?;
                let order = SaveOrder::new(Trigger::Manual, format!("Free {path}"));
                let policy = UnsavedPolicy::ToTrash;
                let writer = self.history.writer();
                let done = writer.delete_file(workspace.id, path, order, policy, job)?;
                trashed += u64::from(done.trashed);
            } else {
                move_to_trash(self.library.root(), &self.project, &folder, path)?;
                trashed += 1;
            }
            freed += item.frees(has_history);
        }
        let mut text = format!("{} freed", size_text(freed));
        if trashed > 0 {
            let items = count_text(trashed, "item");
            text += &format!("; {items} that no version holds went to the trash");
        }
        if has_history {
            text += "; the versions hold the rest";
        }
        Ok(text)
    }
}
