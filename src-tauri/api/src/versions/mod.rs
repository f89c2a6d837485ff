//! Versions: listing, making and marking them.

mod compare;
mod convert;
pub(crate) mod finding;
mod loss;
mod restoring;
pub(crate) mod wire;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use undercroft_foundation::{Code, Error, Result, text};
use undercroft_history::{self as history, SaveOrder, Scope, Trigger, VersionFilter};
use undercroft_library::JobKind;

use crate::Api;
use crate::jobs::wire::JobView;

use wire::{
    Change, Day, Version, VersionDays, VersionDetail, VersionMark, VersionRef, VersionSave,
};

/// The number of versions that are listed when nobody says, and at most.
const LISTED: (u32, u32) = (100, 10_000);
/// The number of changes of a version that are shown.
const SHOWN_CHANGES: usize = 1000;

impl Api {
    /// Lists the versions of a workspace, newest first.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn version_list(&self, request: wire::VersionFilter) -> Result<Vec<Version>> {
        let workspace = self.find_workspace(&request.workspace)?;
        let filter = VersionFilter {
            before_seq: request.before,
            limit: request.limit.unwrap_or(LISTED.0).min(LISTED.1) as usize,
            from: request.from,
            until: request.until,
            trigger: request.trigger.map(history::Trigger::from),
            text: request.text.filter(|text| !text.is_empty()),
        };
        let versions = self.0.history.versions(workspace.id, &filter)?;
        Ok(versions.into_iter().map(Version::from).collect())
    }

    /// Counts the versions of a workspace by day and hour.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for a time zone that there is not.
    pub fn version_days(&self, request: VersionDays) -> Result<Vec<Day>> {
        let workspace = self.find_workspace(&request.workspace)?;
        let zone = match request.time_zone {
            Some(name) => TimeZone::get(&name).map_err(|source| {
                Error::new(
                    Code::Invalid,
                    text!("There is no time zone {name}", name = format!("{name:?}")),
                )
                .because(source)
                .next("Use a name such as Europe/Berlin")
            })?,
            None => TimeZone::system(),
        };
        Ok(by_day(&self.0.history.moments(workspace.id)?, &zone))
    }

    /// Shows a version and what it changed.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn version_show(&self, request: VersionRef) -> Result<VersionDetail> {
        let version = self.find_version(&request.version)?;
        let changes = self.0.history.changes(version.id, SHOWN_CHANGES)?;
        let changes: Vec<_> = match version.parent {
            Some(parent) => {
                let after = history::LinesAfter::Version(version.id);
                self.with_lines(parent, after, &changes, &mut compare::LINES.clone())
            }
            None => changes.iter().map(Change::from).collect(),
        };
        let counted = version.added + version.modified + version.removed + version.renamed;
        Ok(VersionDetail {
            // The first version of a history has no changes, although all in it is new.
            changes_total: if changes.is_empty() { 0 } else { counted.max(changes.len() as u64) },
            changes,
            version: version.into(),
        })
    }

    /// Saves all changes of a workspace as a version.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn version_save(&self, request: VersionSave) -> Result<JobView> {
        let workspace = self.find_workspace(&request.workspace)?;
        let message = request.message.unwrap_or_default();
        let order = SaveOrder {
            says_more: true,
            reads_all: request.full,
            ..SaveOrder::new(Trigger::Manual, message)
        };
        let name = self.name_of(&workspace)?;
        let spec = self.job_spec(JobKind::Save, text!("Save {name}", name), &workspace);
        self.spawn(spec, move |history, job| {
            let made = history.writer().save(workspace.id, Scope::Whole, order, job)?;
            Ok(made.map_or_else(|| "Nothing has changed".to_owned(), |version| version.message))
        })
    }

    /// Names, remarks on, pins or unpins a version.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn version_mark(&self, request: VersionMark) -> Result<Version> {
        let version = self.find_version(&request.version)?;
        let VersionMark { name, note, pinned, .. } = request;
        let mark = history::VersionMark { name, note, pinned };
        Ok(self.0.history.mark(version.id, &mark)?.into())
    }
}

fn by_day(moments: &[(Timestamp, u64)], zone: &TimeZone) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for (time, changes) in moments {
        let local = time.to_zoned(zone.clone());
        let date = local.date().to_string();
        if days.last().is_none_or(|day| day.date != date) {
            days.push(Day { date, versions: 0, changes: 0, hours: vec![0; 24] });
        }
        if let Some(day) = days.last_mut() {
            day.versions += 1;
            day.changes += changes;
            let hour = usize::try_from(local.hour()).unwrap_or_default();
            if let Some(count) = day.hours.get_mut(hour) {
                *count += 1;
            }
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_user_is() {
        let moments = [("2026-03-08T22:30:00Z", 2), ("2026-03-08T23:30:00Z", 3)]
            .map(|(time, changes)| (time.parse().unwrap(), changes));
        let days = by_day(&moments, &TimeZone::get("Europe/Berlin").unwrap());
        let told: Vec<_> = days.iter().map(|day| (&*day.date, day.versions, day.changes)).collect();
        assert_eq!(told, [("2026-03-08", 1, 2), ("2026-03-09", 1, 3)]);
        assert_eq!((days[0].hours[23], days[1].hours[0]), (1, 1));
    }
}
