//! The causes of growth between two counts.

use std::cmp::Reverse;

use jiff::Timestamp;
use undercroft_foundation::{Code, Error, ProjectId, Result, TreePath, escape_name};
use undercroft_usage::{GrowthKind, Sample, Tree, growth};

use super::counting::{never_counted, subject_of};
use super::key::{Filter, Key};
use super::overview::days_before;
use super::wire::{UsageGrowth, UsageGrowthOf, UsageGrowthRow, UsageKind};
use crate::Api;

/// The days between the two times, when nobody says.
const DAYS: i64 = 7;

impl Api {
    /// Shows what made something grow between two times.
    ///
    /// # Errors
    /// [`Code::Invalid`] for the key of something that does not grow, [`Code::NotFound`] where it
    /// was never counted.
    pub fn usage_growth(&self, request: UsageGrowthOf) -> Result<UsageGrowth> {
        let key = Key::parse(&request.key)?;
        let trail = self.usage_trail(&key)?;
        let to = request.to.unwrap_or_else(|| self.0.library.world().clock.now());
        let from = request.from.unwrap_or_else(|| days_before(to, DAYS));
        let mut grown = match key {
            Key::Whole => self.growth_of_all(from, to)?,
            Key::Project(id) => self.growth_in(id, &TreePath::root(), from, to)?,
            Key::Files(id, Filter::All, path) => self.growth_in(id, &path, from, to)?,
            _ => {
                return Err(Error::new(Code::Invalid, "Its growth is not known")
                    .next("Ask for all, for a project or for a folder in one"));
            }
        };
        grown.key = request.key;
        grown.trail = trail;
        Ok(grown)
    }

    fn growth_in(
        &self,
        id: ProjectId,
        path: &TreePath,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<UsageGrowth> {
        let scans = self.0.counts.scans(Some(id));
        let name = || self.0.library.projects().get(id).map(|project| project.name);
        let (Some(before), Some(after)) = (scans.nearest(from)?, scans.nearest(to)?) else {
            return Err(never_counted(&name()?));
        };
        let rows = growth(&before, &after, path).into_iter().map(|row| {
            let at = path.join(&row.name);
            let is_folder = row.kind == GrowthKind::Folder;
            UsageGrowthRow {
                key: match row.kind {
                    GrowthKind::SmallFiles => String::new(),
                    _ => Key::Files(id, Filter::All, at).to_string(),
                },
                name: match row.kind {
                    GrowthKind::SmallFiles => "Small files".to_owned(),
                    _ => escape_name(&row.name),
                },
                kind: match row.kind {
                    GrowthKind::Folder => UsageKind::Folder,
                    GrowthKind::File => UsageKind::File,
                    GrowthKind::SmallFiles => UsageKind::Rest,
                },
                bytes_before: row.bytes_before,
                bytes_after: row.bytes_after,
                can_open: is_folder,
            }
        });
        Ok(UsageGrowth {
            key: String::new(),
            trail: Vec::new(),
            from: before.scanned(),
            to: after.scanned(),
            bytes_before: bytes_at(&before, path),
            bytes_after: bytes_at(&after, path),
            rows: rows.collect(),
            counts: scans.list()?.iter().map(ToString::to_string).collect(),
        })
    }

    /// The growth of each project, by what was noted of each count.
    fn growth_of_all(&self, from: Timestamp, to: Timestamp) -> Result<UsageGrowth> {
        let samples = self.0.counts.samples();
        let past = samples.trend("library", Timestamp::UNIX_EPOCH)?;
        let (Some(before), Some(after)) = (nearest(&past, from), nearest(&past, to)) else {
            return Err(never_counted("The library"));
        };
        let mut rows = Vec::new();
        let (mut owned_before, mut owned_after) = (0, 0);
        for project in self.counted_projects()? {
            let past = samples.trend(&subject_of(project.id), Timestamp::UNIX_EPOCH)?;
            // Each count notes all: a project without a sample of then was not there.
            let at = |time| past.iter().find(|it| it.time == time).map_or(0, |it| it.bytes);
            let (bytes_before, bytes_after) = (at(before.time), at(after.time));
            owned_before += bytes_before;
            owned_after += bytes_after;
            rows.push(UsageGrowthRow {
                key: Key::Project(project.id).to_string(),
                name: project.name,
                kind: UsageKind::Project,
                bytes_before,
                bytes_after,
                can_open: true,
            });
        }
        rows.push(UsageGrowthRow {
            key: String::new(),
            name: "The library and what is in no project".to_owned(),
            kind: UsageKind::Rest,
            bytes_before: before.bytes.saturating_sub(owned_before),
            bytes_after: after.bytes.saturating_sub(owned_after),
            can_open: false,
        });
        rows.retain(|row| row.bytes_before != row.bytes_after);
        rows.sort_by_key(|row| Reverse(row.bytes_before.abs_diff(row.bytes_after)));
        Ok(UsageGrowth {
            key: String::new(),
            trail: Vec::new(),
            from: before.time,
            to: after.time,
            bytes_before: before.bytes,
            bytes_after: after.bytes,
            rows,
            counts: past.iter().map(|sample| sample.time.to_string()).collect(),
        })
    }
}

fn bytes_at(tree: &Tree, path: &TreePath) -> u64 {
    tree.folder(path, 0).map_or(0, |view| view.bytes)
}

fn nearest(samples: &[Sample], time: Timestamp) -> Option<&Sample> {
    samples.iter().min_by_key(|sample| sample.time.duration_since(time).abs())
}
