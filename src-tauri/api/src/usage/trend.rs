//! The past of what something takes.

use undercroft_foundation::{Code, Error, Result};
use undercroft_usage::{Sample, forecast};

use super::counting::{room_of, subject_of};
use super::key::{Key, layer_of};
use super::overview::days_before;
use super::wire::{UsageLayerSum, UsageSample, UsageTrend, UsageTrendOf};
use crate::Api;

/// The number of days, when nobody says.
const DAYS: u32 = 90;

impl Api {
    /// Shows the past of what something takes, and how it will go on.
    ///
    /// # Errors
    /// [`Code::Invalid`] for what is no subject, [`Code::NotFound`] for a project or destination
    /// that is none.
    pub fn usage_trend(&self, request: UsageTrendOf) -> Result<UsageTrend> {
        let UsageTrendOf { subject, days } = request;
        let now = self.0.library.world().clock.now();
        let since = days_before(now, i64::from(days.unwrap_or(DAYS)));
        let samples = self.0.counts.samples();
        let quota = self.0.library.settings(&self.0.overrides)?.quota();
        let (name, room, capacity) = match Key::parse(&subject)? {
            Key::Whole => {
                let room = |bytes| self.usage_room(quota, bytes);
                let size = room_of(self.root()).map(|(_, size)| size);
                let past = samples.trend("library", since)?;
                let room = past.last().and_then(|last| room(last.bytes));
                ("library".to_owned(), room, quota.or(size))
            }
            Key::Project(id) => {
                let project = self.0.library.projects().get(id)?;
                let disk = room_of(&project.folder());
                let past = samples.trend(&subject_of(id), since)?;
                let taken = past.last().map_or(0, |last| last.bytes);
                let room = disk.map(|(free, _)| taken.saturating_add(free));
                (subject_of(id), room, disk.map(|(_, size)| size))
            }
            Key::Destination(id) => {
                let destinations = self.0.backups.destinations();
                let state = destinations.state_of(&destinations.get(id)?)?;
                let name = format!("destination:{id}");
                let past = samples.trend(&name, since)?;
                let taken = past.last().map_or(0, |last| last.bytes);
                let room = state.free_bytes.map(|free| taken.saturating_add(free));
                (name, room, state.total_bytes)
            }
            _ => {
                return Err(Error::new(Code::Invalid, "No past is kept of that")
                    .next("Ask for all, for a project or for a destination"));
            }
        };
        let past = samples.trend(&name, since)?;
        Ok(UsageTrend {
            forecast: forecast(&past, room).map(Into::into),
            samples: past.into_iter().map(shown).collect(),
            capacity_bytes: capacity,
        })
    }
}

fn shown(sample: Sample) -> UsageSample {
    let layers = sample.layers.into_iter();
    UsageSample {
        time: sample.time,
        bytes: sample.bytes,
        layers: layers
            .filter_map(|(name, bytes)| Some(UsageLayerSum { layer: layer_of(&name)?, bytes }))
            .collect(),
        free_bytes: sample.free_bytes,
    }
}
