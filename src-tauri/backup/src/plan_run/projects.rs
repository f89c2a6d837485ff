//! One project of a run: read once into the first destination that is there, and given from there
//! to the others, so that all hold the same.

use std::collections::VecDeque;

use undercroft_foundation::{Code, Error, Job, ProjectId, Result, TextValue, text};
use undercroft_library::Project;
use undercroft_repository::copy::{CopyOptions, copy};
use undercroft_repository::{BackupRequest, Repository, Snapshot, SnapshotId};

use super::PlanRun;
use super::parts::PartResult;
use crate::plans::rebuildable_folders;
use crate::project_backup::{refuse_overlap, sentence};
use crate::secrets::literally;
use crate::snapshots::{OUR_TAG, of_project, tag_of};

impl PlanRun<'_> {
    /// Brings a project to every destination that is there.
    ///
    /// # Errors
    /// [`Code::Cancelled`]: whatever else goes wrong is told, and the run goes on.
    pub(super) fn back_up(&mut self, project: &Project) -> Result<()> {
        if let Err(error) = self.runs.projects.require_source(project) {
            let part = self.begin_part(project.name.as_str().into(), Some(project.id), None);
            return self.end_part(part, Err(error)).map(drop);
        }
        let is_active = |index: &usize| self.targets[*index].is_active();
        let mut waiting: VecDeque<usize> = (0..self.targets.len()).filter(is_active).collect();
        let mut source = None;
        while let Some(index) = waiting.pop_front() {
            if !self.targets[index].is_active() {
                continue;
            }
            match source.filter(|source: &usize| self.targets[*source].is_there()) {
                None => {
                    if self.scan(project, index)? {
                        source = Some(index);
                        self.tally.done += 1;
                    } else if self.runs.projects.require_source(project).is_err() {
                        // It went away; the destinations have no part in that.
                        return Ok(());
                    }
                }
                Some(from) => {
                    if !self.copy_between(project, from, index)? && !self.targets[from].is_there() {
                        source = None;
                        waiting.push_front(index);
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads the project into a destination.
    fn scan(&mut self, project: &Project, index: usize) -> Result<bool> {
        let destination = self.targets[index].destination.clone();
        let title = text!(
            "{project} to {destination}",
            project = project.name,
            destination = destination.name
        );
        let part = self.begin_part(title, Some(project.id), Some(destination.id));
        let done = self.try_scan(project, index, &part.step);
        if let Err(error) = &done
            && self.runs.projects.require_source(project).is_ok()
        {
            self.handle_failure(index, error);
        }
        self.end_part(part, done)
    }

    fn try_scan(&self, project: &Project, index: usize, step: &Job) -> Result<PartResult> {
        let target = &self.targets[index];
        refuse_overlap(project, &target.destination)?;
        let repository = target.open()?;
        // What it missed comes from those that have it, the newest as what is compared with.
        for other in self.targets.iter().filter(|other| !std::ptr::eq(*other, target)) {
            let Some(giver) = other.repository() else { continue };
            if let Err(error) = self.copy_missing(&giver, &repository, project.id, step) {
                step.check_cancelled()?;
                // The giver may have gone away; were it the taker, the reading itself would tell.
                step.warn(&other.destination.name, error.sentence());
            }
        }
        let spec = &self.plan.spec;
        let threads = self.runs.projects.threads(step);
        let request = BackupRequest {
            sources: vec![project.root.clone()],
            tags: vec![OUR_TAG.to_owned(), tag_of(project.id)],
            exclude: self.left_out(project),
            estimate: true,
            threads: spec.limits.threads.map_or(threads, |threads| threads as usize),
            ..BackupRequest::default()
        };
        let made = repository.backup(&request, step);
        // A folder that went away in the meantime explains whatever else went wrong.
        if made.is_err() {
            self.runs.projects.require_source(project)?;
        }
        let summary = made?;
        self.runs.snapshots.refresh_or_warn(target.destination.id, &repository);
        self.runs.projects.check_for_anomaly(project, &repository, &summary, step);
        Ok(PartResult {
            summary: sentence(&summary, &target.destination),
            snapshot: summary.snapshot.map(|id| id.to_string()),
            added_bytes: summary.counts.data_added_packed,
        })
    }

    /// The plan's patterns, Undercroft's own configuration, and, if the plan says so, the folders
    /// that a program makes again.
    fn left_out(&self, project: &Project) -> Vec<String> {
        let spec = &self.plan.spec;
        let mut patterns = spec.exclude.clone();
        patterns.extend(self.runs.secrets.own_configuration_in(&project.root));
        if spec.leave_out_rebuildable {
            let folders = rebuildable_folders(&project.root);
            // A path that is no text cannot be a pattern: it is kept.
            patterns.extend(folders.iter().filter_map(|folder| folder.to_str()).map(literally));
        }
        patterns
    }

    /// Gives what one destination holds of the project to another, which lacks it.
    fn copy_between(&mut self, project: &Project, from: usize, to: usize) -> Result<bool> {
        let destination = self.targets[to].destination.clone();
        let title = text!(
            "{project} to {destination}",
            project = project.name,
            destination = destination.name
        );
        let part = self.begin_part(title, Some(project.id), Some(destination.id));
        let done = self.try_copy_between(project, from, to, &part.step);
        if let Err(error) = &done {
            let is_source = self.targets[from].is_lost(&self.runs.destinations);
            self.handle_failure(if is_source { from } else { to }, error);
        }
        self.end_part(part, done)
    }

    fn try_copy_between(
        &self,
        project: &Project,
        from: usize,
        to: usize,
        step: &Job,
    ) -> Result<PartResult> {
        let (giver, taker) = (&self.targets[from], &self.targets[to]);
        refuse_overlap(project, &taker.destination)?;
        let repository = taker.open()?;
        let source = giver.open()?;
        let given = self.copy_missing(&source, &repository, project.id, step)?;
        self.runs.snapshots.refresh_or_warn(taker.destination.id, &repository);
        let name = &giver.destination.name;
        let count = TextValue::count(given.count, "backup");
        let added = TextValue::Size(given.added_bytes);
        Ok(PartResult {
            summary: text!("{count} taken over from {name}, {added} added", count, name, added),
            snapshot: given.newest.map(|id| id.to_string()),
            added_bytes: given.added_bytes,
        })
    }

    /// Copies the project's snapshots that are newer than what `to` holds of it; only the newest
    /// where it holds none. What a clock that was ahead has made is left aside until its time
    /// comes: it would hide all that was made since the clock was put right.
    fn copy_missing(
        &self,
        from: &Repository,
        to: &Repository,
        project: ProjectId,
        step: &Job,
    ) -> Result<Copied> {
        let now = self.runs.library.world().clock.now();
        let until_now = |repository| -> Result<Vec<Snapshot>> {
            let mut snapshots = of_project(repository, project)?;
            snapshots.retain(|snapshot| snapshot.time <= now);
            Ok(snapshots)
        };
        let newest_there = until_now(to)?.into_iter().map(|it| it.time).max();
        let mut lacking = until_now(from)?;
        lacking.sort_by_key(|snapshot| (snapshot.time, snapshot.id));
        match newest_there {
            Some(newest) => lacking.retain(|snapshot| snapshot.time > newest),
            None => drop(lacking.drain(..lacking.len().saturating_sub(1))),
        }
        let ids: Vec<_> = lacking.iter().map(|snapshot| snapshot.id).collect();
        if ids.is_empty() {
            return Ok(Copied::default());
        }
        let report = copy(from, to, &ids, &CopyOptions::default(), step)?;
        let newest =
            report.copied.iter().chain(&report.skipped).rfind(|it| Some(&it.source) == ids.last());
        Ok(Copied {
            count: report.copied.len() as u64,
            added_bytes: report.bytes,
            newest: newest.map(|it| it.target),
        })
    }

    fn handle_failure(&mut self, index: usize, error: &Error) {
        if error.code() != Code::Cancelled {
            self.targets[index].handle_failure(&self.runs.destinations, error, self.job);
        }
    }
}

/// The snapshots that a destination was given.
#[derive(Default)]
struct Copied {
    count: u64,
    added_bytes: u64,
    newest: Option<SnapshotId>,
}
