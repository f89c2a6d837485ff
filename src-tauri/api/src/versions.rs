//! Versions: finding, listing, making and marking them.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use undercroft_foundation::{Code, Error, Job, Result};
use undercroft_history::{self as history, SaveOrder, Scope, Trigger, VersionFilter};
use undercroft_library::{JobKind, JobSpec};

use crate::convert::history as to_wire;
use crate::wire::{
    self, Day, JobView, Version, VersionDays, VersionDetail, VersionMark, VersionRef, VersionSave,
};
use crate::{Api, convert};

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
        Ok(versions.into_iter().map(to_wire::version).collect())
    }

    /// Counts the versions of a workspace by day and hour.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for a time zone that there is not.
    pub fn version_days(&self, request: VersionDays) -> Result<Vec<Day>> {
        let workspace = self.find_workspace(&request.workspace)?;
        let zone = match request.time_zone {
            Some(name) => TimeZone::get(&name).map_err(|source| {
                Error::new(Code::Invalid, format!("There is no time zone {name:?}"))
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
        let changes: Vec<_> = changes.iter().map(to_wire::change).collect();
        let counted = version.added + version.modified + version.removed + version.renamed;
        Ok(VersionDetail {
            // The first version of a history has no changes, although all in it is new.
            changes_total: if changes.is_empty() { 0 } else { counted.max(changes.len() as u64) },
            changes,
            version: to_wire::version(version),
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
        let spec = self.job_spec(JobKind::Save, format!("Save {name}"), &workspace);
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
        Ok(to_wire::version(self.0.history.mark(version.id, &mark)?))
    }

    /// The version that `text` means: its id, the beginning or the end of one, its name,
    /// `latest:WORKSPACE`, or `WORKSPACE@TIME` for how it was then.
    pub(crate) fn find_version(&self, text: &str) -> Result<history::Version> {
        if let Ok(id) = text.parse() {
            return self.0.history.version(id);
        }
        if let Some(workspace) = text.strip_prefix("latest:") {
            return self.version_at(workspace, None);
        }
        if text.trim().is_empty() {
            return Err(Error::new(Code::Invalid, "No version is named")
                .why("The name is empty")
                .next("List the versions that there are: `undercroft version list`"));
        }
        let mut found = self.0.history.find_versions(None, text)?;
        if found.len() > 1 && found.iter().any(|version| version.name.as_deref() == Some(text)) {
            found.retain(|version| version.name.as_deref() == Some(text));
        }
        match (found.len(), found.pop()) {
            (1, Some(version)) => Ok(version),
            (0, _) => match text.rsplit_once('@') {
                Some((workspace, when)) => {
                    let when = moment(
                        when,
                        &self.0.library.world().clock.now().to_zoned(TimeZone::system()),
                    )?;
                    self.version_at(workspace, Some(when))
                }
                None => Err(Error::new(Code::NotFound, format!("There is no version {text:?}"))
                    .next("List the versions that there are: `undercroft version list`")),
            },
            (count, last) => {
                let shown = |it: &history::Version| format!("{} ({})", it.id, it.message);
                let list: Vec<_> = found.iter().chain(&last).map(shown).collect();
                Err(Error::new(Code::Invalid, format!("{text:?} may mean {count} versions"))
                    .why(format!("It could be {}", list.join(", ")))
                    .next("Give more of the id, or the whole of it"))
            }
        }
    }

    /// The newest version of a workspace, or the newest that there was at a moment.
    fn version_at(&self, workspace: &str, when: Option<Timestamp>) -> Result<history::Version> {
        let workspace = self.find_workspace(workspace)?;
        // Up to and with the moment.
        let until =
            when.map(|when| when.saturating_add(Span::new().milliseconds(1)).unwrap_or(when));
        let filter = VersionFilter { until, limit: 1, ..VersionFilter::default() };
        let found = self.0.history.versions(workspace.id, &filter)?.pop();
        found.ok_or_else(|| {
            let what = match when {
                Some(when) => format!("There was no version yet at {when}"),
                None => "There is no version yet".to_owned(),
            };
            Error::new(Code::NotFound, what).next("Make one: `undercroft version save`")
        })
    }

    /// The name that people call a workspace by: the project, and its name unless it is the main
    /// one.
    pub(crate) fn name_of(&self, workspace: &history::Workspace) -> Result<String> {
        let project = self.0.library.projects().get(workspace.project)?.name;
        if workspace.name == history::MAIN {
            return Ok(project);
        }
        Ok(format!("{project}/{}", workspace.name))
    }

    pub(crate) fn job_spec(
        &self,
        kind: JobKind,
        title: String,
        workspace: &history::Workspace,
    ) -> JobSpec {
        JobSpec::new(kind, title).of_project(workspace.project)
    }

    /// Puts work of the histories on the board of jobs.
    pub(crate) fn spawn(
        &self,
        spec: JobSpec,
        work: impl FnOnce(&history::History, &Job) -> Result<String> + Send + 'static,
    ) -> Result<JobView> {
        let history = self.0.history.clone();
        let job = self.0.library.jobs().spawn(spec, move |job| work(&history, job))?;
        Ok(convert::job(job))
    }
}

/// A moment as people write it: a date, a date and time, or how long ago (`2h`).
fn moment(text: &str, now: &Zoned) -> Result<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let zone = now.time_zone().clone();
    if let Ok(date) = text.parse::<jiff::civil::DateTime>()
        && let Ok(moment) = date.to_zoned(zone)
    {
        return Ok(moment.timestamp());
    }
    if let Ok(span) = text.parse::<Span>()
        && let Ok(then) = now.checked_sub(span.abs())
    {
        return Ok(then.timestamp());
    }
    Err(Error::new(Code::Invalid, format!("{text:?} is no moment")).next(
        "Write a date such as 2026-03-09, a time such as 2026-03-09T14:00, or how long ago: 2h, 3d",
    ))
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
    fn moments_are_read_as_people_write_them() {
        let now: Zoned = "2026-03-09T14:00:00+01:00[Europe/Berlin]".parse().unwrap();
        let read = |text: &str| moment(text, &now).map(|it| it.to_string());
        assert_eq!(read("2h").unwrap(), "2026-03-09T11:00:00Z");
        assert_eq!(read("1d").unwrap(), "2026-03-08T13:00:00Z");
        assert_eq!(read("2026-03-08").unwrap(), "2026-03-07T23:00:00Z");
        assert_eq!(read("2026-03-08T10:30").unwrap(), "2026-03-08T09:30:00Z");
        assert_eq!(read("2026-03-08T10:30:00Z").unwrap(), "2026-03-08T10:30:00Z");
        assert!(read("yesterday-ish").is_err() && read("").is_err());
    }

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
