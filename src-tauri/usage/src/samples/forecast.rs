//! How something grows, by the median of the slopes between all days (Theil and Sen): a day on
//! which much came or went at once does not bend it.

use std::collections::BTreeMap;

use super::Sample;

const DAY: i64 = 86_400;
/// Fewer days tell nothing.
const FEWEST_DAYS: usize = 3;
/// The slopes between more days than these take too long, and the far past tells little.
const MOST_DAYS: usize = 366;
/// A disk that is full later is far from full.
const FARTHEST_DAYS: u64 = 3650;

/// How something grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// How much comes in a day.
    pub bytes_per_day: i64,
    /// In how many days its room is full; none where it does not grow, is far from full, or has no
    /// limit.
    pub days_to_full: Option<u64>,
    /// The number of days that this is drawn from.
    pub days_observed: u64,
}

/// The growth that the samples show, towards `capacity`: all that there is room for, what is taken
/// already included. None where they are of fewer than three days.
pub fn forecast(samples: &[Sample], capacity: Option<u64>) -> Option<Forecast> {
    let mut days = BTreeMap::new();
    for sample in samples {
        let time = sample.time.as_second();
        // The latest of a day; of a clock that was set back, the one that was added last.
        let place = days.entry(time.div_euclid(DAY)).or_insert((time, sample.bytes));
        if time >= place.0 {
            *place = (time, sample.bytes);
        }
    }
    if days.len() < FEWEST_DAYS {
        return None;
    }
    let days: Vec<_> = days.into_values().rev().take(MOST_DAYS).collect();
    let mut slopes = Vec::with_capacity(days.len() * (days.len() - 1) / 2);
    for (at, (time, bytes)) in days.iter().enumerate() {
        for (earlier, before) in &days[at + 1..] {
            let change = i128::from(*bytes) - i128::from(*before);
            slopes.push(change * i128::from(DAY) / i128::from(time - earlier));
        }
    }
    let median = slopes.len() / 2;
    let slope = *slopes.select_nth_unstable(median).1;
    let bytes_per_day = i64::try_from(slope).unwrap_or(if slope < 0 { i64::MIN } else { i64::MAX });
    let (_, taken) = days.first()?;
    let grows = u64::try_from(bytes_per_day).ok().filter(|grows| *grows > 0);
    let room = capacity.map(|capacity| capacity.saturating_sub(*taken));
    let days_to_full = room.zip(grows).map(|(room, grows)| room / grows);
    Some(Forecast {
        bytes_per_day,
        days_to_full: days_to_full.filter(|days| *days <= FARTHEST_DAYS),
        days_observed: days.len() as u64,
    })
}
