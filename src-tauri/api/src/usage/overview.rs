//! The storage at a glance.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use undercroft_backup::DestinationState;
use undercroft_foundation::{Result, Text, TextValue, escape_path, text};
use undercroft_library::ProjectStatus;
use undercroft_usage::forecast;

use super::counting::room_of;
use super::key::layer_of;
use super::quota::quota_state;
use super::summary::Summary;
use super::wire::{
    QuotaState, UsageDestination, UsageDisk, UsageForecast, UsageLayer, UsageLayerSum,
    UsageOverview, UsageSavings,
};
use crate::Api;
use crate::base::wire::Nothing;

/// A forecast is drawn from so many days.
const DAYS: i64 = 90;

impl Api {
    /// Shows the use of the storage at a glance.
    ///
    /// # Errors
    /// Whatever keeps the catalog, the settings or the last count from being read.
    pub fn usage_overview(&self, _: Nothing) -> Result<UsageOverview> {
        let summary = self.0.counts.summary()?;
        let projects = self.counted_projects()?;
        let with = |status| projects.iter().filter(|it| it.status == status).count() as u64;
        let trashed = with(ProjectStatus::Trashed);
        let quota = self.0.library.settings(&self.0.overrides)?.quota();
        let known = summary.as_ref();
        let library_bytes = known.map_or(0, Summary::library_bytes);
        let forecast = self.usage_forecast("library", self.usage_room(quota, library_bytes))?;
        Ok(UsageOverview {
            bytes: known.map_or(0, |it| it.total().bytes),
            library_bytes,
            reclaimable_bytes: known.map_or(0, Summary::reclaimable),
            layers: known.map(layer_sums).unwrap_or_default(),
            projects: projects.len() as u64,
            active: with(ProjectStatus::Active),
            archived: with(ProjectStatus::Archived),
            trashed,
            disk: disk_of(self.root()),
            quota_bytes: quota,
            quota_state: quota_state(quota, library_bytes),
            savings: self.savings(known)?,
            destinations: self.usage_destinations(known)?,
            forecast,
            scanned: known.map(|it| it.scanned),
            sentence: told(known, quota, library_bytes).into(),
        })
    }

    /// All that there is room for, with what is taken already.
    pub(super) fn usage_room(&self, quota: Option<u64>, bytes: u64) -> Option<u64> {
        quota.or_else(|| room_of(self.root()).map(|(free, _)| bytes.saturating_add(free)))
    }

    pub(super) fn usage_forecast(
        &self,
        subject: &str,
        capacity: Option<u64>,
    ) -> Result<Option<UsageForecast>> {
        let since = days_before(self.0.library.world().clock.now(), DAYS);
        let samples = self.0.counts.samples().trend(subject, since)?;
        Ok(forecast(&samples, capacity).map(Into::into))
    }

    fn savings(&self, summary: Option<&Summary>) -> Result<UsageSavings> {
        let archives = self.0.archives.list()?;
        let layer = |layer| summary.map_or(0, |it| it.layer(layer).bytes);
        let versioned = |it: &Summary| it.projects.values().map(|project| project.versioned).sum();
        Ok(UsageSavings {
            versions_bytes: summary.map_or(0, versioned),
            stored_bytes: layer(UsageLayer::Versions) + layer(UsageLayer::Objects),
            archived_bytes: archives.iter().map(|it| it.manifest.source_bytes).sum(),
            archives_bytes: archives.iter().map(undercroft_archive::Archive::bytes_here).sum(),
        })
    }

    fn usage_destinations(&self, summary: Option<&Summary>) -> Result<Vec<UsageDestination>> {
        let destinations = self.0.backups.destinations();
        let mut shown = Vec::new();
        for destination in destinations.list()? {
            let state = destinations.state_of(&destination)?;
            let id = destination.id.to_string();
            let bytes = summary.and_then(|it| it.destinations.get(&id)).map(|it| it.sums.bytes);
            let room = bytes.zip(state.free_bytes).map(|(taken, free)| taken.saturating_add(free));
            shown.push(UsageDestination {
                forecast: self.usage_forecast(&format!("destination:{id}"), room)?,
                id,
                present: state.is_present,
                bytes,
                disk: destination_disk(&state),
                name: destination.name,
            });
        }
        Ok(shown)
    }
}

/// So many days before a moment.
pub(super) fn days_before(time: Timestamp, days: i64) -> Timestamp {
    let span = SignedDuration::from_hours(24 * days);
    time.checked_sub(span).unwrap_or(Timestamp::MIN)
}

fn layer_sums(summary: &Summary) -> Vec<UsageLayerSum> {
    let layers = summary.layers.iter().filter_map(|(name, sums)| {
        let layer = layer_of(name)?;
        (sums.bytes > 0).then_some(UsageLayerSum { layer, bytes: sums.bytes })
    });
    let mut layers: Vec<_> = layers.collect();
    layers.sort_by_key(|layer| std::cmp::Reverse(layer.bytes));
    layers
}

fn disk_of(folder: &Path) -> Option<UsageDisk> {
    let (free_bytes, capacity_bytes) = room_of(folder)?;
    Some(UsageDisk { name: mount_of(folder), capacity_bytes, free_bytes })
}

fn destination_disk(state: &DestinationState) -> Option<UsageDisk> {
    let (free_bytes, capacity_bytes) = state.free_bytes.zip(state.total_bytes)?;
    Some(UsageDisk { name: mount_of(&state.destination.path), capacity_bytes, free_bytes })
}

/// The folder that the disk of a folder is mounted at: the highest above it on the same disk.
fn mount_of(folder: &Path) -> String {
    let device = |path: &Path| rustix::fs::stat(path).ok().map(|found| found.st_dev);
    let own = device(folder);
    let same = folder.ancestors().take_while(|path| device(path) == own);
    same.last().map_or_else(|| escape_path(folder), escape_path)
}

fn told(summary: Option<&Summary>, quota: Option<u64>, library_bytes: u64) -> Text {
    let Some(summary) = summary else { return text!("It was not counted yet.") };
    let projects = TextValue::count(summary.projects.len() as u64, "project");
    let total = TextValue::Size(summary.total().bytes);
    let mut text = match summary.projects.len() {
        0 => text!("The library takes {total}.", total),
        _ => text!("{projects} and the library take {total}.", projects, total),
    };
    if summary.reclaimable() > 0 {
        let size = TextValue::Size(summary.reclaimable());
        text += text!(" {size} of it can be had back without losing work.", size);
    }
    match quota_state(quota, library_bytes) {
        QuotaState::None | QuotaState::Fine => {}
        QuotaState::Near => text += text!(" The library is near its quota."),
        QuotaState::Over => text += text!(" The library is over its quota: what can wait, waits."),
    }
    text
}
